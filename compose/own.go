package compose

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// OwnKey is the key of our own, at the top of a file of either format and in services of
// the specification. What is said under it, docker compose and others pass over.
const OwnKey = "x-stack-lite"

// Swarm is what files say of how a swarm runs the project. Zero values: nothing.
type Swarm struct {
	Engine      string              // swarm, or engine for one of Docker's own: where the project is to be
	Encrypt     bool                // its networks are encrypted
	PublishMode string              // ingress or host: of ports for which the service says neither
	Update      *Update             // how tasks are replaced where the service does not say
	Placement   map[string][]string // by service: constraints on the nodes of its tasks
}

// Where a project can be.
const (
	OnSwarm  = "swarm"
	OnEngine = "engine"
)

// How a port is published.
const (
	PublishIngress = "ingress" // on all nodes
	PublishHost    = "host"    // on the nodes of the service's tasks
)

// Update says how a swarm replaces the tasks of a service. Zero values: as it does by
// itself.
type Update struct {
	Parallelism     *uint64 // how many at once; 0: all
	Delay           *time.Duration
	Order           string // stop-first or start-first
	FailureAction   string // pause, continue or rollback
	Monitor         *time.Duration
	MaxFailureRatio *float64 // 0 to 1
}

// The words of an Update.
func updateOrders() []string   { return []string{"stop-first", "start-first"} }
func failureActions() []string { return []string{"pause", "continue", "rollback"} }

// ReadOwn reads what stands under OwnKey at the top of a file: in types that encoding/json
// reads, or Number. Fail is told each mistake with its path, from that key on. Swarm is nil
// where nothing is said of one.
func ReadOwn(value any, fail func(msg string, path ...string)) (isolation string, swarm *Swarm) {
	o := ownReader{fail}
	of, ok := o.mapping(value, "such as isolation: link", OwnKey)
	if !ok {
		return "", nil
	}
	o.known(of, []string{"isolation", "engine", "encrypt", "publish_mode", "update", "placement"}, OwnKey)
	isolation = o.word(of["isolation"], []string{"link", "project"}, OwnKey, "isolation")
	s := Swarm{
		Engine:      o.word(of["engine"], []string{OnSwarm, OnEngine}, OwnKey, "engine"),
		Encrypt:     o.word(of["encrypt"], []string{"true", "false"}, OwnKey, "encrypt") == "true",
		PublishMode: o.word(of["publish_mode"], []string{PublishIngress, PublishHost}, OwnKey, "publish_mode"),
		Update:      o.update(of["update"], OwnKey, "update"),
	}
	if by, ok := o.mapping(of["placement"], "of lists, such as db: [node.hostname == one]", OwnKey, "placement"); ok {
		s.Placement = map[string][]string{}
		for _, service := range slices.Sorted(maps.Keys(by)) {
			s.Placement[service] = o.constraints(by[service], OwnKey, "placement", service)
		}
	}
	if s.Engine == "" && !s.Encrypt && s.PublishMode == "" && s.Update == nil && s.Placement == nil {
		return isolation, nil
	}
	return isolation, &s
}

// ReadOwnOfService reads likewise what stands under OwnKey in a service: constraints on the
// nodes of its tasks.
func ReadOwnOfService(value any, fail func(msg string, path ...string)) []string {
	o := ownReader{fail}
	of, _ := o.mapping(value, "such as placement: [node.hostname == one]", OwnKey)
	o.known(of, []string{"placement"}, OwnKey)
	return o.constraints(of["placement"], OwnKey, "placement")
}

type ownReader struct{ fail func(string, ...string) }

func (o ownReader) mapping(value any, such string, path ...string) (map[string]any, bool) {
	of, ok := value.(map[string]any)
	if !ok && value != nil {
		o.fail("takes a mapping, "+such, path...)
	}
	return of, ok
}

// known finds the keys that there are not.
func (o ownReader) known(of map[string]any, keys []string, path ...string) {
	for _, name := range slices.Sorted(maps.Keys(of)) {
		if slices.Contains(keys, name) {
			continue
		}
		only := strings.Join(keys, ", ")
		if last := len(keys) - 1; last > 0 {
			only = strings.Join(keys[:last], ", ") + " and " + keys[last]
		}
		o.fail(fmt.Sprintf("there is no such key%s, only %s", DidYouMean(name, keys), only), append(slices.Clone(path), name)...)
	}
}

// word is a value that is one of words; nothing: "".
func (o ownReader) word(value any, words []string, path ...string) string {
	if value == nil {
		return ""
	}
	if text := fmt.Sprint(value); slices.Contains(words, text) {
		return text
	}
	last := len(words) - 1
	o.fail(fmt.Sprintf("%s is %s or %s", path[len(path)-1], strings.Join(words[:last], ", "), words[last]), path...)
	return ""
}

func (o ownReader) constraints(value any, path ...string) []string {
	items, ok := value.([]any)
	if !ok && value != nil {
		o.fail("takes a list of constraints, such as [node.hostname == one]", path...)
	}
	var list []string
	for i, item := range items {
		text, ok := item.(string)
		if !ok || !strings.Contains(text, "==") && !strings.Contains(text, "!=") {
			o.fail("a constraint is such as node.hostname == one, or node.labels.disk != slow", append(slices.Clone(path), strconv.Itoa(i))...)
			continue
		}
		list = append(list, text)
	}
	return list
}

func (o ownReader) update(value any, path ...string) *Update {
	of, ok := o.mapping(value, "such as order: start-first", path...)
	if !ok {
		return nil
	}
	at := func(key string) []string { return append(slices.Clone(path), key) }
	o.known(of, []string{"parallelism", "delay", "order", "failure_action", "monitor", "max_failure_ratio"}, path...)
	u := &Update{
		Order:         o.word(of["order"], updateOrders(), at("order")...),
		FailureAction: o.word(of["failure_action"], failureActions(), at("failure_action")...),
		Delay:         o.duration(of["delay"], at("delay")...),
		Monitor:       o.duration(of["monitor"], at("monitor")...),
	}
	if v := of["parallelism"]; v != nil {
		n, err := strconv.ParseUint(fmt.Sprint(v), 10, 32)
		if err != nil {
			o.fail("parallelism is a number of tasks, or 0 for all at once", at("parallelism")...)
		}
		u.Parallelism = &n
	}
	if v := of["max_failure_ratio"]; v != nil {
		n, err := strconv.ParseFloat(fmt.Sprint(v), 64)
		if err != nil || !(n >= 0 && n <= 1) {
			o.fail("max_failure_ratio is a number from 0 to 1", at("max_failure_ratio")...)
		}
		u.MaxFailureRatio = &n
	}
	return u
}

func (o ownReader) duration(value any, path ...string) *time.Duration {
	if value == nil {
		return nil
	}
	d, err := time.ParseDuration(fmt.Sprint(value))
	if err != nil || d < 0 {
		o.fail(path[len(path)-1]+" is a time such as 10s", path...)
	}
	return &d
}

// readOwn reads what files of the first format say under OwnKey into their project: of
// several the last that has a key there.
func (r *report) readOwn(p *Project, main []*document) {
	said := value{kind: mapping}
	for _, d := range main {
		if d.own.key == "" {
			continue
		}
		if d.own.value.kind != mapping {
			said = d.own.value
			break
		}
		for _, entry := range d.own.value.pairs {
			said.pairs = slices.DeleteFunc(slices.Clone(said.pairs), func(before pair) bool { return before.key == entry.key })
			said.pairs = append(said.pairs, entry)
		}
		said.pos = d.own.pos
	}
	if said.pos.IsZero() {
		return
	}
	fail := func(msg string, path ...string) {
		r.fail(said.place(path[1:]), strings.Join(path, "."), msg)
	}
	p.Isolation, p.Swarm = ReadOwn(said.plain(), fail)
	if p.Swarm == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(p.Swarm.Placement)) {
		if p.Service(name) == nil {
			fail(fmt.Sprintf("no service %q%s", name, DidYouMean(name, p.names())), OwnKey, "placement", name)
		}
	}
}

// ownOf is what stands under OwnKey of a project, in the form in which it is read; nil:
// nothing.
func ownOf(p *Project) map[string]any {
	own := map[string]any{}
	say := func(in map[string]any, key, value string) {
		if value != "" {
			in[key] = value
		}
	}
	say(own, "isolation", p.Isolation)
	if s := p.Swarm; s != nil {
		say(own, "engine", s.Engine)
		say(own, "publish_mode", s.PublishMode)
		if s.Encrypt {
			own["encrypt"] = true
		}
		if u := s.Update; u != nil {
			of := map[string]any{}
			say(of, "order", u.Order)
			say(of, "failure_action", u.FailureAction)
			if u.Parallelism != nil {
				of["parallelism"] = int64(*u.Parallelism)
			}
			if u.Delay != nil {
				of["delay"] = u.Delay.String()
			}
			if u.Monitor != nil {
				of["monitor"] = u.Monitor.String()
			}
			if u.MaxFailureRatio != nil {
				of["max_failure_ratio"] = *u.MaxFailureRatio
			}
			own["update"] = of
		}
		if s.Placement != nil {
			by := map[string]any{}
			for service, constraints := range s.Placement {
				by[service] = constraints
			}
			own["placement"] = by
		}
	}
	if len(own) == 0 {
		return nil
	}
	return own
}
