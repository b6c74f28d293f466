package view

import (
	"bytes"
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
