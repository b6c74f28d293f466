package plan

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// legacy is a container that docker-compose 1.x made, linked to by others.
func legacy(name string, linkedBy ...string) HaveContainer {
	c := running(name)
	c.MadeBy, c.OtherNetworks, c.LinkedBy = "docker-compose 1.29.2", []string{"bridge"}, linkedBy
	return c
}

// linked is a wanted container on networks that is started after a service.
func linked(name, to string, networks ...string) Container {
	return with(container(name, networks...), func(c *Container) { c.After = []string{to} })
}

// madeByAnother makes one of the model's containers, or all, such as another tool
// has made, maybe with what a failed replacement of it left.
func (m *model) madeByAnother(r *rand.Rand) {
	all := r.IntN(2) == 0
	// Who shares a network with another is made by the same tool.
	m.have.Containers = slices.DeleteFunc(m.have.Containers, func(c HaveContainer) bool { return c.NetworkOf != "" })
	for i := range m.have.Containers {
		c := &m.have.Containers[i]
		if c.MadeBy != "" || LaterName(c.Name) != c.Name || !all && r.IntN(2) == 0 {
			continue
		}
		c.MadeBy, c.Fingerprint, c.CreatedOn, c.NetworkOf, c.OtherNetworks = "docker-compose 1.29.2", "", "", "", []string{"bridge"}
		clear(c.Attached)
		clear(c.Address)
		c.Misnamed = nil
		c.Anonymous = map[string]string{"/data": m.id()}
		if r.IntN(4) > 0 {
			continue
		}
		debris := *c
		debris.ID, debris.Order, debris.State = m.id(), 7, []State{StateExited, StateCreated}[r.IntN(2)]
		debris.Attached, debris.Address = map[string]string{}, map[string]string{}
		if r.IntN(2) == 0 {
			debris.Anonymous = map[string]string{"/data": m.id()}
		}
		names := []string{c.Name, "0123456789ab_" + c.Name}
		r.Shuffle(2, func(i, j int) { names[i], names[j] = names[j], names[i] })
		c.Name, debris.Name = names[0], names[1]
		m.have.Containers = append(m.have.Containers, debris)
	}
}

var takeoverOrders = []orderCase{
	{
		name: "all is made and attached before anything stops, then consumers are replaced before their targets",
		want: wanted(container("db_1", "n"), linked("web_1", "db", "n", "m"), linked("proxy_1", "web", "m")),
		have: present(legacy("db_1", "web_1"), legacy("web_1", "proxy_1"), legacy("proxy_1")),
		order: `
			create network n < connect db_1 to n < start container web_1
			connect web_1 to m < start container proxy_1
			create container db_1 as db_1.new < stop container proxy_1
			create container web_1 as web_1.new < stop container proxy_1
			connect db_1 to n < stop container proxy_1
			stop container proxy_1 < start container proxy_1 < stop container web_1 < start container web_1 < stop container db_1 < start container db_1
			start container db_1 < remove container db_1 < rename container db_1.new to db_1`,
	},
	{
		name: "replicas are replaced one after the other",
		want: wanted(container("web_1"), container("web_2")),
		have: present(legacy("web_1"), legacy("web_2")),
		order: `
			stop container web_2 < start container web_2 < stop container web_1 < start container web_1`,
	},
	{
		name: "who shares the network of another is replaced after it",
		want: wanted(container("db_1"), with(linked("app_1", "db"), func(c *Container) { c.SharesWith = []string{"db_1"} })),
		have: present(legacy("db_1"), legacy("app_1")),
		order: `
			create container db_1 as db_1.new < create container app_1 as app_1.new < stop container db_1
			stop container db_1 < start container db_1 < stop container app_1 < start container app_1`,
	},
	{
		name: "who uses the data of another is replaced after it, and that after its consumers",
		want: wanted(container("db_1", "n"), linked("web_1", "db", "n"), with(linked("backup_1", "db"), func(c *Container) { c.SharesWith = []string{"db_1"} })),
		have: present(legacy("db_1"), legacy("web_1"), legacy("backup_1")),
		order: `
			start container web_1 < stop container db_1 < start container db_1 < stop container backup_1 < start container backup_1`,
	},
	{
		name: "what is new is made before anything stops",
		want: wanted(container("db_1"), linked("web_1", "store", "n"), container("store_1", "n")),
		have: present(legacy("db_1"), legacy("web_1", "proxy_1")),
		order: `
			create container store_1 < stop container db_1
			create container store_1 < stop container web_1
			start container store_1 < start container web_1`,
	},
	{
		name: "who does not run waits for the new target",
		want: wanted(container("db_1", "n"), linked("web_1", "db", "n")),
		have: present(legacy("db_1"), stateOf(legacy("web_1"), StateExited)),
		order: `
			stop container db_1 < start container db_1 < start container web_1 < remove container web_1`,
	},
	{
		name: "a run that was cut off goes on",
		want: wanted(changed(container("db_1", "n")), changed(linked("web_1", "db", "n"))),
		have: present(legacy("db_1", "web_1"), stateOf(legacy("web_1"), StateExited),
			with(stateOf(running("web_1", "n"), StateCreated), func(c *HaveContainer) {
				c.ID, c.Name, c.Fingerprint = "made", "web_1.new", changed(Container{}).Fingerprint
			})),
		order: `
			start container db_1 < start container web_1
			create container db_1 as db_1.new < stop container db_1 < start container db_1
			start container web_1 < remove container web_1 < rename container web_1.new to web_1`,
	},
	{
		name: "who has other data gives its name away",
		want: wanted(container("db_1")),
		have: present(
			with(stateOf(legacy("db_1"), StateExited), func(c *HaveContainer) { c.Anonymous = map[string]string{"/data": "b"} }),
			with(legacy("db_1"), func(c *HaveContainer) {
				c.ID, c.Name, c.Order, c.Anonymous = "old", "0123456789ab_db_1", 5, map[string]string{"/data": "a"}
			})),
		order: `
			rename container db_1 to id of db_1_db_1 < rename container db_1.new to db_1
			create container db_1 as db_1.new < stop container 0123456789ab_db_1
			stop container 0123456789ab_db_1 < start container db_1`,
	},
	{
		name: "created and not started, consumers are removed before their targets",
		goal: Goal{State: CreatedOnly},
		want: wanted(container("db_1", "n"), linked("web_1", "db", "n")),
		have: present(legacy("db_1"), legacy("web_1")),
		order: `
			create container db_1 as db_1.new < stop container web_1 < stop container db_1
			stop container web_1 < remove container web_1 < rename container web_1.new to web_1`,
	},
}

func TestWhatAnotherToolMadeIsReplacedWithTheCause(t *testing.T) {
	want := wanted(container("db_1", "n"), linked("web_1", "db", "n"))
	have := present(legacy("db_1", "web_1"), legacy("web_1"))
	for _, c := range []struct {
		name  string
		goal  Goal
		steps string // that are in the plan
		none  string // that are not
	}{
		{"up", Goal{}, "create container db_1 as db_1.new: made by docker-compose 1.29.2\ncreate container web_1 as web_1.new: made by docker-compose 1.29.2", ""},
		{"up of a target, whose consumer would lose its link", Goal{Services: []string{"db"}}, "create container web_1 as web_1.new: made by docker-compose 1.29.2", ""},
		{"up of a consumer, which finds the old target", Goal{Services: []string{"web"}}, "connect db_1 to n: missing\ncreate container web_1 as web_1.new", "create container db_1"},
		{"up of all, where the consumer does not run", Goal{}, "stop container db_1", "connect db_1 to n"},
		{"scale", Goal{Services: []string{"web"}, Recreate: Never, TakeOver: true}, "create container web_1 as web_1.new", "create container db_1"},
		{"up --no-recreate", Goal{Recreate: Never}, "connect db_1 to n", "create container"},
		{"start", Goal{Recreate: Never, NoCreate: true}, "", "create"},
	} {
		t.Run(c.name, func(t *testing.T) {
			have := have
			if strings.Contains(c.name, "does not run") {
				have = present(have.Containers[0], stateOf(have.Containers[1], StateExited))
			}
			p := planned(t, c.goal, want, have)
			for _, step := range strings.Split(c.steps, "\n") {
				if !strings.Contains(p.String(), step) {
					t.Errorf("no step %q in\n%s", step, p)
				}
			}
			if c.none != "" && strings.Contains(p.String(), c.none) {
				t.Errorf("a step %q in\n%s", c.none, p)
			}
		})
	}
}

// A takeover that was cut off may be undone as well as finished: what only starts
// containers, or is about others, removes and renames none.
func TestWhereNothingIsReplacedTheOldContainersAreLeftAlone(t *testing.T) {
	made := with(stateOf(running("db_1", "n"), StateCreated), func(c *HaveContainer) { c.ID, c.Name = "made", "db_1.new" })
	old := with(stateOf(legacy("db_1"), StateExited), func(c *HaveContainer) { c.ID, c.Name = "old", "0123456789ab_db_1" })
	web := linked("web_1", "db", "n")
	for _, c := range []struct {
		name string
		goal Goal
		have Have
		want string
	}{
		{"start, of the one that bears the name", Goal{Recreate: Never, NoCreate: true}, present(made, stateOf(legacy("db_1"), StateExited)),
			"  1 start container db_1: exited\n"},
		{"start, of debris", Goal{Recreate: Never, NoCreate: true}, present(old), "  1 start container db_1: exited\n"},
		{"start, where the new one runs", Goal{Recreate: Never, NoCreate: true}, present(stateOf(made, StateRunning), stateOf(legacy("db_1"), StateExited)), ""},
		{"up --no-recreate, of the one that runs", Goal{Recreate: Never, Services: []string{"db"}}, present(made, legacy("db_1")),
			"  1 connect db_1 to n: not attached\n"},
		{"up of another", Goal{Services: []string{"web"}}, present(made, legacy("db_1")),
			"  1 create container web_1: missing\n  2 connect db_1 to n: not attached\n  3 start container web_1: made [1 2]\n"},
	} {
		if got := planned(t, c.goal, wanted(container("db_1", "n"), web), c.have).String(); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestOfSeveralCandidatesTheDataIsOfTheOneThatRunsOrElseOfTheOldest(t *testing.T) {
	candidate := func(id, name string, order int, state State, volume string) HaveContainer {
		c := stateOf(legacy("db_1"), state)
		c.ID, c.Name, c.Order, c.Anonymous = id, name, order, map[string]string{"/data": volume}
		return c
	}
	const old = "0123456789ab_db_1"
	for _, c := range []struct {
		name      string
		have      []HaveContainer
		from      string // id of the container whose volumes are taken over
		kept      string // names of those that stay
		renamedTo string
	}{
		{"a replacement that failed before the new one was made", []HaveContainer{candidate("a", old, 5, StateExited, "v")}, "a", "", ""},
		{"one that failed after", []HaveContainer{candidate("b", "db_1", 1, StateCreated, "v"), candidate("a", old, 5, StateExited, "v")}, "a", "", ""},
		{"with fresh volumes that nothing has used", []HaveContainer{candidate("b", "db_1", 1, StateCreated, "w"), candidate("a", old, 5, StateExited, "v")}, "a", "", ""},
		{"with other data", []HaveContainer{candidate("b", "db_1", 1, StateExited, "w"), candidate("a", old, 5, StateExited, "v")}, "a", "db_1", "b_db_1"},
		{"with other data, and runs", []HaveContainer{candidate("b", "db_1", 1, StateRunning, "w"), candidate("a", old, 5, StateExited, "v")}, "b", old, ""},
		{"with other data, and both run", []HaveContainer{candidate("b", "db_1", 1, StateRunning, "w"), candidate("a", old, 5, StateRunning, "v")}, "b", old, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := planned(t, Goal{}, wanted(container("db_1")), present(c.have...))
			from, removed, renamed := "", "", ""
			for _, s := range p.Steps {
				switch a := s.Action.(type) {
				case CreateContainer:
					from = a.Replaces
				case RemoveContainer:
					removed += a.Container
				case RenameContainer:
					if a.To != "db_1" {
						renamed = a.To
					}
				}
			}
			if from != c.from || renamed != c.renamedTo {
				t.Errorf("data from %q, renamed to %q in\n%s", from, renamed, p)
			}
			for _, h := range c.have {
				stays := h.Name == c.kept
				if strings.Contains(removed, h.ID) == stays || stays != strings.Contains(p.String(), "note: container "+h.Name+" (docker-compose 1.29.2) is left alone") {
					t.Errorf("%s: stays %v in\n%s", h.Name, stays, p)
				}
			}
		})
	}
}

func TestWhoLosesALinkIsTold(t *testing.T) {
	have := present(legacy("db_1", "web_run", "app", "shop_web_1", "web_1", "early_1", "gone_1"), legacy("db_2", "app"), legacy("web_1"), legacy("early_1"), legacy("gone_1"), with(legacy("web_run"), func(c *HaveContainer) { c.OneOff = true }))
	have.Externals = []External{external("app"), with(external("shop_web_1"), func(e *External) { e.Owner = "shop" })}
	// The files have early before db now, so that its link is no reason to replace it.
	p := planned(t, Goal{Services: []string{"db", "web"}, OrphansUnsaid: true},
		wanted(container("early_1"), container("db_1", "n"), container("db_2", "n"), linked("web_1", "db", "n")), have)
	want := []string{
		"app can neither use its links to db_1, db_2 any more nor be started again, for these are replaced; make it anew without --link, then: docker stacklite link add app db_1 db_2",
		"early_1 can neither use its links to db_1 any more nor be started again, for these are replaced; bring it up too: docker stacklite up -d early",
		"gone_1 can neither use its links to db_1 any more nor be started again, for these are replaced; the files have no service gone: --remove-orphans takes it away",
		"shop_web_1 of project shop can neither use its links to db_1 any more nor be started again, for these are replaced; bring that up in its directory: docker stacklite up -d",
		"one-off container web_run can neither use its links to db_1 any more nor be started again, for these are replaced; run it again",
	}
	if !slices.Equal(p.Notes, want) {
		t.Errorf("got\n%s", strings.Join(p.Notes, "\n"))
	}
}

// What is replaced may change its name, its ports and its data at the same time,
// and swap them with others.
func TestNothingStartsWhileAnotherUsesWhatItNeeds(t *testing.T) {
	port := func(n int) []HostPort { return []HostPort{{First: n, Last: n, Proto: "tcp"}} }
	have := present(
		with(unchanged(running("a_1")), func(c *HaveContainer) {
			c.Name, c.HostPorts, c.Data = "x", []HostPort{{IP: "0.0.0.0", First: 80, Last: 80, Proto: "tcp"}}, []string{"data"}
		}),
		with(unchanged(running("b_1")), func(c *HaveContainer) { c.Name, c.HostPorts = "y", port(81) }),
		with(unchanged(running("c_1")), func(c *HaveContainer) { c.Data = []string{"data", "/src"} }),
		with(unchanged(running("e_1")), func(c *HaveContainer) { c.Data = []string{"/src"} }),
		with(unchanged(running("gone_1")), func(c *HaveContainer) { c.HostPorts = port(82) }),
	)
	want := wanted(
		with(changed(container("a_1")), func(c *Container) { c.Name, c.HostPorts = "y", port(81) }),
		with(changed(container("b_1")), func(c *Container) { c.Name, c.HostPorts, c.Data = "x", port(80), []string{"data"} }),
		with(changed(container("c_1")), func(c *Container) { c.Data = []string{"data", "/src"} }),
		with(container("d_1"), func(c *Container) {
			c.HostPorts, c.Data = []HostPort{{First: 80, Last: 90, Proto: "tcp"}}, []string{"/src"}
		}),
		with(changed(container("e_1")), func(c *Container) { c.Data = []string{"/src"} }),
	)
	p := planned(t, Goal{Orphans: true}, want, have)
	if problems := orderProblems(p, `
		stop container x < start container y
		stop container y < start container y
		stop container x < start container x
		stop container y < start container x
		stop container gone_1 < start container d_1
		start container c_1 | stop container e_1
		start container d_1 | stop container c_1
		create container y as y.new < stop container x < start container y < remove container x
		remove container x < rename container x.new to x
		remove container y < rename container y.new to y`); len(problems) > 0 {
		t.Errorf("%s\nin\n%s", strings.Join(problems, "\n"), p)
	}
}

func TestAChangedConsumerIsStoppedBeforeItsChangedTarget(t *testing.T) {
	p := planned(t, Goal{}, wanted(changed(container("db_1", "n")), changed(linked("web_1", "db", "n"))),
		present(unchanged(running("db_1", "n")), startedAfter(unchanged(running("web_1", "n")), "db")))
	if problems := orderProblems(p, "stop container web_1 < stop container db_1 < start container db_1 < start container web_1"); len(problems) > 0 {
		t.Errorf("%s\nin\n%s", strings.Join(problems, "\n"), p)
	}
}

func TestAWaitThatWouldCloseACircleIsLeftOut(t *testing.T) {
	b := &builder{}
	for _, name := range []string{"a", "b", "c"} {
		start(b, name)
	}
	b.waitIfNoCircle(startKey("b"), need(startKey("a")))
	b.waitIfNoCircle(startKey("c"), need(startKey("b")), need(startKey("missing")))
	b.waitIfNoCircle(startKey("a"), need(startKey("c")), need(startKey("a")))
	if got := fmt.Sprint(b.plan()); strings.Count(got, "[") != 2 || b.plan().unmet != nil {
		t.Errorf("got\n%s", got)
	}
}

func TestOfManyWaitsOnlyThoseThatWouldCloseACircleAreLeftOut(t *testing.T) {
	for last, want := range map[string]int{"c": 2, "d": 3} { // the step that a is to wait for, and how many steps wait
		b := &builder{}
		for _, name := range []string{"a", "b", "c", "d"} {
			start(b, name)
		}
		b.waitUnlessCircle([][2]stepKey{{startKey("b"), startKey("a")}, {startKey("c"), startKey("b")}, {startKey("a"), startKey(last)}})
		if got := fmt.Sprint(b.plan()); strings.Count(got, "[") != want {
			t.Errorf("where a is to wait for %s\n%s", last, got)
		}
	}
}

// A big stack is planned in a moment, and always alike.
func BenchmarkTakeover(b *testing.B) {
	want, have := wanted(), present()
	for i := range 300 {
		name := fmt.Sprintf("s%d_1", i)
		c := container(name)
		for j := max(0, i-3); j < i; j++ {
			network := fmt.Sprintf("n%d.%d", j, i)
			c.After, c.Attach = append(c.After, fmt.Sprintf("s%d", j)), append(c.Attach, network)
			want.Containers[j].Attach = append(want.Containers[j].Attach, network)
			want.Networks = append(want.Networks, Network{Name: network, Size: 2})
		}
		want.Containers, want.Services = append(want.Containers, c), append(want.Services, c.Service)
		have.Containers = append(have.Containers, legacy(name))
	}
	for b.Loop() {
		if _, err := Make(Goal{}, want, have); err != nil {
			b.Fatal(err)
		}
	}
}

// No goal leads to a step that an engine would refuse, whatever a stack is like, and
// none is asked for twice.
func TestAnyGoalIsReachedWhateverAnotherToolMade(t *testing.T) {
	rounds := 1500
	if testing.Short() {
		rounds = 200
	}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 23))
		m := newModel(false)
		for range 2 + r.IntN(4) {
			disturb(t, r, m)
		}
		m.madeByAnother(r)
		want := randomStack(r, m.snapshot())
		for _, c := range want.Containers { // so that nothing fails for want of an image
			m.have.Images[c.Image] = "id of " + c.Image
		}
		goal := []Goal{
			{Recreate: Never, NoCreate: true},
			{Recreate: Never, TakeOver: true, Services: want.Services[:1+r.IntN(len(want.Services))]},
			{Recreate: Never},
			{Services: want.Services[:1]},
			{Services: want.Services[:1+r.IntN(len(want.Services))]},
		}[r.IntN(5)]
		before := m.snapshot()
		p, err := Make(goal, want, before)
		var taken *Conflict
		if errors.As(err, &taken) && taken.Of != "" {
			continue // somebody gave the name to one that is not meant
		} else if err != nil {
			t.Fatalf("seed %d, goal %+v: %v", seed, goal, err)
		}
		if err := run(p, m, len(p.Steps)); err != nil {
			t.Fatalf("seed %d, goal %+v: %v\nhave %+v\nplan\n%s", seed, goal, err, before, p)
		}
		if again := planned(t, goal, want, m.snapshot()); !again.Empty() {
			t.Fatalf("seed %d, goal %+v: planned again\n%s\nafter\n%s\nhave %+v", seed, goal, again, p, before)
		}
	}
}
