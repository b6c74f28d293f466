package linking_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

func TestNetworksForLinksOpenNoWayOutAndShutNone(t *testing.T) {
	for name, c := range map[string]struct {
		files            []string
		byProject, links []string
	}{
		"who has no way out gets none by a link": {
			[]string{"web default | db", "db back-"},
			[]string{"linked, internal, db.web: db web", "declared back: db", "shared default: web"},
			[]string{"linked, internal, db.web: db web", "declared back: db", "apart web: web"},
		},
		"nor does who was on an internal default network": {
			[]string{"web default- | db", "db", "lone"},
			[]string{"shared default: db lone web"},
			[]string{"linked, internal, db.web: db web", "apart, internal, lone: lone"},
		},
		"who has one keeps it without the default network": {
			[]string{"web default back-", "db back-"},
			[]string{"declared back: db web", "shared default: web"},
			[]string{"declared back: db web", "apart web: web"},
		},
		"one that others have is enough": {
			[]string{"web front back- | app", "app front | db", "db back-"},
			[]string{"linked, internal, app.db: app db", "declared front: app web", "declared back: db web"},
			[]string{"linked, internal, app.db: app db", "declared front: app web", "declared back: db web"},
		},
		"what external networks lead to is all that there is": {
			[]string{"web proxy! | db", "db default"},
			[]string{"linked, internal, db.web: db web", "shared default: db"},
			[]string{"linked, internal, db.web: db web", "apart db: db"},
		},
	} {
		checkBoth(t, name, c.files, c.byProject, c.links)
	}
}

func TestWhatTakesThePlaceOfTheDefaultNetworkIsLikeIt(t *testing.T) {
	p := today("web default | db", "db default=sql.internal", "lone", "far front")
	pos := compose.Pos{File: "compose.yaml", Line: 9, Column: 3}
	n := &p.Networks[0]
	n.Pos, n.Driver, n.Labels = pos, "bridge", map[string]string{"team": "a"}
	n.DriverOpts = map[string]string{"com.docker.network.driver.mtu": "1400", "com.docker.network.bridge.name": "br0", "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1"}
	n.Pools = []compose.Pool{{Subnet: "10.9.0.0/24"}}
	p.Services[1].Spec.Networks[0].IPv4 = "10.9.0.5"
	topology, err := linking.Resolve(p, linking.Options{})
	if err != nil {
		t.Fatal(err)
	}
	like := map[string]string{"com.docker.network.driver.mtu": "1400", "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1"}
	for _, made := range []string{"db.web", "lone"} {
		if of := topology.Network(made).Like; of == nil || of.Internal || !maps.Equal(of.DriverOpts, like) || !maps.Equal(of.Labels, n.Labels) {
			t.Errorf("%s is like %+v", made, of)
		}
	}
	if topology.Network("front").Like != nil {
		t.Error("a declared network is like another")
	}
	if got, want := shown(topology), []string{"linked db.web: db web", "declared front: far", "apart lone: lone", "db is sql.internal on db.web"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	var notes []string
	for _, note := range topology.Notes {
		notes = append(notes, note.Path)
	}
	if want := []string{"networks.default.ipam", "networks.default.driver_opts.com.docker.network.bridge.name", "db.networks.default: ipv4_address"}; !slices.Equal(notes, want) {
		t.Errorf("notes on %q", notes)
	}
	together, err := linking.Resolve(p, linking.Options{Isolation: linking.ByProject})
	if err != nil || len(together.Notes) > 0 {
		t.Errorf("%v %v", together.Notes, err)
	}
}

func TestAFrontIsWithWhatItIsForAlone(t *testing.T) {
	p := today("web back- | db", "db back-", "other default")
	p.Services = append(p.Services, &compose.Service{Name: "web-front", Image: "x", Fronts: "web", Links: []compose.Link{{Target: "web", Alias: "web"}}})
	for _, isolation := range []linking.Isolation{linking.ByProject, linking.ByLinks} {
		topology, err := linking.Resolve(p, linking.Options{Isolation: isolation})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range topology.Networks {
			if n.Has("web-front") && (!slices.Equal(n.Members, []string{"web", "web-front"}) || n.Like == nil || !n.Like.Internal) {
				t.Errorf("isolation %v: %+v, like %+v", isolation, n, n.Like)
			}
		}
	}
}
