package scenario

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

func reaches(s *Scene, args []string) error {
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

func resolves(s *Scene, args []string) error {
	from, err := s.living(args[0])
	if err != nil {
		return err
	}
	for _, r := range from {
		_, printed, err := s.probe(r, "resolve", args[1])
		if err != nil {
			return err
		}
		n := len(addressesIn(printed))
		if err := exactly(args[2], n, "%s resolves %s to %d addresses, want %s: %s", r.name, args[1], n, args[2], printed); err != nil {
			return err
		}
	}
	return nil
}

// leads: a name has addresses of the other's containers, and of nobody else.
func leads(s *Scene, args []string) error {
	from, err := s.living(args[0])
	if err != nil {
		return err
	}
	to, err := s.living(args[2])
	if err != nil {
		return err
	}
	var meant []string
	for _, r := range to {
		meant = append(meant, r.addrs...)
	}
	for _, r := range from {
		_, printed, err := s.probe(r, "resolve", args[1])
		if err != nil {
			return err
		}
		addrs := addressesIn(printed)
		if len(addrs) == 0 {
			return fmt.Errorf("%s finds nobody under %s: %s", r.name, args[1], printed)
		}
		for _, addr := range addrs {
			if !slices.Contains(meant, addr) {
				return refuted{fmt.Errorf("%s finds %s under %s, which is none of %s: %v", r.name, addr, args[1], args[2], meant)}
			}
		}
	}
	return nil
}

// environment asks the containers themselves, not the engine.
func environment(s *Scene, args []string) error {
	from, err := s.living(args[0])
	if err != nil {
		return err
	}
	for _, r := range from {
		code, printed, err := s.probe(r, "env", args[1])
		if len(args) == 2 {
			if err != nil || code == 0 {
				return refuted{fmt.Errorf("%s in %s is %q, want none (%v)", args[1], r.name, printed, err)}
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
func isolated(s *Scene, args []string) error {
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
			group.Go(func() error { return s.findsNone(from, pair[1]) })
		}
	}
	return group.Wait()
}

// findsNone asks for others from a container; that somebody answers is an error.
func (s *Scene) findsNone(from replica, others []replica) error {
	list := []string{"each"}
	asked := map[string]replica{}
	for _, to := range others {
		for _, question := range questions(from, to) {
			text := strings.Join(question, " ")
			if _, already := asked[text]; already { // another of the same service
				continue
			}
			if len(asked) > 0 {
				list = append(list, "--")
			}
			list = append(list, question...)
			asked[text] = to
		}
	}
	if len(asked) == 0 {
		return nil
	}
	code, printed, err := s.probe(from, list...)
	if err != nil || code != 0 {
		return fmt.Errorf("can't ask from %s: status %d, %s (%v)", from.name, code, printed, err)
	}
	for line := range strings.Lines(printed) {
		code, question, _ := strings.Cut(strings.TrimSpace(line), " ")
		to, ok := asked[question]
		if !ok {
			return fmt.Errorf("what %s printed is no answer: %q", from.name, line)
		}
		switch code {
		case "0":
			return fmt.Errorf("%s reaches %s: %s", from.name, to.name, question)
		case "1", "2": // no answer, no such name
		default:
			return fmt.Errorf("%s could not %s: status %s", from.name, question, code)
		}
		delete(asked, question)
	}
	if len(asked) > 0 {
		return fmt.Errorf("%s did not answer %v: %s", from.name, slices.Sorted(maps.Keys(asked)), printed)
	}
	return nil
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
