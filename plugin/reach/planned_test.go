package reach_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/linking/linkingtest"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/reach"
)

// resolved reads a project in the notation of linkingtest.
func resolved(t *testing.T, text string) (*compose.Project, *linking.Topology) {
	t.Helper()
	p := linkingtest.Sketch(t, text)
	top, err := linking.Resolve(p, linking.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, top
}

// brought is what an engine shows of a planned snapshot that was brought up:
// every endpoint has an address.
func brought(s *observed.Snapshot) *observed.Snapshot {
	live := &observed.Snapshot{Networks: s.Networks}
	next := netip.MustParseAddr("10.0.0.2")
	for _, c := range s.Containers {
		c.Endpoints = slices.Clone(c.Endpoints)
		for i := range c.Endpoints {
			c.Endpoints[i].Address, c.Endpoints[i].Gateway = next, netip.MustParseAddr("10.0.0.1")
			next = next.Next()
		}
		live.Containers = append(live.Containers, c)
	}
	return live
}

// member is a service with all its replicas.
func member(s *observed.Snapshot, service string) reach.Member {
	return reach.Member{Word: service, Containers: s.Replicas("p", service)}
}

func TestThereArePathsWhereTheGraphSaysThatPacketsGo(t *testing.T) {
	randomProjects(t, 500, func(t *testing.T, r *rand.Rand, p *compose.Project, top *linking.Topology) {
		g := graph.Of(p, top)
		planned := reach.Planned(p, top, nil)
		live := brought(planned)
		for _, a := range p.Services {
			for _, b := range p.Services {
				want := g.Reaches(a.Name, b.Name)
				from, to := member(planned, a.Name), member(planned, b.Name)
				if got := len(reach.Paths(planned, from.Containers[0], to.Containers[0])) > 0; got != want {
					t.Errorf("%s and %s: there are paths: %v, the graph says %v", a.Name, b.Name, got, want)
				}
				if got := reach.AskFiles(p, top, a.Name, b.Name); got.Reaches != want {
					t.Errorf("%s and %s: by the files %v, the graph says %v", a.Name, b.Name, got, want)
				}
				if got := reach.Ask(live, member(live, a.Name), member(live, b.Name)); got.Reaches != want {
					t.Errorf("%s and %s: by an engine %v, the graph says %v", a.Name, b.Name, got, want)
				}
			}
		}
	})
}

// TestEveryReplicaIsReached leaves out services that share a network stack:
// that is the stack of one replica.
func TestEveryReplicaIsReached(t *testing.T) {
	randomProjects(t, 500, func(t *testing.T, r *rand.Rand, p *compose.Project, top *linking.Topology) {
		g := graph.Of(p, top)
		numbers := map[string][]int{}
		for _, s := range p.Services {
			numbers[s.Name] = []int{2, 5, 7}[:1+r.IntN(3)]
		}
		live := brought(reach.Planned(p, top, numbers))
		for _, a := range p.Services {
			for _, b := range p.Services {
				if a == b || a.Net.Mode == compose.NetService || b.Net.Mode == compose.NetService {
					continue
				}
				from, to := member(live, a.Name), member(live, b.Name)
				if len(from.Containers) != len(numbers[a.Name]) {
					t.Fatalf("%s has %d replicas, want %d", a.Name, len(from.Containers), len(numbers[a.Name]))
				}
				if got, want := reach.Ask(live, from, to).Reaches, g.Reaches(a.Name, b.Name); got != want {
					t.Errorf("%s and %s: got %v, the graph says %v", a.Name, b.Name, got, want)
				}
			}
		}
	})
}

func TestAnAnswerHasTheNamesThatLeadThere(t *testing.T) {
	for name, c := range map[string]struct {
		services, from, to string
		want               string // by network; a space between, a slash between networks
	}{
		"its service's, its own":              {"web >db\ndb", "web", "db", "db db_1 p_db_1"},
		"an alias":                            {"web >db:sql\ndb", "web", "db", "db db_1 p_db_1 sql"},
		"the other way there is no alias":     {"web >db:sql\ndb", "db", "web", "p_web_1 web web_1"},
		"an alias that hides another service": {"web >cache >db:cache\ndb\ncache", "web", "cache", "cache_1 p_cache_1"},
		"in any spelling":                     {"web >cache >db:Cache\ndb\ncache", "web", "cache", "cache_1 p_cache_1"},
		"and what it leads to instead":        {"web >cache >db:Cache\ndb\ncache", "web", "db", "CACHE Cache cache db db_1 p_db_1"},
		"of a triangle":                       {"web >cache >db:Cache\ndb >cache\ncache", "web", "cache", "cache_1 p_cache_1"},
		"on the host's network":               {"web net=host\ndb", "web", "db", ""},
		"of an external container's network":  {"web <box:b\nside net==box", "web", "side", "b box"},
		"on one network stack":                {"web\nside net=@web", "side", "web", "localhost"},
	} {
		p, top := resolved(t, c.services)
		a := reach.AskFiles(p, top, c.from, c.to)
		var got []string
		for _, w := range a.Ways {
			got = append(got, strings.Join(w.Names, " "))
		}
		if text := strings.Join(got, "/"); text != c.want || !a.Reaches || a.Source != "files" {
			t.Errorf("%s: got %q, want %q (%+v)", name, text, c.want, a)
		}
	}
}

func TestANoSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		services string
		want     []string
	}{
		"no link": {"web >db\nx >y\ny\ndb", []string{
			"no: web does not reach x, by the files", "  they are not linked, so they share no network",
		}},
		"neither has links": {"web\nx", []string{
			"no: web does not reach x, by the files",
			"  neither has links, so each has a network to itself",
		}},
		"no network": {"web\nx net=none", []string{
			"no: web does not reach x, by the files", "  x has no network (net: none)",
		}},
		"a published port": {"web\nx 8080:80", []string{
			"no: web does not reach x, by the files",
			"  neither has links, so each has a network to itself",
			"  but through the host: x publishes 8080:80; links do not protect published ports",
		}},
	} {
		p, top := resolved(t, c.services)
		if got := reach.AskFiles(p, top, "web", "x").Lines(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestAnAnswerIsYesOnlyWhereEveryContainerReachesEveryOne(t *testing.T) {
	p, top := resolved(t, "web >db\ndb")
	s := brought(reach.Planned(p, top, map[string][]int{"web": {1, 2}, "db": {1}}))
	web, db := member(s, "web"), member(s, "db")
	if a := reach.Ask(s, web, db); !a.Reaches || a.Why != "" || len(a.Ways) != 1 || len(a.Ways[0].Addresses) != 1 {
		t.Errorf("got %+v", a)
	}
	web.Containers[1].Endpoints = nil
	a := reach.Ask(s, web, db)
	if a.Reaches || a.Why != "not all of them share a network: p_web_2 and p_db_1" || len(a.Ways) != 1 {
		t.Errorf("one is cut off: got %+v", a)
	}
	a.Compare(true)
	if a.Note != "by the files they do; to apply the files: docker stacklite up -d" {
		t.Errorf("note %q", a.Note)
	}
	web.Containers[0].Endpoints = nil
	if a := reach.Ask(s, web, db); a.Reaches || a.Why != "they share no network that carries traffic" || len(a.Ways) > 0 {
		t.Errorf("both are: got %+v", a)
	}
}
