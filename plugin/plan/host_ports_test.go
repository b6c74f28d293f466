package plan

import (
	"strings"
	"testing"
)

// TestAnotherHostPortIsNotedWhereTheEngineChoosesAnew has what engines 20.10 and
// 29 do: the ports of a container are published on the network whose name sorts
// first.
func TestAnotherHostPortIsNotedWhereTheEngineChoosesAnew(t *testing.T) {
	const note = "web_1 will get another host port for 80/tcp, 53/udp"
	for name, c := range map[string]struct {
		on, want string // names of networks of the stack
		other    string // a network that is not the stack's and that it is on
		leaves   string // one that it leaves
		replaced string // a network that is replaced
		state    State
		noted    bool
	}{
		"nothing changes":                    {on: "b c", want: "b c"},
		"a later network is joined":          {on: "b", want: "b c"},
		"an earlier one":                     {on: "b", want: "a b", noted: true},
		"the later one is left":              {on: "b c", want: "b"},
		"the first one":                      {on: "b c", want: "c", noted: true},
		"one for another":                    {on: "b", want: "c", noted: true},
		"the later one is replaced":          {on: "b c", want: "b c", replaced: "c"},
		"the first one is replaced":          {on: "b c", want: "b c", replaced: "b", noted: true},
		"one behind another's":               {on: "c", want: "b c", other: "a"},
		"one before another's":               {on: "c", want: "b c", other: "bridge", noted: true},
		"another's, which was first":         {on: "c", want: "c", other: "a", leaves: "a", noted: true},
		"another's, which was not":           {on: "c", want: "c", other: "x", leaves: "x"},
		"what does not run has none to lose": {on: "b", want: "a b", state: StateExited},
	} {
		have := Have{Images: map[string]string{"i": "image"}, Containers: []HaveContainer{{
			ID: "1", Name: "web_1", Service: "web", Number: 1, Image: "i", ImageID: "image", State: c.state,
			Attached: map[string]string{}, Address: map[string]string{}, OtherNetworks: strings.Fields(c.other),
		}}}
		if c.state == "" {
			have.Containers[0].State = StateRunning
		}
		for _, n := range strings.Fields(c.on) {
			have.Containers[0].Attached[n] = "id-" + n
		}
		want := Want{Services: []string{"web"}, Containers: []Container{{
			Name: "web_1", Service: "web", Number: 1, Image: "i", Attach: strings.Fields(c.want), Leaves: strings.Fields(c.leaves),
			ChosenPorts: []string{"80/tcp", "53/udp"},
		}}}
		for _, n := range []string{"a", "b", "c"} {
			have.Networks = append(have.Networks, HaveNetwork{Name: n, ID: "id-" + n, Size: 9})
			size := 1
			if n == c.replaced {
				size = 20
			}
			want.Networks = append(want.Networks, Network{Name: n, Size: size})
		}
		p, err := Make(Goal{}, want, have)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(p.Notes, "\n"); got != note && c.noted || got != "" && !c.noted {
			t.Errorf("%s: noted %q in\n%s", name, got, p)
		}
		want.Containers[0].ChosenPorts = nil
		if p, err := Make(Goal{}, want, have); err != nil || len(p.Notes) > 0 {
			t.Errorf("%s, with ports of its own: %v, %v", name, p.Notes, err)
		}
		have.Containers = nil
		want.Containers[0].ChosenPorts = []string{"80/tcp"}
		if p, err := Make(Goal{}, want, have); err != nil || len(p.Notes) > 0 {
			t.Errorf("%s, a new container: %v, %v", name, p.Notes, err)
		}
	}
}
