package desired

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Scale is how many replicas each service is to have, by service.
type Scale map[string]int

// KeepScale is the scale that a stack has, with one replica of every service
// that has none, and with what wanted says instead where it says something.
func KeepScale(p *compose.Project, have plan.Have, wanted Scale) Scale {
	scale, containers := Scale{}, byService(have)
	for _, s := range p.Services {
		scale[s.Name] = max(1, len(numbers(containers[s.Name])))
		if s.Spec != nil && s.Spec.Replicas != nil {
			scale[s.Name] = *s.Spec.Replicas // as docker compose has it, each time anew
		}
		if n, ok := wanted[s.Name]; ok {
			scale[s.Name] = n
		}
	}
	return scale
}

// Changed is a scale with the number of some services changed by so many: more, or
// fewer where a number is below zero. It counts the replicas that a stack has. The
// error is a *TooFew.
func (s Scale) Changed(have plan.Have, by Scale) (Scale, error) {
	if len(by) == 0 {
		return s, nil
	}
	changed := maps.Clone(s)
	if changed == nil {
		changed = Scale{}
	}
	containers := byService(have)
	for _, service := range slices.Sorted(maps.Keys(by)) {
		there := len(numbers(containers[service])) + have.Replicas(service)
		if there+by[service] < 0 {
			return nil, &TooFew{Service: service, There: there, Fewer: -by[service]}
		}
		changed[service] = there + by[service]
	}
	return changed, nil
}

// TooFew is a service that is to have fewer replicas by more than it has.
type TooFew struct {
	Service      string
	There, Fewer int
}

func (t *TooFew) Error() string {
	has := fmt.Sprintf("has %d", t.There)
	if t.There == 0 {
		has = "has none"
	}
	return fmt.Sprintf("%s can't be scaled down by %d: it %s", t.Service, t.Fewer, has)
}

// Hints says what to type.
func (t *TooFew) Hints() []string {
	if t.There == 0 {
		return nil
	}
	return []string{fmt.Sprintf("to remove all: docker stacklite scale %s=0", t.Service)}
}

// checkScale finds the services that can't have as many replicas as wanted,
// because they would all need one host port or one name, or that leave a
// service without a container that it needs.
func checkScale(p *compose.Project, scale Scale) error {
	var errs compose.Errors
	for _, s := range p.Services {
		n := scale[s.Name]
		if n < 0 {
			errs = append(errs, &compose.Error{Pos: s.Pos, Path: s.Name, Msg: fmt.Sprintf("can't be scaled to %d", n)})
		}
		errs = append(errs, checkUses(p, s, scale)...)
		if n < 2 {
			continue
		}
		if s.ContainerName != "" {
			errs = append(errs, &compose.Error{
				Pos: s.At["container_name"], Path: s.Name + ".container_name",
				Msg:   fmt.Sprintf("only one container can be named %s, and %s is scaled to %d", s.ContainerName, s.Name, n),
				Hints: []string{"leave container_name out: replicas are then named " + p.Name + "_" + s.Name + "_1 and so on"},
			})
		}
		for i, port := range s.Ports {
			if err := checkPort(s, i, port, n); err != nil {
				errs = append(errs, err)
			}
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return errs
}

// checkUses finds the services that a service shares something with and that
// have no container.
func checkUses(p *compose.Project, s *compose.Service, scale Scale) compose.Errors {
	var errs compose.Errors
	sharingOf(p, s, func(service string) string {
		if scale[s.Name] > 0 && scale[service] < 1 {
			errs = append(errs, &compose.Error{Pos: s.Pos, Path: s.Name,
				Msg:   fmt.Sprintf("needs a container of %s, which is scaled to 0", service),
				Hints: []string{fmt.Sprintf("scale %s to 0 as well, or %s to 1", s.Name, service)}})
		}
		return service
	})
	return errs
}

// KindOnePort is a fixed port of the host, which several containers would need. About
// has the service, and as Text how many they are.
const KindOnePort compose.Kind = "one port of the host"

func checkPort(s *compose.Service, i int, port compose.Port, n int) *compose.Error {
	if len(PublishedBy(s, "")) == 0 || port.HostFirst == 0 {
		return nil
	}
	// A range of host ports for one container port is shared out by the
	// engine; anything else pins each container port to one host port.
	free := 1
	if port.First == port.Last {
		free = port.HostLast - port.HostFirst + 1
	}
	if n <= free {
		return nil
	}
	e := &compose.Error{Pos: port.Pos, Path: fmt.Sprintf("%s.ports[%d]", s.Name, i)}
	proto := ""
	if port.Proto != "tcp" {
		proto = "/" + port.Proto
	}
	address := ""
	if port.IP != "" {
		address = port.IP + ":"
	}
	container := fmt.Sprint(port.First)
	if port.First != port.Last {
		container = fmt.Sprintf("%d-%d", port.First, port.Last)
	}
	if free == 1 {
		e.Msg = fmt.Sprintf("only one container can publish host port %d, and %s is scaled to %d", port.HostFirst, s.Name, n)
		e.Kind, e.About = KindOnePort, compose.About{Service: s.Name, Text: strconv.Itoa(n)}
	} else {
		e.Msg = fmt.Sprintf("host ports %d-%d are enough for %d containers, and %s is scaled to %d",
			port.HostFirst, port.HostLast, free, s.Name, n)
	}
	e.Hints = []string{fmt.Sprintf("write %q to let the engine choose a free host port for each", container+proto)}
	if address != "" {
		e.Hints[0] = fmt.Sprintf("write %q to let the engine choose a free host port for each", address+":"+container+proto)
	}
	if port.First == port.Last && port.HostFirst+max(n, 10)-1 <= 65535 {
		e.Hints = append(e.Hints, fmt.Sprintf("or %q to keep them in a range",
			fmt.Sprintf("%s%d-%d:%s%s", address, port.HostFirst, port.HostFirst+max(n, 10)-1, container, proto)))
	}
	return e
}
