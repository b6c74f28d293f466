package profile

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func open(t *testing.T) (r *Recorder, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "trace.json")
	r, err := Open(path, "up")
	if err != nil {
		t.Fatal(err)
	}
	return r, path
}

// written closes a recorder and gives the names of events, with the lanes by name.
func written(t *testing.T, r *Recorder, path string) map[string]map[string]any {
	t.Helper()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		TraceEvents []struct {
			Name, Ph string
			Args     map[string]any
		}
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	events := map[string]map[string]any{}
	for _, e := range out.TraceEvents {
		if e.Ph != "M" {
			events[e.Name] = e.Args
		}
	}
	return events
}

func TestStepsAndTheirCallsAreNoted(t *testing.T) {
	r, path := open(t)
	p := &plan.Plan{Steps: []plan.Step{
		{Action: plan.StartContainer{Name: "db"}, Cause: "made", Task: plan.Task{Verb: plan.Start, Kind: "container", Name: "db"}},
		{Action: plan.StartContainer{Name: "web"}, After: []int{0}},
		{Action: plan.StartContainer{Name: "away"}},
		{Action: plan.StartContainer{Name: "last"}, After: []int{2}},
	}}
	seen := 0
	r.Look()()
	ctx, emit := r.Plan(t.Context(), p, 1, func(plan.Task) string { return "Starting it" }, func(plan.Event) { seen++ })
	err := p.Run(ctx, 1, func(ctx context.Context, a plan.Action, report func(plan.Progress)) error {
		call := r.call(context.WithoutCancel(ctx), "POST", "/containers/"+a.(plan.StartContainer).Name+"/start")
		call.Answered(204)
		call.Ended()
		report(plan.Progress{Text: "half"})
		if a.(plan.StartContainer).Name == "away" {
			return errors.New("it is gone")
		}
		return nil
	}, emit)
	if err == nil || seen != 10 {
		t.Errorf("%v; who shows progress gets %d events", err, seen)
	}
	r.Look()()
	call := r.call(t.Context(), "POST", "") // nobody waits for its end
	call.Asked("/exec/a/start")
	events := written(t, r, path)
	for name, want := range map[string]map[string]any{
		"start container db":            {"outcome": "done", "task": "Starting it", "cause": "made", "parallel": 1.0},
		"start container web":           {"outcome": "done", "waited_for": "start container db"},
		"start container away":          {"outcome": "failed"},
		"skipped: start container last": {"step": 4.0},
		"POST /containers/web/start":    {"for": "start container web", "status": 204.0},
		"POST /exec/a/start":            {"status": 0.0},
		"look at the engine":            nil, "look again": nil,
	} {
		got, is := events[name]
		if !is {
			t.Errorf("there is no %s among %v", name, events)
		}
		for key, value := range want {
			if got[key] != value {
				t.Errorf("%s: %s is %v, want %v", name, key, got[key], value)
			}
		}
	}
}

// The program may be left while it does something still.
func TestATraceIsWrittenWhileItGoesOn(t *testing.T) {
	r, path := open(t)
	stop, stopped := make(chan struct{}), make(chan struct{})
	begun := make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			end := r.Phase("phase")
			r.call(context.Background(), "GET", "/x").Ended()
			end()
			if i == 0 {
				close(begun)
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	<-begun
	if events := written(t, r, path); events["GET /x"] == nil {
		t.Errorf("there is only %v", events)
	}
	close(stop)
	<-stopped
}

// What a user has in a file is lost only where it is a trace.
func TestOnlyATraceIsOverwritten(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "fig.yml")
	for _, text := range []string{"web:\n  image: x\n", "{", `{"traceEvents":[]}`} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		var usage exit.Usage
		if _, err := Open(path, "up"); !errors.As(err, &usage) {
			t.Errorf("over %q: %v", text, err)
		}
		if kept, _ := os.ReadFile(path); string(kept) != text {
			t.Errorf("%q has become %q", text, kept)
		}
	}
	for _, before := range []string{"", string(writtenText(t))} {
		if err := os.WriteFile(path, []byte(before), 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path, "down")
		if err != nil {
			t.Fatal(err)
		}
		if events := written(t, r, path); events["down"] == nil || events["up"] != nil {
			t.Errorf("over %q there is written %v", before, events)
		}
	}
}

func writtenText(t *testing.T) []byte {
	t.Helper()
	r, path := open(t)
	_ = written(t, r, path)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAFileThatCannotBeWrittenIsToldWithItsName(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{dir: "it is a directory", filepath.Join(dir, "no", "trace"): "no such file or directory"} {
		_, err := Open(path, "up")
		if err == nil || err.Error() != "can't write --profile "+path+": "+want {
			t.Errorf("%v", err)
		}
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full")
	}
	r, err := Open("/dev/full", "up")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("%v", err)
	}
}

func TestWithoutARecorderNothingIsKept(t *testing.T) {
	var r *Recorder
	ctx, p := t.Context(), &plan.Plan{Steps: make([]plan.Step, 3)}
	emit := func(plan.Event) {}
	n := testing.AllocsPerRun(100, func() {
		r.Phase("phase")()
		r.Look()()
		if within, _ := r.Plan(ctx, p, 1, nil, emit); within != ctx {
			t.Error("the context is another")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
