package trace

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// at is a span in milliseconds.
func at(begin, end float64) Span {
	return Span{time.Duration(begin * 1e6), time.Duration(end * 1e6)}
}

func answered(method, path string, status int, of *StepOf, s Span) Call {
	return Call{Method: method, Path: path, Status: status, Answered: s.End - 100*time.Microsecond, Of: of, Span: s}
}

// up is an up of two linked services, one step at a time at most two, of which one step
// fails and what needs it is skipped; one that was interrupted meanwhile.
func up() Command {
	step := func(action, task string, phase plan.Phase, s Span, after ...int) Step {
		return Step{Action: action, Task: task, Cause: "missing", After: after, Phase: phase, Span: s}
	}
	of := func(n int) *StepOf { return &StepOf{0, n} }
	return Command{
		Name: "docker stacklite up", End: 200 * time.Millisecond,
		Phases: []Phase{
			{"read the files", at(0.5, 1)}, {"connect", at(1, 2)}, {"look at the engine", at(2, 6)}, {"plan", at(6, 9.9999)}, {"carry out", at(10, 0)},
		},
		Plans: []Plan{{Begin: 10 * time.Millisecond, Width: 2, Steps: []Step{
			step("create network shop_db.web", "Creating network shop_db.web", plan.Done, at(10, 40)),
			step("create container shop_db_1", "Creating shop_db_1", plan.Done, at(10.1, 30)),
			step("create container shop_web_1", "Creating shop_web_1", plan.Failed, at(40.2, 90), 1),
			step("start container shop_db_1", "Creating shop_db_1", plan.Begun, at(40.3, 0), 0, 1),
			step("start container shop_web_1", "Creating shop_web_1", plan.Skipped, at(0, 90.1), 2, 3),
			step("pull image late", "Pulling late", "", Span{}),
		}}},
		Calls: []Call{
			answered("GET", "/v1.51/containers/json", 200, nil, at(2.1, 5)),
			answered("GET", "/v1.51/networks", 200, nil, at(2.2, 4)),
			answered("POST", "/v1.51/networks/create", 201, of(0), at(11, 39)),
			answered("POST", "/v1.51/containers/create", 201, of(1), at(10.2, 20)),
			answered("GET", "/v1.51/containers/1/json", 200, of(1), at(15, 29)), // while the one before is under way
			{Method: "POST", Path: "/v1.51/containers/create", Of: of(2), Span: at(40.3, 89)},
			{Method: "POST", Path: "/v1.51/containers/1/start", Of: of(3), Span: at(40.4, 0)},
			{Method: "GET", Path: "/v1.51/events", Status: 200, Answered: 7 * time.Millisecond, Span: at(6, 0)},
		},
	}
}

func TestATraceIsAsRecorded(t *testing.T) {
	got, err := JSON(up())
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/up.json"
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("%s differs (-file +got):\n%s", file, diff)
	}
}

func TestAStepWaitsForTheLastOfThoseBeforeAndThenForAPlace(t *testing.T) {
	p := up().Plans[0]
	const ms = time.Millisecond
	for step, want := range map[int]Wait{
		0: {10 * ms, -1, 0, 0},
		1: {10 * ms, -1, 0, ms / 10},
		2: {30 * ms, 1, 20 * ms, 102 * ms / 10},
		3: {40 * ms, 0, 30 * ms, 3 * ms / 10},
	} {
		if got := p.Wait(step); got != want {
			t.Errorf("step %d: %+v, want %+v", step, got, want)
		}
	}
}

// read is a trace as who opens it reads it.
type read struct {
	TraceEvents []struct {
		Name, Cat, Ph string
		TS, Dur       int64
		TID           int
		Args          map[string]any
	}
}

func readTrace(t *testing.T, c Command) read {
	t.Helper()
	text, err := JSON(c)
	if err != nil {
		t.Fatal(err)
	}
	var out read
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

// Whatever happens at the same time: on one lane, of any two one is within the other or
// before it, or those who draw traces show something else; and nothing is lost.
func TestWhatIsOnOneLaneIsNested(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		span := func() Span {
			begin := 1 + time.Duration(r.IntN(50_000))
			s := Span{begin, begin + time.Duration(r.IntN(20_000))}
			if r.IntN(8) == 0 {
				s.End = 0
			}
			return s
		}
		c := Command{Name: "up", End: 60_000, Plans: []Plan{{}, {}}}
		n := 0
		for range r.IntN(30) {
			p := &c.Plans[r.IntN(2)]
			p.Steps = append(p.Steps, Step{Action: "a", Phase: plan.Done, Span: span()})
			n++
		}
		for range r.IntN(10) {
			c.Phases = append(c.Phases, Phase{"p", span()})
			n++
		}
		for range r.IntN(60) {
			call := Call{Method: "GET", Path: "/x", Span: span()}
			if of := r.IntN(2); len(c.Plans[of].Steps) > 0 && r.IntN(4) > 0 {
				call.Of = &StepOf{of, r.IntN(len(c.Plans[of].Steps))}
				if s := c.Plans[of].Steps[call.Of.Step]; r.IntN(2) == 0 && s.End > s.Begin { // as it is where no call outlasts its step
					call.Begin = s.Begin + time.Duration(r.Int64N(int64(s.End-s.Begin)))
					call.End = call.Begin + time.Duration(r.Int64N(1+int64(s.End-call.Begin)))
				}
			}
			c.Calls = append(c.Calls, call)
			n++
		}
		events := readTrace(t, c).TraceEvents
		for i, a := range events {
			if a.Cat == "step" || a.Cat == "call" || a.Cat == "phase" {
				n--
			}
			for _, b := range events[i+1:] {
				if a.Ph != "X" || b.Ph != "X" || a.TID != b.TID {
					continue
				}
				first, second := a, b
				if b.TS < a.TS {
					first, second = b, a
				}
				endFirst, endSecond := first.TS+first.Dur, second.TS+second.Dur
				if second.TS < endFirst && endSecond > endFirst && first.TS != second.TS {
					t.Fatalf("seed %d: on lane %d %+v and %+v overlap", seed, a.TID, first, second)
				}
			}
		}
		if n != 0 {
			t.Fatalf("seed %d: %d steps and calls are lost", seed, n)
		}
	}
}

// Names come from files and engines: they may hold anything.
func TestHostileNamesStayWithinTheirStrings(t *testing.T) {
	const hostile = "\"},{\"ph\":\"X\n\x1b]0;title\a\u202e</script>\u0085\x00"
	c := up()
	c.Name, c.Phases[0].Name = hostile, hostile
	c.Plans[0].Steps[0] = Step{Task: hostile, Action: hostile, Cause: hostile, Phase: plan.Done, Span: at(10, 40)}
	c.Calls[0].Path, c.Calls[0].Method = "/"+hostile, hostile
	text, err := JSON(c)
	if err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexFunc(string(text), func(r rune) bool { return r != '\n' && (r < ' ' || r == 0x7f || r == 0x85 || r == '\u202e') }); i >= 0 {
		t.Errorf("the trace has %q", text[i:i+4])
	}
	clean, got := readTrace(t, up()).TraceEvents, readTrace(t, c).TraceEvents
	if len(got) != len(clean) {
		t.Errorf("%d events, without hostile names %d", len(got), len(clean))
	}
	found := 0
	for _, e := range got {
		if e.Name == hostile {
			found++
		}
	}
	if found != 3 { // the command, its phase, its step
		t.Errorf("%d events have the name as it is", found)
	}
	if invalid := "\xff"; strings.Contains(string(must(JSON(Command{Name: invalid}))), invalid) {
		t.Error("what is no UTF-8 is passed on")
	}
}

func must(text []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return text
}
