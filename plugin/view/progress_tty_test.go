package view

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// newTestTTY makes a tty renderer for a screen and a clock of the test.
func newTestTTY(s *screen, c *clock, p *plan.Plan) *tty {
	t := newTTY(Options{Err: s, Size: s.size, Now: c.now, Color: "never"})
	t.tracker = newTracker(p, planTask)
	return t
}

func TestATerminalShowsALineForEachTask(t *testing.T) {
	for name, r := range map[string]recording{"up": up(t), "broken": broken(t)} {
		var b strings.Builder
		s, c := newScreen(80, 24), newClock()
		p := newTestTTY(s, c, r.plan)
		for i, e := range r.events {
			c.t = c.t.Add(r.after[i])
			p.Event(e)
			p.draw()
			fmt.Fprintf(&b, "== %s: %s\n%s", e.Phase, e.Step.Action.Words(), s)
		}
		golden(t, name+".tty", []byte(b.String()))
		if s.err != nil {
			t.Error(s.err)
		}
	}
}

func TestAFrameIsColoured(t *testing.T) {
	r := broken(t)
	s, c := &strings.Builder{}, newClock()
	p := newTTY(Options{Err: s, Now: c.now, Color: "always"})
	p.tracker = newTracker(r.plan, planTask)
	for i, e := range r.events {
		c.t = c.t.Add(r.after[i])
		p.Event(e)
	}
	p.draw()
	golden(t, "broken.color", []byte(s.String()))
}

// randomEvents are the events of a plan with several steps at once, of which some
// fail.
func randomEvents(r *rand.Rand, p *plan.Plan) []plan.Event {
	var events []plan.Event
	phases := make([]plan.Phase, len(p.Steps))
	var running []int
	next := 0
	for next < len(p.Steps) || len(running) > 0 {
		if next < len(p.Steps) && len(running) < 8 && (len(running) == 0 || r.IntN(2) == 0) {
			s := p.Steps[next]
			e := plan.Event{Index: next, Step: s, Phase: plan.Begun}
			for _, n := range s.After {
				if phases[n] == "" {
					e.Phase = "" // it has to wait
				} else if phases[n] != plan.Done {
					e.Phase, e.Err = plan.Skipped, plan.ErrSkipped
				}
			}
			if e.Phase != "" {
				events = append(events, e)
				next++
				if e.Phase == plan.Begun {
					running = append(running, e.Index)
				} else {
					phases[e.Index] = e.Phase
				}
				continue
			}
		}
		k := r.IntN(len(running))
		i := running[k]
		e := plan.Event{Index: i, Step: p.Steps[i], Phase: plan.Done}
		if r.IntN(20) == 0 {
			e.Phase, e.Err = plan.Failed, fmt.Errorf("%s", strings.Repeat("no such thing ", r.IntN(9)))
		}
		phases[i] = e.Phase
		events = append(events, e)
		running = append(running[:k], running[k+1:]...)
	}
	return events
}

func TestSixtyTasksStayOnTheScreen(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		s, c := newScreen(20+r.IntN(100), 2+r.IntN(30)), newClock()
		above := r.IntN(s.height)
		for range above {
			fmt.Fprint(s, "$ before\r\n")
		}
		s.writes = 0
		p := newTestTTY(s, c, manyTasks(60))
		draws := 0
		for _, e := range randomEvents(r, manyTasks(60)) {
			p.Event(e)
			c.t = c.t.Add(time.Duration(r.IntN(300)) * time.Millisecond)
			p.draw()
			draws++
			if s.err != nil {
				t.Fatalf("seed %d: %v", seed, s.err)
			}
			if s.hidden {
				t.Fatalf("seed %d: the cursor is hidden between two frames", seed)
			}
			if s.writes > draws {
				t.Fatalf("seed %d: a frame is more than one write", seed)
			}
			for _, row := range s.scrolled {
				if row != "$ before" {
					t.Fatalf("seed %d: %q was scrolled away", seed, row)
				}
			}
			shown := strings.Count(s.String(), "$ before") + len(s.scrolled)
			if shown != above {
				t.Fatalf("seed %d: of %d lines that were there before, %d are left\n%s", seed, above, shown, s)
			}
			if got, want := s.String(), p.tracker.summary(); !strings.Contains(got, cut(want, s.width-1)) {
				t.Fatalf("seed %d: %q is missing in\n%s", seed, want, got)
			}
		}
		if strings.Contains(p.tracker.summary(), "to go") {
			t.Errorf("seed %d: the last frame says %s", seed, p.tracker.summary())
		}
	}
}

func TestFailuresStayVisibleOnASmallScreen(t *testing.T) {
	s, c := newScreen(60, 6), newClock()
	p := newTestTTY(s, c, manyTasks(30))
	for i, step := range manyTasks(30).Steps {
		p.Event(plan.Event{Index: i, Step: step, Phase: plan.Begun})
		if i == 7 {
			p.Event(plan.Event{Index: i, Step: step, Phase: plan.Failed, Err: fmt.Errorf("no such image")})
		} else {
			p.Event(plan.Event{Index: i, Step: step, Phase: plan.Done})
		}
	}
	p.draw()
	want := `Creating demo_web_4  ... error 0.0s  no such image
Creating demo_web_28 ... done 0.0s
Creating demo_web_29 ... done 0.0s
Creating demo_web_30 ... done 0.0s
29 done, 1 failed
`
	if s.String() != want {
		t.Errorf("got\n%s", s)
	}
}

func TestUnchangedRowsAreNotRedrawn(t *testing.T) {
	var b strings.Builder
	a := &region{w: &b}
	one, two, three := row{"one", 3}, row{"two", 3}, row{"three", 5}
	a.draw([]row{one, two}, 80, 24)
	b.Reset()
	a.draw([]row{one, two}, 80, 24)
	if b.Len() > 0 {
		t.Errorf("the same frame again is %q", b.String())
	}
	a.draw([]row{one, three}, 80, 24)
	if strings.Contains(b.String(), "one") || !strings.Contains(b.String(), "three") {
		t.Errorf("got %q", b.String())
	}
}

func TestAFrameOnAResizedScreenReplacesTheLastOneAsItWasWrapped(t *testing.T) {
	var b strings.Builder
	a := &region{w: &b}
	long := row{strings.Repeat("x", 50), 50}
	a.draw([]row{long, long, long}, 80, 24)
	for _, c := range []struct {
		width, height int
		up            string
	}{
		{20, 24, "\x1b[9A"}, // each has become three lines
		{80, 24, "\x1b[3A"},
		{20, 5, "\x1b[4A"}, // there are no more lines above; five went away
		{80, 8, "\x1b[5A"}, // and are back, on two lines
		{80, 40, "\x1b[3A"},
	} {
		b.Reset()
		a.draw([]row{long, long, long}, c.width, c.height)
		if !strings.Contains(b.String(), "\r"+c.up) {
			t.Errorf("%d by %d: got %q", c.width, c.height, b.String())
		}
	}
}

func TestTheClockDrawsAndEndLeavesTheLastState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen(80, 24)
		p, err := NewProgress("tty", Options{Err: s, Size: s.size})
		if err != nil {
			t.Fatal(err)
		}
		r := broken(t)
		p.Start(r.plan)
		p.Event(r.events[0])
		time.Sleep(1250 * time.Millisecond)
		synctest.Wait()
		want := "note: " + r.plan.Notes[0] + "\nPulling db                      ... 1.2s\n"
		if s.String() != want {
			t.Errorf("after a while:\n%s", s)
		}
		for _, e := range r.events[1:] {
			p.Event(e)
		}
		p.End()
		p.End()
		want = "note: " + r.plan.Notes[0] + `
Pulling db                      ... done 1.2s
Building web                    ... error 0.0s  the command 'make' returned a …
`
		if !strings.HasPrefix(s.String(), want) || !strings.HasSuffix(s.String(), "\nweb | make: *** No rule to make target 'web'.  Stop.\n") {
			t.Errorf("in the end:\n%s", s)
		}
		if s.err != nil {
			t.Error(s.err)
		}
	})
}

func TestWhatAnInterruptionCutsOffIsUnfinished(t *testing.T) {
	task := plan.Task{Verb: plan.Recreate, Kind: "container", Name: "demo_web_1"}
	steps := []plan.Step{{Task: task, Action: plan.StopContainer{Name: "demo_web_1"}}, {Task: task, Action: plan.StartContainer{Name: "demo_web_1"}}}
	cut := &url.Error{Op: "Post", URL: "http://engine/stop", Err: context.Canceled}
	for _, events := range [][]plan.Event{
		{{Phase: plan.Begun}, {Phase: plan.Failed, Err: cut}, {Index: 1, Phase: plan.Skipped, Err: plan.ErrSkipped}},
		{{Phase: plan.Begun}, {Phase: plan.Done}, {Index: 1, Phase: plan.Begun}, {Index: 1, Phase: plan.Failed, Err: cut}},
	} {
		tracker := newTracker(&plan.Plan{Steps: steps}, planTask)
		for _, e := range events {
			e.Step = steps[e.Index]
			tracker.event(e, time.Time{}.Add(time.Second))
		}
		if got := tracker.tasks[0].outcome(); got != "unfinished" || tracker.tasks[0].err != nil {
			t.Errorf("%s, %v", got, tracker.tasks[0].err)
		}
	}
}
