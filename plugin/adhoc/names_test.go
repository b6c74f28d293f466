package adhoc_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// shop is a project whose web links to db, as sql too, and to an external cache,
// on whose network it finds no sql; and containers of nobody called db and memory.
func shop() *engine {
	e := new(engine).run("shop_web_1", "shop_cache.web", "shop_db.web").run("shop_db_1", "shop_db.web").run("cache", "shop_cache.web")
	e.run("db", "bridge").run("memory", "bridge")
	for i := range e.Containers {
		switch c := &e.Containers[i]; c.Name {
		case "shop_web_1":
			c.Project, c.Service, c.Number = "shop", "web", 1
		case "shop_db_1":
			c.Project, c.Service, c.Number = "shop", "db", 1
		}
	}
	for i := range e.Networks {
		switch n := &e.Networks[i]; n.Name {
		case "shop_db.web":
			n.Project, n.Wiring = "shop", map[string]string{"web": "web sql=db", "db": "db web2=web"}
		case "shop_cache.web":
			n.Project, n.Wiring = "shop", map[string]string{"web": "web Memory=" + linking.ExternalAlias("cache") + " sql=" + linking.Hidden("sql").Target}
		}
	}
	return e.set("memory", func(c *observed.Container) { c.Legacy = map[string]string{"old": "db"} })
}

func TestANameThatAConsumerHasForSomethingElseIsRefused(t *testing.T) {
	const hint = "choose another name: docker stacklite link add "
	for name, c := range map[string]struct {
		consumer, target string
		err, hint        string // none: it is linked
	}{
		"of a service, by the container's own name": {"shop_web_1", "db",
			`shop_web_1 finds db of its project by the name "db" already`, hint + "shop_web_1 db:NAME"},
		"of a service, in capitals": {"shop_web_1", "memory:DB",
			`shop_web_1 finds db of its project by the name "db" already`, hint + "shop_web_1 memory:NAME"},
		"an alias of a link": {"shop_web_1", "memory:SQL",
			`shop_web_1 finds db of its project by the name "sql" already`, hint + "shop_web_1 memory:NAME"},
		"of a replica": {"shop_web_1", "memory:db_1",
			`shop_web_1 finds db of its project by the name "db_1" already`, hint + "shop_web_1 memory:NAME"},
		"of a replica's container": {"shop_web_1", "memory:Shop_DB_1",
			`shop_web_1 finds db of its project by the name "shop_db_1" already`, hint + "shop_web_1 memory:NAME"},
		"of an external container": {"shop_web_1", "memory",
			`shop_web_1 finds cache of its project by the name "Memory" already`, hint + "shop_web_1 memory:NAME"},
		"its own": {"shop_web_1", "db:web",
			`shop_web_1 finds web of its project by the name "web" already`, hint + "shop_web_1 db:NAME"},
		"of a link of the default bridge": {"memory", "cache:OLD", `memory calls db "old" already`, hint + "memory cache:NAME"},

		"another name":                       {consumer: "shop_web_1", target: "db:other"},
		"what another service calls it":      {consumer: "shop_web_1", target: "db:web2"},
		"of that service itself":             {consumer: "shop_web_1", target: "shop_db_1:db"},
		"of that external container":         {consumer: "shop_web_1", target: "cache:memory"},
		"on a network that it is not on":     {consumer: "shop_db_1", target: "db:memory"},
		"of a project that is not its own":   {consumer: "db", target: "memory:sql"},
		"of that link of the default bridge": {consumer: "memory", target: "db:old"},
	} {
		t.Run(name, func(t *testing.T) {
			e := shop()
			_, err := e.planner().Link(e.container(c.consumer), e.targets(c.target), false)
			if c.err == "" {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			var refused *adhoc.Unlinkable
			if !errors.As(err, &refused) {
				t.Fatalf("got %v", err)
			}
			if err.Error() != c.err || !slices.Equal(refused.Hints(), []string{c.hint}) {
				t.Errorf("got  %s | %s\nwant %s | %s", err, refused.Hints(), c.err, c.hint)
			}
		})
	}
}

func TestTwoTargetsAreNotGivenOneName(t *testing.T) {
	e := new(engine).run("web", "lan").run("db", "lan").run("cache", "lan")
	_, err := e.planner().Link(e.container("web"), e.targets("db:x", "cache:X"), false)
	if err == nil || err.Error() != `db and cache are both to be called "X"` {
		t.Errorf("got %v", err)
	}
	if err := adhoc.CheckAliases(e.targets("db:x", "db:X", "cache")); err != nil {
		t.Errorf("got %v", err)
	}
}
