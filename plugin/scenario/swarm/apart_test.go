package swarm_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
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

// wanted is what each replica is to see: under each name all replicas of the one who has it,
// each of which it reaches by an address on a network, and none by the address by which that
// leaves its node.
func (f finds) wanted(all []replica) map[string]string {
	of := map[string][]string{}
	for _, r := range all {
		of[r.service] = append(of[r.service], r.task)
	}
	for _, tasks := range of {
		slices.Sort(tasks)
	}
	want := map[string]string{}
	for _, viewer := range all {
		for name, owner := range f[viewer.service] {
			if name != viewer.service {
				want[seenAs(viewer, "finds", name)] = strings.Join(of[owner], " ")
			}
			for _, task := range of[owner] {
				want[seenAs(viewer, "reaches", task)] = "on a network"
			}
		}
	}
	return want
}

func seenAs(viewer replica, verb, whom string) string {
	return fmt.Sprintf("%s on %s %s %s", viewer.task, viewer.node.name, verb, whom)
}

// keptApart fails unless all replicas of the stack see each other as f says, so many of each
// service as are wanted. What has just begun may not be known to all nodes yet, so it asks
// again; but what is seen must then be that at one moment.
func (s stack) keptApart(f finds, want map[string]int) {
	s.t.Helper()
	s.wait(2*time.Minute, s.run(want))
	s.wait(time.Minute, func(ctx context.Context) error {
		all, err := s.replicas(ctx)
		if err != nil {
			return err
		}
		if err := sameCount(want, all); err != nil {
			return err
		}
		got, err := seen(ctx, f.names(), all)
		if err != nil {
			return err
		}
		if diff := cmp.Diff(f.wanted(all), got); diff != "" {
			return fmt.Errorf("(-want +seen)\n%s", diff)
		}
		return nil
	})
}

// seen asks each replica for all names, and for all addresses of those of other services.
func seen(ctx context.Context, names []string, all []replica) (map[string]string, error) {
	owners := map[string]replica{} // by the address on a network
	for _, r := range all {
		for _, address := range r.networks {
			owners[address] = r
		}
	}
	got := map[string]string{}
	var writing sync.Mutex
	note := func(what, whom string) {
		writing.Lock()
		defer writing.Unlock()
		if got[what] != "" && got[what] != whom {
			whom = got[what] + " and " + whom
		}
		got[what] = whom
	}
	var group errgroup.Group
	group.SetLimit(4)
	for _, viewer := range all {
		group.Go(func() error { return viewer.ask(ctx, names, all, owners, note) })
	}
	return got, group.Wait()
}

// ask has a replica look for all others, and notes what it finds and reaches.
func (r replica) ask(ctx context.Context, names []string, all []replica, owners map[string]replica, note func(what, whom string)) error {
	dialled := map[string]replica{}
	byGateway := map[string]bool{}
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
			byGateway[address+":80"] = address == other.gateway
			words = append(words, "dial", address+":80", "--")
		}
	}
	out, err := r.inside(ctx, words[:len(words)-1])
	if err != nil {
		return err
	}
	for line := range strings.Lines(out) {
		code, question, _ := strings.Cut(strings.TrimSpace(line), " ")
		kind, about, _ := strings.Cut(question, " ")
		switch {
		case code != "0":
		case kind == "dial" && byGateway[about]:
			note(seenAs(r, "reaches", dialled[about].task), "past the networks")
		case kind == "dial":
			note(seenAs(r, "reaches", dialled[about].task), "on a network")
		default:
			found, err := r.inside(ctx, []string{"/probe", "resolve", about})
			if err != nil {
				return err
			}
			note(seenAs(r, "finds", about), whose(found, owners))
		}
	}
	return nil
}

// whose says who has the addresses that a name is answered with.
func whose(addresses string, owners map[string]replica) string {
	var tasks []string
	for address := range strings.Lines(addresses) {
		address = strings.TrimSpace(address)
		task := owners[address].task
		if task == "" {
			task = "nobody at " + address
		}
		tasks = append(tasks, task)
	}
	slices.Sort(tasks)
	return strings.Join(slices.Compact(tasks), " ")
}

// inside runs something in the container, on the engine that has it, and gives what it prints.
func (r replica) inside(ctx context.Context, words []string) (string, error) {
	x, err := r.node.cli.ContainerExecCreate(ctx, r.id, container.ExecOptions{Cmd: words, AttachStdout: true, AttachStderr: true})
	if err != nil {
		return "", err
	}
	conn, err := r.node.cli.ContainerExecAttach(ctx, x.ID, container.ExecAttachOptions{})
	if err != nil {
		return "", err
	}
	defer conn.Close()
	var out, errs bytes.Buffer
	if _, err := stdcopy.StdCopy(&out, &errs, conn.Reader); err != nil {
		return "", err
	}
	ended, err := r.node.cli.ContainerExecInspect(ctx, x.ID)
	if err != nil {
		return "", err
	}
	if ended.ExitCode != 0 {
		return "", fmt.Errorf("%s in %s: exit status %d: %s", strings.Join(words[:2], " "), r.task, ended.ExitCode, errs.String())
	}
	return out.String(), nil
}
