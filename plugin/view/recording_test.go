package view

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// clock stands still unless a test moves it.
type clock struct{ t time.Time }

func newClock() *clock {
	return &clock{time.Date(2026, 11, 22, 11, 3, 29, 0, time.UTC)}
}

func (c *clock) now() time.Time { return c.t }

// recording is what happened while a plan was carried out, one step after
// another, with invented times.
type recording struct {
	plan   *plan.Plan
	events []plan.Event
	after  []time.Duration // before each event
}

// record carries a plan out, one step after another, in the order of its steps.
// Steps in fail fail; those in says report progress.
func record(p *plan.Plan, fail map[string]error, says map[string][]plan.Progress) recording {
	r := recording{plan: p}
	phases := make([]plan.Phase, len(p.Steps))
	for i, s := range p.Steps {
		tell := func(e plan.Event) {
			e.Index, e.Step = i, s
			phases[i] = e.Phase
			r.events = append(r.events, e)
			r.after = append(r.after, 300*time.Millisecond)
		}
		words := s.Action.Words()
		blocked := slices.ContainsFunc(s.After, func(n int) bool { return phases[n] != plan.Done })
		if blocked {
			tell(plan.Event{Phase: plan.Skipped, Err: plan.ErrSkipped})
			continue
		}
		tell(plan.Event{Phase: plan.Begun})
		for _, progress := range says[words] {
			tell(plan.Event{Phase: plan.Advanced, Progress: progress})
		}
		if err := fail[words]; err != nil {
			tell(plan.Event{Phase: plan.Failed, Err: err})
		} else {
			tell(plan.Event{Phase: plan.Done})
		}
	}
	return r
}

// play shows a recording.
func (r recording) play(p Progress, c *clock) {
	p.Start(r.plan)
	for i, e := range r.events {
		c.t = c.t.Add(r.after[i])
		p.Event(e)
	}
	p.End()
}

// upPlan brings up a stack of three services, one of which is recreated, and
// removes an orphan.
func upPlan(t *testing.T) *plan.Plan {
	t.Helper()
	container := func(service string, attach string, after ...string) plan.Container {
		return plan.Container{
			Name: "demo_" + service + "_1", Service: service, Number: 1, Image: service,
			Fingerprint: plan.NewFingerprint(map[string]string{"command": service}),
			Attach:      []string{attach}, After: after,
		}
	}
	want := plan.Want{
		Project:  "demo",
		Services: []string{"db", "web", "admin"},
		Images:   []plan.Image{{Ref: "db"}, {Ref: "web", Build: true}, {Ref: "admin"}},
		Networks: []plan.Network{
			{Name: "demo_db.web", Size: 2}, {Name: "demo_admin.web", Size: 2},
		},
		Containers: []plan.Container{
			container("db", "demo_db.web"),
			container("web", "demo_db.web", "db"),
			container("admin", "demo_admin.web", "web"),
		},
	}
	have := plan.Have{
		AttachAll: true,
		Images:    map[string]string{"admin": "sha256:1"},
		Containers: []plan.HaveContainer{
			{ID: "a1", Name: "demo_admin_1", Service: "admin", Number: 1, Image: "admin", ImageID: "sha256:1",
				Fingerprint: plan.NewFingerprint(map[string]string{"command": "other"}), State: plan.StateRunning},
			{ID: "c1", Name: "demo_cache_1", Service: "cache", Number: 1, State: plan.StateRunning},
		},
	}
	p, err := plan.Make(plan.Goal{Orphans: true}, want, have)
	if err != nil {
		t.Fatal(err)
	}
	p.Notes = append(p.Notes, "network demo_old stays, for containers of others are attached to it: proxy")
	return p
}

// up is a run of upPlan in which every step succeeds.
func up(t *testing.T) recording {
	return record(upPlan(t), nil, map[string][]plan.Progress{
		"pull image db": {
			{Text: "Pulling from library/db"},
			{Part: "4f4fb700ef54", Text: "Downloading", Current: 1 << 20, Total: 12 << 20},
			{Part: "8c5e3b1a2d11", Text: "Downloading", Current: 2 << 20, Total: 20 << 20},
			{Part: "4f4fb700ef54", Text: "Download complete"},
			{Text: "Status: Downloaded newer image for db:latest\n"},
		},
		"build image web": {
			{Text: "Step 1/2 : FROM scratch\n"},
			{Part: "[2/2] RUN make", Text: "\x1b[32mcc\x1b[0m -o web\r\nok\n"},
		},
	})
}

// broken is a run of upPlan in which the build of web fails.
func broken(t *testing.T) recording {
	return record(upPlan(t),
		map[string]error{"build image web": errors.New("the command 'make' returned a non-zero code: 2\nfull log above")},
		map[string][]plan.Progress{"build image web": {{Text: "make: *** No rule to make target 'web'.  Stop."}}})
}

// show returns what a renderer of a kind writes for a recording.
func show(t *testing.T, kind string, r recording) []byte {
	t.Helper()
	c := newClock()
	var out, err bytes.Buffer
	p, e := NewProgress(kind, Options{Out: &out, Err: &err, Now: c.now})
	if e != nil {
		t.Fatal(e)
	}
	r.play(p, c)
	if out.Len() > 0 {
		t.Errorf("progress on standard output:\n%s", out.Bytes())
	}
	return err.Bytes()
}

// manyTasks is a plan that creates n containers.
func manyTasks(n int) *plan.Plan {
	p := &plan.Plan{}
	for i := range n {
		name := fmt.Sprintf("demo_web_%d", i+1)
		task := plan.Task{Verb: plan.Create, Kind: "container", Name: name}
		p.Steps = append(p.Steps,
			plan.Step{Task: task, Cause: "missing", Action: plan.CreateContainer{Container: plan.Container{Name: name}, As: name}},
			plan.Step{Task: task, Cause: "made", Action: plan.StartContainer{Container: name, Name: name}, After: []int{2 * i}})
	}
	return p
}

func typeName(v any) string { return fmt.Sprintf("%T", v) }
