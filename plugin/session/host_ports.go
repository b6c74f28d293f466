package session

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// hostPorts knows who has the ports of the host that an engine publishes: containers,
// and the programs of this machine where the engine is on it.
type hostPorts struct {
	s          *Session
	containers []observed.Container

	asked    bool
	programs []listener
}

// portHolder is who has a port of the host: a container or else a program.
type portHolder struct {
	port      int
	container *observed.Container
	program   program
}

// holder finds who has one of the ports; nil where that is not known. but reports
// containers that do not count: their ports are free, or will be.
func (h *hostPorts) holder(ports desired.HostPorts, but func(*observed.Container) bool) *portHolder {
	all := h.holders(ports, but)
	if len(all) == 0 {
		return nil
	}
	return &all[0]
}

// holders finds all who have one of the ports.
func (h *hostPorts) holders(ports desired.HostPorts, but func(*observed.Container) bool) []portHolder {
	var found []portHolder
	containers := map[int]bool{} // ports that containers have: what listens there is the engine's
	for i := range h.containers {
		c := &h.containers[i]
		for _, p := range c.Ports {
			if p.Public == 0 || !c.State.Up() || !publicPort(p).Meets(ports) {
				continue
			}
			if !containers[int(p.Public)] && !but(c) {
				found = append(found, portHolder{port: int(p.Public), container: c})
			}
			containers[int(p.Public)] = true
		}
	}
	for _, l := range h.listeners() {
		if !containers[l.port] && l.ports().Meets(ports) {
			if is := l.program(); !is.engines {
				containers[l.port] = true
				found = append(found, portHolder{port: l.port, program: is})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b portHolder) int { return a.port - b.port })
	return found
}

// listeners are the ports that programs of this machine have, where the engine
// publishes its containers' there.
func (h *hostPorts) listeners() []listener {
	if !h.asked {
		h.asked = true
		if engineIsHere(h.s.Engine.Host()) {
			h.programs = localListeners()
		}
	}
	return h.programs
}

// publicPort is a port of a container as it is on the host.
func publicPort(p observed.Port) desired.HostPorts {
	return desired.HostPorts{IP: p.IP, First: int(p.Public), Last: int(p.Public), Proto: p.Protocol}
}

// facts are what a refusal says of the holder of a port; nil: nobody knows who it is.
func (h *portHolder) facts(facts refusal.Facts, project string) {
	switch {
	case h == nil || h.container == nil && h.program.pid == 0:
		facts["holder"] = "a program of this machine"
		facts["unheld"] = facts["port"]
	case h.container == nil:
		facts["holder"] = h.program.String()
		facts["process"] = strconv.Itoa(h.program.pid)
	default:
		facts["holder"], facts["holding"] = "the container "+h.container.Name, h.container.Name
		if of := h.container.Owner; of != "" && of != project {
			facts["holder"] += " of the project " + of
		}
	}
}

// checkHostPorts finds the ports of the host that containers need which a plan starts
// and that somebody else has, before anything of the plan is done. What is not
// certain is left to the engine, which says no when a container is started.
func checkHostPorts(s *Session, in desired.Inputs, goal plan.Goal, want plan.Want, p *plan.Plan) error {
	taking := desired.Taking(in, goal, want, p)
	if len(taking) == 0 {
		return nil
	}
	stopping := desired.Stopping(p)
	ports := hostPorts{s: s, containers: in.Have.Snapshot.Containers}
	free := func(c *observed.Container) bool { return stopping[c.ID] }
	x := explaining{s: s, looked: true, seen: ports.containers, ports: &ports}
	var errs []error
	var held []desired.HostPorts
	holders := map[int]portHolder{}
	for _, t := range taking {
		for _, h := range ports.holders(t.Decisive(), free) {
			if !t.Any {
				errs = append(errs, x.held(t, h))
				break
			}
			holders[h.port] = h
			held = append(held, desired.HostPorts{IP: t.Decisive().IP, First: h.port, Last: h.port, Proto: t.Proto})
		}
	}
	for _, short := range desired.Shortages(taking, held) {
		errs = append(errs, x.short(short, holders))
	}
	slices.SortStableFunc(errs, byPlace)
	return errors.Join(errs...)
}

// held says that somebody has the port that a container needs.
func (x *explaining) held(of desired.Publishing, by portHolder) error {
	facts := refusal.Facts{"service": of.Service, "container": of.Container, "port": strconv.Itoa(by.port), "ip": of.IP}
	by.facts(facts, x.s.Name)
	x.another(facts, by.port, of.Port)
	r := refusal.Of(refusal.PortInUse, facts)
	r.Path, r.Pos = portsPath(of), of.Pos
	return r
}

// portsPath is the key that says what is published; empty: the command line does.
func portsPath(of desired.Publishing) string {
	if of.Pos.IsZero() {
		return ""
	}
	return of.Service + ".ports"
}

// mostHolders is how many are named of those that have the ports of a range.
const mostHolders = 3

// short says that no port of a range is left for a container.
func (x *explaining) short(of desired.Shortage, holders map[int]portHolder) error {
	var list []string
	own := 0
	for port := of.Of.First; port <= of.Of.Last; port++ {
		h, held := holders[port]
		switch {
		case !held:
		case h.container != nil && h.container.Project == x.s.Name && h.container.Service == of.Of.Service:
			own++
		default:
			facts := refusal.Facts{"port": strconv.Itoa(port)}
			h.facts(facts, x.s.Name)
			list = append(list, fmt.Sprintf("%d by %s", port, facts["holder"]))
		}
	}
	if more := len(list) - mostHolders; more > 0 {
		list = append(list[:mostHolders], fmt.Sprintf("%d by others", more))
	}
	if own > 0 {
		list = append(list, fmt.Sprintf("%d by %s itself", own, of.Of.Service))
	}
	msg := fmt.Sprintf("none of the ports %s of the host is left for %s", of.Of.Numbers(), of.Of.Container)
	if len(list) > 0 {
		msg += ": in use " + strings.Join(list, ", ")
	}
	return &refusal.Refusal{
		Kind: refusal.PortInUse, Pos: of.Of.Pos, Path: portsPath(of.Of), Msg: msg,
		Advice: []string{"publish a larger range, or " + desired.Chosen(of.Of.Port) + " to let the engine choose any port that is free"},
	}
}

// another says which port of the host may be published instead of one that is taken.
func (x *explaining) another(facts refusal.Facts, port int, published compose.Port) {
	facts["another"] = fmt.Sprintf("%d:%d", x.free(port, published.Proto), published.First+min(port-published.HostFirst, published.Last-published.First))
	if published.IP != "" {
		facts["another"] = published.IP + ":" + facts["another"]
	}
	if published.Proto != "tcp" {
		facts["another"] += "/" + published.Proto
	}
}

// free is a port of the host near one that is in use, which nobody is known to have and
// the files do not publish.
func (x *explaining) free(port int, proto string) int {
	const last = 65535
	taken := func(p int) bool {
		nobody := func(*observed.Container) bool { return false }
		return desired.Publishes(x.s.Project, p) || x.hostPorts().holder(desired.HostPorts{First: p, Last: p, Proto: proto}, nobody) != nil
	}
	for p := port + 1; p <= last; p++ {
		if !taken(p) {
			return p
		}
	}
	for port--; taken(port); {
		port--
	}
	return port
}
