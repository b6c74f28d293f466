package plan

import (
	"slices"
	"strings"
	"testing"
)

// linkedToExternal is a stack of one service that is linked to a container
// outside, and a model that has the container.
func linkedToExternal(attachAll bool) (Want, *model) {
	m := newModel(attachAll)
	m.have.Images["i"] = "image"
	m.have.Externals = []External{{ID: "x1", Name: "x1", Attached: map[string]string{}, Address: map[string]string{}}}
	n := Network{Name: "p_web.x1", Settings: "linked x1", Wiring: map[string]string{"web": ""}, Size: 2,
		Spec: []string{"x1"}, Externals: []string{"x1"}, Purpose: "external link of web to x1"}
	return Want{Services: []string{"web"}, Networks: []Network{n}, Containers: []Container{
		{Name: "p_web_1", Service: "web", Number: 1, Image: "i", Attach: []string{n.Name}, OtherNetworks: []string{"q_net"}},
	}}, m
}

func bring(t *testing.T, goal Goal, w Want, m *model) *Plan {
	t.Helper()
	p := planned(t, goal, w, m.snapshot())
	if err := run(p, m, len(p.Steps)); err != nil {
		t.Fatalf("%v\n%s", err, p)
	}
	return p
}

func TestAContainerStartsOnceAllThatItIsToReachIsThere(t *testing.T) {
	want, m := linkedToExternal(false)
	got := bring(t, Goal{}, want, m).String()
	text := `  1 create container p_web_1: missing
  2 connect p_web_1 to q_net: another stack's network joins it with its neighbours [1]
  3 create network p_web.x1: missing (external link of web to x1)
  4 connect x1 to p_web.x1: missing (external link of web to x1) [3]
  5 start container p_web_1: made [1 2 3 4]
`
	if got != text {
		t.Errorf("got\n%swant\n%s", got, text)
	}
}

func TestAContainerLeavesOnlyNetworksOfOtherStacksThatItIsToLeave(t *testing.T) {
	want, m := linkedToExternal(false)
	bring(t, Goal{}, want, m)
	m.have.Containers[0].OtherNetworks = []string{"lan", "q_net"}
	want.Containers[0].OtherNetworks, want.Containers[0].Leaves = nil, []string{"q_net", "z_net"}
	if got, text := planned(t, Goal{}, want, m.snapshot()).String(), "  1 disconnect p_web_1 from q_net: no longer joined\n"; got != text {
		t.Errorf("got\n%swant\n%s", got, text)
	}
}

func TestAnExternalKeepsItsAddressWhenItsNetworkIsReplaced(t *testing.T) {
	want, m := linkedToExternal(true)
	bring(t, Goal{}, want, m)
	before := m.have.Externals[0].Address["p_web.x1"]
	want.Networks[0].Wiring = map[string]string{"web": "cache=x1"}
	p := bring(t, Goal{}, want, m)
	if after := m.have.Externals[0].Address["p_web.x1"]; before == "" || after != before || !strings.Contains(p.String(), "remove network") {
		t.Errorf("address %q, then %q after\n%s", before, after, p)
	}
}

// An external is detached only where the stack attached it.
func TestDownDetachesTheExternalsThatTheStackAttachedAndNoOther(t *testing.T) {
	want, m := linkedToExternal(true)
	bring(t, Goal{}, want, m)
	id := m.network("p_web.x1").ID
	m.have.Externals = append(m.have.Externals, External{ID: "other", Name: "other", Attached: map[string]string{"p_web.x1": id}})
	p := bring(t, Goal{State: Absent}, Want{}, m)
	note := "network p_web.x1 stays, for containers of others are attached to it: other"
	if len(m.have.Externals[0].Attached) > 0 || !m.have.Externals[1].on("p_web.x1") || !slices.Equal(p.Notes, []string{note}) {
		t.Errorf("%+v\n%s", m.have.Externals, p)
	}
}

func TestEveryPlanNamesCopiesAndLeavesThemAlone(t *testing.T) {
	have := Have{
		Containers: []HaveContainer{{ID: "1", Name: "p_web_1", Service: "web", Number: 1, State: StateRunning}},
		Externals:  []External{{ID: "2", Name: "other", Owner: "p", CopyOf: "web"}, {ID: "3", Name: "box"}},
	}
	want := Want{Services: []string{"web"}, Containers: []Container{{Name: "p_web_1", Service: "web", Number: 1}}}
	for target := UpAndRunning; target <= Removed; target++ {
		p, err := Make(Goal{State: target, Timeout: new(int)}, want, have)
		if err != nil {
			t.Fatal(err)
		}
		note := "container other carries the labels of web's container, but Stack Lite did not make it: it is left alone"
		if !slices.Equal(p.Notes, []string{note}) || slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Task.Name == "other" }) {
			t.Errorf("goal %d:\n%s", target, p)
		}
	}
}

func TestANetworkWithAnExternalAttachedByOthersIsNotReplaced(t *testing.T) {
	want, m := linkedToExternal(true)
	bring(t, Goal{}, want, m)
	m.have.Externals = append(m.have.Externals, External{ID: "other", Name: "other",
		Attached: map[string]string{"p_web.x1": m.network("p_web.x1").ID}})
	want.Networks[0].Size = 100
	p := bring(t, Goal{}, want, m)
	if !p.Empty() || len(p.Notes) != 1 {
		t.Errorf("plan\n%s", p)
	}
}

// TestNewNamesAreHiddenWhereOthersHaveBeenForLong gives a container, and one that
// is external, names that they did not have when they were attached to a network.
func TestNewNamesAreHiddenWhereOthersHaveBeenForLong(t *testing.T) {
	want, m := linkedToExternal(true)
	bring(t, Goal{}, want, m)
	want.Containers[0].Hides = []string{"db", "db_1"}
	own, x := &m.have.Containers[0], &m.have.Externals[0]
	own.Address["q_net"], x.Hides = "10.9.0.2", []string{"web"}
	const text = `  1 disconnect p_web_1 from q_net: changed: names that web has or sees
  2 connect p_web_1 to q_net: changed: names that web has or sees [1]
  3 disconnect x1 from p_web.x1: changed: names that x1 has or sees
  4 connect x1 to p_web.x1: changed: names that x1 has or sees [3]
`
	for _, c := range []struct{ what, own, external, text string }{
		{"not known", "", "", ""},
		{"other names", "sql", "cache", text},
		{"all of them", "sql DB db_1", "cache web", ""},
	} {
		own.Private, x.Private = nil, nil
		if c.own != "" {
			own.Private, x.Private = Private{"q_net": strings.Fields(c.own)}, Private{"p_web.x1": strings.Fields(c.external)}
		}
		p := planned(t, Goal{}, want, m.snapshot())
		if got := p.String(); got != c.text {
			t.Errorf("%s: got\n%swant\n%s", c.what, got, c.text)
		}
		if c.text == "" {
			continue
		}
		first, second := p.Steps[1].Action.(Connect), p.Steps[3].Action.(Connect)
		if !slices.Equal(first.Hides, []string{"db", "db_1", "sql"}) || first.Address != "10.9.0.2" ||
			!slices.Equal(second.Hides, []string{"web", "cache"}) || second.Address == "" {
			t.Errorf("%s: %+v\n%+v", c.what, first, second)
		}
	}
}

// A name of a container that is missing, and is not asked for, hides nobody.
func TestNamesOfContainersThatAreNotMadeMoveNobody(t *testing.T) {
	want, m := linkedToExternal(true)
	bring(t, Goal{}, want, m)
	want.Services = append(want.Services, "db")
	want.Containers = append(want.Containers, Container{Name: "p_db_1", Names: []string{"db_1", "p_db_1"}, Service: "db", Number: 1, Image: "i"})
	want.Containers[0].Hides = []string{"db_1", "p_db_1"}
	m.have.Containers[0].Private = Private{"q_net": {}}
	if p := planned(t, Goal{Services: []string{"web"}}, want, m.snapshot()); len(p.Steps) > 0 {
		t.Errorf("got\n%s", p)
	}
	if got := planned(t, Goal{}, want, m.snapshot()).String(); !strings.Contains(got, "connect p_web_1 to q_net") {
		t.Errorf("got\n%s", got)
	}
}
