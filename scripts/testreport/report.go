package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// event is a line of "go test -json", as "go doc test2json" describes it.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// test names one test or subtest.
type test struct{ pkg, name string }

// report turns events into text. Output of a test is held back until the test
// ends, for only that of a failed one is shown.
type report struct {
	out     io.Writer
	held    map[test][]string
	passed  int
	failed  int
	skipped int
	reasons []string          // in the order they came up
	because map[string][]test // by reason
}

func newReport(out io.Writer) *report {
	return &report{out: out, held: map[test][]string{}, because: map[string][]test{}}
}

// read reports every event up to the end of the input.
func (r *report) read(in io.Reader) error {
	events := json.NewDecoder(in)
	for {
		var e event
		if err := events.Decode(&e); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read the output of go test: %w", err)
		}
		r.add(e)
	}
}

func (r *report) add(e event) {
	t := test{e.Package, e.Test}
	switch {
	case e.Action == "build-output":
		r.print(e.Output)
	case e.Action == "output" && e.Test == "":
		if e.Output != "PASS\n" {
			r.print(e.Output)
		}
	case e.Action == "output":
		r.held[t] = append(r.held[t], e.Output)
	case e.Test == "":
		// A package's end says nothing its last lines did not.
	case e.Action == "pass":
		r.passed++
		delete(r.held, t)
	case e.Action == "fail":
		r.failed++
		r.print(strings.Join(said(r.held[t]), ""))
		delete(r.held, t)
	case e.Action == "skip":
		r.skipped++
		r.skip(t, reason(r.held[t]))
		delete(r.held, t)
	}
}

func (r *report) skip(t test, why string) {
	if r.because[why] == nil {
		r.reasons = append(r.reasons, why)
	}
	r.because[why] = append(r.because[why], t)
}

// finish prints what was not run and the numbers. Output of tests that never
// ended comes first: it belongs to a crash or a timeout.
func (r *report) finish() {
	for _, lines := range r.held {
		r.print(strings.Join(said(lines), ""))
	}
	if r.skipped > 0 {
		r.print("\nNot run here:\n")
	}
	for _, why := range r.reasons {
		tests := r.because[why]
		r.print(fmt.Sprintf("  %s: %s", why, tests[0].name))
		if n := len(tests) - 1; n > 0 {
			r.print(fmt.Sprintf(" and %d more", n))
		}
		r.print("\n")
	}
	r.print(fmt.Sprintf("\n%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped))
}

// print writes text. A report that can't be written has nobody to tell.
func (r *report) print(s string) { _, _ = io.WriteString(r.out, s) }

// said is the output of a test without the lines about its running.
func said(lines []string) []string {
	var kept []string
	for _, l := range lines {
		if !strings.HasPrefix(l, "=== ") {
			kept = append(kept, l)
		}
	}
	return kept
}

var (
	position = regexp.MustCompile(`^\s*[\w.-]+\.go:\d+:\s*`)
	// skipLine is how a testscript's log shows the command it skips by.
	skipLine = regexp.MustCompile(`^>.*\bskip '(.*)'$`)
)

// reason is the last thing a skipped test said, without the place it said it.
func reason(lines []string) string {
	why := "no reason given"
	for _, l := range said(lines) {
		l = strings.TrimSpace(position.ReplaceAllString(l, ""))
		if l != "" && !strings.HasPrefix(l, "--- SKIP") {
			why = skipLine.ReplaceAllString(l, "$1")
		}
	}
	return why
}
