package adhoc_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// engine is a snapshot for tests of links by hand.
type engine struct{ observed.Snapshot }

// run adds a running container on networks, which are made where they are new:
// those of links have names with "stacklite_".
func (e *engine) run(name string, networks ...string) *engine {
	c := observed.Container{ID: "id-" + name, Name: name, State: plan.StateRunning}
	for i, network := range networks {
		id := "id-" + network
		c.Endpoints = append(c.Endpoints, observed.Endpoint{
			Network: network, NetworkID: id, Aliases: []string{name},
			Address: netip.AddrFrom4([4]byte{10, 0, byte(i), byte(len(e.Containers) + 2)}),
		})
		if !slices.ContainsFunc(e.Networks, func(n observed.Network) bool { return n.ID == id }) {
			e.Networks = append(e.Networks, observed.Network{
				ID: id, Name: network, Traffic: true, Adhoc: strings.HasPrefix(network, "stacklite_"),
			})
		}
	}
	if len(networks) > 0 && networks[0] != "bridge" && !strings.HasPrefix(networks[0], "stacklite_") {
		c.CreatedOn = networks[0]
	}
	e.Containers = append(e.Containers, c)
	return e
}

// sees gives a container names for another: "db", "db:sql".
func (e *engine) sees(consumer, network string, links ...string) *engine {
	c := e.container(consumer)
	for i := range c.Endpoints {
		if c.Endpoints[i].Network != network {
			continue
		}
		for _, l := range links {
			target, alias, _ := strings.Cut(l, ":")
			c.Endpoints[i].Links = append(c.Endpoints[i].Links, linking.Name{Alias: alias, Target: target})
		}
	}
	return e
}

// set changes a container.
func (e *engine) set(name string, change func(*observed.Container)) *engine {
	change(e.container(name))
	return e
}

func (e *engine) container(name string) *observed.Container { return e.Snapshot.Container("", name) }

func (e *engine) planner() adhoc.Planner {
	return adhoc.Planner{Snapshot: &e.Snapshot, Version: "test", Now: now}
}

// targets reads "db", "db:sql".
func (e *engine) targets(words ...string) []adhoc.Target {
	var list []adhoc.Target
	for _, w := range words {
		name, alias, _ := strings.Cut(w, ":")
		list = append(list, adhoc.Target{Container: e.container(name), Alias: alias})
	}
	return list
}

// same fails unless a plan is written as want, which begins with a line end
// where there is anything.
func same(t *testing.T, want string, got *plan.Plan) {
	t.Helper()
	text := got.String()
	if text != "" {
		text = "\n" + text
	}
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// linked is web, which calls db "sql", and a cache on the default bridge.
func linked() *engine {
	e := new(engine).run("web", "bridge", "stacklite_db.web").run("db", "bridge", "stacklite_db.web").run("cache", "bridge")
	return e.sees("web", "stacklite_db.web", "db:sql")
}

func TestALinkIsANetworkOfTwo(t *testing.T) {
	for name, c := range map[string]struct {
		engine   *engine
		consumer string
		targets  []string
		isolate  bool
		want     string
	}{
		"on networks of their own": {
			engine: new(engine).run("web", "lan").run("db", "wan"), consumer: "web", targets: []string{"db"},
			want: `
  1 create network stacklite_db.web: asked for
  2 connect db to stacklite_db.web: asked for [1]
  3 connect web to stacklite_db.web: asked for [1]
`,
		},
		"on the default bridge": {
			engine: new(engine).run("web", "bridge").run("db", "lan"), consumer: "web", targets: []string{"db:sql", "db"},
			want: `
  1 create network stacklite_db.web: asked for
  2 connect db to stacklite_db.web: asked for [1]
  3 connect web to stacklite_db.web: asked for [1]
note: web stays on the default bridge, where every container reaches every other by address; --isolate takes it off
`,
		},
		"isolated from the default bridge": {
			engine: new(engine).run("web", "bridge").run("db", "lan"), consumer: "web", targets: []string{"db"}, isolate: true,
			want: `
  1 create network stacklite_db.web: asked for
  2 connect db to stacklite_db.web: asked for [1]
  3 connect web to stacklite_db.web: asked for [1]
  4 disconnect web from bridge: isolated [1 2 3]
`,
		},
		"to two": {
			engine: new(engine).run("web", "lan").run("db", "lan").run("cache", "lan"), consumer: "web", targets: []string{"db", "cache"},
			want: `
  1 create network stacklite_db.web: asked for
  2 connect db to stacklite_db.web: asked for [1]
  3 connect web to stacklite_db.web: asked for [1]
  4 create network stacklite_cache.web: asked for
  5 connect cache to stacklite_cache.web: asked for [4]
  6 connect web to stacklite_cache.web: asked for [4]
`,
		},
		"again": {engine: linked().set("web", offBridge).set("db", offBridge), consumer: "web", targets: []string{"db:sql"}},
		"again, in capitals": {
			engine: linked().set("web", offBridge).set("db", offBridge), consumer: "web", targets: []string{"db:SQL"},
			want: `
  1 create network stacklite_db.web-12ffe454: keeps the names of web meanwhile
  2 disconnect web from stacklite_db.web: another name [1]
  3 connect web to stacklite_db.web: another name [2]
  4 remove network stacklite_db.web-12ffe454: no longer needed [3]
`,
		},
		"under a second name": {
			engine: linked().set("web", offBridge).set("db", offBridge), consumer: "web", targets: []string{"db:sql", "db:database"},
			want: `
  1 create network stacklite_db.web-12ffe454: keeps the names of web meanwhile
  2 disconnect web from stacklite_db.web: another name [1]
  3 connect web to stacklite_db.web: another name [2]
  4 remove network stacklite_db.web-12ffe454: no longer needed [3]
`,
		},
		"the other way as well": {
			engine: linked().set("web", offBridge).set("db", offBridge), consumer: "db", targets: []string{"web"},
			want: `
  1 disconnect db from stacklite_db.web: another name
  2 connect db to stacklite_db.web: another name [1]
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.engine.planner().Link(c.engine.container(c.consumer), c.engine.targets(c.targets...), c.isolate)
			if err != nil {
				t.Fatal(err)
			}
			same(t, c.want, p)
		})
	}
}

// offBridge takes a container off the default bridge.
func offBridge(c *observed.Container) { c.Endpoints = c.Endpoints[1:] }

func TestWhoComesBackHasItsNamesAndItsAddress(t *testing.T) {
	e := linked()
	p, err := e.planner().Link(e.container("web"), e.targets("db:database"), false)
	if err != nil {
		t.Fatal(err)
	}
	back := p.Steps[2].Action.(plan.Connect)
	endpoint := back.Network.Spec.(desired.NetworkSpec).Endpoints["web"]
	want := linking.Endpoint{Aliases: []string{"web"}, Links: []linking.Name{{Alias: "sql", Target: "db"}, {Alias: "database", Target: "db"}}}
	if diff := cmp.Diff(want, endpoint); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if back.Address != "10.0.1.2" || back.Container != "id-web" {
		t.Errorf("got %+v", back)
	}
}

func TestALinkedContainerAnswersToItsNameAndSeesItsAliases(t *testing.T) {
	e := new(engine).run("web", "lan").run("db", "lan")
	p, err := e.planner().Link(e.container("web"), e.targets("db:sql", "db"), false)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]linking.Endpoint{}
	for _, step := range p.Steps[1:] {
		a := step.Action.(plan.Connect)
		got[a.Name] = a.Network.Spec.(desired.NetworkSpec).Endpoints[a.Service]
	}
	want := map[string]linking.Endpoint{
		"db":  {Aliases: []string{"db"}},
		"web": {Aliases: []string{"web"}, Links: []linking.Name{{Alias: "sql", Target: "db"}, {Alias: "db", Target: "db"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhatCanNotBeLinkedIsRefusedWithAdvice(t *testing.T) {
	mode := func(mode string) func(*observed.Container) {
		return func(c *observed.Container) { c.NetworkMode, c.Endpoints = mode, nil }
	}
	for name, c := range map[string]struct {
		engine            *engine
		consumer, target  string
		wantErr, wantHint string
	}{
		"the consumer on the host's network": {
			linked().set("web", mode("host")), "web", "cache",
			"web uses the host's network: it needs no link, and no link can isolate it",
			"run it without --network host",
		},
		"the target without a network": {
			linked().set("cache", mode("none")), "web", "cache",
			"cache has no network (--network none), so it can't be linked",
			"run it without --network none",
		},
		"the target on another's network": {
			linked().set("cache", mode("container:id-db")), "web", "cache",
			"cache uses the network of another container", "link that container instead",
		},
		"to itself": {
			linked(), "web", "web", "web cannot link to itself", "it answers to its own name without a link",
		},
		"a name that somebody else has": {
			linked(), "web", "cache:SQL", `web calls db "sql" already`,
			"choose another name for cache, or: docker stacklite link rm web db:sql",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.engine.planner().Link(c.engine.container(c.consumer), c.engine.targets(c.target), false)
			var refused *adhoc.Unlinkable
			if !errors.As(err, &refused) || p != nil {
				t.Fatalf("got %v, %v", p, err)
			}
			if err.Error() != c.wantErr || !slices.Equal(refused.Hints(), []string{c.wantHint}) {
				t.Errorf("got  %s | %s\nwant %s | %s", err, refused.Hints(), c.wantErr, c.wantHint)
			}
		})
	}
}

func TestUnlinkTakesNamesAndWithTheLastTheNetwork(t *testing.T) {
	two := func() *engine { return linked().sees("web", "stacklite_db.web", "db:database") }
	created := func(network string) func(*observed.Container) {
		return func(c *observed.Container) { c.CreatedOn = network }
	}
	for name, c := range map[string]struct {
		engine  *engine
		target  string
		aliases []string
		missing []string
		want    string
	}{
		"one name": {
			engine: two(), target: "db", aliases: []string{"SQL"},
			want: `
  1 create network stacklite_db.web-12ffe454: keeps the names of web meanwhile
  2 disconnect web from stacklite_db.web: asked for [1]
  3 connect web to stacklite_db.web: asked for [2]
  4 remove network stacklite_db.web-12ffe454: no longer needed [3]
`,
		},
		"the last name": {
			engine: linked(), target: "db", aliases: []string{"sql"},
			want: `
  1 disconnect web from stacklite_db.web: asked for
  2 disconnect db from stacklite_db.web: asked for
  3 remove network stacklite_db.web: asked for [1 2]
`,
		},
		"all names, by id": {
			engine: two(), target: "id-db",
			want: `
  1 disconnect web from stacklite_db.web: asked for
  2 disconnect db from stacklite_db.web: asked for
  3 remove network stacklite_db.web: asked for [1 2]
`,
		},
		"the last name where the other end has one too": {
			engine: linked().sees("db", "stacklite_db.web", "web:www"), target: "db",
			want: `
  1 create network stacklite_db.web-12ffe454: keeps the names of web meanwhile
  2 disconnect web from stacklite_db.web: asked for [1]
  3 connect web to stacklite_db.web: asked for [2]
  4 remove network stacklite_db.web-12ffe454: no longer needed [3]
`,
		},
		"of who was taken off the default bridge": {
			engine: linked().set("web", offBridge).set("db", offBridge).set("db", created("lan")), target: "db",
			want: `
  1 connect web to bridge: no link is left
  2 connect db to bridge: no link is left
  3 disconnect web from stacklite_db.web: asked for [1 2]
  4 disconnect db from stacklite_db.web: asked for [1 2]
  5 remove network stacklite_db.web: asked for [3 4]
`,
		},
		"of who has another network": {
			engine: new(engine).run("web", "lan", "stacklite_db.web").run("db", "lan", "stacklite_db.web").sees("web", "stacklite_db.web", "db:sql"),
			target: "db",
			want: `
  1 disconnect web from stacklite_db.web: asked for
  2 disconnect db from stacklite_db.web: asked for
  3 remove network stacklite_db.web: asked for [1 2]
`,
		},
		"of who was made on the default bridge, whatever it joined since": {
			engine: new(engine).run("web", "lan", "stacklite_db.web").run("db", "lan", "stacklite_db.web").
				sees("web", "stacklite_db.web", "db:sql").set("web", created("")), target: "db",
			want: `
  1 connect web to bridge: no link is left
  2 disconnect web from stacklite_db.web: asked for [1]
  3 disconnect db from stacklite_db.web: asked for [1]
  4 remove network stacklite_db.web: asked for [2 3]
`,
		},
		"of a target that is gone": {
			engine: new(engine).run("web", "bridge", "stacklite_db.web").sees("web", "stacklite_db.web", "db:sql"), target: "db",
			want: `
  1 disconnect web from stacklite_db.web: asked for
  2 remove network stacklite_db.web: asked for [1]
`,
		},
		"of whom there is no link to": {engine: linked(), target: "cache", missing: []string{"cache"}},
		"of a name that it has not":   {engine: linked(), target: "db", aliases: []string{"other"}, missing: []string{"db"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, missing, err := c.engine.planner().Unlink("web", []string{c.target}, map[string][]string{c.target: c.aliases})
			if err != nil {
				t.Fatal(err)
			}
			same(t, c.want, p)
			if !slices.Equal(missing, c.missing) {
				t.Errorf("missing: got %v, want %v", missing, c.missing)
			}
		})
	}
}

func TestTheLastOfSeveralLinksBringsBackToTheBridge(t *testing.T) {
	e := new(engine).run("web", "stacklite_db.web", "stacklite_cache.web").run("db", "bridge", "stacklite_db.web").run("cache", "bridge", "stacklite_cache.web")
	e.sees("web", "stacklite_db.web", "db:db").sees("web", "stacklite_cache.web", "cache:cache")
	p, _, err := e.planner().Unlink("web", []string{"db", "cache"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	same(t, `
  1 disconnect web from stacklite_db.web: asked for
  2 disconnect db from stacklite_db.web: asked for
  3 remove network stacklite_db.web: asked for [1 2]
  4 connect web to bridge: no link is left
  5 disconnect web from stacklite_cache.web: asked for [4]
  6 disconnect cache from stacklite_cache.web: asked for [4]
  7 remove network stacklite_cache.web: asked for [5 6]
`, p)
}

func TestASweepTakesAwayWhatIsLeft(t *testing.T) {
	e := linked().run("old", "bridge", "stacklite_gone.old").run("young", "bridge", "stacklite_coming.young")
	for i := range e.Networks {
		if e.Networks[i].Name == "stacklite_coming.young" {
			e.Networks[i].Deadline = now.Add(time.Minute)
		}
	}
	e.Networks = append(e.Networks, observed.Network{ID: "id-both", Name: "stacklite_both.gone", Adhoc: true})
	const old = `
  1 disconnect old from stacklite_gone.old: the other end is gone
  2 remove network stacklite_gone.old: the other end is gone [1]
`
	const note = "note: network stacklite_coming.young stays until 03:05:05: " +
		"a link run may be about to make a container on it; if not: docker stacklite link rm --gone young\n"
	p := e.planner()
	same(t, old+"  3 remove network stacklite_both.gone: the other end is gone\n"+note, sweep(t, p))
	same(t, old, sweep(t, p, "old", "web"))
	same(t, `
  1 disconnect young from stacklite_coming.young: the other end is gone
  2 remove network stacklite_coming.young: the other end is gone [1]
`, p.SweepNetworks([]string{"stacklite_coming.young", "stacklite_db.web"}))
	p.Now = now.Add(time.Hour)
	if all := sweep(t, p); len(all.Steps) != 5 || len(all.Notes) > 0 {
		t.Errorf("an hour later:\n%s", all)
	}
}

// sweep plans to remove what is left of links of these containers, or of all.
func sweep(t *testing.T, p adhoc.Planner, of ...string) *plan.Plan {
	t.Helper()
	out, err := p.Sweep(of...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRunJoinsAContainerThatComesToItsTargets(t *testing.T) {
	e := new(engine).run("db", "bridge").run("cache", "bridge")
	p := e.planner()
	targets := e.targets("db", "db:sql", "cache")
	networks := map[string]plan.Network{}
	for _, target := range targets {
		networks[target.Container.Name] = p.Network("web", target.Container.Name, adhoc.Made)
	}
	first, err := p.Run(networks, targets, nil)
	if err != nil {
		t.Fatal(err)
	}
	same(t, `
  1 create network stacklite_db.web: asked for
  2 connect db to stacklite_db.web: asked for [1]
  3 create network stacklite_cache.web: asked for
  4 connect cache to stacklite_cache.web: asked for [3]
`, first)

	made := &observed.Container{ID: "id-web", Name: "web", Endpoints: []observed.Endpoint{{Network: "stacklite_cache.web"}}}
	second, err := p.Run(networks, targets, made)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "\n  1 connect web to stacklite_db.web: asked for\n", second)
	got := second.Steps[0].Action.(plan.Connect).Network.Spec.(desired.NetworkSpec).Endpoints["web"].Links
	if diff := cmp.Diff([]linking.Name{{Alias: "db", Target: "db"}, {Alias: "sql", Target: "db"}}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestANetworkSaysUntilWhenItsSecondEndMayCome(t *testing.T) {
	e := new(engine).run("x", "stacklite_db.web")
	p := e.planner()
	deadline := func(n plan.Network) string { return n.Spec.(desired.NetworkSpec).Labels[labels.Link] }
	if got := deadline(p.Network("a", "b", adhoc.There)); got != "" {
		t.Errorf("where both are there: %q", got)
	}
	if got := deadline(p.Network("a", "b", adhoc.Made)); got != "2026-01-02T03:06:05Z" {
		t.Errorf("where one is to come: %q", got)
	}
	if got := deadline(p.Network("a", "b", adhoc.Pulled)); got != "2026-01-02T04:04:05Z" {
		t.Errorf("where its image is to come first: %q", got)
	}
	other := p.Network("web", "db", adhoc.There)
	if !strings.HasPrefix(other.Name, "stacklite_db.web-") || other.Name != p.Network("web", "db", adhoc.There).Name {
		t.Errorf("where the name is taken: %s", other.Name)
	}
	e.run("y", other.Name)
	if third := p.Network("web", "db", adhoc.There); third.Name == other.Name {
		t.Errorf("where the second is taken too: %s", third.Name)
	}
}

func TestLinksAreListedByWhoHasThem(t *testing.T) {
	e := linked().run("stopped", "stacklite_old.stopped").run("old", "stacklite_old.stopped").run("left", "stacklite_left.web")
	e.sees("db", "stacklite_db.web", "web:www", "web:site").sees("old", "stacklite_old.stopped", "stopped:s")
	e.set("stopped", func(c *observed.Container) { c.State = plan.StateExited })
	e.run("web2", "stacklite_db2.web2").sees("web2", "stacklite_db2.web2", "db2:db")
	e.Networks = append(e.Networks, observed.Network{ID: "id-both", Name: "stacklite_both.gone", Adhoc: true})
	want := []adhoc.Link{
		{Network: "stacklite_both.gone", State: adhoc.Gone},
		{Target: "left", Network: "stacklite_left.web", State: adhoc.Gone},
		{Consumer: "db", Target: "web", Aliases: []string{"www", "site"}, Network: "stacklite_db.web", State: adhoc.Up},
		{Consumer: "old", Target: "stopped", Aliases: []string{"s"}, Network: "stacklite_old.stopped", State: adhoc.Stopped},
		{Consumer: "web", Target: "db", Aliases: []string{"sql"}, Network: "stacklite_db.web", State: adhoc.Up},
		{Consumer: "web2", Target: "db2", Aliases: []string{"db"}, Network: "stacklite_db2.web2", State: adhoc.Gone},
	}
	if diff := cmp.Diff(want, adhoc.Links(&e.Snapshot)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	var names []string
	for _, c := range adhoc.Linked(&e.Snapshot) {
		names = append(names, c.Name)
	}
	if got := strings.Join(names, " "); got != "web db stopped old left web2" {
		t.Errorf("linked: %s", got)
	}
}

func TestATargetMayHaveAnAlias(t *testing.T) {
	for word, want := range map[string]struct {
		target, alias string
		named         bool
	}{
		"db": {"db", "", false}, "db:sql": {"db", "sql", true}, "db:": {"db", "", true}, "db:a:b": {"db", "a:b", true},
	} {
		if target, alias, named := adhoc.CutTarget(word); target != want.target || alias != want.alias || named != want.named {
			t.Errorf("%s: got %q %q %v", word, target, alias, named)
		}
	}
}
