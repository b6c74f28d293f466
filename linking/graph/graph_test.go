package graph_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/linking/linkingtest"
)

func resolve(t testing.TB, p *compose.Project) *linking.Topology {
	t.Helper()
	top, err := linking.Resolve(p, linking.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return top
}

func TestAGraphHasLinksAliasesPortsAndExternals(t *testing.T) {
	p := linkingtest.Sketch(t, `
		web >db:database >db >cache <other_db_1:old <other_db_1 80:8080 443:8443
		db
		cache <db
		hosted net=host
		beside net=@web
		cron`)
	want := graph.Graph{
		Project: "p",
		Nodes: []graph.Node{
			{Name: "web", Ports: []string{"80:8080", "443:8443"}, Networks: []string{"cache.web", "db.web", "other_db_1.web-9ddacb72"}},
			{Name: "db", Networks: []string{"db.web"}},
			{Name: "cache", Networks: []string{"cache.web", "db.cache-0a679bcb"}},
			{Name: "hosted", Net: "host"},
			{Name: "beside", Net: "container:web"},
			{Name: "cron", Networks: []string{"cron"}},
			{Name: "other_db_1", External: true, Networks: []string{"other_db_1.web-9ddacb72"}},
			{Name: "db", External: true, Networks: []string{"db.cache-0a679bcb"}},
		},
		Edges: []graph.Edge{
			{From: "web", To: "db", Kind: linking.LinkEdge, Aliases: []string{"database"}, Network: "db.web"},
			{From: "web", To: "cache", Kind: linking.LinkEdge, Network: "cache.web"},
			{From: "web", To: "other_db_1", Kind: linking.ExternalEdge, Aliases: []string{"old"}, Network: "other_db_1.web-9ddacb72"},
			{From: "cache", To: "db", Kind: linking.ExternalEdge, Network: "db.cache-0a679bcb"},
		},
		Networks: []graph.Network{
			{Name: "cache.web", Kind: linking.Linked, Members: []string{"cache", "web"}},
			{Name: "db.cache-0a679bcb", Kind: linking.Linked, Members: []string{"cache"}, Externals: []string{"db"}},
			{Name: "db.web", Kind: linking.Linked, Members: []string{"db", "web"}},
			{Name: "other_db_1.web-9ddacb72", Kind: linking.Linked, Members: []string{"web"}, Externals: []string{"other_db_1"}},
			{Name: "cron", Kind: linking.Isolated, Members: []string{"cron"}},
		},
	}
	if diff := cmp.Diff(want, graph.Of(p, resolve(t, p))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
