package convert

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
)

// task writes a service.
type task struct {
	*stack
	s   *compose.Service
	is  map[string]any // what the files say of it
	out compose.Map
}

func (t *task) tell(key, text string) {
	pos := t.s.At[key]
	if pos.IsZero() {
		pos = t.s.Pos
	}
	t.note(pos, t.s.Name+"."+key, text)
}

func (t *task) say(key string, value any) {
	t.out = append(t.out, compose.Entry{Key: key, Value: value})
}

func (k *stack) service(s *compose.Service) compose.Map {
	t := &task{stack: k, s: s, is: k.said("services", s.Name)}
	if !linking.InSwarm(k.project.Name, s.Name) {
		k.fail(s.Pos, s.Name, fmt.Sprintf("%q can't be the name of a service in a swarm: letters, digits, - and _, and no more than 63 with %q in front", s.Name, k.project.Name+"_"),
			"rename it")
	}
	if t.is == nil {
		t.is = map[string]any{}
		for _, e := range s.Entries() {
			t.is[e.Key] = e.Value
		}
	}
	t.say("image", k.image(s))
	for _, key := range sorted(t.is) {
		row := k.keys.at(service + key)
		switch value := t.is[key]; {
		case value == nil:
		case strings.HasPrefix(key, "x-"):
			if key != ownKey && k.own == nil {
				t.say(key, value)
			}
		case row.fate == saidByUs && k.own != nil:
			t.say(key, value)
		case row.write != nil:
			row.write(t, key, value)
		case key == "depends_on" && (k.own != nil || t.s.At[key].IsZero() && filledIn(object(value))):
			t.dependsOn()
		case row.fate == unsaid || row.fate == saidByUs:
			t.tell(key, t.why(row))
		}
	}
	t.sysctls()
	ports := t.ports()
	t.mounts()
	t.filesOf()
	t.say("networks", k.seats(s))
	if deploy := t.deploy(ports); len(deploy) > 0 {
		t.say("deploy", deploy)
	}
	return t.out
}

// image is the reference by which nodes ask for the image of a service.
func (k *stack) image(s *compose.Service) string {
	ref := desired.ImageOf(k.project, s)
	if k.own == nil {
		return ref
	}
	return cmp.Or(k.own.Images[s.Name], ref)
}

// dependsOn tells what is not done where services are started in their order.
func (t *task) dependsOn() {
	for _, d := range t.s.Dependencies() {
		if d.Restart {
			t.note(d.Pos, t.s.Name+".depends_on", "restart is left out: a swarm starts no tasks again because those of "+d.Service+" were")
		}
	}
}

// filledIn reports whether all dependencies are those that compose-go makes of links and
// the like.
func filledIn(dependencies map[string]any) bool {
	for _, d := range dependencies {
		if object(d)["restart"] != true {
			return false
		}
	}
	return true
}

func (t *task) asItIs(key string, value any) {
	t.say(key, value)
	if key == "oom_score_adj" {
		t.version = "3.13"
	}
	if key == "healthcheck" && object(value)["start_interval"] != nil && t.version == "3.9" {
		t.version = "3.12"
	}
}

func (t *task) entrypoint(key string, value any) {
	if len(t.s.Entrypoint) == 0 {
		t.tell(key, "is left out: a swarm can't do without the image's entrypoint")
		return
	}
	t.say(key, value)
}

func (t *task) environment(key string, value any) {
	if all, ok := value.(map[string]*string); ok && t.own != nil { // of the first format, where a name alone sets nothing
		all = maps.Clone(all)
		maps.DeleteFunc(all, func(_ string, value *string) bool { return value == nil })
		value = all
	}
	t.say(key, value)
	for _, v := range t.s.Environment {
		if v.Value == nil && t.own == nil {
			t.note(v.Pos, t.s.Name+"."+key, v.Name+" has no value: it gets the one that it has where the stack is deployed")
		}
	}
}

func (t *task) build(key string, _ any) {
	if t.own != nil {
		return
	}
	ref := desired.ImageOf(t.project, t.s)
	if t.s.Image == "" {
		t.tell(key, fmt.Sprintf("is left out: a swarm builds nothing. Build %s, push it to a registry that all nodes reach, and name it under image", ref))
		return
	}
	t.tell(key, fmt.Sprintf("is left out: a swarm builds nothing. Build and push %s before", ref))
}

func (t *task) hosts(key string, _ any) {
	var list []string
	for _, x := range t.s.ExtraHosts {
		if x.Value == nil {
			continue
		}
		if *x.Value == "host-gateway" {
			t.note(x.Pos, t.s.Name+"."+key, x.Name+" is left out: a swarm does not know host-gateway")
			continue
		}
		if line := x.Name + ":" + *x.Value; !slices.Contains(list, line) {
			list = append(list, line)
		}
	}
	if len(list) > 0 {
		t.say(key, list)
	}
}

func (t *task) log(key string, _ any) {
	if key == "log_opt" && t.is["log_driver"] != nil {
		return // said with it
	}
	logging := map[string]any{}
	if t.s.LogDriver != "" {
		logging["driver"] = t.s.LogDriver
	}
	options := map[string]any{}
	for _, o := range t.s.LogOpt {
		options[o.Name] = *cmp.Or(o.Value, new(string))
	}
	if len(options) > 0 {
		logging["options"] = options
	}
	t.say("logging", logging)
}

func (t *task) externalLinks(key string, _ any) {
	for _, l := range t.s.ExternalLinks {
		name := linking.ExternalContainer(l.Target)
		for _, e := range t.topology.Edges {
			if e.Kind != linking.ExternalEdge || e.From != t.s.Name || e.Owner != name {
				continue
			}
			n := t.topology.Network(e.Network)
			if n == nil {
				continue
			}
			t.note(l.Pos, t.s.Name+"."+key, fmt.Sprintf("a swarm attaches no containers of others: docker network connect --alias %s %s %s",
				cmp.Or(l.Alias, l.Target), t.engineName(t.key(*n)), l.Target))
			break
		}
	}
}

func (t *task) volumeDriver(key string, _ any) {
	anonymous := slices.ContainsFunc(t.s.Volumes, func(v compose.Volume) bool { return v.Host == "" })
	named := slices.ContainsFunc(t.s.Volumes, func(v compose.Volume) bool { return v.Named })
	if anonymous || !named {
		text := "is left out for volumes without a name: name them"
		if t.own == nil || t.project.Format != compose.V1 {
			text += ", and give them the driver under volumes at the top"
		}
		t.tell(key, text)
	}
}

func (t *task) sysctls() {
	all := map[string]any{}
	if t.s.Spec != nil {
		for name, value := range t.s.Spec.Sysctls {
			all[name] = value
		}
	}
	task := *t.s
	task.Privileged = false // whatever the file says
	if desired.ForwardsNothing(&task) && all["net.ipv4.ip_forward"] == nil {
		all["net.ipv4.ip_forward"] = "0"
	}
	if len(all) > 0 {
		t.say("sysctls", all)
	}
}
