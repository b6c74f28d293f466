package compose

import (
	"fmt"
	"strings"
)

// need is why a service's container cannot be made before another's.
type need struct {
	on   string
	pos  Pos
	path string
}

// needs are the services whose containers s cannot do without. Links are not
// among them: they are names on a network, and may go round in a circle.
func needs(s *Service, known map[string]*Service) []need {
	var out []need
	add := func(on string, pos Pos, key string) {
		if known[on] != nil && on != s.Name {
			out = append(out, need{on, pos, s.Name + "." + key})
		}
	}
	for _, v := range s.VolumesFrom {
		add(v.Source, v.Pos, "volumes_from")
	}
	if s.Net.Mode == NetService {
		add(s.Net.Name, s.Net.Pos, "net")
	}
	if name, ok := strings.CutPrefix(s.Pid, "container:"); ok {
		add(name, s.At["pid"], "pid")
	}
	if name, ok := strings.CutPrefix(s.Ipc, "container:"); ok {
		add(name, s.At["ipc"], "ipc")
	}
	return out
}

// checkCycles reports each circle of needs once, where it closes when the
// services are read in file order.
func (l *loader) checkCycles(partials []*partial, known map[string]*Service) {
	const (
		open = 1 + iota
		done
	)
	state := make(map[string]int, len(partials))
	var way []string
	var visit func(s *Service)
	visit = func(s *Service) {
		state[s.Name] = open
		way = append(way, s.Name)
		for _, n := range needs(s, known) {
			switch state[n.on] {
			case open:
				from := len(way) - 1
				for way[from] != n.on {
					from--
				}
				l.fail(n.pos, n.path, fmt.Sprintf("services need each other's containers in a circle: %s, %s", strings.Join(way[from:], ", "), n.on),
					"only links may go round in a circle")
			case done:
			default:
				visit(known[n.on])
			}
		}
		way = way[:len(way)-1]
		state[s.Name] = done
	}
	for _, p := range partials {
		if state[p.Name] == 0 {
			visit(&p.Service)
		}
	}
}
