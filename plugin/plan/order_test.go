package plan

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// orderCase is a small stack, a goal, and the order that the plan must have.
type orderCase struct {
	name  string
	goal  Goal
	want  Want
	have  Have
	order string // see orderProblems
}

// of gives the service and the number of a container by its name, web_1.
func of(name string) (service string, number int) {
	service, digits, _ := strings.Cut(name, "_")
	_, _ = fmt.Sscan(digits, &number)
	return service, number
}

// wanted is a stack of containers and of all networks that they are on.
func wanted(containers ...Container) Want {
	want := Want{Project: "p", Images: []Image{{Ref: "i"}}, Containers: containers}
	for _, c := range containers {
		if !slices.Contains(want.Services, c.Service) {
			want.Services = append(want.Services, c.Service)
		}
		for _, n := range c.Attach {
			if !slices.ContainsFunc(want.Networks, func(w Network) bool { return w.Name == n }) {
				want.Networks = append(want.Networks, Network{Name: n, Size: 2})
			}
		}
	}
	return want
}

// container is a wanted one, attached to networks.
func container(name string, networks ...string) Container {
	service, number := of(name)
	return Container{Name: name, Service: service, Number: number, Image: "i", Attach: networks}
}

// present is a stack of containers and of all networks that they are on, which
// has the image.
func present(containers ...HaveContainer) Have {
	have := Have{Images: map[string]string{"i": "1"}, Containers: containers}
	for _, c := range containers {
		for _, n := range slices.Sorted(maps.Keys(c.Attached)) {
			if _, ok := have.network(n); !ok && n != "gone" {
				have.Networks = append(have.Networks, network(n))
			}
		}
	}
	return have
}

func network(name string) HaveNetwork {
	return HaveNetwork{Name: name, ID: "id of " + name, Size: 8, Subnet: "subnet of " + name}
}

// running is a container that there is, attached to networks.
func running(name string, networks ...string) HaveContainer {
	service, number := of(name)
	c := HaveContainer{ID: "id of " + name, Name: name, Service: service, Number: number, Image: "i", ImageID: "1",
		State: StateRunning, Attached: map[string]string{}, Address: map[string]string{}}
	for _, n := range networks {
		c.Attached[n], c.Address[n] = "id of "+n, "address of "+name
	}
	return c
}

func external(name string, networks ...string) External {
	c := running(name, networks...)
	return External{ID: c.ID, Name: c.Name, Attached: c.Attached, Address: c.Address}
}

// with changes a value.
func with[T any](v T, change func(*T)) T {
	change(&v)
	return v
}

func startedAfter(c HaveContainer, services ...string) HaveContainer {
	c.After = services
	return c
}

func stateOf(c HaveContainer, s State) HaveContainer {
	c.State = s
	return c
}

// rewired wants a network to be replaced.
func rewired(want Want, network string) Want {
	for i, n := range want.Networks {
		if n.Name == network {
			want.Networks[i].Settings = "changed"
		}
	}
	return want
}

// changed is a wanted container that only a new one can be.
func changed(c Container) Container {
	c.Fingerprint = NewFingerprint(map[string]string{"command": "another"})
	return c
}

func unchanged(c HaveContainer) HaveContainer {
	c.Fingerprint = NewFingerprint(nil)
	return c
}

// orderProblems compares a plan with the order that it must have. In a line as
// "stop a < stop b < remove a" each step has to come after the one before it,
// maybe with others in between; "start a | start b" wants no order between the
// two.
func orderProblems(p *Plan, lines string) []string {
	var problems []string
	after := closure(p)
	for line := range strings.Lines(lines) {
		steps, ordered := strings.Split(strings.TrimSpace(line), " < "), true
		if strings.Contains(line, " | ") {
			steps, ordered = strings.Split(strings.TrimSpace(line), " | "), false
		}
		if len(steps) == 1 && steps[0] != "" {
			problems = append(problems, "no order: "+line)
		}
		for i := 1; i < len(steps); i++ {
			a, b := stepNamed(p, steps[i-1]), stepNamed(p, steps[i])
			switch {
			case a < 0:
				problems = append(problems, fmt.Sprintf("no step %q", steps[i-1]))
			case b < 0:
				problems = append(problems, fmt.Sprintf("no step %q", steps[i]))
			case ordered && !after[b][a]:
				problems = append(problems, fmt.Sprintf("%q does not wait for %q", steps[i], steps[i-1]))
			case !ordered && (after[b][a] || after[a][b]):
				problems = append(problems, fmt.Sprintf("%q and %q wait for each other", steps[i-1], steps[i]))
			}
		}
	}
	return problems
}

func stepNamed(p *Plan, words string) int {
	return slices.IndexFunc(p.Steps, func(s Step) bool { return s.Action.Words() == words })
}

// closure gives, for each step, all steps that are done before it.
func closure(p *Plan) []map[int]bool {
	all := make([]map[int]bool, len(p.Steps))
	for i, s := range p.Steps {
		all[i] = map[int]bool{}
		for _, n := range s.After {
			all[i][n] = true
			for m := range all[n] {
				all[i][m] = true
			}
		}
	}
	return all
}

// threeTiers is a stack of which web was started after db, and proxy after web.
func threeTiers() Have {
	return present(
		running("db_1", "back"), running("db_2", "back"),
		startedAfter(running("web_1", "back", "front"), "db"), startedAfter(running("web_2", "back", "front"), "db"),
		startedAfter(running("proxy_1", "front"), "web"),
		with(startedAfter(running("web_run", "back"), "db"), func(c *HaveContainer) { c.OneOff = true }),
	)
}

var stopOrders = []orderCase{
	{
		name: "stop goes against the links", goal: Goal{State: Stopped}, have: threeTiers(),
		order: `
			stop container proxy_1 < stop container web_1 < stop container db_1
			stop container proxy_1 < stop container web_2 < stop container db_1
			stop container web_1 < stop container db_2
			stop container web_2 < stop container db_2
			stop container web_1 | stop container web_2
			stop container db_1 | stop container db_2`,
	},
	{
		name: "stop of some services does too", goal: Goal{State: Stopped, Services: []string{"db", "web"}}, have: threeTiers(),
		order: `
			stop container web_1 < stop container db_1
			stop container web_2 < stop container db_2`,
	},
	{
		name: "down goes against the links, one-off containers among them", goal: Goal{State: Absent}, have: threeTiers(),
		order: `
			stop container proxy_1 < stop container web_1 < stop container db_1
			stop container proxy_1 < stop container web_2 < stop container db_2
			stop container web_run < stop container db_1
			stop container web_1 < remove container web_1
			stop container db_2 < remove container db_2
			remove container web_1 | remove container web_2
			remove container web_1 < remove network back
			remove container web_run < remove network back
			remove container proxy_1 < remove network front
			remove container db_1 | remove network front`,
	},
	{
		name: "down removes networks and images last", goal: Goal{State: Absent, Images: []string{"i"}},
		have: with(present(stateOf(running("a_1", "n"), StateExited), stateOf(running("b_1"), StateExited)), func(h *Have) {
			h.Networks[0].Externals = []string{"x_1"}
			h.Externals = []External{external("x_1", "n")}
		}),
		order: `
			remove container a_1 < remove network n
			disconnect x_1 from n < remove network n
			remove container a_1 < remove image i
			remove container b_1 < remove image i`,
	},
	{
		name: "rm stops first, against the links", goal: Goal{State: Removed, Stop: true},
		have: present(running("a_1"), startedAfter(running("b_1"), "a")),
		order: `
			stop container a_1 < remove container a_1
			stop container b_1 < stop container a_1`,
	},
	{
		name: "rm removes the networks of one-off containers after who was on them", goal: Goal{State: Removed},
		have: with(present(running("db_1", "n"), with(running("db_run", "n"), func(c *HaveContainer) { c.OneOff, c.State = true, StateExited })),
			func(h *Have) { h.Networks[0].For = "db_run" }),
		order: `
			remove container db_run < remove network n
			disconnect db_1 from n < remove network n`,
	},
	{
		name: "restart goes by the links", goal: Goal{State: Restarted},
		have: present(
			startedAfter(running("proxy_1"), "web"),
			startedAfter(stateOf(running("web_1"), StatePaused), "db"), startedAfter(running("web_2"), "db"),
			running("db_1"), running("db_2")),
		order: `
			restart container db_1 < restart container web_1 < restart container proxy_1
			restart container db_2 < restart container web_2 < restart container proxy_1
			unpause container web_1 < restart container web_1 < wait for container web_1 < restart container web_2`,
	},
	{
		name: "at most a quarter of the replicas that run are restarted at once", goal: Goal{State: Restarted},
		have: present(running("web_1"), running("web_2"), running("web_3"), running("web_4"), running("web_5"), stateOf(running("web_6"), StateExited),
			running("web_7"), running("web_8"), running("web_9"),
			running("db_1")),
		order: `
			restart container web_1 < wait for container web_1 < restart container web_3 < wait for container web_3 < restart container web_5
			restart container web_2 < wait for container web_2 < restart container web_4
			restart container web_1 | restart container web_2
			restart container web_6 < wait for container web_6 < restart container web_2
			restart container web_1 | restart container web_6
			restart container web_5 | restart container db_1`,
	},
}

var containerOrders = []orderCase{
	{
		name: "a container is made from its image, then started",
		want: wanted(with(container("a_1"), func(c *Container) { c.Reads = []string{"j"} })), have: Have{},
		order: `pull image i < create container a_1 < start container a_1`,
	},
	{
		name: "a container is made once the images are there that its settings tell of",
		want: with(wanted(with(container("a_1"), func(c *Container) { c.Reads = []string{"j"} }), with(container("b_1"), func(c *Container) { c.Image = "j" })),
			func(w *Want) { w.Images = append(w.Images, Image{Ref: "j"}) }),
		order: `pull image j < create container a_1`,
	},
	{
		name: "starts go by the links",
		want: wanted(container("db_1"), container("db_2"), with(container("web_1"), func(c *Container) { c.After = []string{"db"} }),
			with(container("web_2"), func(c *Container) { c.After = []string{"db"} })),
		have: present(stateOf(running("web_2"), StateExited)),
		order: `
			start container db_1 < start container web_1
			start container db_2 < start container web_1
			start container db_1 < start container web_2
			start container web_1 | start container web_2
			start container db_1 | start container db_2
			create container db_1 < create container web_1
			create container db_1 | create container db_2`,
	},
	{
		name: "containers that publish from one range are started one after another",
		want: wanted(ranged("a_1"), ranged("a_2"), ranged("b_1"), container("c_1")), have: present(),
		order: `
			start container a_1 < start container a_2 < start container b_1
			start container c_1 | start container b_1
			create container a_1 | create container a_2`,
	},
	{
		name: "who needs one port of a range is started before those that get any of it, and not where it needs one of them itself",
		want: wanted(ranged("a_1"), ranged("a_2"), fixed("b_1", 8003), fixed("c_1", 8011),
			with(fixed("d_1", 8004), func(c *Container) { c.After = []string{"a"} })), have: present(),
		order: `
			start container b_1 < start container a_1 < start container a_2 < start container d_1
			start container c_1 | start container a_1`,
	},
	{
		name: "a container is made after the one that it shares something with",
		want: wanted(container("a_1"), with(container("b_1"), func(c *Container) { c.SharesWith = []string{"a_1"} })), have: present(),
		order: `create container a_1 < create container b_1`,
	},
	{
		name: "the old container stops when the new one is made, goes when that has started, and leaves its name to it",
		want: wanted(changed(container("a_1"))), have: present(unchanged(running("a_1"))),
		order: `
			create container a_1 as a_1.new < stop container a_1 < start container a_1 < remove container a_1 < rename container a_1.new to a_1`,
	},
	{
		name: "an old container that does not run goes when the new one is made and attached too",
		want: wanted(changed(container("a_1", "n", "m")), changed(container("b_1"))),
		have: present(unchanged(stateOf(running("a_1", "n", "m"), StateExited)), unchanged(stateOf(running("b_1"), StateExited))),
		order: `
			connect a_1 to m < remove container a_1
			create container b_1 as b_1.new < remove container b_1`,
	},
	{
		name: "the old container goes when the new one is attached",
		want: wanted(with(changed(container("a_1", "n", "m")), func(c *Container) { c.OtherNetworks = []string{"q"} })),
		have: present(unchanged(running("a_1", "n", "m"))),
		order: `
			create container a_1 as a_1.new < connect a_1 to m < stop container a_1
			create container a_1 as a_1.new < connect a_1 to q < stop container a_1`,
	},
	{
		name: "at most a quarter of the replicas that run are replaced at once, and all new ones are made before",
		want: wanted(changed(container("a_1")), changed(container("a_2")), changed(container("a_3")), changed(container("a_4")), changed(container("a_5")), changed(container("a_6"))),
		have: present(unchanged(running("a_1")), unchanged(running("a_2")), unchanged(running("a_3")), unchanged(running("a_4")), unchanged(running("a_5")), stateOf(unchanged(running("a_6")), StateExited)),
		order: `
			stop container a_1 < start container a_1 < wait for container a_1 < stop container a_3 < start container a_3 < wait for container a_3 < stop container a_5
			stop container a_2 < start container a_2 < wait for container a_2 < stop container a_4
			wait for container a_1 < remove container a_1
			start container a_6 < wait for container a_6 < stop container a_2
			create container a_4 as a_4.new | stop container a_1`,
	},
	{
		name:  "a container gets its name when the one has its own that had that name",
		want:  wanted(container("a_1"), container("b_1")),
		have:  present(with(unchanged(running("a_1")), func(c *HaveContainer) { c.Name = "b_1" }), with(unchanged(running("b_1")), func(c *HaveContainer) { c.Name = "mine" })),
		order: `rename container b_1 to a_1 < rename container mine to b_1`,
	},
	{
		name: "rolling, an old container goes when the new one is up, and the next one is made after that",
		goal: Goal{Rolling: 1},
		want: wanted(changed(container("a_1", "n", "m")), changed(container("a_2", "n", "m")), container("b_1")),
		have: present(unchanged(running("a_1", "n", "m")), unchanged(running("a_2", "n", "m"))),
		order: `
			connect a_1 to m < start container a_1 < wait for container a_1 < stop container a_1 < remove container a_1 < rename container a_1.new to a_1
			stop container a_1 < create container a_2 as a_2.new < start container a_2 < wait for container a_2 < stop container a_2
			create container b_1 | wait for container a_1`,
	},
	{
		name: "rolling, as many go at once as the service says", goal: Goal{},
		want: wanted(rollingOf("a_1", 2), rollingOf("a_2", 2), rollingOf("a_3", 2)),
		have: present(unchanged(running("a_1", "n")), unchanged(running("a_2", "n")), unchanged(running("a_3", "n"))),
		order: `
			wait for container a_1 < stop container a_1 < create container a_3 as a_3.new < wait for container a_3
			wait for container a_1 | wait for container a_2
			stop container a_2 | create container a_3 as a_3.new`,
	},
	{
		name: "rolling, consumers are started when their new targets are up, and their old targets stay until then",
		goal: Goal{Rolling: 1},
		want: wanted(changed(container("db_1", "n")), linkedTo("web_1", "db", "n")),
		have: present(unchanged(running("db_1", "n")), unchanged(startedAfter(running("web_1", "n"), "db"))),
		order: `
			wait for container db_1 < start container web_1 < wait for container web_1 < stop container web_1 < stop container db_1`,
	},
	{
		name: "rolling, what a run that was cut off has left beside an old container goes before another one is made",
		goal: Goal{Rolling: 1},
		want: wanted(changed(container("a_1", "n"))),
		have: present(unchanged(running("a_1", "n")), with(unchanged(running("a_1", "n")), func(c *HaveContainer) { c.ID, c.Name = "id of a_1.new", "a_1.new" })),
		order: `
			stop container a_1.new < remove container a_1.new < create container a_1 as a_1.new2 < start container a_1 < wait for container a_1 < stop container a_1`,
	},
	{
		name: "rolling, what a run that was cut off has started is waited for before the old one goes",
		goal: Goal{Rolling: 1},
		want: wanted(changed(container("a_1", "n")), changed(container("a_2", "n"))),
		have: present(unchanged(running("a_1", "n")), unchanged(running("a_2", "n")),
			newOf("a_1", StateRunning), newOf("a_2", StateCreated)),
		order: `
			wait for container a_1 < stop container a_1 < remove container a_1 < rename container a_1.new to a_1
			stop container a_1 < start container a_2 < wait for container a_2 < stop container a_2`,
	},
	{
		name: "consumers that are not away wait for their targets, which are replaced first",
		want: wanted(changed(container("db_1")), changed(container("db_2")), linkedTo("web_1", "db"), linkedTo("web_2", "db")),
		have: present(unchanged(running("db_1")), unchanged(running("db_2")), unchanged(startedAfter(running("web_1"), "db")), unchanged(startedAfter(running("web_2"), "db"))),
		order: `
			stop container web_1 < stop container db_1 < start container db_1 < stop container db_2 < start container db_2
			start container db_2 < start container web_1 < stop container web_2 < start container web_2`,
	},
	{
		name:  "a replica that gets what another one has waits for that one's turn",
		want:  wanted(changed(portOf("a_1", 81)), changed(portOf("a_2", 82))),
		have:  present(hasPort(unchanged(running("a_1")), 80), hasPort(unchanged(running("a_2")), 81)),
		order: `stop container a_2 < start container a_2 < stop container a_1 < start container a_1`,
	},
	{
		name: "replicas that get each other's ports are away at once",
		want: wanted(changed(portOf("a_1", 81)), changed(portOf("a_2", 80))),
		have: present(hasPort(unchanged(running("a_1")), 80), hasPort(unchanged(running("a_2")), 81)),
		order: `
			stop container a_1 < start container a_2
			stop container a_2 < start container a_1
			stop container a_1 | stop container a_2`,
	},
	{
		name: "what a run that was cut off has left does not stand in the way",
		want: wanted(changed(container("a_1"))),
		have: present(unchanged(running("a_1")), unchanged(with(running("a_1"), func(c *HaveContainer) { c.ID, c.Name, c.State = "left", "a_1.new", StateCreated }))),
		order: `
			create container a_1 as a_1.new2 < stop container a_1
			create container a_1 as a_1.new2 < remove container a_1.new
			remove container a_1 < rename container a_1.new2 to a_1`,
	},
	{
		name: "a container without its name is there until the data is taken over, whoever has the name",
		want: wanted(changed(container("a_1"))),
		have: present(unchanged(with(running("a_1"), func(c *HaveContainer) { c.ID, c.Name = "mine", "a_1.new" })),
			with(running("b_1"), func(c *HaveContainer) { c.ID, c.Name = "other", "a_1" })),
		goal: Goal{Orphans: true},
		order: `
			create container a_1 as a_1.new2 < stop container a_1.new < start container a_1 < remove container a_1.new
			remove container a_1 < rename container a_1.new2 to a_1`,
	},
	{
		name: "a container that a run which was cut off has made gets its name when the old one is gone",
		want: wanted(changed(container("a_1"))),
		have: present(unchanged(running("a_1")), with(running("a_1"), func(c *HaveContainer) {
			c.ID, c.Name, c.State, c.Fingerprint = "made", "a_1.new", StateCreated, changed(Container{}).Fingerprint
		})),
		order: `stop container a_1 < start container a_1 < remove container a_1 < rename container a_1.new to a_1`,
	},
	{
		name:  "one whose predecessor is gone gets its name when it is started",
		want:  wanted(container("a_1")),
		have:  present(with(stateOf(running("a_1"), StateCreated), func(c *HaveContainer) { c.Name = "a_1.new" })),
		order: `start container a_1 < rename container a_1.new to a_1`,
	},
	{
		name: "what is not started takes the place of the old one when it is made and attached",
		goal: Goal{State: CreatedOnly, Orphans: true},
		want: wanted(changed(container("a_1", "n", "m")), with(changed(container("b_1", "n", "m")), func(c *Container) { c.Name = "b" }),
			with(changed(container("e_1")), func(c *Container) { c.Name = "e" })),
		have: present(unchanged(stateOf(running("a_1", "n", "m"), StateExited)), unchanged(stateOf(running("b_1"), StateExited)),
			with(unchanged(stateOf(running("c_1"), StateExited)), func(c *HaveContainer) { c.Name = "b" }),
			unchanged(stateOf(running("e_1"), StateExited)), with(stateOf(running("f_1"), StateExited), func(c *HaveContainer) { c.Name = "e" })),
		order: `
			create container a_1 as a_1.new < connect a_1 to m < remove container a_1 < rename container a_1.new to a_1
			create container b as b.new < connect b to m < remove container b_1
			create container b as b.new < rename container b.new to b
			connect b to m < rename container b.new to b
			remove container b < rename container b.new to b
			create container b as b.new | remove container b
			create container e as e.new < remove container e_1
			create container e as e.new < rename container e.new to e`,
	},
}

func linkedTo(name, target string, networks ...string) Container {
	return with(changed(container(name, networks...)), func(c *Container) { c.After = []string{target} })
}

func rollingOf(name string, n int) Container {
	return with(changed(container(name, "n")), func(c *Container) { c.Rolling = n })
}

// newOf is what a run has made in the place of a container.
func newOf(name string, s State) HaveContainer {
	return with(stateOf(running(name, "n"), s), func(c *HaveContainer) {
		c.ID, c.Name, c.Fingerprint = "new "+name, name+".new", changed(Container{}).Fingerprint
	})
}

func portOf(name string, port int) Container {
	return with(container(name), func(c *Container) { c.HostPorts = []HostPort{{First: port, Last: port, Proto: "tcp"}} })
}

func hasPort(c HaveContainer, port int) HaveContainer {
	c.HostPorts = []HostPort{{First: port, Last: port, Proto: "tcp"}}
	return c
}

func ranged(name string) Container {
	return with(container(name), func(c *Container) {
		c.PortRange, c.HostPorts = "8000-8010", []HostPort{{First: 8000, Last: 8010, Proto: "tcp"}}
	})
}

func fixed(name string, port int) Container {
	return with(container(name), func(c *Container) { c.HostPorts = []HostPort{{First: port, Last: port, Proto: "tcp"}} })
}

var networkOrders = []orderCase{
	{
		name: "a container is attached before it is started",
		want: wanted(with(container("a_1", "n", "m"), func(c *Container) { c.OtherNetworks = []string{"q"} })), have: present(),
		order: `
			create network n < start container a_1
			create network m < connect a_1 to m < start container a_1
			create container a_1 < connect a_1 to m
			create container a_1 < connect a_1 to q < start container a_1
			create network n | create container a_1`,
	},
	{
		name: "an engine that attaches at creation needs the networks at the start, and for other connections",
		want: wanted(with(container("a_1", "n", "m"), func(c *Container) { c.OtherNetworks = []string{"q"} })), have: with(present(), attachAll),
		order: `
			create network n < connect a_1 to q
			create network n < start container a_1
			create network m < start container a_1
			create network n | create container a_1`,
	},
	{
		name: "who exists and is linked anew is attached before the other end is started",
		want: with(wanted(container("a_1", "n"), container("b_1", "n")), func(w *Want) { w.Networks[0].Externals = []string{"x_1"} }),
		have: with(present(running("a_1")), func(h *Have) { h.AttachAll, h.Externals = true, []External{external("x_1")} }),
		order: `
			create network n < connect a_1 to n < start container b_1
			create network n < connect x_1 to n < start container b_1`,
	},
	{
		name: "a network is replaced when all have left it, and they come back to the new one",
		want: with(rewired(wanted(container("a_1", "n"), container("b_1", "n")), "n"), func(w *Want) { w.Networks[0].Externals = []string{"x_1"} }),
		have: with(present(running("a_1", "n"), running("b_1", "n"), running("old_1", "n")), func(h *Have) {
			h.Networks[0].Externals = []string{"x_1"}
			h.Externals = []External{external("x_1", "n")}
		}),
		order: `
			disconnect a_1 from n < remove network n < create network n < connect a_1 to n
			disconnect b_1 from n < remove network n < create network n < connect b_1 to n
			disconnect old_1 from n < remove network n < create network n < connect old_1 to n
			disconnect x_1 from n < remove network n < create network n < connect x_1 to n
			connect a_1 to n | connect b_1 to n`,
	},
	{
		name: "who keeps an address is attached before who takes any",
		want: rewired(wanted(container("a_1", "n"), container("b_1", "n"), container("c_1", "m", "n")), "n"),
		have: with(present(running("a_1", "n"), running("b_1", "n"), running("old_1", "n")),
			func(h *Have) { clear(h.Containers[1].Address) }),
		order: `
			connect a_1 to n < connect b_1 to n
			connect a_1 to n < connect c_1 to n
			connect old_1 to n < connect c_1 to n < start container c_1`,
	},
	{
		name: "who keeps an address is attached before one starts that takes any",
		want: rewired(wanted(container("a_1", "n"), container("b_1", "n")), "n"),
		have: with(present(running("a_1", "n"), running("old_1", "n")), attachAll),
		order: `
			connect a_1 to n < start container b_1
			connect old_1 to n < start container b_1`,
	},
	{
		name: "a container and its networks are replaced together",
		want: rewired(rewired(wanted(changed(container("a_1", "n", "m"))), "n"), "m"), have: present(unchanged(running("a_1", "n", "m"))),
		order: `
			create container a_1 as a_1.new < stop container a_1 < remove container a_1 < remove network n < create network n < start container a_1
			remove container a_1 < remove network m < create network m < connect a_1 to m < rename container a_1.new to a_1`,
	},
	{
		name: "a network goes before the one that gets its addresses is made",
		want: wanted(container("a_1", "new"), container("b_1", "new")), have: present(running("a_1", "n"), running("b_1", "n")),
		order: `
			disconnect a_1 from n < remove network n < create network new < connect a_1 to new
			disconnect b_1 from n < remove network n`,
	},
	{
		name: "a network that may get any addresses is made before those go free that another is to get",
		want: with(rewired(rewired(wanted(container("a_1", "n"), container("b_1", "n"), changed(container("c_1", "m")), container("d_1", "new")), "n"), "m"),
			func(w *Want) { w.Networks[0].Externals = []string{"x_1"} }),
		have: with(present(running("a_1", "n"), running("b_1", "n"), unchanged(running("c_1", "m"))), func(h *Have) {
			h.Networks[0].Externals = []string{"x_1"}
			h.Externals = []External{external("x_1", "n")}
		}),
		order: `
			create network new < disconnect a_1 from n < remove network n
			create network new < disconnect x_1 from n
			create network new < remove network m
			create network new | remove container c_1`,
	},
	{
		name: "who is attached to a network that is gone leaves it before it is attached to the new one",
		want: with(wanted(container("a_1", "n"), container("b_1", "n")), func(w *Want) { w.Networks[0].Externals = []string{"x_1"} }),
		have: with(present(running("a_1", "n"), running("b_1", "n")), func(h *Have) {
			h.Networks, h.Externals = nil, []External{external("x_1", "n")}
		}),
		order: `
			disconnect a_1 from n < connect a_1 to n
			disconnect x_1 from n < connect x_1 to n
			create network n < connect a_1 to n
			create network n < connect x_1 to n`,
	},
	{
		name: "who is attached to a network that was replaced leaves it before it is attached to the other one",
		want: with(wanted(container("a_1", "n"), container("b_1", "n")), func(w *Want) { w.Networks[0].Externals = []string{"x_1"} }),
		have: with(present(running("a_1", "n"), running("b_1", "n")), func(h *Have) {
			h.Containers[0].Attached["n"] = "another"
			h.Externals = []External{external("x_1", "n")}
			h.Externals[0].Attached["n"] = "another"
			h.Networks[0].Externals = []string{"x_1"}
		}),
		order: `
			disconnect a_1 from n < connect a_1 to n
			disconnect x_1 from n < connect x_1 to n`,
	},
	{
		name: "a container leaves networks that are gone before it is started",
		want: wanted(container("a_1")), have: present(stateOf(running("a_1", "gone"), StateExited)),
		order: `disconnect a_1 from gone < start container a_1`,
	},
	{
		name: "nothing is started or attached before the network is there that it was made on",
		want: wanted(container("a_1", "n"), container("b_1", "base", "n"), with(container("c_1", "n"), func(c *Container) { c.OtherNetworks = []string{"q"} })),
		have: with(present(running("b_1", "n")), func(h *Have) {
			h.AttachAll = true
			h.Containers = append(h.Containers, createdOn(stateOf(running("a_1", "n"), StateExited), "base"), createdOn(running("c_1"), "base"))
		}),
		order: `
			create network base < start container a_1
			create network base < connect c_1 to n
			create network base < connect c_1 to q`,
	},
	{
		name: "one of no service of the files waits for the network that it was made on too",
		want: rewired(rewired(wanted(container("a_1", "n", "base")), "n"), "base"),
		have: with(present(running("a_1", "n", "base"), createdOn(running("old_1", "n"), "base")), attachAll),
		order: `
			create network base < connect old_1 to n
			create network n < connect old_1 to n`,
	},
	{
		name: "a network that nothing needs goes when all have left it",
		want: with(wanted(container("a_1")), func(w *Want) { w.Services = append(w.Services, "b") }),
		have: with(present(running("a_1", "n"), running("b_1", "n")), func(h *Have) {
			h.Networks[0].Externals = []string{"x_1"}
			h.Externals = []External{external("x_1", "n")}
		}),
		order: `
			disconnect a_1 from n < remove network n
			stop container b_1 < remove container b_1 < remove network n
			disconnect x_1 from n < remove network n`,
	},
}

func attachAll(h *Have) { h.AttachAll = true }

func createdOn(c HaveContainer, network string) HaveContainer {
	c.CreatedOn = network
	return c
}

var imageOrders = []orderCase{
	{
		name: "images are built after those that they are built upon, and before containers",
		want: with(wanted(container("a_1")), func(w *Want) {
			w.Images = []Image{{Ref: "i", Build: true, From: []string{"base", "pulled"}}, {Ref: "base", Build: true}, {Ref: "pulled"}, {Ref: "other", Build: true}}
			w.Containers = append(w.Containers, with(container("b_1"), func(c *Container) { c.Image = "other" }))
		}),
		goal: Goal{Build: true},
		order: `
			build image base < build image i < create container a_1
			pull image pulled < build image i
			build image other < create container b_1
			build image i | build image other
			build image i | create container b_1`,
	},
}

func orderCases() []orderCase {
	return slices.Concat(stopOrders, containerOrders, networkOrders, imageOrders, takeoverOrders, hookOrders)
}

func TestStepsComeInTheOrderThatTheyNeed(t *testing.T) {
	for _, c := range orderCases() {
		t.Run(c.name, func(t *testing.T) {
			p := planned(t, c.goal, c.want, c.have)
			if problems := orderProblems(p, c.order); len(problems) > 0 {
				t.Errorf("%s\nin\n%s", strings.Join(problems, "\n"), p)
			}
		})
	}
}

// The cases above are complete: no kind of wait can be left out of all plans
// without one of them failing. Only a wait that says what others say already
// needs no case.
func TestEveryKindOfWaitIsNeededByACase(t *testing.T) {
	var plans []*Plan
	for _, c := range orderCases() {
		plans = append(plans, planned(t, c.goal, c.want, c.have))
	}
	kinds := map[string]bool{}
	for _, p := range append(randomPlans(t), plans...) {
		for i, s := range p.Steps {
			for _, n := range s.After {
				kind := waitKind(s, p.Steps[n])
				if !kinds[kind] && !slices.EqualFunc(closure(p)[i:], closure(without(p, kind))[i:], maps.Equal) {
					kinds[kind] = true
				}
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		caught := false
		for i, c := range orderCases() {
			caught = caught || len(orderProblems(without(plans[i], kind), c.order)) > 0
		}
		if !caught {
			t.Errorf("no case fails without: %s", kind)
		}
	}
}

// waitKind says which action waits for which, and whether both are part of one
// task.
func waitKind(s, after Step) string {
	kind := fmt.Sprintf("%T waits for %T", s.Action, after.Action)
	if s.Task == after.Task {
		kind += " of its task"
	}
	return strings.ReplaceAll(kind, "plan.", "")
}

// without is a plan in which no step waits for another in a way.
func without(p *Plan, kind string) *Plan {
	less := &Plan{Steps: slices.Clone(p.Steps)}
	for i, s := range less.Steps {
		less.Steps[i].After = slices.DeleteFunc(slices.Clone(s.After), func(n int) bool { return waitKind(s, p.Steps[n]) == kind })
	}
	return less
}

// randomPlans are plans for goals of all kinds in random states of stacks.
func randomPlans(t *testing.T) []*Plan {
	t.Helper()
	var plans []*Plan
	for seed := range 100 {
		r := rand.New(rand.NewPCG(uint64(seed), 19))
		m := newModel(r.IntN(2) == 0)
		for range 3 {
			disturb(t, r, m)
		}
		have := m.snapshot()
		for state := UpAndRunning; state <= Removed; state++ {
			plans = append(plans, planned(t, Goal{State: state, Orphans: true, Stop: true, Rolling: seed % 2}, randomStack(r, have), have))
		}
	}
	return plans
}
