package adhoc_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// away is web, which called db "sql" and left for a moment, when it was to call it
// "store" too: a record says so.
func away() *engine {
	e := new(engine).run("web", "lan").run("db", "lan", "stacklite_db.web").was("stacklite_db.web", "web", "db", now)
	e.Networks = append(e.Networks, observed.Network{
		ID: "id-record", Name: "stacklite_db.web-12ffe454", Adhoc: true, Ends: []string{"web", "db"},
		Wiring: map[string]string{"web": "web sql=db store=db"},
	})
	return e
}

func TestWhoWasKeptFromComingBackDoesWithItsNames(t *testing.T) {
	e := away()
	p, err := e.planner().Link(e.container("web"), e.targets("db:store"), false)
	if err != nil {
		t.Fatal(err)
	}
	const back = `
  1 connect web to stacklite_db.web: asked for
  2 remove network stacklite_db.web-12ffe454: no longer needed [1]
`
	same(t, back, p)
	e = away()
	p, missing, err := e.planner().Unlink("web", []string{"db"}, map[string][]string{"db": {"store"}})
	if err != nil || len(missing) > 0 {
		t.Fatal(err, missing)
	}
	same(t, back, p)
	same(t, `
  1 disconnect db from stacklite_db.web: asked for
  2 remove network stacklite_db.web-12ffe454: no longer needed
  3 remove network stacklite_db.web: asked for [1 2]
`, unlink(t, away(), "web", "db"))
}

func TestARecordIsNoLinkAndGoesWhenNobodyComesBackForIt(t *testing.T) {
	e := away()
	if links := adhoc.Links(&e.Snapshot); len(links) != 1 {
		t.Errorf("got %+v", links)
	}
	same(t, "\nnote: network stacklite_db.web stays: a command that changes the link was cut off; type it again, or remove the link\n", sweep(t, e.planner()))
	e.Containers = e.Containers[1:]
	same(t, `
  1 disconnect db from stacklite_db.web: the other end is gone
  2 remove network stacklite_db.web-12ffe454: no longer needed
  3 remove network stacklite_db.web: the other end is gone [1 2]
`, sweep(t, e.planner()))
	e.Containers, e.Networks = nil, e.Networks[2:]
	same(t, "\n  1 remove network stacklite_db.web-12ffe454: no longer needed\n", sweep(t, e.planner()))
}

func TestALinkRunThatWasCutOffIsFinishedOnItsNetwork(t *testing.T) {
	for name, c := range map[string]struct {
		engine *engine
		want   string
	}{
		"the target is on it": {new(engine).run("db", "bridge", "stacklite_db.web").was("stacklite_db.web", "web", "db", now), ""},
		"nobody is on it": {new(engine).run("db", "bridge").left("stacklite_db.web").was("stacklite_db.web", "web", "db", now),
			"\n  1 connect db to stacklite_db.web: asked for\n"},
		"it is another's": {new(engine).run("db", "bridge", "stacklite_db.web").was("stacklite_db.web", "front", "db", now),
			"\n  1 create network stacklite_db.web-12ffe454: asked for\n  2 connect db to stacklite_db.web-12ffe454: asked for [1]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.engine.planner()
			networks := map[string]plan.Network{"db": p.RunNetwork("web", c.engine.container("db"), adhoc.Made)}
			got, err := p.Run(networks, c.engine.targets("db"), nil)
			if err != nil {
				t.Fatal(err)
			}
			same(t, c.want, got)
		})
	}
}
