package reach_test

import (
	"slices"
	"testing"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/linking/linkingtest"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/reach"
)

func TestALinkOfAnotherProjectIsNoLeak(t *testing.T) {
	for name, externals := range map[string][]string{
		"by name": {"/p_db_1"}, "by id": {"/0123456789ab"}, "by service": {"p/db"}, "none": {"/somebody"},
	} {
		v := up(t, "web >db\ndb\ncron", nil)
		v.Snapshot.Container("p", "p_db_1").ID = "0123456789abcdef"
		v.Snapshot.Networks = append(v.Snapshot.Networks, observed.Network{
			ID: "id-q_x", Name: "q_x", Project: "q", Traffic: true, Kind: linking.Linked, Externals: externals,
		})
		shop := plain("q_shop_1", on("q_x", "10.1.0.2", "shop"))
		shop.Project, shop.Service = "q", "shop"
		shop.Endpoints[0].Links = []linking.Name{{Alias: "data", Target: "p_db_1"}}
		v.Snapshot.Containers = append(v.Snapshot.Containers, shop)
		attach(v, "p_db_1", on("q_x", "10.1.0.3"))
		check, got := checked(t, v, reach.Scope{})
		if (len(got) > 0) != (name == "none") {
			t.Errorf("%s: %q", name, got)
		}
		for _, f := range check.Findings() {
			if f.From == "q_shop_1" && f.To == "p_db_1" && name != "none" && !slices.Equal(f.Names, []string{"data", "p_db_1"}) {
				t.Errorf("%s: it is to be found as %q", name, f.Names)
			}
		}
		live := reach.Compare(v.Snapshot, "p", v.File)
		i := slices.IndexFunc(live.Edges, func(e graph.Edge) bool { return e.To == "q_shop_1" })
		if i < 0 || (live.Edges[i].Differs == graph.Extra) != (name == "none") {
			t.Errorf("%s: the graph says %+v", name, live.Edges)
		}
	}
}

func TestAnExternalLinkThatTheFilesNoLongerHaveIsALeak(t *testing.T) {
	v := up(t, "web >db\ndb", nil)
	v.Snapshot.Networks = append(v.Snapshot.Networks, observed.Network{
		ID: "id-p_x", Name: "p_x", Project: "p", Traffic: true, Kind: linking.Linked, Externals: []string{"/peer"},
	})
	v.Snapshot.Containers = append(v.Snapshot.Containers, plain("peer", on("p_x", "10.1.0.2")))
	attach(v, "p_web_1", on("p_x", "10.1.0.3"))
	check, _ := checked(t, v, reach.Scope{})
	for _, f := range check.Findings() {
		if f.From == "p_web_1" && f.To == "peer" && f.Want == "no" {
			return
		}
	}
	t.Errorf("web is to reach peer: %+v", check.Findings())
}

func TestANetworkOfTheUsersIsAsTheEngineHasIt(t *testing.T) {
	for name, traffic := range map[string]bool{"with traffic": true, "without": false} {
		v := up(t, "a net=lan\nb net=lan\nc net=lan >d\nd\ne net=@a", nil)
		v.Snapshot.NetworkNamed("lan").Traffic = traffic
		peer := plain("peer", at(v, "lan", "10.0.0.99"))
		peer.CreatedOn = "lan"
		v.Snapshot.Containers = append(v.Snapshot.Containers, peer)
		for i := range v.Snapshot.Containers {
			if c := &v.Snapshot.Containers[i]; len(c.Endpoints) > 0 {
				c.CreatedOn = c.Endpoints[0].Network
			}
		}
		check, got := checked(t, v, reach.Scope{})
		if len(got) > 0 {
			t.Errorf("%s: %q", name, got)
		}
		for _, f := range check.Findings() {
			switch f.From + " " + f.To {
			case "p_a_1 p_b_1", "p_b_1 p_e_1", "p_c_1 p_b_1", "p_a_1 peer", "peer p_c_1":
				if (f.Want == "yes") != traffic {
					t.Errorf("%s: %+v", name, f)
				}
			case "p_c_1 p_d_1":
				if f.Want != "yes" {
					t.Errorf("%s: %+v", name, f)
				}
			case "peer p_d_1":
				if f.Want != "no" {
					t.Errorf("%s: %+v", name, f)
				}
			}
		}
		x, y := member(v.Snapshot, "a"), member(v.Snapshot, "b")
		if v.ByFiles(x, y) != traffic {
			t.Errorf("%s: by the files a reaches b: %v", name, !traffic)
		}
	}
}

func TestAContainerOnANetworkOfTheUsersIsNoDifference(t *testing.T) {
	v := up(t, "a net=lan\nd >a", nil)
	v.Snapshot.Containers = append(v.Snapshot.Containers, plain("peer", at(v, "lan", "10.0.0.99")))
	for _, e := range reach.Compare(v.Snapshot, "p", v.File).Edges {
		if e.Differs != "" {
			t.Errorf("%+v", e)
		}
	}
}

func TestAOneOffContainerKeepsTheNetworksThatItWasMadeOn(t *testing.T) {
	for name, services := range map[string]string{
		"links that are newer":     "web >db >cache\ndb\nside net=@db\ncache",
		"links that are over":      "web\ndb\nside net=@db\ncache",
		"the network of a replica": "web >db\ndb\nside net=@db\ncache",
	} {
		s := newStack(t, "1.44", linkingtest.Sketch(t, "web >db\ndb\nside net=@db\ncache"))
		oneOff := "web"
		if name == "the network of a replica" {
			oneOff = "side"
		}
		s.up(desired.Scale{"web": 2}, oneOff)
		s.project = linkingtest.Sketch(t, services)
		for _, svc := range s.project.Services {
			svc.Image = "app"
		}
		s.up(nil, "")
		v := s.view()
		checkAnswers(t, v)
		for _, e := range reach.Compare(v.Snapshot, v.Project, v.File).Edges {
			if e.Differs == graph.Missing {
				t.Errorf("%s: by the graph there is no way from %s to %s", name, e.From, e.To)
			}
		}
	}
}

func TestAContainerThatIsLinkedByHandMayBeCalledLikeAService(t *testing.T) {
	s := newStack(t, "1.44", linkingtest.Sketch(t, "web >db\ndb\ncron"))
	s.up(nil, "")
	s.start("db")
	s.start("cron")
	s.link("p_web_1", "db", "store")
	s.link("p_cron_1", "db", "sql")
	s.link("cron", "p_web_1", "www")
	v := s.view()
	checkNames(t, v)
	got := demanded(v)
	for pair, want := range map[string]string{
		"p_web_1 p_db_1": "db db_1 p_db_1", "p_web_1 db": "store", "p_cron_1 db": "db sql", "cron p_web_1": "p_web_1 www", "p_web_1 cron": "cron",
	} {
		if got[pair] != want {
			t.Errorf("%s: %q, want %q", pair, got[pair], want)
		}
	}
	if _, asked := got["p_web_1 p_cron_1"]; asked {
		t.Error("web is not linked to the service that is called like the container")
	}
	for _, f := range reach.NewCheck(v, reach.Scope{}).Findings() {
		if from, to := f.Nodes(); from == to {
			t.Errorf("%s and %s are told apart by nothing", f.From, f.To)
		}
	}
}
