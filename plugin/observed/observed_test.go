package observed_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// names lists names of containers; "-" stands for none.
func names(list ...*observed.Container) string {
	var words []string
	for _, c := range list {
		word := "-"
		if c != nil {
			word = c.Name
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// demo has two replicas and a one-off container of web, a db of another project,
// and two external containers, of which one is called like a replica.
func demo() *observed.Snapshot {
	return &observed.Snapshot{Containers: []observed.Container{
		{ID: "aa11", Name: "web_1"},
		{ID: "aa22", Name: "demo_web_2", Project: "demo", Service: "web", Number: 2},
		{ID: "bb11", Name: "demo_web_run_f00", Project: "demo", Service: "web", OneOff: true},
		{ID: "cc11", Name: "shop_db_1", Project: "shop", Service: "db", Number: 1},
		{ID: "dd11", Name: "demo_web_1", Project: "demo", Service: "web", Number: 1},
		{ID: "ee11", Name: "aa"},
	}}
}

func TestContainersOfServicesComeFirstByServiceAndNumber(t *testing.T) {
	s := demo()
	s.Networks = []observed.Network{{Name: "b"}, {Name: "a"}}
	s.Containers = append(s.Containers, observed.Container{Name: "demo_web_10", Service: "web", Number: 10})
	s.Sort()
	var order []*observed.Container
	for i := range s.Containers {
		order = append(order, &s.Containers[i])
	}
	if got, want := names(order...), "shop_db_1 demo_web_run_f00 demo_web_1 demo_web_2 demo_web_10 aa web_1"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if s.Networks[0].Name != "a" || s.Networks[1].Name != "b" {
		t.Errorf("networks are not sorted: %v", s.Networks)
	}
}

func TestAContainerIsFoundByNameShortNameAndBeginningOfItsID(t *testing.T) {
	s := demo()
	for word, want := range map[string]string{
		"demo_web_1": "demo_web_1", // its name
		"web_2":      "demo_web_2", // without the project's
		"web_1":      "web_1",      // a whole name goes before a short one
		"aa":         "aa",         // and before an id
		"shop_db_1":  "shop_db_1",  // of another project
		"db_1":       "-",          // whose short names are not this one's
		"aa2":        "demo_web_2", // what one id begins with
		"aa11":       "web_1",      // a whole id
		"a":          "-",          // what two begin with
		"aa111":      "-",
	} {
		if got := names(s.Container("demo", word)); got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
	}
	if got := names(s.Container("", "web_2"), s.Container("shop", "db_1"), s.ByID("aa22"), s.ByID("aa2")); got != "- shop_db_1 demo_web_2 -" {
		t.Errorf("got %s", got)
	}
}

func TestReplicasAreAServicesContainersWithoutOneOffOnes(t *testing.T) {
	s := demo()
	s.Sort()
	if got, want := names(s.Of("demo")...), "demo_web_run_f00 demo_web_1 demo_web_2"; got != want {
		t.Errorf("of demo: got %s, want %s", got, want)
	}
	if got, want := names(s.Replicas("demo", "web")...), "demo_web_1 demo_web_2"; got != want {
		t.Errorf("replicas of web: got %s, want %s", got, want)
	}
	if got := names(s.Replicas("demo", "db")...); got != "" {
		t.Errorf("replicas of db: got %s", got)
	}
}

func TestTheOwnerOfANetworkIsFoundThroughOthers(t *testing.T) {
	s := &observed.Snapshot{Containers: []observed.Container{
		{ID: "1", Name: "own"},
		{ID: "2", Name: "host", NetworkMode: "host"},
		{ID: "3", Name: "side", NetworkMode: "container:1"},
		{ID: "4", Name: "top", NetworkMode: "container:3"},
		{ID: "5", Name: "onhost", NetworkMode: "container:2"},
		{ID: "6", Name: "orphan", NetworkMode: "container:9"},
		{ID: "7", Name: "circle", NetworkMode: "container:7"},
	}}
	for of, want := range map[string]string{
		"own": "own", "host": "host", "side": "own", "top": "own", "onhost": "host", "orphan": "-", "circle": "-",
	} {
		if got := names(s.NetworkOwner(s.Container("", of))); got != want {
			t.Errorf("%s: got %s, want %s", of, got, want)
		}
	}
}

func TestAnEndpointIsOnTheNetworkOfItsIDOrOfItsNameWhereItHasNone(t *testing.T) {
	s := &observed.Snapshot{Networks: []observed.Network{{ID: "1", Name: "lan"}, {ID: "2", Name: "lan"}, {ID: "3", Name: "wan"}}}
	for _, c := range []struct {
		endpoint observed.Endpoint
		want     string // id; empty: none
	}{
		{observed.Endpoint{Network: "lan", NetworkID: "2"}, "2"},
		{observed.Endpoint{Network: "wan"}, "3"},
		{observed.Endpoint{Network: "wan", NetworkID: "9"}, ""},
		{observed.Endpoint{Network: "gone"}, ""},
	} {
		got := ""
		if n := s.Network(c.endpoint); n != nil {
			got = n.ID
		}
		if got != c.want {
			t.Errorf("%+v: got %q, want %q", c.endpoint, got, c.want)
		}
	}
	c := &observed.Container{Endpoints: []observed.Endpoint{{Network: "wan"}, {Network: "lan", NetworkID: "2"}}}
	if e := s.EndpointOn(c, &s.Networks[1]); e != &c.Endpoints[1] {
		t.Errorf("on lan: got %v", e)
	}
	if e := s.EndpointOn(c, &s.Networks[0]); e != nil {
		t.Errorf("on the other lan: got %v", e)
	}
}

func TestPublishedAreThePortsThatOthersFindOnTheHost(t *testing.T) {
	c := observed.Container{Ports: []observed.Port{
		{IP: "127.0.0.1", Private: 1, Public: 1, Protocol: "tcp"},
		{IP: "::1", Private: 2, Public: 2, Protocol: "tcp"},
		{IP: "0.0.0.0", Private: 80, Public: 8080, Protocol: "tcp"},
		{IP: "::", Private: 80, Public: 8080, Protocol: "tcp"},
		{IP: "0.0.0.0", Private: 80, Public: 8080, Protocol: "udp"},
		{Private: 90, Protocol: "tcp"},
	}}
	if got := observed.PortWords(c.Published()); !slices.Equal(got, []string{"0.0.0.0:8080->80/tcp", "0.0.0.0:8080->80/udp"}) {
		t.Errorf("got %v", got)
	}
}

func TestPortWordsAreThoseOfDockerPsByContainerPort(t *testing.T) {
	ports := []observed.Port{
		{IP: "::", Private: 80, Public: 8080, Protocol: "tcp"},
		{IP: "0.0.0.0", Private: 80, Public: 8080, Protocol: "tcp"},
		{Private: 53, Protocol: "udp"},
		{Private: 443, Protocol: "tcp"},
		{Private: 53, Protocol: "tcp"},
		{Private: 443, Protocol: "tcp"},
	}
	before := slices.Clone(ports)
	want := []string{"53/tcp", "53/udp", "0.0.0.0:8080->80/tcp", "[::]:8080->80/tcp", "443/tcp"}
	if diff := cmp.Diff(want, observed.PortWords(ports)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !slices.Equal(before, ports) {
		t.Error("the ports that were handed in were sorted")
	}
}

func TestPortsThatFollowEachOtherAreOneRange(t *testing.T) {
	var ports []observed.Port
	for n := uint16(65000); n != 0; n++ {
		ports = append(ports, observed.Port{Private: n, Protocol: "tcp"})
	}
	for n := uint16(0); n < 3; n++ {
		for _, ip := range []string{"::", "0.0.0.0"} {
			ports = append(ports, observed.Port{IP: ip, Private: 80 + n, Public: 8080 + n, Protocol: "tcp"})
		}
		ports = append(ports, observed.Port{IP: "127.0.0.1", Private: 90 + n, Public: 9000 - n, Protocol: "tcp"})
	}
	ports = append(ports, observed.Port{Private: 83, Protocol: "tcp"}, observed.Port{Private: 65001, Protocol: "udp"})
	want := []string{
		"0.0.0.0:8080-8082->80-82/tcp", "83/tcp",
		"127.0.0.1:9000->90/tcp", "127.0.0.1:8999->91/tcp", "127.0.0.1:8998->92/tcp", "65000-65535/tcp", "65001/udp",
	}
	if diff := cmp.Diff(want, observed.ShownPorts(ports)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAPortIsShownOnceForBothKindsOfAddresses(t *testing.T) {
	v4, v6 := "0.0.0.0", "::"
	port := func(ip string, private, public uint16) observed.Port {
		return observed.Port{IP: ip, Private: private, Public: public, Protocol: "tcp"}
	}
	for _, c := range []struct {
		own  []observed.Port
		want []string
	}{
		{[]observed.Port{port(v6, 80, 8080), port(v4, 80, 8080)}, []string{"0.0.0.0:8080->80/tcp"}},
		{[]observed.Port{port(v6, 80, 8080)}, []string{"[::]:8080->80/tcp"}},
		{[]observed.Port{port(v4, 80, 8080)}, []string{"0.0.0.0:8080->80/tcp"}},
		{[]observed.Port{port(v4, 80, 32768), port(v6, 80, 32769)}, []string{"0.0.0.0:32768->80/tcp", "[::]:32769->80/tcp"}},
		{[]observed.Port{port("127.0.0.1", 80, 8080), port("::1", 80, 8080)}, []string{"127.0.0.1:8080->80/tcp", "[::1]:8080->80/tcp"}},
		{[]observed.Port{port(v4, 80, 8080), {IP: v6, Private: 80, Public: 8080, Protocol: "udp"}}, []string{"0.0.0.0:8080->80/tcp", "[::]:8080->80/udp"}},
		{nil, nil},
	} {
		before := slices.Clone(c.own)
		if got := observed.ShownPorts(c.own); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v", c.own, got)
		}
		if !slices.Equal(before, c.own) {
			t.Error("the ports that were handed in were changed")
		}
	}
}

func TestThePortsOfAFrontAreShownWithWhatIsBehindIt(t *testing.T) {
	own := []observed.Port{{Private: 80, Protocol: "tcp"}, {Private: 53, Protocol: "udp"}, {IP: "127.0.0.1", Private: 90, Public: 9000, Protocol: "tcp"}}
	front := []observed.Port{
		{IP: "::", Private: 80, Public: 8080, Protocol: "tcp"}, {IP: "0.0.0.0", Private: 80, Public: 8080, Protocol: "tcp"}, {Private: 443, Protocol: "tcp"},
	}
	want := []string{"53/udp", "0.0.0.0:8080->80/tcp", "127.0.0.1:9000->90/tcp"}
	if got := observed.ShownPorts(own, front); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := observed.ShownPorts(own, nil); !slices.Equal(got, []string{"53/udp", "80/tcp", "127.0.0.1:9000->90/tcp"}) {
		t.Errorf("without one: %v", got)
	}
}

func TestProjectsCountTheirReplicasByState(t *testing.T) {
	container := func(project string, state plan.State, oneOff bool, files ...string) observed.Container {
		return observed.Container{Project: project, State: state, OneOff: oneOff, Files: files}
	}
	projects := observed.Projects([]observed.Container{
		container("shop", plan.StateExited, false),
		container("shop", plan.StateRunning, false, "/src/fig.yml"),
		container("demo", plan.StateRunning, true, "/old/fig.yml"),
		container("shop", plan.StateRunning, false, "/other/fig.yml"),
		container("shop", plan.StatePaused, false),
	})
	var got []string
	for _, p := range projects {
		got = append(got, p.Name+" "+strings.Join(p.Files, ",")+" "+p.Status())
	}
	if diff := cmp.Diff([]string{"demo  ", "shop /src/fig.yml exited(1), paused(1), running(2)"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if up := projects[1].Running(); up != 3 {
		t.Errorf("%d replicas are up", up)
	}
	if up := projects[0].Running(); up != 0 {
		t.Errorf("a one-off container counts: %d", up)
	}
}

func TestANetworkThatIsNotItsOwnHasAKind(t *testing.T) {
	for mode, want := range map[string][2]string{
		"": {"", ""}, "host": {"host", ""}, "none": {"none", ""}, "container:abc": {"container", "abc"},
	} {
		c := observed.Container{NetworkMode: mode}
		if kind, id := c.ForeignNetwork(); kind != want[0] || id != want[1] {
			t.Errorf("%q: got %q %q", mode, kind, id)
		}
	}
}
