package reach

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/probe"
)

// trial is a check of one pair, web and db, at one address of db each.
func trial(want bool, names []string, answers ...probe.Answer) (*Check, *pair) {
	web, db := &observed.Container{Name: "web_1"}, &observed.Container{Name: "db_1"}
	p := &pair{
		from: member{node: "web", container: web, owner: web}, to: member{node: "db", container: db, owner: db}, want: want, names: names,
		targets: []netip.Addr{netip.MustParseAddr("10.0.0.3")}, ports: []uint16{5432},
		published: []netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:32768")},
	}
	got := map[string]probe.Answer{}
	for _, a := range answers {
		got[a.Question] = a
	}
	replica := netip.MustParseAddr("10.0.0.4")
	stranger := observed.Container{Name: "cuckoo", Endpoints: []observed.Endpoint{{Address: netip.MustParseAddr("10.9.9.9")}}}
	return &Check{
		expects: expectation{view: View{Snapshot: &observed.Snapshot{Containers: []observed.Container{stranger}}}},
		meant:   meant{web: {"db": {replica}}},
		pairs:   []*pair{p}, answers: map[*observed.Container]map[string]probe.Answer{web: got},
		failed: map[*observed.Container]error{},
	}, p
}

func answer1(question string, r probe.Result, addresses ...string) probe.Answer {
	return probe.Answer{Question: question, Result: r, Addresses: addresses}
}

func TestAPairIsJudgedByWhatCameBack(t *testing.T) {
	silent := []probe.Answer{answer1("echo/10.0.0.3", probe.Silent), answer1("tcp/10.0.0.3:5432", probe.Silent)}
	refused := []probe.Answer{answer1("echo/10.0.0.3", probe.Silent), answer1("tcp/10.0.0.3:5432", probe.Refused)}
	pinged := []probe.Answer{answer1("echo/10.0.0.3", probe.Answered), answer1("tcp/10.0.0.3:5432", probe.Silent)}
	noWay := []probe.Answer{answer1("echo/10.0.0.3", probe.NoWay), answer1("tcp/10.0.0.3:5432", probe.NoWay)}
	named := append(slices.Clone(refused), answer1("name/db", probe.Found, "10.0.0.3", "10.0.0.4"))
	for name, c := range map[string]struct {
		want    bool
		names   []string
		answers []probe.Answer
		verdict Verdict
		got     string
	}{
		"silence where silence should be":             {false, nil, silent, OK, "no"},
		"no way where none should be":                 {false, nil, noWay, OK, "no"},
		"a refusal where silence should be":           {false, nil, refused, Leaking, "yes"},
		"an echo where silence should be":             {false, nil, pinged, Leaking, "yes"},
		"a refusal where an answer should be":         {true, nil, refused, OK, "yes"},
		"an echo where an answer should be":           {true, nil, pinged, OK, "yes"},
		"silence where an answer should be":           {true, nil, silent, Broken, "no"},
		"a name among the replicas of the target":     {true, []string{"db"}, named, OK, "yes"},
		"a name that does not resolve":                {true, []string{"database"}, named, Broken, "yes"},
		"a name in other letters":                     {true, []string{"DB"}, append(slices.Clone(refused), answer1("name/DB", probe.Found, "10.0.0.3", "10.0.0.4")), OK, "yes"},
		"a name that leads to another replica alone":  {true, []string{"db"}, append(slices.Clone(pinged), answer1("name/db", probe.Found, "10.0.0.4")), Broken, "yes"},
		"a name that leads to somebody else":          {true, []string{"db"}, append(slices.Clone(pinged), answer1("name/db", probe.Found, "10.9.9.9")), Broken, "yes"},
		"a name that leads to somebody else too":      {true, []string{"db"}, append(slices.Clone(pinged), answer1("name/db", probe.Found, "10.0.0.3", "10.9.9.9")), Broken, "yes"},
		"no answer at all where silence is the claim": {false, nil, nil, Unknown, "?"},
		"questions that could not be asked":           {false, nil, []probe.Answer{answer1("echo/10.0.0.3", probe.Failed), answer1("tcp/10.0.0.3:5432", probe.Failed)}, Unknown, "?"},
	} {
		t.Run(name, func(t *testing.T) {
			check, p := trial(c.want, c.names, c.answers...)
			f := check.judge(p)
			if f.Verdict != c.verdict || f.Got != c.got {
				t.Errorf("got %s, %s (%v), want %s, %s", f.Verdict, f.Got, f.Evidence, c.verdict, c.got)
			}
		})
	}
}

func TestWhoTakesANameOverIsNamed(t *testing.T) {
	for want, addresses := range map[string][]string{
		"the name db resolves to 10.9.9.9 (cuckoo) too":       {"10.0.0.3", "10.9.9.9"},
		"the name db resolves to 10.9.9.9 (cuckoo)":           {"10.9.9.9"},
		"the name db resolves to 10.9.9.8 too":                {"10.0.0.3", "10.0.0.4", "10.9.9.8"},
		"the name db does not resolve to it, but to 10.0.0.4": {"10.0.0.4"},
	} {
		c, p := trial(true, []string{"db"}, answer1("echo/10.0.0.3", probe.Answered), answer1("name/db", probe.Found, addresses...))
		if got := c.judge(p).Evidence; !slices.Contains(got, want) {
			t.Errorf("%v: got %q, want %q", addresses, got, want)
		}
	}
}

func TestANameThatLeadsToASilentAddressIsBroken(t *testing.T) {
	for verdict, named := range map[Verdict][]string{Broken: {"10.0.0.3", "fd00::3"}, OK: {"10.0.0.3"}} {
		c, p := trial(true, []string{"db"}, answer1("echo/10.0.0.3", probe.Answered), answer1("echo/fd00::3", probe.Silent),
			answer1("name/db", probe.Found, named...))
		p.targets = append(p.targets, netip.MustParseAddr("fd00::3"))
		f := c.judge(p)
		if f.Verdict != verdict || (verdict == Broken) != slices.Contains(f.Evidence, "the name db resolves to fd00::3, which does not answer") {
			t.Errorf("%v: %+v", named, f)
		}
	}
}

func TestAPublishedPortIsReportedAndIsNoLeak(t *testing.T) {
	c, p := trial(false, nil, answer1("echo/10.0.0.3", probe.Silent), answer1("tcp/10.0.0.1:32768", probe.Connected))
	if f := c.judge(p); f.Verdict != OK || !slices.Equal(f.Ports, []string{"10.0.0.1:32768"}) {
		t.Errorf("got %+v", f)
	}
}

func TestAContainerThatCantBeLookedFromIsNotTakenForIsolated(t *testing.T) {
	c, p := trial(false, nil)
	c.failed[p.from.owner] = errors.New("it has ended")
	if f := c.judge(p); f.Verdict != Unknown {
		t.Errorf("got %+v", f)
	}
}
