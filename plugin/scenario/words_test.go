package scenario_test

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sync/errgroup"
)

// A word looks at the state of a scene; an error says what is not as claimed.
type word func(s *scene, args []string) error

// vocabulary is the words of scripts; testdata/scenarios/README.md explains
// them. Those that claim something ask until it is so; stacklite itself is a
// program, not a word.
func vocabulary() map[string]func(*testscript.TestScript, bool, []string) {
	commands := map[string]func(*testscript.TestScript, bool, []string){
		"calls":      calls,
		"changes":    changes,
		"exits":      exits,
		"kill-after": killAfter,
	}
	claim := func(name, usage string, least, most int, w word) {
		commands[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			if neg || len(args) < least || most >= 0 && len(args) > most {
				ts.Fatalf("usage: %s %s", name, usage)
			}
			s := sceneOf(ts)
			if err := s.eventually(func() error { return w(s, args) }); err != nil {
				ts.Fatalf("%v", err)
			}
		}
	}
	claim("running", "SERVICE N", 2, 2, running)
	claim("stopped", "SERVICE N", 2, 2, stopped)
	claim("absent", "SERVICE...", 1, -1, absent)
	claim("nothing-left", "[PROJECT]", 0, 1, nothingLeft)
	claim("networks", "N [PROJECT]", 1, 2, networks)
	claim("reaches", "SERVICE SERVICE [NAME[:PORT]]", 2, 3, reaches)
	claim("resolves", "SERVICE NAME N", 3, 3, resolves)
	claim("isolated", "SERVICE SERVICE", 2, 2, isolated)
	claim("remember", "SERVICE...", 1, -1, remember)
	claim("kept", "SERVICE...", 1, -1, kept)
	claim("replaced", "SERVICE...", 1, -1, replaced)
	claim("data-kept", "SERVICE...", 1, -1, dataKept)
	claim("data-shared", "SERVICE SERVICE PATH", 3, 3, dataShared)
	claim("meddle", "stop|remove|disconnect SERVICE", 2, 2, meddle)
	claim("holds", "SERVICE", 1, 1, holds)
	claim("sits", "SERVICE N", 2, 2, sits)
	claim("foreign", "CONTAINER [TRAIT...]", 1, -1, foreign)
	claim("foreign-network", "NAME", 1, 1, foreignNetwork)
	claim("stranger-untouched", "", 0, 0, strangerUntouched)
	claim("environment", "SERVICE NAME [VALUE]", 2, 3, environment)
	return commands
}

func sceneOf(ts *testscript.TestScript) *scene { return ts.Value(sceneKey{}).(*scene) }

// count checks how many of a service's containers run and how many don't.
func (s *scene) count(service, number string, wantRunning bool) error {
	n, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	replicas, err := s.replicas(service)
	if err != nil {
		return err
	}
	found := 0
	for _, r := range replicas {
		if r.running == wantRunning {
			found++
		}
	}
	if found != n {
		return fmt.Errorf("%s: %d of %d containers have running=%v, want %d", service, found, len(replicas), wantRunning, n)
	}
	return nil
}

func running(s *scene, args []string) error { return s.count(args[0], args[1], true) }

func stopped(s *scene, args []string) error { return s.count(args[0], args[1], false) }

func absent(s *scene, services []string) error {
	for _, service := range services {
		if replicas, err := s.replicas(service); err != nil || len(replicas) > 0 {
			return fmt.Errorf("%s: has %d containers, want none (%v)", service, len(replicas), err)
		}
	}
	return nil
}

func nothingLeft(s *scene, args []string) error {
	project := s.project
	if len(args) == 1 {
		project = args[0]
	}
	list, err := s.cli.ContainerList(context.Background(), container.ListOptions{All: true})
	if err != nil {
		return err
	}
	var left []string
	for _, c := range list {
		stranger := slices.ContainsFunc(s.strangers, func(r replica) bool { return r.id == c.ID })
		if !stranger && (c.Labels[labelProject] == project || strings.HasPrefix(c.Names[0], "/"+project+"_")) {
			left = append(left, c.Names[0])
		}
	}
	names, err := s.networks(project)
	if err != nil {
		return err
	}
	if left = append(left, names...); len(left) > 0 {
		return fmt.Errorf("left of %s: %v", project, left)
	}
	return nil
}

func networks(s *scene, args []string) error {
	project := s.project
	if len(args) == 2 {
		project = args[1]
	}
	names, err := s.networks(project)
	if err != nil {
		return err
	}
	if itoa := strconv.Itoa(len(names)); itoa != args[0] {
		return fmt.Errorf("%d networks, want %s: %v", len(names), args[0], names)
	}
	return nil
}

// living lists the running replicas of a service; none is an error.
func (s *scene) living(service string) ([]replica, error) {
	replicas, err := s.replicas(service)
	if err != nil {
		return nil, err
	}
	replicas = slices.DeleteFunc(replicas, func(r replica) bool { return !r.running })
	if len(replicas) == 0 {
		return nil, fmt.Errorf("no container of %s runs", service)
	}
	return replicas, nil
}

func reaches(s *scene, args []string) error {
	from, err := s.living(args[0])
	if err != nil {
		return err
	}
	if _, err := s.living(args[1]); err != nil {
		return err
	}
	_, name := s.split(args[1])
	if len(args) == 3 {
		name = args[2]
	}
	if !strings.Contains(name, ":") {
		name += ":80"
	}
	for _, r := range from {
		code, printed, err := s.probe(r, "dial", name)
		if err != nil || code != 0 {
			return fmt.Errorf("%s does not reach %s: status %d, %s (%v)", r.name, name, code, printed, err)
		}
	}
	return nil
}

func resolves(s *scene, args []string) error {
	from, err := s.living(args[0])
	if err != nil {
		return err
	}
	for _, r := range from {
		_, printed, err := s.probe(r, "resolve", args[1])
		if n := len(addressesIn(printed)); err != nil || strconv.Itoa(n) != args[2] {
			return fmt.Errorf("%s resolves %s to %d addresses, want %s: %s (%v)", r.name, args[1], n, args[2], printed, err)
		}
	}
	return nil
}

// environment asks the containers themselves, not the engine.
func environment(s *scene, args []string) error {
	from, err := s.living(args[0])
	if err != nil {
		return err
	}
	for _, r := range from {
		code, printed, err := s.probe(r, "env", args[1])
		if len(args) == 2 {
			if err != nil || code == 0 {
				return fmt.Errorf("%s in %s is %q, want none (%v)", args[1], r.name, printed, err)
			}
			continue
		}
		if got := strings.TrimSpace(printed); err != nil || code != 0 || got != args[2] {
			return fmt.Errorf("%s in %s is %q with status %d, want %q (%v)", args[1], r.name, got, code, args[2], err)
		}
	}
	return nil
}

// addressesIn picks the addresses out of what the probe printed on a terminal.
func addressesIn(printed string) []string {
	return slices.DeleteFunc(strings.Fields(printed), func(w string) bool { return net.ParseIP(w) == nil })
}

// isolated checks both ways, by every name and every address the other has.
func isolated(s *scene, args []string) error {
	a, err := s.living(args[0])
	if err != nil {
		return err
	}
	b, err := s.living(args[1])
	if err != nil {
		return err
	}
	// All at once: most questions are answered by silence.
	var group errgroup.Group
	for _, pair := range [][2][]replica{{a, b}, {b, a}} {
		for _, from := range pair[0] {
			for _, to := range pair[1] {
				for _, question := range questions(from, to) {
					group.Go(func() error { return s.unanswered(from, to, question) })
				}
			}
		}
	}
	return group.Wait()
}

// questions are the ways in which one container might find another: names that
// it has itself say nothing.
func questions(from, to replica) [][]string {
	var list [][]string
	targets := slices.Concat(to.names, to.addrs)
	slices.Sort(targets)
	for _, target := range slices.Compact(targets) {
		if target != "" && !slices.Contains(from.names, target) {
			list = append(list, []string{"dial", target + ":80"})
		}
	}
	for _, addr := range to.addrs {
		list = append(list, []string{"ping", "-c", "1", addr})
	}
	return list
}

func (s *scene) unanswered(from, to replica, question []string) error {
	code, printed, err := s.probe(from, question...)
	if err == nil && code == 0 {
		return fmt.Errorf("%s reaches %s: %v: %s", from.name, to.name, question, printed)
	}
	return err
}

func remember(s *scene, services []string) error {
	for _, service := range services {
		replicas, err := s.replicas(service)
		if err != nil {
			return err
		}
		if len(replicas) == 0 {
			return fmt.Errorf("%s has no container to remember", service)
		}
		s.remembered[service] = replicas
	}
	return nil
}

// kept: every remembered container is there still, running since the same
// moment or at rest as before.
func kept(s *scene, services []string) error {
	for _, service := range services {
		now, err := s.replicas(service)
		if err != nil {
			return err
		}
		if len(s.remembered[service]) == 0 {
			return fmt.Errorf("%s was not remembered", service)
		}
		for _, old := range s.remembered[service] {
			if !slices.ContainsFunc(now, func(r replica) bool {
				return r.id == old.id && r.started == old.started && r.running == old.running
			}) {
				return fmt.Errorf("%s was replaced, restarted or stopped", old.name)
			}
		}
	}
	return nil
}

// replaced: no remembered container is there any more, and others run.
func replaced(s *scene, services []string) error {
	for _, service := range services {
		now, err := s.living(service)
		if err != nil {
			return err
		}
		if len(s.remembered[service]) == 0 {
			return fmt.Errorf("%s was not remembered", service)
		}
		for _, old := range s.remembered[service] {
			if slices.ContainsFunc(now, func(r replica) bool { return r.id == old.id }) {
				return fmt.Errorf("%s is the same container as before", old.name)
			}
		}
	}
	return nil
}

// dataKept: the service's first container mounts the volumes that the
// remembered one did.
func dataKept(s *scene, services []string) error {
	for _, service := range services {
		now, err := s.living(service)
		if err != nil {
			return err
		}
		old := s.remembered[service]
		if len(old) == 0 || len(old[0].volumes) == 0 {
			return fmt.Errorf("%s was not remembered with a volume", service)
		}
		if !maps.Equal(now[0].volumes, old[0].volumes) {
			return fmt.Errorf("%s mounted %v and now %v", service, old[0].volumes, now[0].volumes)
		}
	}
	return nil
}

func dataShared(s *scene, args []string) error {
	a, err := s.living(args[0])
	if err != nil {
		return err
	}
	b, err := s.living(args[1])
	if err != nil {
		return err
	}
	if at := a[0].volumes[args[2]]; at == "" || at != b[0].volumes[args[2]] {
		return fmt.Errorf("%s mounts %v, %s %v", args[0], a[0].volumes, args[1], b[0].volumes)
	}
	return nil
}

func strangerUntouched(s *scene, _ []string) error {
	for _, old := range s.strangers {
		now, err := s.inspect(context.Background(), old.id)
		if err != nil {
			return err
		}
		if now.name != old.name || now.started != old.started || !now.running ||
			!slices.Equal(now.addrs, old.addrs) {
			return fmt.Errorf("%s was %+v, is %+v", old.name, old, now)
		}
	}
	if len(s.strangers) == 0 {
		return fmt.Errorf("there is no stranger")
	}
	return nil
}
