package tasks

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stack-lite/stack-lite/plugin/view"
)

// written collects the texts of lines.
type written struct {
	mu   sync.Mutex
	text []string
}

func (w *written) line(l view.LogLine) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = append(w.text, l.Text)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.text, " ")
}

// at is a line that was written so many seconds after now.
func at(second int, text string) view.LogLine {
	return view.LogLine{Time: now().Add(time.Duration(second) * time.Second), Text: text}
}

func TestLinesOfThePastAreInTheOrderOfTime(t *testing.T) {
	var w written
	o := newOrdered(false, w.line)
	for _, l := range []view.LogLine{at(2, "c"), at(4, "e"), at(1, "a"), at(1, "b"), at(3, "d")} {
		o.Line(l)
	}
	if w.String() != "" {
		t.Errorf("passed on too early: %s", &w)
	}
	o.Close()
	if w.String() != "a b c d e" {
		t.Errorf("%s", &w)
	}
}

func TestLinesThatComeTogetherArePutInOrderAndNotHeldForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w written
		o := newOrdered(true, w.line)
		defer o.Close()
		o.Line(at(2, "b"))
		time.Sleep(150 * time.Millisecond)
		o.Line(at(1, "a"))
		time.Sleep(201 * time.Millisecond)
		if w.String() != "a b" {
			t.Errorf("after a moment: %q", &w)
		}
		for range 12 { // never quiet
			o.Line(at(3, "x"))
			time.Sleep(100 * time.Millisecond)
		}
		if n := strings.Count(w.String(), "x"); n < 8 {
			t.Errorf("of 12 lines %d were passed on within their second", n)
		}
	})
}

func TestMoreLinesThanCanBeHeldArePassedOn(t *testing.T) {
	var w written
	o := newOrdered(false, w.line)
	o.most = 3
	for i := range 4 {
		o.Line(at(4-i, string(rune('d'-i))))
	}
	if w.String() != "a b" {
		t.Errorf("%s", &w)
	}
	o.Close()
	if w.String() != "a b c d" {
		t.Errorf("%s", &w)
	}
}
