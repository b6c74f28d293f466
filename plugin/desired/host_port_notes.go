package desired

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// PortNotes notes the ports of the host that several services of the files publish.
// It is no mistake of a file: they may be there to be chosen from.
func PortNotes(p *compose.Project) []compose.Note {
	var notes []compose.Note
	list := publishings(p, nil, func(string) int { return 1 })
	for _, c := range Clashes(list) {
		notes = append(notes, compose.Note{Pos: c.Of.Pos, Path: c.Of.Path, Text: c.text()})
	}
	for _, s := range Shortages(list, nil) {
		notes = append(notes, compose.Note{Pos: s.Of.Pos, Path: s.Of.Path, Text: s.text()})
	}
	return compose.SortNotes(notes)
}

// text says which port it is, and who else has it.
func (c Clash) text() string {
	port := HostPorts{First: c.Port, Last: c.Port, Proto: c.Of.Proto}
	return fmt.Sprintf("host port %s is published by %s too, at %s: they can't run at the same time", port.Numbers(), c.With.Service, c.With.Pos)
}

// text says how many need the ports, and who.
func (s Shortage) text() string {
	others := map[string]bool{}
	var names []string
	for _, o := range s.Others {
		if name := o.Service + " at " + o.Pos.String(); o.Service != s.Of.Service && !others[name] {
			others[name] = true
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return fmt.Sprintf("host ports %s are not enough for all containers of %s", s.Of.Numbers(), s.Of.Service)
	}
	return fmt.Sprintf("host ports %s are not enough for %s and others that publish them: %s", s.Of.Numbers(), s.Of.Service, strings.Join(names, ", "))
}

// quotedPort is how a file publishes a port as many higher on the host.
func quotedPort(p compose.Port, by int) string {
	p.HostFirst, p.HostLast = p.HostFirst+by, p.HostLast+by
	return fmt.Sprintf("%q", p.String())
}

// Chosen is how a file publishes a port at any port of the host that is free.
func Chosen(p compose.Port) string {
	p.HostFirst, p.HostLast = 0, 0
	return fmt.Sprintf("%q", p.String())
}

// otherPort is a port of the host near another one that the files do not publish.
func otherPort(p *compose.Project, port int) int {
	const last = 65535
	for other := port + 1; other <= last; other++ {
		if !Publishes(p, other) {
			return other
		}
	}
	for port--; Publishes(p, port); {
		port--
	}
	return port
}

// Publishes reports whether the files publish a port of the host, of whatever service.
func Publishes(p *compose.Project, port int) bool {
	return slices.ContainsFunc(p.Services, func(s *compose.Service) bool {
		return slices.ContainsFunc(s.Ports, func(p compose.Port) bool { return p.HostFirst <= port && port <= p.HostLast })
	})
}
