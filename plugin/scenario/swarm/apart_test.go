package swarm_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// finds says whom each service finds, by which names. Whoever is found is reached, and the
// other way round; nobody else is.
type finds map[string]map[string]string

// names are all by which somebody is found, each of the services by its own.
func (f finds) names() []string {
	var all []string
	for service, names := range f {
		all = append(append(all, service), slices.Collect(maps.Keys(names))...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// linked says whether two services are to reach each other.
func (f finds) linked(a, b string) bool {
	return slices.Contains(slices.Collect(maps.Values(f[a])), b) || slices.Contains(slices.Collect(maps.Values(f[b])), a)
}

// A sighting is somebody or something that a replica has seen.
type sighting struct {
	viewer replica
	name   string   // it was found by; empty: it was reached by an address
	tasks  []string // who has the addresses of the name, or the address
	of     []string // their services
	beside bool     // the address is that by which it leaves its node
}

func (s sighting) String() string {
	how := "reaches by an address"
	switch {
	case s.name != "":
		how = "finds as " + s.name
	case s.beside:
		how = "reaches past the networks"
	}
	return fmt.Sprintf("%s on %s %s: %s", s.viewer.task, s.viewer.node.name, how, strings.Join(s.tasks, " "))
}

// wanted is what replicas are to see of each other: under each name all of the one who has
// it, each of which is reached by an address on a network.
func (f finds) wanted(all []replica) []string {
	of := map[string][]string{}
	for _, r := range all {
		of[r.service] = append(of[r.service], r.task)
	}
	var want []string
	for _, viewer := range all {
		for name, owner := range f[viewer.service] {
			if name != viewer.service && len(of[owner]) > 0 {
				want = append(want, sighting{viewer: viewer, name: name, tasks: sorted(of[owner])}.String())
			}
		}
		for service, tasks := range of {
			if service == viewer.service || !f.linked(viewer.service, service) {
				continue
			}
			for _, task := range tasks {
				want = append(want, sighting{viewer: viewer, tasks: []string{task}}.String())
			}
		}
	}
	return sorted(want)
}

func sorted(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

// keptApart fails unless all replicas of the stack see each other as f says, so many of each
// service as are wanted. What has just begun may not be known to all nodes yet, and a machine
// that does much answers late, so it asks again, until all that is to be seen has been.
// Whoever is seen without a link is seen once too often.
func (s stack) keptApart(f finds, want map[string]int) {
	s.t.Helper()
	s.wait(2*time.Minute, s.run(want))
	met := map[string]bool{}
	s.wait(2*time.Minute, func(ctx context.Context) error {
		all, err := s.replicas(ctx)
		if err != nil {
			return err
		}
		if err := sameCount(want, all); err != nil {
			return err
		}
		return s.see(ctx, f, all, all, met)
	})
}

// see has some replicas look for all, and fails unless they see each other as f says, now or
// when they have met it before, and nobody else.
func (s stack) see(ctx context.Context, f finds, viewers, all []replica, met map[string]bool) error {
	got, err := look(ctx, f, viewers, all)
	if err != nil {
		return err
	}
	s.noLeak(f, got)
	want := f.wanted(viewers)
	var other, wrong []string
	for _, one := range got {
		if text := one.String(); slices.Contains(want, text) {
			met[text] = true
		} else {
			other = append(other, "instead: "+text)
		}
	}
	for _, text := range want {
		if !met[text] {
			wrong = append(wrong, "missing: "+text)
		}
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(append(wrong, sorted(other)...), "\n"))
	}
	return nil
}

// noLeak ends the test where somebody is seen without a link.
func (s stack) noLeak(f finds, got []sighting) {
	s.t.Helper()
	var leaks []string
	for _, one := range got {
		_, ours := f[one.viewer.service][one.name]
		ok := one.name == "" || ours
		for _, service := range one.of {
			ok = ok && !one.beside && f.linked(one.viewer.service, service)
		}
		if !ok {
			leaks = append(leaks, one.String())
		}
	}
	if len(leaks) > 0 {
		s.t.Fatalf("without a link:\n%s", strings.Join(sorted(leaks), "\n"))
	}
}

// look asks some replicas for all names, and for all addresses of those of other services.
func look(ctx context.Context, f finds, viewers, all []replica) ([]sighting, error) {
	owners := map[string]replica{}
	for _, r := range all {
		for _, address := range r.networks {
			owners[address] = r
		}
	}
	var got []sighting
	var writing sync.Mutex
	var group errgroup.Group
	group.SetLimit(4)
	for _, viewer := range viewers {
		group.Go(func() error {
			seen, err := viewer.ask(ctx, f.names(), all, owners)
			writing.Lock()
			defer writing.Unlock()
			got = append(got, seen...)
			return err
		})
	}
	return got, group.Wait()
}

// ask has a replica look for all others.
func (r replica) ask(ctx context.Context, names []string, all []replica, owners map[string]replica) ([]sighting, error) {
	dialled := map[string]replica{}
	beside := map[string]bool{}
	words := []string{"/probe", "each"}
	for _, name := range names {
		if name != r.service {
			words = append(words, "resolve", name, "--")
		}
	}
	for _, other := range all {
		if other.service == r.service {
			continue
		}
		for _, address := range append(slices.Clone(other.networks), other.gateway) {
			dialled[address+":80"] = other
			beside[address+":80"] = address == other.gateway
			words = append(words, "dial", address+":80", "--")
		}
	}
	out, err := r.inside(ctx, words[:len(words)-1])
	if err != nil {
		return nil, err
	}
	var seen []sighting
	for line := range strings.Lines(out) {
		code, question, _ := strings.Cut(strings.TrimSpace(line), " ")
		kind, about, _ := strings.Cut(question, " ")
		switch {
		case code != "0":
		case kind == "dial":
			seen = append(seen, sighting{viewer: r, tasks: []string{dialled[about].task}, of: []string{dialled[about].service}, beside: beside[about]})
		default:
			addresses, err := r.inside(ctx, []string{"/probe", "resolve", about})
			if err != nil {
				return nil, err
			}
			tasks, of := whose(addresses, owners)
			seen = append(seen, sighting{viewer: r, name: about, tasks: tasks, of: of})
		}
	}
	return seen, nil
}

// whose says who has the addresses that a name is answered with.
func whose(addresses string, owners map[string]replica) (tasks, services []string) {
	for address := range strings.Lines(addresses) {
		address = strings.TrimSpace(address)
		r, known := owners[address]
		if !known { // one that has ended, or is on a node that can't be asked
			tasks = append(tasks, "nobody at "+address)
			continue
		}
		tasks, services = append(tasks, r.task), append(services, r.service)
	}
	return sorted(tasks), sorted(services)
}

// inside runs something in the container, on the engine that has it, and gives what it prints.
func (r replica) inside(ctx context.Context, words []string) (string, error) {
	out, err := scenario.Inside(ctx, r.node.cli, r.id, words...)
	if err != nil {
		err = fmt.Errorf("in %s: %w", r.task, err)
	}
	return out, err
}
