package deployed

import (
	"cmp"
	"fmt"

	"github.com/stack-lite/stack-lite/compose"
)

// checkPorts refuses a port that two services publish on all nodes: one of them would have
// it, and the other be refused when the first is there.
func (w *wanted) checkPorts() {
	type port struct {
		number   uint32
		protocol string
	}
	by := map[port]*compose.Service{}
	for _, s := range w.Project.Services {
		for _, p := range w.stack.Services[s.Name].Ports {
			if p.Published == 0 || p.Mode == compose.PublishHost {
				continue
			}
			of := port{uint32(p.Published), cmp.Or(p.Protocol, "tcp")}
			other := by[of]
			if other == nil {
				by[of] = s
				continue
			}
			if other != s {
				w.errs = append(w.errs, &compose.Error{
					Pos: placeOfPort(s, int(of.number)), Path: s.Name + ".ports",
					Msg:   fmt.Sprintf("port %d is published on all nodes by %s too, at %s", of.number, other.Name, placeOfPort(other, int(of.number))),
					Hints: []string{"publish another port", "or publish on the nodes of the tasks alone: --publish-mode host"},
				})
			}
		}
	}
}

// placeOfPort is where a service publishes a port.
func placeOfPort(s *compose.Service, number int) compose.Pos {
	for _, p := range s.Ports {
		if p.HostFirst <= number && number <= p.HostLast {
			return p.Pos
		}
	}
	return cmp.Or(s.At["ports"], s.Pos)
}
