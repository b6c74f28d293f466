package plan

import (
	"slices"
	"testing"
)

// sharing is app, whose network side uses, whose network inner uses; id is the name.
func sharing() (Want, Have) {
	images := map[string]string{"probe": "sha256:1"}
	var want Want
	have := Have{Images: images}
	for i, name := range []string{"app", "side", "inner"} {
		w := Container{Name: name, Service: name, Number: 1, Image: "probe"}
		h := HaveContainer{ID: name, Name: name, Service: name, Number: 1, Image: "probe", ImageID: "sha256:1", State: StateRunning}
		if i > 0 {
			of := want.Containers[i-1].Name
			w.After, w.SharesWith = []string{of}, []string{of}
			h.NetworkOf, h.Joined = of, []Joined{{Of: of, What: "network"}}
		}
		want.Containers = append(want.Containers, w)
		want.Services = append(want.Services, name)
		have.Containers = append(have.Containers, h)
	}
	return want, have
}

func TestWhoSharesIsRestarted(t *testing.T) {
	for name, c := range map[string]struct {
		goal   Goal
		change func(h *Have)
		want   string
		notes  []string
	}{
		"nothing happened": {},
		"the other was restarted": {
			change: func(h *Have) { h.Containers[1].Joined[0].Gone = true },
			want: `  1 restart container side: shares the network of app, which was restarted
  2 restart container inner: shares the network of side, which is restarted [1]
`,
		},
		"the other was restarted, and nobody asked": {
			goal:   Goal{Services: []string{"app"}},
			change: func(h *Have) { h.Containers[1].Joined[0].Gone = true },
		},
		"one that is not the stack's was restarted": {
			change: func(h *Have) {
				h.Containers[0].Joined = []Joined{{Of: "crate", What: "processes", Gone: true}}
				h.Externals = []External{{ID: "crate", Name: "crate"}}
			},
			want: `  1 restart container app: shares the processes of a container that was restarted
  2 restart container side: shares the network of app, which is restarted [1]
  3 restart container inner: shares the network of side, which is restarted [2]
`,
		},
		"the other is gone, and with it its processes": {
			goal: Goal{Services: []string{"inner"}},
			change: func(h *Have) {
				h.Containers[2].NetworkOf, h.Containers[2].State = "", StateExited
				h.Containers[2].Joined = []Joined{{Of: "before", What: "processes"}}
			},
			want: `  1 create container inner as inner.new: the container whose processes it shares is gone
  2 start container inner: made [1]
  3 remove container inner: the container whose processes it shares is gone [1 2]
  4 rename container inner.new to inner: the name is free [1 2 3]
`,
		},
		"the other is a replica too many": {
			goal: Goal{Services: []string{"side"}},
			change: func(h *Have) {
				second := h.Containers[1]
				second.ID, second.Name, second.Number = "side2", "side2", 2
				h.Containers = append(h.Containers, second)
				h.Containers[2].NetworkOf, h.Containers[2].Joined[0].Of = "side2", "side2"
			},
			want: `  1 stop container side2: more replicas than wanted
  2 remove container side2: more replicas than wanted [1]
  3 create container inner as inner.new: the container whose network it shares is gone
  4 stop container inner: the container whose network it shares is gone [3]
  5 start container inner: made [3 4]
  6 remove container inner: the container whose network it shares is gone [4 5]
  7 rename container inner.new to inner: the name is free [3 5 6]
`,
		},
		"the other is started": {
			goal:   Goal{Services: []string{"app"}, NoCreate: true, Recreate: Never},
			change: func(h *Have) { h.Containers[0].State = StateExited },
			want: `  1 start container app: exited
  2 restart container side: shares the network of app, which is started [1]
  3 restart container inner: shares the network of side, which is restarted [2]
`,
		},
		"only what runs, and is not about to run again": {
			goal: Goal{Services: []string{"app"}},
			change: func(h *Have) {
				h.Containers[0].State, h.Containers[1].State, h.Containers[2].State = StateExited, StatePaused, StateRestarting
			},
			want: "  1 start container app: exited\n",
		},
		"restart": {
			goal: Goal{State: Restarted, Services: []string{"app"}},
			want: `  1 restart container app: asked for
  2 restart container side: shares the network of app, which is restarted [1]
  3 restart container inner: shares the network of side, which is restarted [2]
`,
		},
		"restart of one in the middle": {
			goal: Goal{State: Restarted, Services: []string{"side"}},
			want: `  1 restart container side: asked for
  2 restart container inner: shares the network of side, which is restarted [1]
`,
		},
		"others that share are told": {
			goal: Goal{State: Restarted, Services: []string{"inner"}},
			change: func(h *Have) {
				h.Externals = []External{{ID: "spy", Name: "spy", SharesOf: "inner"}, {ID: "guest", Name: "guest", SharesOf: "app"}}
				h.Containers = append(h.Containers, HaveContainer{ID: "once", Name: "once", Service: "app", OneOff: true, State: StateRunning, NetworkOf: "inner"})
			},
			want: "  1 restart container inner: asked for\n",
			notes: []string{
				"one-off container once shares the network of inner, which is restarted, and is left without one; run it again",
				"spy shares the network of inner, which is restarted, and is left without one; to give it one: docker restart spy",
			},
		},
		"unpause": {
			goal: Goal{State: Unpaused},
			change: func(h *Have) {
				h.Containers[1].State, h.Containers[1].Joined[0].Gone = StatePaused, true
			},
			want: `  1 unpause container side: asked for
  2 restart container side: shares the network of a container that was restarted [1]
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			want, have := sharing()
			if c.change != nil {
				c.change(&have)
			}
			p, err := Make(c.goal, want, have)
			if err != nil {
				t.Fatal(err)
			}
			notes := p.Notes
			p.Notes = nil
			if got := p.String(); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
			if !slices.Equal(notes, c.notes) {
				t.Errorf("notes %q, want %q", notes, c.notes)
			}
		})
	}
}
