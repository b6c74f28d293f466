package commandline_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// typeIn runs the program in the folder of the stack and gives what it prints, with ids
// made equal, its complaints and its exit code.
func typeIn(t *testing.T, command func(string, ...string) *exec.Cmd, line string) (out, said string, code int) {
	t.Helper()
	var words []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	cmd := command("docker-stack-lite", words...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			t.Fatal(err)
		}
		code = exit.ExitCode()
	}
	return scenario.Plain(stdout.String(), "no such project"), stderr.String(), code
}

func TestWhatLookingAtAStackPrints(t *testing.T) {
	command := shopStack(t)
	if _, said, code := typeIn(t, command, "run -d --name lone web"); code != 0 {
		t.Fatal(said)
	}
	if _, said, code := typeIn(t, command, "stop db"); code != 0 {
		t.Fatal(said)
	}
	for _, test := range []struct {
		line string
		want string
		code int
	}{
		{"ps --format '{{.Name}} {{.State}}'", "shop_db_1 exited\nlone running\nshop_web_1 running\nshop_web_2 running\n", 0},
		{"ps --format '{{.Service}} {{.Number}}' web", "web 0\nweb 1\nweb 2\n", 0},
		{"ps -q web", "ID\nID\nID\n", 0},
		{"ps --services", "web\ndb\n", 0},
		{"ps --services --filter status=stopped", "db\n", 0},
		{"ps --services --filter status=running", "web\n", 0},
		{"ps -q --filter source=build", "", 0},
		{"ps --filter colour=red", "", 2},
		{"ps nobody", "", 2},
		{"ls", "NAME      STATUS                  CONFIG FILES\nshop      exited(1), running(2)   DIR/fig.yml\n", 0},
		{"ls -q", "shop\n", 0},
		{"ls --format '{{.Name}}: {{.Status}}'", "shop: exited(1), running(2)\n", 0},
		{"images --format '{{.Container}} {{.Repository}}:{{.Tag}}' db", "shop_db_1 stacklite-probe:test\n", 0},
		{"images -q", "ID\n", 0},
		{"port web 80", "", 1},
		{"port nobody 80", "", 2},
		{"port --index 7 web 80", "", 1},
		{"logs --no-log-prefix web", "serving on 80\nserving on 80\nserving on 80\n", 0},
		{"logs --index 1 web", "web_1  | serving on 80\n", 0},
		{"logs --tail 0 web", "", 0},
		{"logs --tail x web", "", 2},
		{"wait db", "0\n", 0},
		{"wait nobody", "", 2},
		{"exec db /probe env", "", 1},
		{"exec --index 2 web /probe say -exit 6 hello", "hello\n", 6},
		{"--ansi sometimes ps", "", 2},
		{"--progress loud ps", "", 2},
		{"help nobody", "", 2},
	} {
		out, said, code := typeIn(t, command, test.line)
		if i := strings.Index(out, "/fig.yml"); i >= 0 {
			j := strings.LastIndex(out[:i], " ") + 1
			out = out[:j] + "DIR" + out[i:]
		}
		if diff := cmp.Diff(test.want, out); diff != "" || code != test.code {
			t.Errorf("%s: exit code %d, not %d\n%s%s", test.line, code, test.code, diff, said)
		}
		if code == 2 && !strings.Contains(said, "stack-lite: ") {
			t.Errorf("%s: does not say what is wrong: %s", test.line, said)
		}
	}
}

func TestEventsAreObjectsForPrograms(t *testing.T) {
	command := shopStack(t)
	out, said, code := typeIn(t, command, "events --json --since 1h --until "+time.Now().Format(time.RFC3339Nano)+" db")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, said)
	}
	var actions []string
	for line := range strings.Lines(out) {
		var e struct {
			Time, Type, Action, ID, Service string
			Attributes                      map[string]string
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if e.Type != "container" || e.Service != "db" || e.Attributes["name"] != "shop_db_1" || e.Time == "" || e.ID != "ID" {
			t.Errorf("%+v", e)
		}
		for name := range e.Attributes {
			if strings.Contains(name, "compose") {
				t.Errorf("a label is told as an attribute: %s", name)
			}
		}
		actions = append(actions, e.Action)
	}
	if got := strings.Join(actions, " "); got != "create start" {
		t.Errorf("happened: %s", got)
	}
}
