package plan

import (
	"slices"
	"strings"
	"testing"
)

// TestWhatCanNotRunTwiceIsReplacedInItsTurn has a note say why.
func TestWhatCanNotRunTwiceIsReplacedInItsTurn(t *testing.T) {
	w, h := changed(container("a_1", "n")), unchanged(running("a_1", "n"))
	for why, c := range map[string]struct {
		want   Container
		have   HaveContainer
		change func(*Want, *Have)
	}{
		"": {w, h, nil},
		"only one container can have port 127.0.0.1:80 of the host": {
			with(w, func(c *Container) { c.HostPorts = []HostPort{{"127.0.0.1", 80, 80, "tcp"}} }), hasPort(h, 80), nil},
		"only one container can have port 53-54/udp of the host": {
			with(w, func(c *Container) { c.HostPorts = []HostPort{{"", 53, 54, "udp"}} }),
			with(h, func(c *HaveContainer) { c.HostPorts = []HostPort{{"", 53, 53, "udp"}, {"", 54, 54, "udp"}} }), nil},
		"both would write to data": {
			with(w, func(c *Container) { c.Data = []string{"data"} }), with(h, func(c *HaveContainer) { c.Data = []string{"data"} }), nil},
		"the new one takes over the volumes of the old one": {w, with(h, func(c *HaveContainer) { c.Anonymous = map[string]string{"/d": "v"} }), nil},
		"both would have the MAC address 02:42:ac:11:65:43": {w, with(h, func(c *HaveContainer) { c.MAC = "02:42:ac:11:65:43" }), nil},
		"it has no network of its own":                      {container("a_1"), running("a_1"), nil},
		"it was made by docker-compose 1.29.2":              {w, with(h, func(c *HaveContainer) { c.MadeBy = "docker-compose 1.29.2" }), nil},
		"network n is replaced":                             {w, h, func(w *Want, _ *Have) { w.Networks[0].Settings = "changed" }},
		"network n has no room for more":                    {w, h, func(w *Want, h *Have) { w.Networks[0].Size = 8 }},
		"it shares something with another container":        {with(w, func(c *Container) { c.NetworkOf = "x" }), h, nil},
	} {
		want, have := wanted(c.want), present(c.have)
		if c.change != nil {
			c.change(&want, &have)
		}
		p := planned(t, Goal{Rolling: 1, Recreate: Always}, want, have)
		rolls := slices.ContainsFunc(p.Steps, func(s Step) bool { _, is := s.Action.(AwaitContainer); return is })
		note := "a can't be replaced rolling: " + why + "; each container is away until the new one has started"
		if rolls != (why == "") || slices.Contains(p.Notes, note) != (why != "") {
			t.Errorf("%q: rolling %v, notes %s", why, rolls, strings.Join(p.Notes, "\n"))
		}
	}
}

// TestReplicasThatShareDataAreReplacedRolling: they use it at once anyway. And a port of a
// range is free.
func TestReplicasThatShareDataAreReplacedRolling(t *testing.T) {
	var containers []Container
	var there []HaveContainer
	for _, name := range []string{"a_1", "a_2"} {
		containers = append(containers, with(changed(container(name, "n")), func(c *Container) {
			c.Data, c.HostPorts = []string{"data"}, []HostPort{{"", 80, 82, "tcp"}}
		}))
		there = append(there, with(hasPort(unchanged(running(name, "n")), 79+len(containers)), func(c *HaveContainer) { c.Data = []string{"data"} }))
	}
	p := planned(t, Goal{Rolling: 1}, wanted(containers...), present(there...))
	if len(p.Notes) > 0 || len(orderProblems(p, "wait for container a_1 < stop container a_1 < wait for container a_2")) > 0 {
		t.Errorf("notes %q\n%s", p.Notes, p)
	}
}
