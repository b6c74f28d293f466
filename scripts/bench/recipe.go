package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A call is one that the floor makes. Path and Body name what was there before by
// its name, and what an earlier call makes by the id that it got when it was
// recorded.
type call struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Body   string `json:"body,omitempty"`
	Makes  string `json:"makes,omitempty"` // the recorded id of what it creates
	Uses   []int  `json:"uses,omitempty"`  // calls that make what it names
	After  []int  `json:"after,omitempty"` // calls that have to be answered first
}

// A thing is a container or a network that was seen being created.
type thing struct {
	name, before    string // now, and when the work began
	service, number string
	after           []string // services that are started before this one
	networks        []string

	removed bool

	maker  int   // the call of this work that made it, -1: it was there before
	last   []int // what further calls on it wait for
	beside []int // calls on it that may be made side by side: its connections
}

// things is what there is on the engine, by id.
type things map[string]*thing

// writer makes the calls of one work.
type writer struct {
	things  things
	calls   []call
	freed   map[string]int   // by name: the call after which nothing has it
	started map[string][]int // by service
	stopped map[string][]int // by service and number
	stops   []stopped
	gone    map[string][]int // by network: removals of containers that were on it
	subnets int              // that have been given
}

type stopped struct {
	call  int
	after []string
}

// recipe makes calls of what was recorded of one work, with what each of them has
// to wait for and nothing else: a container is started when it is on all its
// networks and what it links to has been started, it is stopped when what links to
// it has been, and a new one takes the place of another when that has been stopped.
// It is called for each work in turn, and keeps account of what there is.
func (t things) recipe(changes []exchange) []call {
	w := &writer{things: t, freed: map[string]int{}, started: map[string][]int{}, stopped: map[string][]int{}, gone: map[string][]int{}}
	for _, o := range t {
		o.before, o.maker, o.last, o.beside = o.name, -1, nil, nil
	}
	for _, x := range changes {
		w.add(x)
	}
	maps.DeleteFunc(t, func(_ string, o *thing) bool { return o.removed })
	return w.calls
}

func (w *writer) add(x exchange) {
	path, query, _ := strings.Cut(strings.TrimPrefix(x.Path, "/"), "?")
	words := strings.Split(path, "/")
	if strings.HasPrefix(words[0], "v1.") {
		words = words[1:]
	}
	parameters, _ := url.ParseQuery(query)
	if len(words) < 2 {
		return
	}
	n := len(w.calls)
	c := call{Method: x.Method, Makes: x.Made}
	switch {
	case words[1] == "create" && words[0] == "networks":
		var body struct{ Name string }
		_ = json.Unmarshal([]byte(x.Body), &body)
		c.After = w.free("network " + body.Name)
		x.Body = w.elsewhere(x.Body)
		w.things[x.Made] = &thing{name: body.Name, maker: n, last: []int{n}}
	case words[1] == "create" && words[0] == "containers":
		c.After = w.free("container " + parameters.Get("name"))
		o := containerOf(x.Body)
		o.name, o.maker, o.last = parameters.Get("name"), n, []int{n}
		w.things[x.Made] = o
	case words[0] == "networks":
		o := w.named(words[1])
		if o == nil {
			return
		}
		c.After = w.onNetwork(n, o, x, slices.Concat(words[2:], []string{""})[0])
	case words[0] == "containers":
		o := w.named(words[1])
		if o == nil {
			return
		}
		c.After = w.onContainer(n, o, x.Method, slices.Concat(words[2:], []string{""})[0], parameters)
		if c.After == nil {
			return // asks for something only, such as to wait
		}
	default:
		return
	}
	c.Path, c.Body = w.translate(&c, n, x.Path), w.translate(&c, n, x.Body)
	slices.Sort(c.After)
	c.After = slices.DeleteFunc(slices.Compact(c.After), func(i int) bool { return i < 0 || i == n })
	w.calls = append(w.calls, c)
}

var subnet = regexp.MustCompile(`"Subnet":"[0-9.]+/([0-9]+)"`)

// elsewhere gives a network a subnet of the same size that nobody else has: the one
// that it had may be another's by now.
func (w *writer) elsewhere(body string) string {
	return subnet.ReplaceAllStringFunc(body, func(found string) string {
		w.subnets++
		size := subnet.FindStringSubmatch(found)[1]
		return fmt.Sprintf(`"Subnet":"10.%d.%d.0/%s"`, 220+w.subnets/256, w.subnets%256, size)
	})
}

// containerOf reads what matters of the body by which a container is created.
func containerOf(text string) *thing {
	var body struct {
		Labels           map[string]string
		HostConfig       struct{ NetworkMode string }
		NetworkingConfig struct{ EndpointsConfig map[string]json.RawMessage }
	}
	_ = json.Unmarshal([]byte(text), &body)
	o := &thing{service: body.Labels["com.docker.compose.service"], number: body.Labels["com.docker.compose.container-number"]}
	if after := body.Labels["io.stack-lite.after"]; after != "" {
		o.after = strings.Split(after, ",")
	}
	o.networks = append(slices.Sorted(maps.Keys(body.NetworkingConfig.EndpointsConfig)), body.HostConfig.NetworkMode)
	return o
}

// named finds something by its id or its name.
func (w *writer) named(word string) *thing {
	if o := w.things[word]; o != nil {
		return o
	}
	for _, o := range w.things {
		if o.name == word && !o.removed {
			return o
		}
	}
	return nil
}

// free is the call after which a name can be given.
func (w *writer) free(name string) []int {
	if i, ok := w.freed[name]; ok {
		return []int{i}
	}
	return nil
}

func (w *writer) onNetwork(n int, network *thing, x exchange, verb string) []int {
	after := []int{network.maker}
	if x.Method == "DELETE" {
		w.freed["network "+network.name] = n
		network.removed = true
		return append(after, w.gone[network.name]...)
	}
	var body struct{ Container string }
	_ = json.Unmarshal([]byte(x.Body), &body)
	o := w.named(body.Container)
	if o == nil {
		return after
	}
	after = append(after, o.last...)
	o.beside = append(o.beside, n)
	if verb == "disconnect" {
		w.gone[network.name] = append(w.gone[network.name], n)
	} else {
		o.networks = append(o.networks, network.name)
	}
	return after
}

// onContainer is nil for a call that changes nothing.
func (w *writer) onContainer(n int, o *thing, method, verb string, parameters url.Values) []int {
	after := append([]int{o.maker}, o.last...)
	place := o.service + " " + o.number
	switch {
	case method == "DELETE":
		w.freed["container "+o.name] = n
		for _, network := range o.networks {
			w.gone[network] = append(w.gone[network], n)
		}
		o.removed = true
	case verb == "start":
		for _, network := range o.networks {
			if there := w.named(network); there != nil {
				after = append(after, there.maker)
			}
		}
		for _, service := range o.after {
			after = append(after, w.started[service]...)
		}
		after = append(after, w.stopped[place]...)
		w.started[o.service] = append(w.started[o.service], n)
	case verb == "stop" || verb == "kill":
		for _, s := range w.stops {
			if slices.Contains(s.after, o.service) {
				after = append(after, s.call)
			}
		}
		w.stops = append(w.stops, stopped{n, o.after})
		w.stopped[place] = append(w.stopped[place], n)
	case verb == "rename":
		to := parameters.Get("name")
		after = append(after, w.free("container "+to)...)
		w.freed["container "+o.name] = n
		o.name = to
	case verb != "restart" && verb != "update" && verb != "pause" && verb != "unpause":
		return nil
	}
	after = append(after, o.beside...)
	o.last, o.beside = []int{n}, nil
	return after
}

// translate names what was there before the work by the name that it had then, as
// ids differ from one time to the next, and notes which calls make the rest.
func (w *writer) translate(c *call, n int, text string) string {
	for _, id := range slices.Sorted(maps.Keys(w.things)) {
		o := w.things[id]
		if id == "" || !strings.Contains(text, id) {
			continue
		}
		if o.maker < 0 {
			text = strings.ReplaceAll(text, id, o.before)
		} else if o.maker != n && !slices.Contains(c.Uses, o.maker) {
			c.Uses, c.After = append(c.Uses, o.maker), append(c.After, o.maker)
		}
	}
	return text
}
