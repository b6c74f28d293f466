package desired

import (
	"cmp"
	"container/heap"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// HostPorts are ports of the host that are needed at once: all from First to Last,
// or any one of them.
type HostPorts struct {
	IP          string // of the host; empty: all addresses
	First, Last int
	Proto       string // tcp, udp or sctp
	Any         bool   // one of them, which the engine chooses
}

// Numbers is the ports without the address: 80, 8000-8010/udp.
func (p HostPorts) Numbers() string {
	return compose.Port{First: p.First, Last: p.Last, Proto: p.Proto}.String()
}

// Meets reports whether two containers can't both have a port of one number that is
// among both. It says so only where it is certain: an engine decides about the rest,
// such as whether all addresses of IPv6 have those of IPv4 among them.
func (p HostPorts) Meets(o HostPorts) bool {
	return p.Proto == o.Proto && p.First <= o.Last && o.First <= p.Last && addressesMeet(p.IP, o.IP)
}

// Decisive is what decides whether one of the ports is left, of those that are chosen
// from: on all addresses the ports of IPv4. An Engine 20.10 chooses for IPv4 and IPv6
// apart, so that one container may have two of them.
func (p HostPorts) Decisive() HostPorts {
	if p.Any && p.IP == "" {
		p.IP = "0.0.0.0"
	}
	return p
}

// addressesMeet reports whether what is bound to one address of the host keeps others
// from binding to another one.
func addressesMeet(a, b string) bool {
	if a == "" || b == "" || a == b {
		return true
	}
	x, err1 := netip.ParseAddr(a)
	y, err2 := netip.ParseAddr(b)
	if err1 != nil || err2 != nil || x.Is4() != y.Is4() {
		return false
	}
	return x == y || x.IsUnspecified() || y.IsUnspecified()
}

// covers reports whether who binds to one address binds to another one too.
func covers(a, b string) bool {
	if a == "" || a == b {
		return true
	}
	x, err := netip.ParseAddr(a)
	return err == nil && x.IsUnspecified() && addressesMeet(a, b) && b != ""
}

// Publishing is what a container of a service needs of the host for one of the ports
// of the service.
type Publishing struct {
	HostPorts
	Service   string
	Container string      // the name; empty: any container of the service
	Path      string      // web.ports[0]
	Pos       compose.Pos // of that in the file
	Port      compose.Port
}

// PublishedBy lists what a container of a service needs of the host. Ports of the
// host that the engine chooses freely are left out, and all of one without a network
// of its own: it publishes nothing.
func PublishedBy(s *compose.Service, container string) []Publishing {
	if s.Net.Mode != compose.NetLinks && s.Net.Mode != compose.NetNetwork {
		return nil
	}
	var list []Publishing
	for i, p := range s.Ports {
		if p.HostFirst == 0 {
			continue
		}
		list = append(list, Publishing{
			HostPorts: HostPorts{IP: p.IP, First: p.HostFirst, Last: p.HostLast, Proto: p.Proto, Any: p.First == p.Last && p.HostFirst != p.HostLast},
			Service:   s.Name, Container: container, Path: fmt.Sprintf("%s.ports[%d]", s.Name, i), Pos: p.Pos, Port: p,
		})
	}
	return list
}

// Clash is a port of the host that two publish.
type Clash struct {
	Of, With Publishing
	Port     int // the first that both need
}

// Clashes finds the ports of the host that two services publish, whatever the engine
// chooses. Each of list is told of at most once, with the first that it clashes with.
// What one service publishes twice is a mistake of its file, and known.
func Clashes(list []Publishing) []Clash {
	var found []Clash
	fixed := map[string][]int{} // by protocol, indices in list that need all of their ports
	for i, p := range list {
		if p.Any {
			continue
		}
		for _, other := range fixed[p.Proto] {
			if o := list[other]; o.Service != p.Service && o.Meets(p.HostPorts) {
				found = append(found, Clash{Of: p, With: o, Port: max(p.First, o.First)})
				break
			}
		}
		fixed[p.Proto] = append(fixed[p.Proto], i)
	}
	return found
}

// Shortage is a range of the host in which there is no port for a container that
// needs one of them.
type Shortage struct {
	Of     Publishing
	Others []Publishing // that need one of these ports too, or several
}

// Shortages finds, of those that need any port of a range, those for which none is
// left, whatever the engine chooses for the others. Ports in held are not free.
func Shortages(list []Publishing, held []HostPorts) []Shortage {
	var choosing []Publishing
	taken := slices.Clone(held)
	for _, p := range list {
		if p.Any {
			p.HostPorts = p.Decisive()
			choosing = append(choosing, p)
		} else {
			taken = append(taken, p.HostPorts)
		}
	}
	var found []Shortage
	var seen []string
	for _, c := range choosing {
		key := c.Proto + " " + c.IP
		if slices.Contains(seen, key) {
			continue
		}
		seen = append(seen, key)
		var sharing []Publishing // who binds to this address: they must have different ports
		for _, o := range choosing {
			if o.Proto == c.Proto && covers(o.IP, c.IP) {
				sharing = append(sharing, o)
			}
		}
		var occupied []HostPorts
		for _, t := range taken {
			if t.Proto == c.Proto && addressesMeet(t.IP, c.IP) {
				occupied = append(occupied, t)
			}
		}
		for _, short := range withoutPort(sharing, occupied) {
			if !slices.ContainsFunc(found, func(s Shortage) bool { return s.Of.Path == short.Path }) {
				found = append(found, Shortage{Of: short, Others: rivals(short, list)})
			}
		}
	}
	return found
}

// rivals lists those that need ports which another one may have.
func rivals(of Publishing, list []Publishing) []Publishing {
	return slices.DeleteFunc(slices.Clone(list), func(p Publishing) bool {
		return p.Path == of.Path && p.Container == of.Container || !p.Meets(of.HostPorts)
	})
}

// withoutPort gives each its port, to those first whose ranges end first, which leaves
// the fewest without, and lists these.
func withoutPort(sharing []Publishing, occupied []HostPorts) []Publishing {
	waiting := &byLast{}
	var without []Publishing
	sharing = slices.SortedStableFunc(slices.Values(sharing), func(a, b Publishing) int { return a.First - b.First })
	occupied = slices.SortedFunc(slices.Values(occupied), func(a, b HostPorts) int { return a.First - b.First })
	next, taken := 0, 0 // up to where ports are occupied
	for port := 0; next < len(sharing) || waiting.Len() > 0; port++ {
		if waiting.Len() == 0 {
			port = max(port, sharing[next].First)
		}
		for ; next < len(sharing) && sharing[next].First <= port; next++ {
			heap.Push(waiting, sharing[next])
		}
		for len(occupied) > 0 && occupied[0].First <= port {
			taken = max(taken, occupied[0].Last)
			occupied = occupied[1:]
		}
		for waiting.Len() > 0 && (*waiting)[0].Last < port {
			without = append(without, heap.Pop(waiting).(Publishing))
		}
		if port > taken && waiting.Len() > 0 {
			heap.Pop(waiting)
		}
	}
	return without
}

// byLast is a heap of those whose ranges end first.
type byLast []Publishing

func (l byLast) Len() int { return len(l) }
func (l byLast) Less(i, j int) bool {
	return cmp.Or(l[i].Last-l[j].Last, l[i].Pos.Line-l[j].Pos.Line, l[i].Pos.Column-l[j].Pos.Column, strings.Compare(l[i].Container, l[j].Container)) < 0
}
func (l byLast) Swap(i, j int) { l[i], l[j] = l[j], l[i] }

// Push is heap.Interface's.
func (l *byLast) Push(x any) { *l = append(*l, x.(Publishing)) }

// Pop is heap.Interface's.
func (l *byLast) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}

// publishings lists what so many replicas of services need of the host, of those that
// are meant; nil: of all.
func publishings(p *compose.Project, services []string, scale func(service string) int) []Publishing {
	var list []Publishing
	for _, s := range p.Services {
		if services != nil && !slices.Contains(services, s.Name) {
			continue
		}
		for i := range scale(s.Name) {
			for _, one := range PublishedBy(s, "") {
				if i == 0 || one.Any { // checkScale knows of the others
					list = append(list, one)
				}
			}
		}
	}
	return list
}

// CheckPorts finds the ports of the host that services publish which are to run at the
// same time, and of which only one can have them. The error is of type compose.Errors.
func CheckPorts(in Inputs, goal plan.Goal) error {
	var errs compose.Errors
	containers := byService(in.Have.Have)
	list := publishings(in.Project, goal.Services, func(service string) int {
		if goal.NoCreate {
			return len(numbers(containers[service]))
		}
		return in.Scale[service]
	})
	for _, c := range Clashes(list) {
		errs = append(errs, &compose.Error{Pos: c.Of.Pos, Path: c.Of.Path, Msg: c.text(), Hints: []string{
			"publish another port of the host: " + quotedPort(c.Of.Port, otherPort(in.Project, c.Port)-c.Port),
			"or bring up only one of them: docker stacklite up -d " + c.Of.Service,
		}})
	}
	for _, s := range Shortages(list, nil) {
		errs = append(errs, &compose.Error{Pos: s.Of.Pos, Path: s.Of.Path, Msg: s.text(),
			Hints: []string{"publish a range of its own, or more ports"}})
	}
	if len(errs) == 0 {
		return nil
	}
	errs.Sort()
	return errs
}

// Taking lists what the containers that a plan starts need of the host, those that it
// leaves to the plan that is made when images are built, and those that run starts when
// the plan is done. Of containers that exist it lists those whose ports are as the
// files say.
func Taking(in Inputs, goal plan.Goal, want plan.Want, p *plan.Plan) []Publishing {
	made, started, stopped := map[string]bool{}, map[string]bool{}, Stopping(p)
	for _, step := range p.Steps {
		switch a := step.Action.(type) {
		case plan.CreateContainer:
			made[a.Container.Name] = true
		case plan.StartContainer:
			started[a.Name] = true
		}
	}
	var list []Publishing
	for _, c := range want.Containers {
		svc := in.Project.Service(c.Service)
		if spec, is := c.Spec.(ContainerSpec); is && c.OneOff {
			list = append(list, PublishedBy(spec.service, c.Name)...)
			continue
		}
		if svc == nil {
			continue
		}
		is, up := false, false
		for _, h := range in.Have.Containers {
			if h.Service == c.Service && h.Number == c.Number && !h.OneOff {
				is = is || h.MadeBy == "" && !slices.Contains(h.Fingerprint.Differences(c.Fingerprint), "ports")
				up = up || h.State.Up() && !stopped[h.ID]
			}
		}
		later := goal.State == plan.UpAndRunning && !up && (goal.Services == nil || slices.Contains(goal.Services, c.Service))
		if (started[c.Name] || later) && (made[c.Name] || is) {
			list = append(list, PublishedBy(svc, c.Name)...)
		}
	}
	return list
}

// Stopping lists the containers, by id, that a plan stops or takes away: their ports
// are free when others start.
func Stopping(p *plan.Plan) map[string]bool {
	ids := map[string]bool{}
	for _, step := range p.Steps {
		switch a := step.Action.(type) {
		case plan.StopContainer:
			ids[a.Container] = true
		case plan.KillContainer:
			ids[a.Container] = true
		case plan.RemoveContainer:
			ids[a.Container] = true
		}
	}
	return ids
}
