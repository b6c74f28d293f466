package reach_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/reach"
)

// on is a container's endpoint on the network of that name.
func on(network, address string, aliases ...string) observed.Endpoint {
	return observed.Endpoint{
		Network: network, NetworkID: "id-" + network, Aliases: aliases,
		Address: netip.MustParseAddr(address), Gateway: netip.MustParseAddr("10.0.0.1"),
	}
}

// run is a running container of the project demo.
func run(service string, endpoints ...observed.Endpoint) observed.Container {
	return observed.Container{
		ID: "id-" + service, Name: "demo_" + service + "_1", Project: "demo", Service: service, Number: 1,
		State: plan.StateRunning, Endpoints: endpoints,
	}
}

func networks(names ...string) []observed.Network {
	var list []observed.Network
	for _, n := range names {
		list = append(list, observed.Network{ID: "id-" + n, Name: n, Traffic: true})
	}
	return list
}

func paths(t *testing.T, s *observed.Snapshot, from, to string) []reach.Path {
	t.Helper()
	a, b := s.Container("demo", from), s.Container("demo", to)
	if a == nil || b == nil {
		t.Fatalf("no %s or no %s", from, to)
	}
	return reach.Paths(s, a, b)
}

var values = cmp.Options{cmpopts.EquateComparable(netip.Addr{}), cmpopts.EquateEmpty()}

func TestPacketsGoWhereANetworkThatTrafficThemIsShared(t *testing.T) {
	s := &observed.Snapshot{
		Networks: networks("a", "quiet", "bridge"),
		Containers: []observed.Container{
			run("web", on("a", "10.0.0.2", "web"), on("quiet", "10.1.0.2")),
			run("db", on("a", "10.0.0.3", "db", "db_1")),
			run("cron", on("quiet", "10.1.0.3", "cron")),
		},
	}
	s.Networks[1].Traffic = false
	want := []reach.Path{{Network: "a", Names: []string{"db", "db_1", "demo_db_1"}, Address: netip.MustParseAddr("10.0.0.3")}}
	if diff := cmp.Diff(want, paths(t, s, "web_1", "db_1"), values); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, pair := range [][2]string{{"web_1", "cron_1"}, {"db_1", "cron_1"}} {
		if got := paths(t, s, pair[0], pair[1]); len(got) > 0 {
			t.Errorf("%v: got %v", pair, got)
		}
	}
}

func TestAPrivateNameHidesThePublicNameOfAnother(t *testing.T) {
	web := run("web", on("a", "10.0.0.2"), on("b", "10.0.1.2"))
	web.Endpoints[0].Links = []linking.Name{{Alias: "database", Target: "db"}, {Alias: "cache", Target: "db"}}
	s := &observed.Snapshot{
		Networks: networks("a", "b"),
		Containers: []observed.Container{
			web, run("db", on("a", "10.0.0.3", "db")), run("cache", on("b", "10.0.1.3", "cache")),
		},
	}
	if got := paths(t, s, "web_1", "db_1")[0].Names; !slices.Equal(got, []string{"cache", "database", "db", "demo_db_1"}) {
		t.Errorf("db is seen as %v", got)
	}
	if got := paths(t, s, "web_1", "cache_1")[0].Names; !slices.Equal(got, []string{"demo_cache_1"}) {
		t.Errorf("cache is seen as %v", got)
	}
}

func TestASharedNetworkStackIsReachedAtLocalhostAndReachesItsNeighbours(t *testing.T) {
	side := run("side")
	side.NetworkMode = "container:id-web"
	s := &observed.Snapshot{
		Networks:   networks("a"),
		Containers: []observed.Container{run("web", on("a", "10.0.0.2")), run("db", on("a", "10.0.0.3")), side},
	}
	if got := paths(t, s, "side_1", "web_1"); len(got) != 1 || !slices.Equal(got[0].Names, []string{"localhost"}) {
		t.Errorf("got %v", got)
	}
	if got := paths(t, s, "side_1", "db_1"); len(got) != 1 || got[0].Network != "a" {
		t.Errorf("got %v", got)
	}
}

func TestTheHostIsReachedAndReaches(t *testing.T) {
	host := run("host")
	host.NetworkMode = "host"
	none := run("none")
	none.NetworkMode = "none"
	s := &observed.Snapshot{Networks: networks("a"), Containers: []observed.Container{run("web", on("a", "10.0.0.2")), host, none}}
	if got := paths(t, s, "web_1", "host_1"); len(got) != 1 || got[0].Address.String() != "10.0.0.1" {
		t.Errorf("to the host: %v", got)
	}
	if got := paths(t, s, "host_1", "web_1"); len(got) != 1 || got[0].Address.String() != "10.0.0.2" {
		t.Errorf("from the host: %v", got)
	}
	if got := paths(t, s, "none_1", "host_1"); len(got) > 0 {
		t.Errorf("from none: %v", got)
	}
}

// with6 is an endpoint with an IPv6 address besides.
func with6(e observed.Endpoint, address string) observed.Endpoint {
	e.Address6, e.Gateway6 = netip.MustParseAddr(address), netip.MustParseAddr("fd00::1")
	return e
}

func TestAPathHasTheAddressesOfBothFamilies(t *testing.T) {
	only6 := with6(on("b", "10.1.0.3"), "fd00::1:3")
	only6.Address, only6.Gateway = netip.Addr{}, netip.Addr{}
	host := run("host")
	host.NetworkMode = "host"
	s := &observed.Snapshot{
		Networks: networks("a", "b"),
		Containers: []observed.Container{
			run("web", with6(on("a", "10.0.0.2"), "fd00::2"), with6(on("b", "10.1.0.2"), "fd00::1:2")),
			run("db", with6(on("a", "10.0.0.3"), "fd00::3")), run("six", only6), host,
		},
	}
	for to, want := range map[string]string{
		"db_1":   "on network a as demo_db_1 at 10.0.0.3, fd00::3",
		"six_1":  "on network b as demo_six_1 at fd00::1:3",
		"host_1": "through the host's network by address alone at 10.0.0.1, fd00::1",
	} {
		a := reach.Ask(s, reach.Member{Containers: []*observed.Container{s.Container("demo", "web_1")}},
			reach.Member{Containers: []*observed.Container{s.Container("demo", to)}})
		if !a.Reaches || len(a.Ways) != 1 || a.Ways[0].String() != want {
			t.Errorf("%s: got %+v, want %s", to, a.Ways, want)
		}
	}
}

func TestTheDefaultBridgeKnowsNoNamesButThoseOfItsOwnLinks(t *testing.T) {
	web, db := run("web", on("bridge", "172.17.0.2")), run("db", on("bridge", "172.17.0.3", "db"))
	web.Legacy = map[string]string{"sql": "demo_db_1", "database": "demo_db_1", "cache": "demo_cache_1"}
	s := &observed.Snapshot{Networks: networks("bridge"), Containers: []observed.Container{web, db}}
	want := []reach.Path{{Network: "bridge", Names: []string{"database", "demo_db_1", "sql"}, Address: netip.MustParseAddr("172.17.0.3")}}
	if diff := cmp.Diff(want, paths(t, s, "web_1", "db_1"), values); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := paths(t, s, "db_1", "web_1"); len(got) != 1 || len(got[0].Names) > 0 {
		t.Errorf("the other way: %v", got)
	}
}

func TestAPrivateNameOfOneNetworkHidesAPublicOneOfAnother(t *testing.T) {
	web := run("web", on("a", "10.0.0.2"), on("b", "10.0.1.2"))
	web.Endpoints[1].Links = []linking.Name{{Alias: "DB", Target: "other"}}
	s := &observed.Snapshot{Networks: networks("a", "b"), Containers: []observed.Container{web, run("db", on("a", "10.0.0.3", "db", "db_1"))}}
	if got := paths(t, s, "web_1", "db_1"); len(got) != 1 || !slices.Equal(got[0].Names, []string{"db_1", "demo_db_1"}) {
		t.Errorf("got %v", got)
	}
}

func TestAContainerThatDoesNotRunOrIsGoneIsNotReached(t *testing.T) {
	stopped := run("db", on("a", "10.0.0.3"))
	stopped.Endpoints[0].Address = netip.Addr{}
	side := run("side")
	side.NetworkMode = "container:gone"
	s := &observed.Snapshot{Networks: networks("a"), Containers: []observed.Container{run("web", on("a", "10.0.0.2")), stopped, side}}
	for _, to := range []string{"db_1", "side_1"} {
		if got := paths(t, s, "web_1", to); len(got) > 0 {
			t.Errorf("%s: got %v", to, got)
		}
	}
}

func TestAPathIsWrittenInWords(t *testing.T) {
	for want, w := range map[string]reach.Way{
		"on the network stack that both share as localhost":       {Names: []string{"localhost"}},
		"through the host's network by address alone at 10.0.0.1": {Network: "host", Addresses: []string{"10.0.0.1"}},
		"on network a as db, sql at 10.0.0.3, 10.0.0.4":           {Network: "a", Names: []string{"db", "sql"}, Addresses: []string{"10.0.0.3", "10.0.0.4"}},
		"on network bridge by address alone at 172.17.0.2":        {Network: "bridge", Addresses: []string{"172.17.0.2"}},
	} {
		if got := w.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestTheGraphOfAnEngineMarksWhatDiffersFromTheFiles(t *testing.T) {
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
	s := &observed.Snapshot{
		Networks: []observed.Network{
			{ID: "id-demo_db.web", Name: "demo_db.web", Project: "demo", Kind: linking.Linked, Subnet: "10.0.0.0/28", Traffic: true},
			{ID: "id-mine", Name: "mine", Traffic: true},
		},
		Containers: []observed.Container{
			run("cron", on("mine", "10.9.0.2")),
			run("db", on("demo_db.web", "10.0.0.3"), on("mine", "10.9.0.3")),
			run("web", on("demo_db.web", "10.0.0.2")),
			{ID: "x", Name: "x", State: plan.StateRunning, Endpoints: []observed.Endpoint{on("mine", "10.9.0.4")}},
		},
	}
	g := reach.Compare(s, "demo", file)
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
	web := run("web", on("demo_db.web", "10.0.0.2"))
	web.After = []string{"db"}
	s := &observed.Snapshot{
		Networks: []observed.Network{{
			ID: "id-demo_db.web", Name: "demo_db.web", Project: "demo", Kind: linking.Linked, Traffic: true,
			Wiring: map[string]string{"db": "db", "web": "web sql=db"},
		}},
		Containers: []observed.Container{run("db", on("demo_db.web", "10.0.0.3")), web},
	}
	want := []graph.Edge{{From: "web", To: "db", Kind: linking.LinkEdge, Aliases: []string{"sql"}, Network: "db.web"}}
	if diff := cmp.Diff(want, reach.Compare(s, "demo", reach.Recorded(s, "demo")).Edges); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhoCameLaterToASharedNetworkIsRecordedThere(t *testing.T) {
	on := func(byHand bool, network string) observed.Endpoint {
		return observed.Endpoint{Network: network, NetworkID: network, ByHand: byHand}
	}
	s := &observed.Snapshot{
		Networks: []observed.Network{
			{ID: "all", Name: "all", Project: "p", Kind: linking.Shared, Wiring: map[string]string{"a": ""}},
			{ID: "two", Name: "two", Project: "p", Kind: linking.Linked, Wiring: map[string]string{"a": ""}},
		},
		Containers: []observed.Container{
			{ID: "1", Project: "p", Service: "a", Endpoints: []observed.Endpoint{on(false, "all"), on(false, "two")}},
			{ID: "2", Project: "p", Service: "later", Endpoints: []observed.Endpoint{on(false, "all"), on(false, "two")}},
			{ID: "3", Project: "p", Service: "hand", Endpoints: []observed.Endpoint{on(true, "all")}},
		},
	}
	got := map[string][]string{}
	for _, n := range reach.Recorded(s, "p").Networks {
		got[n.Name] = n.Members
	}
	if diff := cmp.Diff(map[string][]string{"all": {"a", "later"}, "two": {"a"}}, got); diff != "" {
		t.Error(diff)
	}
}
