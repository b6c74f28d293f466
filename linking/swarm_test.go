package linking_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/realfiles"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
)

func TestInASwarmThePairsAreTheSameAndNamesAreForThoseWhoAskForThem(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 400 {
		p := randomProject(r, 2+r.IntN(11))
		externals := randomExternals(r)
		for _, isolation := range []linking.Isolation{linking.ByLinks, linking.ByProject} {
			checkSwarm(t, p, linking.Options{Isolation: isolation, Externals: externals})
			if t.Failed() {
				t.Fatalf("%+v", p)
			}
		}
	}
}

func TestFilesOfRealProjectsHaveTheSamePairsInASwarm(t *testing.T) {
	for name, path := range realfiles.LayOut(t, "..") {
		t.Run(name, func(t *testing.T) {
			if p := loadReal(path); p != nil {
				checkSwarm(t, p, linking.Options{})
			}
		})
	}
}

// checkSwarm compares the topology of a swarm with that of one engine.
func checkSwarm(t *testing.T, p *compose.Project, o linking.Options) {
	t.Helper()
	one, err := linking.Resolve(p, o)
	o.Swarm = true
	swarm, again := linking.Resolve(p, o)
	if err != nil || again != nil {
		if (err == nil) != (again == nil) {
			t.Fatal(err, again)
		}
		return
	}
	before, after := graph.Of(p, one).Reach(), graph.Of(p, swarm).Reach()
	for _, a := range p.Services {
		for _, b := range p.Services {
			if before.Reaches(a.Name, b.Name) != after.Reaches(a.Name, b.Name) {
				t.Errorf("%s reaches %s: %v, and %v in a swarm", a.Name, b.Name, before.Reaches(a.Name, b.Name), after.Reaches(a.Name, b.Name))
			}
		}
	}
	names := map[string]bool{}
	for _, n := range swarm.Networks {
		if names[n.Name] || !linking.InSwarm(p.Name, n.Name) {
			t.Errorf("network %q", n.Name)
		}
		names[n.Name] = true
	}
	type use struct{ from, name string }
	meant := map[use]linking.Edge{}
	for _, e := range swarm.Edges {
		if e.Kind == linking.LinkEdge {
			meant[use{e.From, strings.ToLower(e.Alias)}] = e
		} else if e.Alias != "" { // the last link of a name wins
			delete(meant, use{e.From, strings.ToLower(e.Alias)})
		}
	}
	for _, s := range swarm.Services {
		found := map[string][]string{} // by name, whom the service finds
		for _, e := range s.Endpoints {
			if len(e.Links) > 0 {
				t.Errorf("%s has private names %v", s.Name, e.Links)
			}
			for _, other := range swarm.Network(e.Network).Members {
				for _, name := range aliasesOn(swarm.Service(other), e.Network) {
					name = strings.ToLower(name)
					if !slices.Contains(found[name], other) {
						found[name] = append(found[name], other)
					}
					if other != s.Name && name != other && meant[use{s.Name, name}].Owner != other {
						t.Errorf("on %s %s finds %s by %q, which it has no link for", e.Network, s.Name, other, name)
					}
				}
			}
		}
		for u, e := range meant {
			told := slices.ContainsFunc(swarm.Notes, func(n compose.Note) bool {
				return strings.Contains(n.Text, `"`+e.Alias+`" can't be a name of "`+e.To+`"`)
			})
			if got := found[u.name]; u.from == s.Name && !told && !e.OnOtherNetwork && !slices.Equal(got, []string{e.Owner}) {
				t.Errorf("%s finds %v by %q, not %s", s.Name, got, e.Alias, e.Owner)
			}
		}
	}
}

func aliasesOn(s *linking.Service, network string) []string {
	i := slices.IndexFunc(s.Endpoints, func(e linking.Endpoint) bool { return e.Network == network })
	return s.Endpoints[i].Aliases
}

func TestNamesInASwarmAreLabelsOfDNS(t *testing.T) {
	long := strings.Repeat("a", 39)
	for _, c := range []struct {
		stack   string
		members []string
		want    string
	}{
		{"p", []string{"db", "web"}, "db-web"},
		{"p", []string{"db"}, "db"},
		{"p", []string{"my-db"}, "my-db"},
		{"p", []string{"a-b", "c"}, "a-b-c-9411e0b6"},
		{"p", []string{"a", "b-c"}, "a-b-c-ed587551"},
		{"p", []string{"db.main"}, "db_main-7d98d358"},
		{"p", []string{"/redis", "web"}, "redis-web-91b4d16f"},
		{"p", []string{"_"}, "n-d2e2adf7"},
		{"p", []string{long, "b"}, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-ea789b84"},
		{strings.Repeat("p", 40), []string{"database", "webserver2"}, "database-webserver2"},
		{strings.Repeat("p", 45), []string{"database", "webserver2"}, "database-36cbb06e"},
	} {
		got := linking.SwarmName(c.stack, c.members...)
		if got != c.want {
			t.Errorf("%v of %q: %q, not %q", c.members, c.stack, got, c.want)
		}
		if !linking.InSwarm(c.stack, got) {
			t.Errorf("a swarm takes no %q", got)
		}
	}
	for _, name := range []string{"", "a.b", "-a", "a-", strings.Repeat("a", 62)} {
		if linking.InSwarm("p", name) {
			t.Errorf("a swarm takes %q", name)
		}
	}
}
