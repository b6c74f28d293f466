package view

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestLinesBelowTheLevelAreLeftOut(t *testing.T) {
	for level, want := range map[Level]string{
		Debug:    "debug\ninfo\nwarning\nnote: note\nnote: plan\nerror\ntext\n",
		Info:     "info\nwarning\nnote: note\nnote: plan\nerror\ntext\n",
		Warning:  "warning\nnote: note\nnote: plan\nerror\ntext\n",
		Error:    "error\ntext\n",
		Critical: "text\n",
	} {
		var b bytes.Buffer
		o := Options{Err: &b, Level: level}
		Print(o, Debug, "debug")
		Print(o, Info, "info")
		Print(o, Warning, "warning")
		PrintNotes(o, []compose.Note{{Text: "note"}})
		p, err := NewProgress("plain", o)
		if err != nil {
			t.Fatal(err)
		}
		p.Start(&plan.Plan{Notes: []string{"plan"}})
		p.End()
		Print(o, Error, "error")
		PrintText(o, "text")
		if b.String() != want {
			t.Errorf("level %d: %q", level, b.String())
		}
	}
}

func TestALineOfOursBreaksBetweenWords(t *testing.T) {
	var b bytes.Buffer
	o := Options{Err: &b, ErrIsTerminal: true, Size: func() (int, int) { return 80, 24 }}
	PrintFolded(o, "2 containers created, 3 networks created, 1 image built, 2 failed, 2 not done, 1.4 s")
	if want := "2 containers created, 3 networks created, 1 image built, 2 failed, 2 not done,\n  1.4 s\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

func TestARowOfAFailureBeginsWithTheReason(t *testing.T) {
	failed := &task{phase: plan.Failed, err: errors.New(`Error response from daemon: OCI runtime create failed: runc create failed: exec: "x": executable file not found in $PATH: unknown`)}
	if got, want := failed.detail(), `exec: "x": executable file not found in $PATH`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
