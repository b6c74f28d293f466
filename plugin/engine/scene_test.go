package engine_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// place is a container's place on the network of that name.
func place(network, address string, aliases ...string) engine.Endpoint {
	return engine.Endpoint{
		Network: network, ID: "id-" + network, Aliases: aliases,
		Address: netip.MustParseAddr(address), Gateway: netip.MustParseAddr("10.0.0.1"),
	}
}

// run is a running container of the project demo.
func run(service string, places ...engine.Endpoint) engine.Container {
	return engine.Container{
		ID: "id-" + service, Name: "demo_" + service + "_1", Project: "demo", Service: service, Number: 1,
		State: plan.StateRunning, Endpoints: places,
	}
}

func networks(names ...string) []engine.Network {
	var list []engine.Network
	for _, n := range names {
		list = append(list, engine.Network{ID: "id-" + n, Name: n, Carries: true})
	}
	return list
}

func ways(t *testing.T, s *engine.Snapshot, from, to string) []engine.Path {
	t.Helper()
	a, b := s.Container("demo", from), s.Container("demo", to)
	if a == nil || b == nil {
		t.Fatalf("no %s or no %s", from, to)
	}
	return s.Paths(a, b)
}

var values = cmp.Options{cmpopts.EquateComparable(netip.Addr{}), cmpopts.EquateEmpty()}

func TestPacketsGoWhereANetworkThatCarriesThemIsShared(t *testing.T) {
	s := &engine.Snapshot{
		Networks: networks("a", "quiet", "bridge"),
		Containers: []engine.Container{
			run("web", place("a", "10.0.0.2", "web"), place("quiet", "10.1.0.2")),
			run("db", place("a", "10.0.0.3", "db", "db_1")),
			run("cron", place("quiet", "10.1.0.3", "cron")),
		},
	}
	s.Networks[1].Carries = false
	want := []engine.Path{{Network: "a", Names: []string{"db", "db_1", "demo_db_1"}, Address: netip.MustParseAddr("10.0.0.3")}}
	if diff := cmp.Diff(want, ways(t, s, "web_1", "db_1"), values); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, pair := range [][2]string{{"web_1", "cron_1"}, {"db_1", "cron_1"}} {
		if got := ways(t, s, pair[0], pair[1]); len(got) > 0 {
			t.Errorf("%v: got %v", pair, got)
		}
	}
}

func TestAPrivateNameHidesWhoeverElseHasIt(t *testing.T) {
	web := run("web", place("a", "10.0.0.2"), place("b", "10.0.1.2"))
	web.Endpoints[0].Links = []linking.Name{{Alias: "database", Target: "db"}, {Alias: "cache", Target: "db"}}
	s := &engine.Snapshot{
		Networks: networks("a", "b"),
		Containers: []engine.Container{
			web, run("db", place("a", "10.0.0.3", "db")), run("cache", place("b", "10.0.1.3", "cache")),
		},
	}
	if got := ways(t, s, "web_1", "db_1")[0].Names; !slices.Equal(got, []string{"cache", "database", "db", "demo_db_1"}) {
		t.Errorf("db is seen as %v", got)
	}
	if got := ways(t, s, "web_1", "cache_1")[0].Names; !slices.Equal(got, []string{"demo_cache_1"}) {
		t.Errorf("cache is seen as %v", got)
	}
}

func TestWhoSharesAStackReachesItAtLocalhostAndItsNeighboursAsItDoes(t *testing.T) {
	side := run("side")
	side.Net = "container:id-web"
	s := &engine.Snapshot{
		Networks:   networks("a"),
		Containers: []engine.Container{run("web", place("a", "10.0.0.2")), run("db", place("a", "10.0.0.3")), side},
	}
	if got := ways(t, s, "side_1", "web_1"); len(got) != 1 || !slices.Equal(got[0].Names, []string{"localhost"}) {
		t.Errorf("got %v", got)
	}
	if got := ways(t, s, "side_1", "db_1"); len(got) != 1 || got[0].Network != "a" {
		t.Errorf("got %v", got)
	}
}

func TestTheHostIsReachedAndReaches(t *testing.T) {
	host := run("host")
	host.Net = "host"
	none := run("none")
	none.Net = "none"
	s := &engine.Snapshot{Networks: networks("a"), Containers: []engine.Container{run("web", place("a", "10.0.0.2")), host, none}}
	if got := ways(t, s, "web_1", "host_1"); len(got) != 1 || got[0].Address.String() != "10.0.0.1" {
		t.Errorf("to the host: %v", got)
	}
	if got := ways(t, s, "host_1", "web_1"); len(got) != 1 || got[0].Address.String() != "10.0.0.2" {
		t.Errorf("from the host: %v", got)
	}
	if got := ways(t, s, "none_1", "host_1"); len(got) > 0 {
		t.Errorf("from none: %v", got)
	}
}

func TestPortsOfLoopbackAreNoWayRound(t *testing.T) {
	c := engine.Container{Ports: []container.Port{
		{IP: "127.0.0.1", PrivatePort: 1, PublicPort: 1, Type: "tcp"},
		{IP: "0.0.0.0", PrivatePort: 80, PublicPort: 8080, Type: "tcp"},
		{IP: "::", PrivatePort: 80, PublicPort: 8080, Type: "tcp"},
		{PrivatePort: 90, Type: "tcp"},
	}}
	if got := engine.PortWords(c.Published()); !slices.Equal(got, []string{"0.0.0.0:8080->80/tcp"}) {
		t.Errorf("got %v", got)
	}
}

func TestThePictureOfAnEngineMarksWhatDiffersFromTheFiles(t *testing.T) {
	file := graph.Graph{
		Project: "demo",
		Nodes:   []graph.Node{{Name: "web"}, {Name: "db"}, {Name: "cache"}, {Name: "cron"}},
		Edges: []graph.Edge{
			{From: "web", To: "db", Kind: linking.LinkEdge, Aliases: []string{"sql"}, Network: "db.web"},
			{From: "web", To: "cache", Kind: linking.LinkEdge, Network: "cache.web"},
		},
		Networks: []graph.Network{
			{Name: "cache.web", Kind: linking.Linked, Members: []string{"cache", "web"}},
			{Name: "db.web", Kind: linking.Linked, Members: []string{"db", "web"}},
		},
	}
	s := &engine.Snapshot{
		Networks: []engine.Network{
			{ID: "id-demo_db.web", Name: "demo_db.web", Project: "demo", Kind: linking.Linked, Subnet: "10.0.0.0/28", Carries: true},
			{ID: "id-mine", Name: "mine", Carries: true},
		},
		Containers: []engine.Container{
			run("cron", place("mine", "10.9.0.2")),
			run("db", place("demo_db.web", "10.0.0.3"), place("mine", "10.9.0.3")),
			run("web", place("demo_db.web", "10.0.0.2")),
			{ID: "x", Name: "x", State: plan.StateRunning, Endpoints: []engine.Endpoint{place("mine", "10.9.0.4")}},
		},
	}
	g := s.Graph("demo", file)
	differs := map[string]graph.Difference{}
	for _, n := range g.Nodes {
		differs[n.Name] = n.Differs
	}
	for _, e := range g.Edges {
		differs[e.From+"-"+e.To+" "+e.Network] = e.Differs
	}
	for _, n := range g.Networks {
		differs["net "+n.Name] = n.Differs
	}
	want := map[string]graph.Difference{
		"web": "", "db": "", "cron": "", "cache": graph.Missing, "x": "",
		"web-db db.web": "", "web-cache ": graph.Missing,
		"db-cron mine": graph.Extra, "db-x mine": graph.Extra, "cron-x mine": graph.Extra,
		"net db.web": "", "net cache.web": graph.Missing, "net mine": graph.Extra,
	}
	if diff := cmp.Diff(want, differs); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWithoutFilesTheLabelsSayWhatAStackWasMadeFor(t *testing.T) {
	web := run("web", place("demo_db.web", "10.0.0.2"))
	web.After = []string{"db"}
	s := &engine.Snapshot{
		Networks: []engine.Network{{
			ID: "id-demo_db.web", Name: "demo_db.web", Project: "demo", Kind: linking.Linked, Carries: true,
			Wiring: map[string]string{"db": "db", "web": "web sql=db"},
		}},
		Containers: []engine.Container{run("db", place("demo_db.web", "10.0.0.3")), web},
	}
	want := []graph.Edge{{From: "web", To: "db", Kind: linking.LinkEdge, Aliases: []string{"sql"}, Network: "db.web"}}
	if diff := cmp.Diff(want, s.Graph("demo", s.Recorded("demo")).Edges); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
