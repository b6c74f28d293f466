package view

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// summed is the last line of what a plan shows that has a task for each of verbs, on
// a container, but for "VERB KIND".
func summed(t *testing.T, kind string, apply plan.Apply, verbs ...string) string {
	t.Helper()
	p := &plan.Plan{}
	for i, v := range verbs {
		verb, of, found := strings.Cut(v, " ")
		if !found {
			of = "container"
		}
		p.Steps = append(p.Steps, plan.Step{Action: plan.StartContainer{Name: v}, Task: plan.Task{Verb: plan.Verb(verb), Kind: of, Name: fmt.Sprint(i)}})
	}
	var errs bytes.Buffer
	now := time.Unix(0, 0)
	o := Options{Err: &errs, Now: func() time.Time { now = now.Add(100 * time.Millisecond); return now }}
	progress, err := NewProgress(kind, o)
	if err != nil {
		t.Fatal(err)
	}
	progress = WithSummary(progress, o)
	progress.Start(p)
	_ = p.Run(context.Background(), 1, apply, progress.Event)
	progress.End()
	lines := strings.Split(strings.TrimSuffix(errs.String(), "\n"), "\n")
	return lines[len(lines)-1]
}

func TestLongWorkIsSummedUp(t *testing.T) {
	good := func(context.Context, plan.Action, func(plan.Progress)) error { return nil }
	bad := func(_ context.Context, a plan.Action, _ func(plan.Progress)) error {
		if a.(plan.StartContainer).Name == "start" {
			return errors.New("no")
		}
		return nil
	}
	for _, c := range []struct {
		kind  string
		apply plan.Apply
		verbs string
		want  string
	}{
		{"plain", good, "create,create network,create,build image,recreate,create,create network", "3 containers created, 1 container recreated, 2 networks created, 1 image built, 2.9 s"},
		{"plain", good, "stop,stop,remove,remove,remove network", "2 containers stopped, 2 containers removed, 1 network removed, 2.1 s"},
		{"plain", bad, "create,create,create,start,create", "4 containers created, 1 failed, 2.1 s"},
		{"plain", good, "stop,stop,stop,stop", "Stopping 3 ... done"},
		{"quiet", good, "stop,stop,stop,stop,stop", ""},
	} {
		if got := summed(t, c.kind, c.apply, strings.Split(c.verbs, ",")...); got != c.want {
			t.Errorf("%s %s: got %q", c.kind, c.verbs, got)
		}
	}
	if got := summed(t, "json", good, "stop", "stop", "stop", "stop", "stop"); !strings.HasPrefix(got, "{") {
		t.Errorf("json: got %q", got)
	}
}

func TestATimeIsWrittenWithItsUnit(t *testing.T) {
	for d, want := range map[time.Duration]string{1234 * time.Millisecond: "1.2 s", 12 * time.Second: "12 s", 185 * time.Second: "3m05s"} {
		if got := span(d); got != want {
			t.Errorf("%v: got %q", d, got)
		}
	}
}
