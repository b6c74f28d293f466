package recordings_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// callsFile has a row for each kind of call that a command makes to an engine, and
// for all of them, with how many there are on each kind of engine.
const callsFile = "testdata/calls.txt"

const (
	callsHead = "# What commands ask of an engine, in calls. go test ./plugin/scenario/recordings -run Calls -update\n" +
		"# rewrites this file: a call more is time that every user waits. Each stack gets the commands\n" +
		"# in the order of its rows.\n"
	callsRow = "%-8s %-18s %-30s %6v %6v\n"
	allCalls = "all"
)

// mostCalls is how many calls a command may make at most, whatever is recorded and
// however big the stack.
var mostCalls = map[string]int{"config": 0, "up -d again": 4, "ps": 2}

// countedStack is a stack whose commands are counted.
type countedStack struct {
	name, file string
	scale      string // of which service, to how many
	proxied    bool   // it has a discovery proxy: config looks whom of other projects that finds
}

// countedStacks are stacks of the forms that there are: services side by side, one
// in the middle, several that are linked one behind the other, and one of many replicas.
func countedStacks() []countedStack {
	const image = "  image: " + scenario.ProbeImage + "\n"
	var flat, leaves, star strings.Builder
	for i := range 20 {
		fmt.Fprintf(&flat, "s%02d:\n"+image, i+1)
	}
	for i := range 9 {
		fmt.Fprintf(&leaves, "    - leaf%d\n", i+1)
		fmt.Fprintf(&star, "leaf%d:\n"+image, i+1)
	}
	return []countedStack{
		{"flat", flat.String(), "s01=3", false},
		{"star", "hub:\n" + image + "  links:\n" + leaves.String() + star.String(), "leaf1=3", false},
		{"chain", `proxy:
  image: stacklite-probe:test
  ports: ["80"]
  volumes: ["/var/run/docker.sock:/tmp/docker.sock"]
web:
  image: stacklite-probe:test
  ports: ["80"]
  links: [db, cache, queue, "search:index"]
  environment:
    VIRTUAL_HOST: shop.test
db:
  image: stacklite-probe:test
  volumes: [/data]
cache:
  image: stacklite-probe:test
queue:
  image: stacklite-probe:test
  links: [db]
search:
  image: stacklite-probe:test
  links: [db]
`, "web=3", true},
		{"grow", "web:\n" + image + "  links: [db]\ndb:\n" + image, "web=20", false},
	}
}

// countedCommands are what is typed for a stack, by what rows call it.
func countedCommands(s countedStack) [][2]string {
	return [][2]string{
		{"config", "config"}, {"up -d", "up -d"}, {"up -d again", "up -d"}, {"ps", "ps"}, {"scale " + s.scale, "scale " + s.scale},
		{"stop", "stop"}, {"start", "start"}, {"down", "down"},
	}
}

func TestCallsAreAsManyAsRecorded(t *testing.T) {
	stacks := countedStacks()
	counts := make([]map[string][2]int, len(stacks)) // of each, by command and call
	t.Run("stacks", func(t *testing.T) {
		for i, s := range stacks {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				counts[i] = countCalls(t, s)
			})
		}
	})
	if t.Failed() {
		return
	}
	got := callsHead + fmt.Sprintf(callsRow, "# stack", "command", "call", recordedVersions[0], recordedVersions[1])
	for i, s := range stacks {
		for _, command := range countedCommands(s) {
			for _, row := range slices.Sorted(maps.Keys(counts[i])) {
				if name, call, _ := strings.Cut(row, "\t"); name == command[0] {
					got += fmt.Sprintf(callsRow, s.name, name, call, counts[i][row][0], counts[i][row][1])
				}
			}
		}
	}
	if rewriting.Get().(bool) {
		if err := os.WriteFile(callsFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(callsFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s: recorded -, now +\n%s", callsFile, diff)
	}
}

// countCalls counts what the commands for a stack ask of an engine of each kind, by
// command and kind of call.
func countCalls(t *testing.T, s countedStack) map[string][2]int {
	t.Helper()
	counts := map[string][2]int{}
	for i, version := range recordedVersions {
		stage := scenario.NewStage(t, version, s.file)
		for _, command := range countedCommands(s) {
			calls := stage.Calls(strings.Fields(command[1])...)
			most, limited := mostCalls[command[0]]
			if s.proxied && command[0] == "config" {
				most = 3
			}
			if limited && len(calls) > most {
				t.Errorf("%s, API %s: %s makes %d calls, and may make %d: %v", s.name, version, command[0], len(calls), most, calls)
			}
			count := func(call string, n int) {
				row := command[0] + "\t" + call
				of := counts[row]
				of[i] += n
				counts[row] = of
			}
			count(allCalls, len(calls))
			for _, c := range calls {
				count(callKind(c), 1)
			}
		}
	}
	return counts
}

// ofOne is the path of a call about one thing.
var ofOne = regexp.MustCompile(`^/(containers|networks|images|volumes|exec)/(.+?)(/[a-z]+)?$`)

// callKind is a call without what it is about.
func callKind(c enginetest.Call) string {
	switch c.Path {
	case "/containers/json", "/containers/create", "/networks/create", "/images/json", "/images/create", "/volumes/create":
		return c.Method + " " + c.Path
	}
	return c.Method + " " + ofOne.ReplaceAllString(c.Path, "/$1/ID$3")
}
