package adhoc_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// ran is web as link run makes it, on the network of its link to db.
func ran() *engine {
	e := new(engine).run("web", "stacklite_db.web").run("db", "bridge", "stacklite_db.web").sees("web", "stacklite_db.web", "db:db")
	return e.madeOn("web", "stacklite_db.web")
}

// madeOn says on which network a container was made, of an engine that looks it
// up.
func (e *engine) madeOn(name, network string) *engine {
	e.AttachAll = true
	return e.set(name, func(c *observed.Container) { c.CreatedOn = network })
}

const keptNote = "note: network stacklite_db.web stays, empty: the engine starts web only while it exists; " +
	"to remove it when web is gone: docker stacklite link rm --gone\n"

func unlink(t *testing.T, e *engine, consumer string, targets ...string) *plan.Plan {
	t.Helper()
	p, missing, err := e.planner().Unlink(consumer, targets, nil)
	if err != nil || len(missing) > 0 {
		t.Fatal(err, missing)
	}
	return p
}

func TestTheNetworkThatAContainerWasMadeOnStays(t *testing.T) {
	const removed = `
  1 connect web to bridge: no link is left
  2 disconnect web from stacklite_db.web: asked for [1]
  3 disconnect db from stacklite_db.web: asked for [1]
`
	same(t, removed+keptNote, unlink(t, ran(), "web", "db"))

	byID := ran().madeOn("web", "id-stacklite_db.web")
	same(t, removed+keptNote, unlink(t, byID, "web", "db"))

	old := ran()
	old.AttachAll = false
	same(t, removed+"  4 remove network stacklite_db.web: asked for [2 3]\n", unlink(t, old, "web", "db"))
}

func TestOfTwoLinksTheOneThatAContainerWasMadeOnGoes(t *testing.T) {
	two := func() *engine {
		e := ran().run("cache", "bridge", "stacklite_cache.web")
		web := e.container("web")
		web.Endpoints = append(web.Endpoints, observed.Endpoint{Network: "stacklite_cache.web", NetworkID: "id-stacklite_cache.web"})
		return e.sees("web", "stacklite_cache.web", "cache:cache")
	}
	same(t, `
  1 disconnect web from stacklite_db.web: asked for
  2 disconnect db from stacklite_db.web: asked for
`+keptNote, unlink(t, two(), "web", "db"))
	same(t, `
  1 disconnect web from stacklite_cache.web: asked for
  2 disconnect cache from stacklite_cache.web: asked for
  3 remove network stacklite_cache.web: asked for [1 2]
`, unlink(t, two(), "web", "cache"))
}

// kept is what ran leaves when its link is removed.
func kept() *engine {
	e := new(engine).run("web", "bridge").run("db", "bridge").left("stacklite_db.web").was("stacklite_db.web", "web", "db", now.Add(time.Hour))
	return e.madeOn("web", "stacklite_db.web")
}

func TestANetworkThatStayedGoesWithTheContainerThatWasMadeOnIt(t *testing.T) {
	e := kept()
	same(t, "", sweep(t, e.planner()))
	same(t, "", sweep(t, e.planner(), "web"))
	if links := adhoc.Links(&e.Snapshot); len(links) > 0 {
		t.Errorf("it is no link: %+v", links)
	}
	if _, missing, err := e.planner().Unlink("web", []string{"db"}, nil); err != nil || len(missing) != 1 {
		t.Errorf("nor is it one to be removed: %v %v", missing, err)
	}
	e.Containers = e.Containers[1:]
	p := e.planner()
	same(t, "\nnote: network stacklite_db.web stays until 04:04:05: a link run may be about to make web on it; if not: docker stacklite link rm --gone web\n", sweep(t, p))
	p.Now = now.Add(time.Hour)
	same(t, "\n  1 remove network stacklite_db.web: the other end is gone\n", sweep(t, p))
	same(t, "\n  1 remove network stacklite_db.web: asked for\n", unlink(t, e, "web", "db"))
}

func TestANetworkThatStayedIsUsedForTheSameLink(t *testing.T) {
	e := kept().run("cache", "lan")
	link := func(consumer, target string) *plan.Plan {
		p, err := e.planner().Link(e.container(consumer), e.targets(target), true)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	same(t, `
  1 connect db to stacklite_db.web: asked for
  2 connect web to stacklite_db.web: asked for
  3 disconnect db from bridge: isolated [1 2]
  4 disconnect web from bridge: isolated [1 2 3]
`, link("web", "db"))
	same(t, `
  1 create network stacklite_cache.web: asked for
  2 connect cache to stacklite_cache.web: asked for [1]
  3 connect web to stacklite_cache.web: asked for [1]
  4 disconnect web from bridge: isolated [1 2 3]
`, link("web", "cache"))
}

func TestANetworkThatAContainerWasMadeOnIsMadeAgainWhereItIsGone(t *testing.T) {
	e := new(engine).run("web", "stacklite_cache.web").run("cache", "bridge", "stacklite_cache.web").run("db", "lan")
	e.sees("web", "stacklite_cache.web", "cache:cache").madeOn("web", "stacklite_gone.web")
	same(t, `
  1 create network stacklite_gone.web: web was made on it
  2 connect web to bridge: no link is left [1]
  3 disconnect web from stacklite_cache.web: asked for [2]
  4 disconnect cache from stacklite_cache.web: asked for [2]
  5 remove network stacklite_cache.web: asked for [3 4]
`, unlink(t, e, "web", "cache"))
	link := func(target string) *plan.Plan {
		p, err := e.planner().Link(e.container("web"), e.targets(target), false)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	same(t, `
  1 create network stacklite_db.web: asked for
  2 connect db to stacklite_db.web: asked for [1]
  3 create network stacklite_gone.web: web was made on it
  4 connect web to stacklite_db.web: asked for [1 3]
`, link("db"))
	e.madeOn("web", "stacklite_db.web")
	same(t, `
  1 create network stacklite_db.web: asked for
  2 connect db to stacklite_db.web: asked for [1]
  3 connect web to stacklite_db.web: asked for [1]
`, link("db"))
}

func TestWhoWasMadeOnANetworkOfOthersThatIsGoneIsToldHowToGetItBack(t *testing.T) {
	e := ran().madeOn("web", "shop_default")
	for name, err := range map[string]error{
		"removing a link": func() error { _, _, err := e.planner().Unlink("web", []string{"db"}, nil); return err }(),
		"running one": func() error {
			_, err := e.planner().Run(map[string]plan.Network{"web": e.planner().Network("new", "web", adhoc.Made)}, e.targets("web"), nil)
			return err
		}(),
		"adding one": func() error {
			_, err := e.run("cache", "lan").planner().Link(e.container("web"), e.targets("cache"), false)
			return err
		}(),
	} {
		var stuck *adhoc.Unlinkable
		if !errors.As(err, &stuck) || err.Error() != "web can be attached to no network: the one that it was made on is gone" ||
			!slices.Equal(stuck.Hints(), []string{"docker network create shop_default"}) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFailureToPutAContainerBackOnTheBridgeIsNoSuccess(t *testing.T) {
	for _, step := range unlink(t, ran(), "web", "db").Steps {
		if c, connects := step.Action.(plan.Connect); connects && desired.ConnectsExternal(c) {
			t.Errorf("%s may fail unnoticed", c.Words())
		}
	}
}
