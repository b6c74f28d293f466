package view

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestPlainProgressReadsLikeDockerCompose(t *testing.T) {
	golden(t, "up.plain", show(t, "plain", up(t)))
	golden(t, "broken.plain", show(t, "plain", broken(t)))
}

func TestABuildsOutputAndTheNameBeforeItAreSanitized(t *testing.T) {
	task := plan.Task{Verb: plan.Build, Kind: "image", Name: "a\x1b[2Jb"}
	p := &plan.Plan{Steps: []plan.Step{{Task: task, Action: plan.PullImage{Image: plan.Image{Ref: "b"}}}}}
	r := record(p, nil, map[string][]plan.Progress{"pull image b": {{Text: "\x1b[32mcc\x1b[0m\x1b]0;t\a\x1b[2J -o\u202e web"}}})
	want := "Building ab ... \nab | cc -o? web\nBuilding ab ... done\n"
	if got := string(show(t, "plain", r)); got != want {
		t.Errorf("got %q", got)
	}
}

func TestABuildsOutputKeepsItsColoursWhereColoursAreWanted(t *testing.T) {
	var b bytes.Buffer
	p, err := NewProgress("plain", Options{Err: &b, Color: "always"})
	if err != nil {
		t.Fatal(err)
	}
	p.Event(plan.Event{
		Phase: plan.Advanced, Progress: plan.Progress{Text: "\x1b[32mcc\x1b[2J\x1b]0;t\a"},
		Step: plan.Step{Task: plan.Task{Verb: plan.Build, Kind: "image", Name: "web"}},
	})
	if got := b.String(); got != "web | \x1b[32mcc\x1b[0m\n" {
		t.Errorf("got %q", got)
	}
}

func TestJSONProgressIsAnObjectForEachEvent(t *testing.T) {
	got := show(t, "json", up(t))
	golden(t, "up.json", got)
	golden(t, "broken.json", show(t, "json", broken(t)))
	for line := range bytes.Lines(got) {
		if err := json.Unmarshal(line, &struct{}{}); err != nil {
			t.Errorf("%v: %s", err, line)
		}
	}
}

func TestQuietProgressShowsNothingUnlessABuildFails(t *testing.T) {
	if got := show(t, "quiet", up(t)); len(got) > 0 {
		t.Errorf("got %q", got)
	}
	want := "web | make: *** No rule to make target 'web'.  Stop.\n"
	if got := string(show(t, "quiet", broken(t))); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAutoProgressIsPlainUnlessATerminalCanMoveItsCursor(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{}, "*view.plain"},
		{Options{OutIsTerminal: true}, "*view.plain"},
		{Options{ErrIsTerminal: true}, "*view.tty"},
		{Options{ErrIsTerminal: true, Dumb: true}, "*view.plain"},
	} {
		p, err := NewProgress("auto", c.o)
		if err != nil {
			t.Fatal(err)
		}
		if got := typeName(p); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.o, got, c.want)
		}
	}
}

func TestAnUnknownKindOfProgressIsAnError(t *testing.T) {
	_, err := NewProgress("fancy", Options{})
	if err == nil || !strings.Contains(err.Error(), `not "fancy"`) {
		t.Errorf("got %v", err)
	}
}

func TestRemovingAStackHasLinesForStoppingAndForRemoving(t *testing.T) {
	p, err := plan.Make(plan.Goal{State: plan.Absent}, plan.Want{}, plan.Have{
		Containers: []plan.HaveContainer{{ID: "1", Name: "demo_web_1", Service: "web", Number: 1, State: plan.StateRunning,
			Attached: map[string]string{"demo_default": "n1"}}},
		Networks: []plan.HaveNetwork{{Name: "demo_default", ID: "n1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `Stopping demo_web_1 ... 
Stopping demo_web_1 ... done
Removing demo_web_1 ... 
Removing demo_web_1 ... done
Removing network demo_default ... 
Removing network demo_default ... done
`
	if got := string(show(t, "plain", record(p, nil, nil))); got != want {
		t.Errorf("got:\n%s", got)
	}
}

func TestALongTransferIsReportedFromTimeToTime(t *testing.T) {
	task := plan.Task{Verb: plan.Pull, Kind: "image", Name: "db"}
	p := &plan.Plan{Steps: []plan.Step{{Task: task, Action: plan.PullImage{Image: plan.Image{Ref: "db"}}}}}
	var layers []plan.Progress
	for i := range 250 {
		layers = append(layers, plan.Progress{Part: "layer", Text: "Downloading", Current: int64(i) * 1e6, Total: 250e6})
	}
	r := record(p, nil, map[string][]plan.Progress{"pull image db": layers})
	for i := range r.after {
		r.after[i] = 100 * time.Millisecond
	}
	want := `Pulling db ... 
Pulling db ... 99MB of 250MB
Pulling db ... 199MB of 250MB
Pulling db ... done
`
	if got := string(show(t, "plain", r)); got != want {
		t.Errorf("got:\n%s", got)
	}
}

func TestGerundsOfVerbs(t *testing.T) {
	for verb, want := range map[plan.Verb]string{
		plan.Create: "Creating", plan.Recreate: "Recreating", plan.Start: "Starting", plan.Stop: "Stopping",
		plan.Remove: "Removing", plan.Relink: "Relinking", plan.Pull: "Pulling", plan.Build: "Building",
		"kill": "Killing", "pause": "Pausing", "restart": "Restarting",
	} {
		if got := gerund(verb); got != want {
			t.Errorf("%s: got %s", verb, got)
		}
	}
}

func TestDurationsAreShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0.0s", 0: "0.0s", 149 * time.Millisecond: "0.1s", 9999 * time.Millisecond: "9.9s",
		10 * time.Second: "10s", 59999 * time.Millisecond: "59s", 185 * time.Second: "3m05s", 2 * time.Hour: "120m00s",
	} {
		if got := elapsed(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}
