package convert

import (
	"fmt"
	"net/netip"

	"github.com/stack-lite/stack-lite/compose"
)

// published says how the ports of a service are published: in the mesh of all nodes, or
// on the nodes of its tasks.
type published struct{ mesh, nodes bool }

// ports writes those that are published.
func (t *task) ports() published {
	var how published
	var list []any
	robin := object(t.is["deploy"])["endpoint_mode"] == "dnsrr"
	modes := modes(t.s)
	for i, p := range t.s.Ports {
		if t.s.Net.Mode == compose.NetHost {
			t.tellPort(p, "is left out: the service is on the network of its node")
			continue
		}
		if p.IP != "" && !everywhere(p.IP) {
			t.tellPort(p, fmt.Sprintf("is not published: a swarm publishes on all addresses of its nodes, and not on %s alone. Remove the address for that", p.IP))
			continue
		}
		mode := compose.PublishIngress
		switch {
		case modes[i] != "":
			mode = modes[i]
		case t.publishHost():
			mode = compose.PublishHost
		}
		if robin && mode == compose.PublishIngress {
			mode = compose.PublishHost
			t.tellPort(p, "is published on the nodes of its tasks alone: with endpoint_mode: dnsrr there is no other way")
		}
		how.mesh, how.nodes = how.mesh || mode == compose.PublishIngress, how.nodes || mode == compose.PublishHost
		list = append(list, t.port(p, mode)...)
	}
	if len(list) > 0 {
		t.say("ports", list)
	}
	t.mesh = t.mesh || how.mesh
	return how
}

// modes are those that files of today give ports, for each port; empty: none.
func modes(s *compose.Service) []string {
	list := make([]string, len(s.Ports))
	if s.Spec != nil {
		copy(list, s.Spec.PortModes)
	}
	return list
}

// publishHost reports whether ports without a mode are published on the nodes of tasks.
func (k *stack) publishHost() bool {
	return k.own != nil && k.own.PublishHost || k.project.Swarm != nil && k.project.Swarm.PublishMode == compose.PublishHost
}

func (t *task) tellPort(p compose.Port, text string) {
	t.note(p.Pos, t.s.Name+".ports", p.String()+" "+text)
}

// port is one port, or each of a range.
func (t *task) port(p compose.Port, mode string) []any {
	var list []any
	for i := range p.Last - p.First + 1 {
		of := map[string]any{"target": int64(p.First + i), "protocol": p.Proto, "mode": mode}
		if p.HostFirst > 0 {
			of["published"] = int64(p.HostFirst + i)
		}
		list = append(list, of)
	}
	if p.First == p.Last && p.HostLast > p.HostFirst {
		t.tellPort(p, fmt.Sprintf("is published as %d: a swarm chooses from no range", p.HostFirst))
	}
	return list
}

// everywhere reports whether an address stands for all of a machine.
func everywhere(ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && a.IsUnspecified()
}
