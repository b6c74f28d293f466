package desired_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

func TestWhatSomebodyAttachedIsAskedForAndHasItsNamesOrNot(t *testing.T) {
	hidden := linking.HiddenNames("db")[0]
	s := &observed.Snapshot{Networks: []observed.Network{
		{ID: "n", Name: "demo_n", Project: "demo", Wiring: map[string]string{"web": "web", "db": "db database=db"}}, {ID: "lan", Name: "lan"},
	}}
	asked, misnamed := map[string]bool{}, map[string]bool{}
	add := func(name, network string, change func(*observed.Container), aliases []string, links ...linking.Name) {
		c := observed.Container{
			ID: name, Name: name, Project: "demo", Service: "db", Number: 2, Legacy: map[string]string{},
			Endpoints: []observed.Endpoint{{Network: network, NetworkID: network[len(network)-1:], ByHand: true, Aliases: aliases, Links: links}},
		}
		if network == "lan" {
			c.Endpoints[0].NetworkID = "lan"
		}
		if change != nil {
			change(&c)
		}
		s.Containers = append(s.Containers, c)
	}
	link := linking.Name{Alias: "database", Target: "db"}
	add("right", "demo_n", nil, []string{"db_2", "db"}, link)
	add("none", "demo_n", nil, nil)
	add("no link", "demo_n", nil, []string{"db", "db_2"})
	add("another's number", "demo_n", nil, []string{"db", "db_1"}, link)
	add("one more", "demo_n", nil, []string{"db", "db_2", "mail"}, link)
	add("one more link", "demo_n", nil, []string{"db", "db_2"}, link, hidden)
	add("not by hand", "demo_n", func(c *observed.Container) { c.Endpoints[0].ByHand = false }, nil)
	add("elsewhere", "lan", nil, nil)
	add("no member", "demo_n", func(c *observed.Container) { c.Service = "mail" }, nil)
	add("one-off", "demo_n", func(c *observed.Container) { c.OneOff = true }, nil)
	add("of another tool", "demo_n", func(c *observed.Container) { c.MadeBy = "docker-compose 1.29.2" }, nil)
	add("of nobody", "demo_n", func(c *observed.Container) { c.Project = "" }, nil)
	for _, c := range desired.ByHand(s, "demo") {
		asked[c.Name] = true
	}
	for _, h := range desired.HaveOf(s, "demo").Containers {
		misnamed[h.Name] = len(h.Misnamed) > 0
	}
	for name, want := range map[string][2]bool{
		"right": {true, false}, "none": {true, true}, "no link": {true, true}, "another's number": {true, true}, "one more": {true, true},
		"one more link": {true, true}, "not by hand": {}, "elsewhere": {}, "no member": {true, false}, "one-off": {true, false},
		"of another tool": {}, "of nobody": {},
	} {
		if got := [2]bool{asked[name], misnamed[name]}; got != want {
			t.Errorf("%s: asked for, misnamed: %v, want %v", name, got, want)
		}
	}
}
