package scenario

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// traceEvent is what a trace has of something, in the Chrome trace event format.
type traceEvent struct {
	Name, Cat, Ph string
	TS, Dur       *int64
	PID, TID      int
	Args          map[string]any
}

// traced claims that a file is a trace in which something of each category has the text
// in its name.
func traced(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args)%2 == 0 {
		ts.Fatalf("usage: traced FILE CATEGORY TEXT...")
	}
	events, err := readTrace(ts.ReadFile(args[0]))
	ts.Check(err)
	for pair := range slices.Chunk(args[1:], 2) {
		if !slices.ContainsFunc(events, func(e traceEvent) bool { return e.Cat == pair[0] && strings.Contains(e.Name, pair[1]) }) {
			ts.Fatalf("%s has no %s %q", args[0], pair[0], pair[1])
		}
	}
}

// readTrace reads a trace, and checks what every reader of one needs: times, and lanes
// that have names.
func readTrace(text string) ([]traceEvent, error) {
	var trace struct{ TraceEvents []traceEvent }
	if err := json.Unmarshal([]byte(text), &trace); err != nil {
		return nil, err
	}
	lanes := map[int]bool{}
	for _, e := range trace.TraceEvents {
		if e.Name == "thread_name" {
			name, _ := e.Args["name"].(string)
			lanes[e.TID] = name != ""
		}
	}
	for _, e := range trace.TraceEvents {
		switch {
		case e.Name == "" || e.PID == 0 || e.TS == nil || *e.TS < 0:
			return nil, fmt.Errorf("an event without name, process or time: %+v", e)
		case e.Ph == "X" && (e.Dur == nil || *e.Dur < 0):
			return nil, fmt.Errorf("%s takes no time", e.Name)
		case e.Ph != "M" && !lanes[e.TID]:
			return nil, fmt.Errorf("%s is on a lane without a name", e.Name)
		}
	}
	return trace.TraceEvents, nil
}
