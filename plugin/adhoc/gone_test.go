package adhoc_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// left adds the network of a link whose containers are gone.
func (e *engine) left(network string) *engine {
	e.Networks = append(e.Networks, observed.Network{ID: "id-" + network, Name: network, Adhoc: true})
	return e
}

// was notes for whom a network was made, and until when it may be waited for.
func (e *engine) was(network, consumer, target string, deadline time.Time) *engine {
	for i := range e.Networks {
		if n := &e.Networks[i]; n.Name == network {
			n.Ends, n.Deadline = []string{consumer, target}, deadline
		}
	}
	return e
}

// unnamed is was for a network of an earlier version, which does not say for whom
// it was made.
func (e *engine) unnamed(network string, deadline time.Time) *engine {
	e.was(network, "", "", deadline)
	for i := range e.Networks {
		e.Networks[i].Ends = nil
	}
	return e
}

func TestLinksOfAContainerThatIsGoneAreRemovedByTheNameThatItHad(t *testing.T) {
	const network = "stacklite_db.web"
	target := func() *engine { return new(engine).run("db", "bridge", network) }
	soon := now.Add(time.Minute)
	const rest = `
  1 disconnect db from stacklite_db.web: asked for
  2 remove network stacklite_db.web: asked for [1]
`
	for name, c := range map[string]struct {
		engine           *engine
		consumer, target string
		missing          []string
		none             bool // no such container
		want             string
	}{
		"the consumer":                               {engine: target().was(network, "web", "db", soon), consumer: "web", target: "db", want: rest},
		"the consumer of an earlier version":         {engine: target(), consumer: "web", target: "db", want: rest},
		"the target of an earlier version":           {engine: target(), consumer: "db", target: "web", want: rest},
		"where the name of the network was taken":    {engine: new(engine).run("db", "bridge", network+"-0123abcd"), consumer: "web", target: "db", want: "\n  1 disconnect db from stacklite_db.web-0123abcd: asked for\n  2 remove network stacklite_db.web-0123abcd: asked for [1]\n"},
		"where the name of the network says no more": {engine: target().was(network, "front", "db", soon), consumer: "web", target: "db", none: true},
		"both":                                 {engine: new(engine).left(network), consumer: "web", target: "db", want: "\n  1 remove network stacklite_db.web: asked for\n"},
		"the consumer, whose name another has": {engine: target().was(network, "web", "db", soon).run("web", "bridge"), consumer: "web", target: "db", want: rest},
		"the consumer, as the id of another begins":    {engine: target().was(network, "id", "db", soon), consumer: "id", target: "db", want: rest},
		"the target by its id":                         {engine: target().was(network, "web", "db", soon), consumer: "web", target: "id-d", want: rest},
		"of whom there is no link to":                  {engine: target().was(network, "web", "db", soon), consumer: "web", target: "cache", missing: []string{"cache"}},
		"of whom nothing is known":                     {engine: target(), consumer: "nobody", target: "db", none: true},
		"where both are there":                         {engine: linked(), consumer: "db", target: "web", missing: []string{"web"}},
		"the consumer of a link whose network is long": {engine: target().was(network, "we.b", "db", soon), consumer: "we.b", target: "db", want: rest},
	} {
		t.Run(name, func(t *testing.T) {
			p, missing, err := c.engine.planner().Unlink(c.consumer, []string{c.target}, nil)
			var none *adhoc.NoSuchContainer
			if errors.As(err, &none) != c.none || err != nil && !c.none {
				t.Fatalf("got %v", err)
			}
			if c.none {
				return
			}
			same(t, c.want, p)
			if !slices.Equal(missing, c.missing) {
				t.Errorf("missing: got %v, want %v", missing, c.missing)
			}
		})
	}
}

func TestASweepTakesNamesOfContainersThatAreGone(t *testing.T) {
	soon := now.Add(time.Minute)
	e := new(engine).run("db", "bridge", "stacklite_db.web", "stacklite_db.old").was("stacklite_db.web", "web", "db", soon)
	const web = `
  1 disconnect db from stacklite_db.web: the other end is gone
  2 remove network stacklite_db.web: the other end is gone [1]
`
	p := e.planner()
	same(t, web, sweep(t, p, "web"))
	same(t, "\n  1 disconnect db from stacklite_db.old: the other end is gone\n  2 remove network stacklite_db.old: the other end is gone [1]\n", sweep(t, p, "old"))
	if n := len(sweep(t, p, "db").Steps); n != 4 {
		t.Errorf("of the one that is there: %d steps", n)
	}
	var none *adhoc.NoSuchContainer
	if _, err := p.Sweep("web", "nobody"); !errors.As(err, &none) || none.Word != "nobody" {
		t.Errorf("of nobody: %v", err)
	}
}

func TestASweepWaitsOnlyWhereSomebodyMayCome(t *testing.T) {
	soon := now.Add(time.Minute)
	for name, c := range map[string]struct {
		engine *engine
		steps  int
		note   string
	}{
		"the consumer": {
			new(engine).run("db", "bridge", "stacklite_db.web").was("stacklite_db.web", "web", "db", soon), 0,
			"note: network stacklite_db.web stays until 03:05:05: a link run may be about to make web on it; if not: docker stacklite link rm --gone web\n",
		},
		"the consumer is there": {
			new(engine).run("web", "bridge", "stacklite_db.web").sees("web", "stacklite_db.web", "db:db").
				was("stacklite_db.web", "web", "db", soon), 2, "",
		},
		"both": {
			new(engine).left("stacklite_db.web").was("stacklite_db.web", "web", "db", soon), 0,
			"note: network stacklite_db.web stays until 03:05:05: a link run may be about to make web on it; if not: docker stacklite link rm --gone web\n",
		},
		"both, of an earlier version": {
			new(engine).left("stacklite_db.web").unnamed("stacklite_db.web", soon), 0,
			"note: network stacklite_db.web stays until 03:05:05: a link run may be about to use it\n",
		},
		"nobody any more": {new(engine).left("stacklite_db.web").was("stacklite_db.web", "web", "db", now), 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := sweep(t, c.engine.planner())
			if len(p.Steps) != c.steps {
				t.Errorf("%d steps, want %d", len(p.Steps), c.steps)
			}
			if c.steps == 0 {
				same(t, "\n"+c.note, p)
			}
		})
	}
}

func TestLinksOfContainersThatAreGoneAreListedByTheNamesThatTheyHad(t *testing.T) {
	e := new(engine).run("db", "stacklite_db.web").was("stacklite_db.web", "web", "db", now)
	e.left("stacklite_a.b").was("stacklite_a.b", "b", "a", now)
	want := []adhoc.Link{
		{Consumer: "b", Target: "a", Network: "stacklite_a.b", State: adhoc.Gone},
		{Consumer: "web", Target: "db", Network: "stacklite_db.web", State: adhoc.Gone},
	}
	if got := adhoc.Links(&e.Snapshot); !slices.EqualFunc(got, want, func(a, b adhoc.Link) bool {
		return a.Consumer == b.Consumer && a.Target == b.Target && a.Network == b.Network && a.State == b.State && len(a.Aliases) == 0
	}) {
		t.Errorf("got %+v", got)
	}
}
