package suggest_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/probe"
	"github.com/stack-lite/stack-lite/plugin/suggest"
)

const project = "demo"

// box is a container of a service, or of nobody, that runs at addresses NETWORK/ADDRESS.
func box(id, service string, at ...string) observed.Container {
	c := observed.Container{ID: id, Name: project + "_" + id, Service: service, State: plan.StateRunning}
	if service != "" {
		c.Project = project
	} else {
		c.Name = id
	}
	for _, a := range at {
		network, address, _ := strings.Cut(a, "/")
		e := observed.Endpoint{Network: network, NetworkID: "id-" + network}
		if ip := netip.MustParseAddr(address); ip.Is4() {
			e.Address = ip
		} else {
			e.Address6 = ip
		}
		c.Endpoints = append(c.Endpoints, e)
	}
	return c
}

func ours(c *observed.Container) (string, bool) { return c.Service, c.Project == project }

// know lets traffic know some containers.
func know(t *suggest.Traffic, boxes ...observed.Container) {
	s := &observed.Snapshot{Containers: boxes}
	t.Know(s, suggest.Members(s, ours))
}

func flow(client, server string, port uint16, tried, answered int) probe.Report {
	at := time.Unix(1700000000, 0)
	return probe.Report{Flows: []probe.Flow{{
		Protocol: probe.TCPFlow, Client: netip.MustParseAddr(client), Server: netip.MustParseAddr(server), Port: port,
		Tried: tried, Answered: answered, First: at, Last: at.Add(time.Second),
	}}}
}

func pairs(t *suggest.Traffic) string {
	services, outside := t.Pairs()
	var b strings.Builder
	for _, p := range append(services, outside...) {
		for _, a := range p.Asked {
			fmt.Fprintf(&b, "%s > %s: %s\n", p.From, p.To, a)
		}
	}
	return b.String()
}

func TestWhatIsSeenAtBothEndsCountsOnce(t *testing.T) {
	traffic := suggest.NewTraffic()
	know(traffic, box("web_1", "web", "a/10.1.0.2"), box("web_2", "web", "a/10.1.0.4"), box("db_1", "db", "a/10.1.0.3"))
	traffic.Add("web_1", flow("10.1.0.2", "10.1.0.3", 80, 2, 2))
	traffic.Add("db_1", flow("10.1.0.2", "10.1.0.3", 80, 2, 1))
	traffic.Add("db_1", flow("10.1.0.2", "10.1.0.3", 80, 1, 1))
	traffic.Add("web_2", flow("10.1.0.4", "10.1.0.3", 80, 5, 0))
	traffic.Add("web_2", flow("10.1.0.4", "10.1.0.2", 9000, 1, 1)) // replicas among themselves
	if diff := cmp.Diff("web > db: 2 connections to tcp 80, 6 not answered\n", pairs(traffic)); diff != "" {
		t.Error(diff)
	}
}

// The same address on two networks is two places.
func TestAnAddressIsThatOfItsNetwork(t *testing.T) {
	traffic := suggest.NewTraffic()
	know(traffic, box("web", "web", "a/10.1.0.2"), box("db", "db", "a/10.1.0.3"), box("other", "other", "b/10.1.0.2"), box("cache", "cache", "b/10.1.0.3"))
	traffic.Add("web", flow("10.1.0.2", "10.1.0.3", 1, 1, 1))
	traffic.Add("cache", flow("10.1.0.2", "10.1.0.3", 2, 1, 1))
	if diff := cmp.Diff("other > cache: 1 connection to tcp 2\nweb > db: 1 connection to tcp 1\n", pairs(traffic)); diff != "" {
		t.Error(diff)
	}
}

func TestTheWorldIsNoService(t *testing.T) {
	traffic := suggest.NewTraffic()
	know(traffic, box("web", "web", "a/10.1.0.2", "a/fd00::2"), box("proxy", "", "a/10.1.0.9", "a/fd00::9"), box("nobody", "", "a/10.1.0.8"))
	traffic.Add("web", flow("10.1.0.1", "10.1.0.2", 80, 9, 9)) // by the host
	traffic.Add("web", flow("10.1.0.2", "93.184.216.34", 443, 9, 9))
	traffic.Add("web", flow("fd00::9", "fd00::2", 80, 1, 1))
	traffic.Add("web", flow("10.1.0.2", "10.1.0.8", 25, 1, 0))
	if diff := cmp.Diff("/proxy > web: 1 connection to tcp 80\nweb > /nobody: 1 connection to tcp 25 not answered\n", pairs(traffic)); diff != "" {
		t.Error(diff)
	}
	if links := suggest.Links(suggest.Known{Traffic: traffic}); len(links) > 0 {
		t.Errorf("%v", links)
	}
}

func TestAContainerThatComesLaterIsKnownThen(t *testing.T) {
	traffic := suggest.NewTraffic()
	know(traffic, box("web", "web", "a/10.1.0.2"))
	traffic.Add("web", flow("10.1.0.2", "10.1.0.3", 80, 1, 1))
	traffic.Add("web", flow("10.1.0.2", "10.1.0.3", 80, 1, 1))
	if got := pairs(traffic); got != "" {
		t.Error(got)
	}
	know(traffic, box("web", "web", "a/10.1.0.2"), box("db", "db", "a/10.1.0.3"))
	know(traffic, box("web", "web", "a/10.1.0.2")) // and is gone again
	if diff := cmp.Diff("web > db: 2 connections to tcp 80\n", pairs(traffic)); diff != "" {
		t.Error(diff)
	}
	if notes := traffic.Notes(); len(notes) > 0 {
		t.Errorf("%q", notes)
	}
	know(traffic, box("web", "web", "a/10.1.0.2"), box("cache", "cache", "a/10.1.0.3"))
	if notes := traffic.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "10.1.0.3 went from demo_db to demo_cache") {
		t.Errorf("%q", notes)
	}
}

// Two services in one network stack can't be told apart.
func TestWhoSharesANetworkIsNoted(t *testing.T) {
	side := box("side", "side")
	side.NetworkMode = "container:web"
	lost := box("lost", "lost")
	lost.NetworkMode = "container:gone"
	host := box("host", "host")
	host.NetworkMode = "host"
	s := &observed.Snapshot{Containers: []observed.Container{side, box("web", "web", "a/10.1.0.2"), box("db", "db", "a/10.1.0.3"), lost, host}}
	members := suggest.Members(s, ours)
	why := map[string]string{}
	for _, m := range members {
		why[m.Name] = m.Namespace + "|" + m.Why
	}
	if diff := cmp.Diff(map[string]string{
		"demo_web": "web|", "demo_side": "web|", "demo_db": "db|", "demo_host": "|it uses the network of the host",
		"demo_lost": "|the container whose network it uses does not run",
	}, why); diff != "" {
		t.Error(diff)
	}
	traffic := suggest.NewTraffic()
	traffic.Know(s, members)
	traffic.Add("web", flow("10.1.0.2", "10.1.0.3", 80, 1, 1))
	if diff := cmp.Diff("web > db: 1 connection to tcp 80\n", pairs(traffic)); diff != "" {
		t.Error(diff)
	}
	if notes := traffic.Notes(); len(notes) != 1 || notes[0] != "side, web share one network: what they do is counted for web" {
		t.Errorf("%q", notes)
	}
}

func TestWhatAFrontAsksOfItsServiceIsNoLink(t *testing.T) {
	front := box("front", "web-front", "a/10.1.0.9")
	front.Fronts = "web"
	traffic := suggest.NewTraffic()
	know(traffic, front, box("web", "web", "a/10.1.0.2"))
	traffic.Add("web", flow("10.1.0.9", "10.1.0.2", 80, 3, 3))
	if got := pairs(traffic); got != "" {
		t.Error(got)
	}
}

// Who tries all ports of all others takes no more memory, and it is said that not all
// was counted.
func TestAFloodOfPortsIsBounded(t *testing.T) {
	traffic := suggest.NewTraffic()
	know(traffic, box("web", "web", "a/10.1.0.2"), box("db", "db", "a/10.1.0.3"), box("mq", "mq", "a/10.1.0.4"))
	for port := range 1 << 16 {
		for _, to := range []string{"10.1.0.3", "10.1.0.4", "10.1.0.77"} {
			traffic.Add("web", flow("10.1.0.2", to, uint16(port), 1, 0))
		}
	}
	links := suggest.Links(suggest.Known{Traffic: traffic})
	if len(links) != 2 || len(links[0].Evidence) > 6 || links[0].Level != suggest.Maybe {
		t.Errorf("%d links, %v", len(links), links[0].Evidence)
	}
	if notes := traffic.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "could not be counted") {
		t.Errorf("%q", notes)
	}
}

func TestAskedIsSaidInFewWords(t *testing.T) {
	for want, a := range map[string]suggest.Asked{
		"3 connections to tcp 80":                             {Protocol: "tcp", Port: 80, Tried: 3, Answered: 3},
		"1 connection to tcp 80, 2 not answered":              {Protocol: "tcp", Port: 80, Tried: 3, Answered: 1, Refused: 1},
		"3 connections to tcp 80 refused":                     {Protocol: "tcp", Port: 80, Tried: 3, Refused: 3},
		"1 connection to tcp 80 refused, 2 not answered":      {Protocol: "tcp", Port: 80, Tried: 3, Refused: 1},
		"3 connections to tcp 80 not answered":                {Protocol: "tcp", Port: 80, Tried: 3},
		"2 open connections to tcp 80":                        {Protocol: "tcp", Port: 80, Open: 2},
		"1 open connection to tcp 80, 1 connection to tcp 80": {Protocol: "tcp", Port: 80, Open: 1, Tried: 1, Answered: 1},
		"3 datagrams to udp 53, 2 datagrams back":             {Protocol: "udp", Port: 53, Tried: 3, Answered: 2},
		"1 datagram to udp 53, none answered":                 {Protocol: "udp", Port: 53, Tried: 1},
		"2 answers from udp 53":                               {Protocol: "udp", Port: 53, Answered: 2},
	} {
		if got := a.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Where links keep services apart a name that is asked for is all there is to see. Of
// those that are reached it says nothing more.
func TestWhoAsksForANameIsLikelyToNeedIt(t *testing.T) {
	p, _ := load(t, txtar.Parse([]byte("-- fig.yml --\nweb:\n  image: x\n  links: [cache]\ndb:\n  image: x\n  hostname: Database\ncache:\n  image: x\nmail:\n  image: x\n")))
	boxes := []observed.Container{
		box("web", "web", "a/10.1.0.2"), box("db", "db", "b/10.1.0.3"), box("cache", "cache", "a/10.1.0.4"), box("mail", "mail", "a/10.1.0.5"),
	}
	members := suggest.Members(&observed.Snapshot{Containers: boxes}, ours)
	if diff := cmp.Diff([]string{"web", "web_1", "db", "db_1", "cache", "cache_1", "mail", "mail_1", "database"}, suggest.Names(p, members)); diff != "" {
		t.Error(diff)
	}
	traffic := suggest.NewTraffic()
	know(traffic, boxes...)
	traffic.Add("web", flow("10.1.0.2", "10.1.0.5", 25, 1, 1))
	for range 2 {
		traffic.Add("web", probe.Report{Names: []probe.Lookup{
			{Name: "database", Times: 3}, {Name: "cache", Times: 1}, {Name: "mail", Times: 1}, {Name: "web", Times: 1}, {Name: "nobody", Times: 1},
		}})
	}
	links := suggest.Links(suggest.Known{Project: p, Declared: linked(t, p), Traffic: traffic})
	want := `web -> mail  missing sure
    sure: 1 connection to tcp 25
web -> db:Database  missing likely
    likely: asked 6 times for the name database
web -> cache  declared likely
    likely: asked 2 times for the name cache
`
	if diff := cmp.Diff(want, lines(links)); diff != "" {
		t.Error(diff)
	}
	links = suggest.Links(suggest.Known{Traffic: traffic})
	if got := lines(links); !strings.Contains(got, "web -> cache  missing likely") || strings.Contains(got, "db") {
		t.Errorf("without files:\n%s", got)
	}
}
