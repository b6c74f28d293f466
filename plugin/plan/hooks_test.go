package plan

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// hooked is a db with two hooks of each kind and a web that depends on it, both running.
func hooked() (Want, Have) {
	list := func(names ...string) (all []Hook) {
		for _, name := range names {
			all = append(all, Hook{Command: []string{name}})
		}
		return all
	}
	print := NewFingerprint(map[string]string{"pre_stop": "x"})
	want := Want{
		Project: "p", Services: []string{"db", "web"}, Images: []Image{{Ref: "x"}},
		Containers: []Container{
			{Name: "db-1", Service: "db", Number: 1, Image: "x", Fingerprint: print},
			{Name: "web-1", Service: "web", Number: 1, Image: "x", After: []string{"db"}, Awaits: []Awaited{{Service: "db", Until: UntilHealthy}}},
		},
		Hooks: map[string]Hooks{"db": {PostStart: list("a", "b"), PreStop: list("c", "d")}, "web": {}},
	}
	have := Have{Images: map[string]string{"x": "1"}, Containers: []HaveContainer{
		{ID: "db", Name: "db-1", Service: "db", Number: 1, Image: "x", ImageID: "1", State: StateRunning, Fingerprint: print},
		{ID: "web", Name: "web-1", Service: "web", Number: 1, Image: "x", ImageID: "1", State: StateRunning, After: []string{"db"}, Fingerprint: NewFingerprint(nil)},
	}}
	return want, have
}

// cutOff has the db replaced rolling, with a new one beside it that a run left which was
// cut off.
func cutOff(w *Want, h *Have, state State) {
	w.Containers[0].Fingerprint, w.Containers[0].Rolling = NewFingerprint(map[string]string{"command": "x"}), 1
	w.Containers[0].Attach, h.Containers[0].Attached = []string{"n"}, map[string]string{"n": "1"}
	w.Networks = []Network{{Name: "n", Size: 4}}
	h.Networks, h.AttachAll = []HaveNetwork{{Name: "n", ID: "1", Size: 8}}, true
	left := h.Containers[0]
	left.ID, left.Name, left.State, left.Fingerprint = "new", "db-1.new", state, w.Containers[0].Fingerprint
	h.Containers = append(h.Containers, left)
}

func TestHooksAreRunAfterStartsAndBeforeStops(t *testing.T) {
	for name, c := range map[string]struct {
		goal   Goal
		change func(*Want, *Have)
		want   string
	}{
		"up": {
			change: func(_ *Want, h *Have) { h.Containers = nil },
			want: `  1 create container db-1: missing
  2 create container web-1: missing [1]
  3 start container db-1: made [1]
  4 run post_start[0] in container db-1: it has started [3]
  5 run post_start[1] in container db-1: it has started [4]
  6 wait until container db-1 is healthy: web depends on it [3 5]
  7 start container web-1: made [2 3 5 6]
`,
		},
		"nothing starts": {want: ""},
		"created only": {
			goal:   Goal{State: CreatedOnly},
			change: func(_ *Want, h *Have) { h.Containers = nil },
			want: `  1 create container db-1: missing
  2 create container web-1: missing [1]
`,
		},
		"replaced: the old one goes though a hook of the new one fails": {
			change: func(w *Want, _ *Have) {
				w.Containers[0].Fingerprint = NewFingerprint(map[string]string{"command": "x"})
			},
			want: `  1 create container db-1 as db-1.new: changed: command, pre_stop
  2 run pre_stop[0] in container db-1: changed: command, pre_stop [1]
  3 run pre_stop[1] in container db-1: changed: command, pre_stop [2]
  4 stop container db-1: changed: command, pre_stop [1 3]
  5 start container db-1: made [1 4]
  6 remove container db-1: changed: command, pre_stop [4 5]
  7 rename container db-1.new to db-1: the name is free [1 5 6]
  8 run post_start[0] in container db-1: it has started [5]
  9 run post_start[1] in container db-1: it has started [8]
`,
		},
		"replaced rolling: the old one runs until the hooks of the new one are done": {
			change: func(w *Want, h *Have) {
				w.Containers[0].Fingerprint, w.Containers[0].Rolling = NewFingerprint(map[string]string{"command": "x"}), 1
				w.Containers[0].Attach, h.Containers[0].Attached = []string{"n"}, map[string]string{"n": "1"}
				w.Networks = []Network{{Name: "n", Size: 4}}
				h.Networks, h.AttachAll = []HaveNetwork{{Name: "n", ID: "1", Size: 8}}, true
			},
			want: `  1 create container db-1 as db-1.new: changed: command, pre_stop
  2 start container db-1: made [1]
  3 run post_start[0] in container db-1: it has started [2]
  4 run post_start[1] in container db-1: it has started [3]
  5 wait for container db-1: before the old one goes [2 4]
  6 run pre_stop[0] in container db-1: changed: command, pre_stop [5]
  7 run pre_stop[1] in container db-1: changed: command, pre_stop [6]
  8 stop container db-1: changed: command, pre_stop [5 7]
  9 remove container db-1: changed: command, pre_stop [2 8]
 10 rename container db-1.new to db-1: the name is free [1 2 9]
`,
		},
		"replaced rolling, beside what a run left that was cut off: that one goes first": {
			change: func(w *Want, h *Have) {
				cutOff(w, h, StateRunning)
				w.Hooks["db"] = Hooks{PostStart: w.Hooks["db"].PostStart}
			},
			want: `  1 stop container db-1.new: left by a run that was cut off
  2 remove container db-1.new: left by a run that was cut off [1]
  3 create container db-1 as db-1.new2: changed: command, pre_stop [2]
  4 start container db-1: made [3]
  5 run post_start[0] in container db-1: it has started [4]
  6 run post_start[1] in container db-1: it has started [5]
  7 wait for container db-1: before the old one goes [4 6]
  8 stop container db-1: changed: command, pre_stop [7]
  9 remove container db-1: changed: command, pre_stop [4 8]
 10 rename container db-1.new2 to db-1: the name is free [3 4 9]
`,
		},
		"what a run left that was cut off before it started is taken over": {
			change: func(w *Want, h *Have) { cutOff(w, h, StateCreated) },
			want: `  1 start container db-1: created
  2 run post_start[0] in container db-1: it has started [1]
  3 run post_start[1] in container db-1: it has started [2]
  4 wait for container db-1: before the old one goes [1 3]
  5 run pre_stop[0] in container db-1: replaced by db-1 [4]
  6 run pre_stop[1] in container db-1: replaced by db-1 [5]
  7 stop container db-1: replaced by db-1 [4 6]
  8 remove container db-1: replaced by db-1 [1 7]
  9 rename container db-1.new to db-1: the name is free [1 8]
`,
		},
		"what a run left is taken over where nothing is run in it": {
			change: func(w *Want, h *Have) {
				cutOff(w, h, StateRunning)
				w.Hooks["db"] = Hooks{}
			},
			want: `  1 wait for container db-1: before the old one goes
  2 stop container db-1: replaced by db-1 [1]
  3 remove container db-1: replaced by db-1 [2]
  4 rename container db-1.new to db-1: the name is free [3]
`,
		},
		"what a run left whose old one is gone is replaced": {
			change: func(w *Want, h *Have) {
				cutOff(w, h, StateRunning)
				h.Containers = h.Containers[1:]
				w.Containers[0].Rolling, w.Hooks["db"] = 0, Hooks{PostStart: w.Hooks["db"].PostStart}
			},
			want: `  1 create container db-1: its post_start may not have been run
  2 stop container db-1.new: its post_start may not have been run [1]
  3 start container db-1: made [1 2]
  4 remove container db-1.new: its post_start may not have been run [2 3]
  5 run post_start[0] in container db-1: it has started [3]
  6 run post_start[1] in container db-1: it has started [5]
`,
		},
		"what a run left whose old one does not run is replaced": {
			change: func(w *Want, h *Have) {
				cutOff(w, h, StateRunning)
				h.Containers[0].State = StateExited
				w.Containers[0].Rolling, w.Hooks["db"] = 0, Hooks{PostStart: w.Hooks["db"].PostStart}
			},
			want: `  1 create container db-1 as db-1.new2: changed: command, pre_stop
  2 stop container db-1.new: changed: command, pre_stop [1]
  3 start container db-1: made [1 2]
  4 remove container db-1: changed: command, pre_stop [1 3]
  5 remove container db-1.new: changed: command, pre_stop [2 3]
  6 rename container db-1.new2 to db-1: the name is free [1 3 4]
  7 run post_start[0] in container db-1: it has started [3]
  8 run post_start[1] in container db-1: it has started [7]
`,
		},
		"too many": {
			change: func(w *Want, _ *Have) { w.Containers = w.Containers[1:] },
			want: `  1 run pre_stop[0] in container db-1: more replicas than wanted
  2 run pre_stop[1] in container db-1: more replicas than wanted [1]
  3 stop container db-1: more replicas than wanted [2]
  4 remove container db-1: more replicas than wanted [3]
`,
		},
		"stop": {
			goal: Goal{State: Stopped},
			want: `  1 stop container web-1: asked for
  2 run pre_stop[0] in container db-1: asked for [1]
  3 run pre_stop[1] in container db-1: asked for [2]
  4 stop container db-1: asked for [1 3]
`,
		},
		"down": {
			goal: Goal{State: Absent, Services: []string{"db"}},
			want: `  1 run pre_stop[0] in container db-1: asked for
  2 run pre_stop[1] in container db-1: asked for [1]
  3 stop container db-1: asked for [2]
  4 remove container db-1: asked for [3]
`,
		},
		"rm --stop": {
			goal: Goal{State: Removed, Stop: true, Services: []string{"db"}},
			want: `  1 run pre_stop[0] in container db-1: asked for
  2 run pre_stop[1] in container db-1: asked for [1]
  3 stop container db-1: asked for [2]
  4 remove container db-1: asked for [3]
`,
		},
		"kill": {goal: Goal{State: Killed, Services: []string{"db"}}, want: "  1 send SIGKILL to container db-1: asked for\n"},
		"restart": {
			goal: Goal{State: Restarted},
			want: `  1 run pre_stop[0] in container db-1: asked for
  2 run pre_stop[1] in container db-1: asked for [1]
  3 restart container db-1: asked for [2]
  4 run post_start[0] in container db-1: it has started [3]
  5 run post_start[1] in container db-1: it has started [4]
  6 restart container web-1: asked for [3 5]
`,
		},
		"restart of one that does not run": {
			goal:   Goal{State: Restarted, Services: []string{"db"}},
			change: func(_ *Want, h *Have) { h.Containers[0].State = StateExited },
			want: `  1 restart container db-1: asked for
  2 run post_start[0] in container db-1: it has started [1]
  3 run post_start[1] in container db-1: it has started [2]
`,
		},
		"restart of one that is paused": {
			goal: Goal{State: Restarted, Services: []string{"db"}},
			change: func(w *Want, h *Have) {
				h.Containers[0].State = StatePaused
				w.Hooks["db"] = Hooks{PreStop: w.Hooks["db"].PreStop}
			},
			want: `  1 unpause container db-1: it is paused
  2 run pre_stop[0] in container db-1: asked for [1]
  3 run pre_stop[1] in container db-1: asked for [2]
  4 restart container db-1: asked for [1 3]
`,
		},
		"stop of one that is paused": {
			goal:   Goal{State: Stopped, Services: []string{"db"}},
			change: func(_ *Want, h *Have) { h.Containers[0].State = StatePaused },
			want:   "  1 stop container db-1: asked for\nnote: container db-1 is paused: its pre_stop is not run\n",
		},
		"stop of one that waits for its next start": {
			goal:   Goal{State: Stopped, Services: []string{"db"}},
			change: func(_ *Want, h *Have) { h.Containers[0].State = StateRestarting },
			want:   "  1 stop container db-1: asked for\n",
		},
		"stop of one that does not run": {
			goal:   Goal{State: Stopped, Services: []string{"db"}},
			change: func(_ *Want, h *Have) { h.Containers[0].State = StateExited },
		},
		"stop without files": {
			goal:   Goal{State: Stopped, Services: []string{"db"}},
			change: func(w *Want, _ *Have) { *w = Want{} },
			want:   "  1 stop container db-1: asked for\nnote: container db-1 is stopped without its pre_stop, which only files with a service db tell\n",
		},
		"stop where the files have none any more": {
			goal:   Goal{State: Stopped, Services: []string{"db"}},
			change: func(w *Want, _ *Have) { w.Hooks["db"] = Hooks{} },
			want:   "  1 stop container db-1: asked for\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			want, have := hooked()
			if c.change != nil {
				c.change(&want, &have)
			}
			p, err := Make(c.goal, want, have)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.String(); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestReplicasLeaveWhenTheHooksOfThoseBeforeAreDone(t *testing.T) {
	want, have := hooked()
	want.Containers, have.Containers = nil, nil
	for i, name := range []string{"1", "2", "3"} {
		want.Containers = append(want.Containers, Container{Name: "db-" + name, Service: "db", Number: i + 1, Image: "x", Fingerprint: NewFingerprint(map[string]string{"command": "x"})})
		have.Containers = append(have.Containers, HaveContainer{ID: name, Name: "db-" + name, Service: "db", Number: i + 1, Image: "x", ImageID: "1",
			State: StateRunning, Fingerprint: NewFingerprint(nil)})
	}
	for state, before := range map[Target]string{UpAndRunning: "stop container db-2", Restarted: "restart container db-2"} {
		p, err := Make(Goal{State: state}, want, have)
		if err != nil {
			t.Fatal(err)
		}
		_, after := stepsOf(t, p)
		if got := after["run pre_stop[0] in container db-2"]; !slices.Contains(got, "run post_start[1] in container db-1") {
			t.Errorf("the hooks before db-2 leaves come after %q", got)
		}
		if got := after["wait for container db-1"]; !slices.Contains(got, "run post_start[1] in container db-1") {
			t.Errorf("db-1 is waited for after %q", got)
		}
		if got := after[before]; !slices.Contains(got, "run pre_stop[1] in container db-2") {
			t.Errorf("%s comes after %q", before, got)
		}
	}
}

func TestAHookThatFailsKeepsWhatWaitsForItBack(t *testing.T) {
	for name, c := range map[string]struct {
		goal   Goal
		there  bool
		fails  string
		undone []string
	}{
		"after a start": {fails: "run post_start[0] in container db-1", undone: []string{"run post_start[1] in container db-1", "wait until container db-1 is healthy", "start container web-1"}},
		"before a stop": {goal: Goal{State: Stopped}, there: true, fails: "run pre_stop[0] in container db-1", undone: []string{"run pre_stop[1] in container db-1", "stop container db-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			want, have := hooked()
			if !c.there {
				have.Containers = nil
			}
			p, err := Make(c.goal, want, have)
			if err != nil {
				t.Fatal(err)
			}
			undone := runFailing(t, p, c.fails)
			if !slices.Equal(undone, c.undone) {
				t.Errorf("not done: %q, want %q", undone, c.undone)
			}
		})
	}
}

// runFailing carries a plan out, one step of which fails, and gives those that were not
// begun for it.
func runFailing(t *testing.T, p *Plan, fails string) (undone []string) {
	t.Helper()
	failed := false
	_ = p.Run(t.Context(), 4, func(_ context.Context, a Action, _ func(Progress)) error {
		if a.Words() == fails {
			failed = true
			return errors.New("no")
		}
		return nil
	}, func(e Event) {
		if e.Phase == Skipped {
			undone = append(undone, e.Step.Action.Words())
		}
	})
	if !failed {
		t.Fatalf("there is no step %q", fails)
	}
	return undone
}

func TestThoseThatDependOnAnotherAreRestartedAfterIt(t *testing.T) {
	for name, c := range map[string]struct {
		goal   Goal
		change func(*Want, *Have)
		want   string
	}{
		"replaced": {
			goal: Goal{Recreate: Always, Services: []string{"db"}}, // web is not asked for
			want: "",
		},
		"replaced, with all": {
			change: func(w *Want, _ *Have) {
				w.Containers[0].Fingerprint = NewFingerprint(map[string]string{"command": "x"})
			},
			want: `wait until container db-1 is healthy: web depends on it
restart container web-1: depends on db-1, which is replaced
restart container top-1: depends on web-1, which is restarted
`,
		},
		"made anew, where it was gone": {
			change: func(_ *Want, h *Have) { h.Containers = h.Containers[1:] },
			want: `wait until container db-1 is healthy: web depends on it
restart container web-1: depends on db-1, which is made anew
restart container top-1: depends on web-1, which is restarted
`,
		},
		"replaced by a run that did not come to the others": {
			change: func(_ *Want, h *Have) { h.at(0, 5, 6).at(1, 1, 2).at(2, 1, 3) },
			want: `wait until container db-1 is healthy: web depends on it
restart container web-1: depends on db-1, which was replaced
restart container top-1: depends on web-1, which is restarted
`,
		},
		"replaced by a run that did not come to start it": {
			change: func(_ *Want, h *Have) {
				h.at(0, 5, 0).at(1, 1, 2).at(2, 1, 3).Containers[0].State = StateCreated
			},
			want: `wait until container db-1 is healthy: web depends on it
restart container web-1: depends on db-1, which was replaced
restart container top-1: depends on web-1, which is restarted
`,
		},
		"replaced by a run that came to the next, and not to the last": {
			change: func(_ *Want, h *Have) { h.at(0, 5, 6).at(1, 7, 8).at(2, 1, 3) },
			want:   "restart container top-1: depends on web-1, which was replaced\n",
		},
		"replaced, and all restarted since":       {change: func(_ *Want, h *Have) { h.at(0, 5, 6).at(1, 1, 7).at(2, 1, 8) }},
		"replaced, and it is not known what runs": {change: func(_ *Want, h *Have) { h.at(0, 5, 0).at(1, 1, 0).at(2, 1, 0) }},
		"replaced by a run that did not come to one that is not asked for": {
			goal:   Goal{Services: []string{"db"}},
			change: func(_ *Want, h *Have) { h.at(0, 5, 6).at(1, 1, 2).at(2, 1, 3) },
		},
		"one of two replaced, or added": {
			change: func(w *Want, h *Have) {
				second, also := w.Containers[0], h.at(0, 5, 6).at(1, 2, 3).at(2, 2, 4).Containers[0]
				second.Name, second.Number, also.ID, also.Name, also.Number = "db-2", 2, "db2", "db-2", 2
				w.Containers, h.Containers = slices.Insert(w.Containers, 1, second), append(h.Containers, also)
				h.at(3, 1, 2)
			},
		},
		"started": {
			change: func(_ *Want, h *Have) { h.Containers[0].State = StateExited },
		},
		"restarted": {
			goal: Goal{State: Restarted, Services: []string{"db"}},
			want: `restart container db-1: asked for
wait until container db-1 is healthy: web depends on it
restart container web-1: depends on db-1, which is restarted
restart container top-1: depends on web-1, which is restarted
`,
		},
		"restarted alone": {
			goal: Goal{State: Restarted, Services: []string{"db"}, Alone: true},
			want: "restart container db-1: asked for\n",
		},
		"those that do not run stay so": {
			goal:   Goal{State: Restarted, Services: []string{"db"}},
			change: func(_ *Want, h *Have) { h.Containers[1].State = StateExited },
			want:   "restart container db-1: asked for\n",
		},
		"all restarted": {
			goal: Goal{State: Restarted},
			want: `restart container db-1: asked for
wait until container db-1 is healthy: web depends on it
restart container web-1: asked for
restart container top-1: asked for
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			want, have := hooked()
			want.Hooks = map[string]Hooks{"db": {}, "web": {}, "top": {}}
			want.Services = append(want.Services, "top")
			want.Containers = append(want.Containers, Container{Name: "top-1", Service: "top", Number: 1, Image: "x", After: []string{"web"}})
			have.Containers = append(have.Containers, HaveContainer{ID: "top", Name: "top-1", Service: "top", Number: 1, Image: "x", ImageID: "1",
				State: StateRunning, After: []string{"web"}, Fingerprint: NewFingerprint(nil)})
			want.RestartWith = map[string][]Awaited{"web": {{Service: "db", Until: UntilHealthy}}, "top": {{Service: "web"}}}
			if c.change != nil {
				c.change(&want, &have)
			}
			p, err := Make(c.goal, want, have)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, s := range p.Steps {
				if words := s.Action.Words(); strings.HasPrefix(words, "restart ") || strings.HasPrefix(words, "wait ") {
					got += words + ": " + s.Cause + "\n"
				}
			}
			if got != c.want {
				t.Errorf("got\n%swant\n%s\nof\n%s", got, c.want, p)
			}
			_, after := stepsOf(t, p)
			for first, then := range map[string]string{
				"wait until container db-1 is healthy": "restart container web-1", "restart container web-1": "restart container top-1",
			} {
				if strings.Contains(c.want, first) && !slices.Contains(after[then], first) {
					t.Errorf("%s comes after %q, not after %s", then, after[then], first)
				}
			}
		})
	}
}

// The first Ctrl-C ends ctx, the second what GivesUp was given.
func TestWhatBelongsToAStartIsRunAlsoWhenNothingElseBegins(t *testing.T) {
	for name, c := range map[string]struct {
		first, second string // the steps during which Ctrl-C is pressed
		done          []string
	}{
		"during the start": {"start container db-1", "", []string{"start container db-1", "run post_start[0] in container db-1", "run post_start[1] in container db-1"}},
		"during the first": {"run post_start[0] in container db-1", "", []string{
			"start container db-1", "run post_start[0] in container db-1", "run post_start[1] in container db-1",
		}},
		"before the start": {"create container web-1", "", nil},
		"twice": {"start container db-1", "run post_start[0] in container db-1", []string{
			"start container db-1", "run post_start[0] in container db-1",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			want, have := hooked()
			have.Containers = nil
			p, err := Make(Goal{}, want, have)
			if err != nil {
				t.Fatal(err)
			}
			ctx, end := context.WithCancel(t.Context())
			defer end()
			last, giveUp := context.WithCancel(t.Context())
			defer giveUp()
			var done []string
			err = p.Run(GivesUp(ctx, last), 1, func(_ context.Context, a Action, _ func(Progress)) error {
				switch a.Words() {
				case c.first:
					end()
				case c.second:
					giveUp()
				}
				return nil
			}, func(e Event) {
				if words := e.Step.Action.Words(); e.Phase == Done && !strings.HasPrefix(words, "create ") {
					done = append(done, words)
				}
			})
			if !errors.Is(err, context.Canceled) || !slices.Equal(done, c.done) {
				t.Errorf("done %q, want %q; %v", done, c.done, err)
			}
		})
	}
}

// at has a container be made and started at two moments; 0: it does not run, or nobody asked.
func (h *Have) at(i, made, started int64) *Have {
	c := &h.Containers[i]
	c.Created, c.Started = time.Unix(made, 0), time.Time{}
	if started > 0 {
		c.Started = time.Unix(started, 0)
	}
	return h
}

// hookingStack is a stack whose services have one hook of each kind, or only those that are
// named have.
func hookingStack(want Want, services ...string) Want {
	want.Hooks = map[string]Hooks{}
	for _, s := range want.Services {
		if len(services) == 0 || slices.Contains(services, s) {
			want.Hooks[s] = Hooks{PostStart: make([]Hook, 2), PreStop: make([]Hook, 2)}
		}
	}
	return want
}

var hookOrders = []orderCase{
	{
		name: "what depends on a container starts after its hooks",
		want: hookingStack(wanted(container("a_1"), with(container("b_1"), func(c *Container) { c.After = []string{"a"} })), "a"),
		have: present(),
		order: `
			start container a_1 < run post_start[0] in container a_1 < run post_start[1] in container a_1 < start container b_1`,
	},
	{
		name: "what depends on a container has ended before its hooks are run, and it is stopped after these",
		goal: Goal{State: Stopped}, want: hookingStack(wanted(container("a_1")), "a"),
		have: present(running("a_1"), startedAfter(running("b_1"), "a")),
		order: `
			stop container b_1 < run pre_stop[0] in container a_1 < run pre_stop[1] in container a_1 < stop container a_1`,
	},
	{
		name: "hooks are run around a restart, and before what depends on it is restarted",
		goal: Goal{State: Restarted}, want: hookingStack(wanted(container("a_1"), container("b_1"))),
		have: present(running("a_1"), startedAfter(running("b_1"), "a")),
		order: `
			run pre_stop[1] in container a_1 < restart container a_1 < run post_start[0] in container a_1
			run post_start[1] in container a_1 < run pre_stop[0] in container b_1 < run pre_stop[1] in container b_1 < restart container b_1`,
	},
	{
		name: "a restart waits for the hooks of what was restarted before it, also where it has none",
		goal: Goal{State: Restarted}, want: hookingStack(wanted(container("a_1"), container("b_1")), "a"),
		have:  present(running("a_1"), startedAfter(running("b_1"), "a")),
		order: `run post_start[1] in container a_1 < restart container b_1`,
	},
	{
		name: "hooks before a restart wait for it where what it depends on has none",
		goal: Goal{State: Restarted}, want: hookingStack(wanted(container("a_1"), container("b_1")), "b"),
		have:  present(running("a_1"), startedAfter(running("b_1"), "a")),
		order: `restart container a_1 < run pre_stop[0] in container b_1 < restart container b_1`,
	},
	{
		name: "a paused one is unpaused before its hooks are run",
		goal: Goal{State: Restarted}, want: hookingStack(wanted(container("a_1"))),
		have:  present(stateOf(running("a_1"), StatePaused)),
		order: `unpause container a_1 < run pre_stop[0] in container a_1 < restart container a_1`,
	},
	{
		name: "the hooks of one that is replaced are run when the new one is there and attached",
		want: hookingStack(wanted(changed(container("a_1", "n", "m")))), have: present(unchanged(running("a_1", "n", "m"))),
		order: `
			create container a_1 as a_1.new < run pre_stop[0] in container a_1 < run pre_stop[1] in container a_1 < stop container a_1
			connect a_1 to m < run pre_stop[0] in container a_1
			start container a_1 < run post_start[0] in container a_1
			remove container a_1 | run post_start[0] in container a_1
			rename container a_1.new to a_1 | run post_start[0] in container a_1`,
	},
	{
		name: "the hooks of those whose turn it is are run when those before are back, with their hooks",
		want: hookingStack(wanted(changed(container("a_1")), changed(container("a_2")))),
		have: present(unchanged(running("a_1")), unchanged(running("a_2"))),
		order: `
			start container a_1 < run post_start[1] in container a_1 < wait for container a_1
			create container a_2 as a_2.new < run pre_stop[0] in container a_2
			wait for container a_1 < run pre_stop[0] in container a_2 < run pre_stop[1] in container a_2 < stop container a_2`,
	},
	{
		name: "rolling, a new one is waited for after its hooks, and before those of the old one",
		want: hookingStack(wanted(with(changed(container("a_1", "n")), func(c *Container) { c.Rolling = 1 }))),
		have: present(unchanged(running("a_1", "n"))),
		order: `
			start container a_1 < run post_start[1] in container a_1 < wait for container a_1
			wait for container a_1 < run pre_stop[0] in container a_1 < stop container a_1`,
	},
	{
		name: "hooks before the containers of another tool stop are run when all is made and attached",
		want: hookingStack(wanted(container("db_1", "n"), linked("web_1", "db", "n", "m"), linked("proxy_1", "web", "m"))),
		have: present(legacy("db_1", "web_1"), legacy("web_1", "proxy_1"), legacy("proxy_1")),
		order: `
			create container db_1 as db_1.new < run pre_stop[0] in container proxy_1
			connect db_1 to n < run pre_stop[0] in container proxy_1
			start container proxy_1 < run post_start[1] in container proxy_1 < run pre_stop[0] in container web_1`,
	},
	{
		name: "the next container of another tool stops after the hooks of the one before, also where it has none",
		want: hookingStack(wanted(container("db_1"), linked("web_1", "db")), "web"),
		have: present(legacy("db_1", "web_1"), legacy("web_1")),
		order: `
			create container db_1 as db_1.new < run pre_stop[0] in container web_1
			start container web_1 < run post_start[1] in container web_1 < stop container db_1`,
	},
	{
		name:  "hooks before the first replica of another tool stops are run when all are made",
		want:  hookingStack(wanted(container("web_1"), container("web_2"))),
		have:  present(legacy("web_1"), legacy("web_2")),
		order: `create container web_1 as web_1.new < run pre_stop[0] in container web_2`,
	},
}
