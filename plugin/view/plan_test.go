package view

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

func planAs(t *testing.T, format string, p *plan.Plan) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := PrintPlan(Options{Out: &b}, format, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// relinkPlan moves a running container to another network.
func relinkPlan(t *testing.T) *plan.Plan {
	t.Helper()
	print := plan.NewFingerprint(nil)
	p, err := plan.Make(plan.Goal{}, plan.Want{
		Services:   []string{"web"},
		Networks:   []plan.Network{{Name: "demo_db.web", Size: 2}},
		Containers: []plan.Container{{Name: "demo_web_1", Service: "web", Number: 1, Image: "web", Fingerprint: print, Attach: []string{"demo_db.web"}}},
	}, plan.Have{
		Images:   map[string]string{"web": "sha256:1"},
		Networks: []plan.HaveNetwork{{Name: "demo_default", ID: "n1"}},
		Containers: []plan.HaveContainer{{ID: "w1", Name: "demo_web_1", Service: "web", Number: 1, ImageID: "sha256:1",
			Fingerprint: print, State: plan.StateRunning, Attached: map[string]string{"demo_default": "n1"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPlanIsALineForEachTaskWithItsCause(t *testing.T) {
	golden(t, "up.tasks", planAs(t, "", upPlan(t)))
	golden(t, "relink.tasks", planAs(t, "tasks", relinkPlan(t)))
}

func TestAnEmptyPlanSaysSo(t *testing.T) {
	if got := string(planAs(t, "", &plan.Plan{})); got != "nothing to do\n" {
		t.Errorf("got %q", got)
	}
}

func TestStepsAreTheTextOfThePlan(t *testing.T) {
	p := upPlan(t)
	if got := string(planAs(t, "steps", p)); got != p.String() {
		t.Errorf("got:\n%s", got)
	}
}

func TestNamesInAPlanAreSanitized(t *testing.T) {
	task := plan.Task{Verb: plan.Start, Kind: "container", Name: "a\x1b[2Jb"}
	p := &plan.Plan{Steps: []plan.Step{{Task: task, Cause: "x\x1by", Action: plan.StartContainer{Name: task.Name}}}}
	for _, format := range []string{"tasks", "steps"} {
		if got := string(planAs(t, format, p)); strings.Contains(got, "\x1b") || !strings.Contains(got, "start container ab") {
			t.Errorf("%s: got %q", format, got)
		}
	}
}

func TestANoteOfAPlanMayHaveSeveralLines(t *testing.T) {
	p := &plan.Plan{Notes: []string{"not joined:\n  a\x1b[2J with b\nnote: forged", "another"}}
	for _, format := range []string{"tasks", "steps"} {
		if got := string(planAs(t, format, p)); !strings.HasSuffix(got, "note: not joined:\n  a with b\n  note: forged\nnote: another\n") {
			t.Errorf("%s: got %q", format, got)
		}
	}
	var b bytes.Buffer
	printPlanNotes(Options{Err: &b}, p, palette(false))
	if got := b.String(); got != "note: not joined:\n  a with b\n  note: forged\nnote: another\n" {
		t.Errorf("got %q", got)
	}
}

func TestAPlanAsJSONHasEveryStep(t *testing.T) {
	p := upPlan(t)
	got := planAs(t, "json", p)
	golden(t, "up.plan.json", got)
	var read struct {
		Steps []struct{ Action, Cause string }
		Notes []string
	}
	if err := json.Unmarshal(got, &read); err != nil {
		t.Fatal(err)
	}
	for i, s := range p.Steps {
		if read.Steps[i].Action != s.Action.Words() || read.Steps[i].Cause != s.Cause {
			t.Errorf("step %d is %v", i+1, read.Steps[i])
		}
	}
	if got, want := string(planAs(t, "json", &plan.Plan{})), "{\n  \"steps\": [],\n  \"notes\": []\n}\n"; got != want {
		t.Errorf("nothing is %q", got)
	}
}

func TestAnUnknownFormatOfAPlanIsAnError(t *testing.T) {
	if err := PrintPlan(Options{Out: &bytes.Buffer{}}, "yaml", &plan.Plan{}); err == nil {
		t.Error("no error")
	}
}
