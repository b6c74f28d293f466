package command

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/session"
)

func TestNoFlagOfACommandClashesWithAGlobalOne(t *testing.T) {
	root, _ := New(&session.Environment{Out: io.Discard, Err: io.Discard}, nil)
	for _, cmd := range root.Commands() {
		t.Run(cmd.Name(), func(t *testing.T) {
			// Cobra panics on a clash, and only once the command is run.
			cmd.InitDefaultHelpFlag()
			if cmd.Flags().Lookup("file") == nil {
				t.Error("it does not know the flag --file")
			}
		})
	}
}

// What holds for one verb alone, such as -q of pull, must not be known to the
// rest of the program.
func TestNoVerbChangesTheGeneralOptions(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "fig.yml", "web:\n  image: probe\n")
	m := newMemory(t)
	for _, line := range []string{
		"build --no-parallel -q", "config -q", "create --quiet-pull", "plan --format json", "ps -q",
		"pull -q --no-parallel --policy never", "push -q --to localhost:5000", "up -d --quiet-pull", "down",
	} {
		var errs strings.Builder
		c := &cli{env: m.environment(io.Discard, &errs)}
		root := newRoot(c)
		before := c.general
		root.SetArgs(strings.Fields(line))
		if err := root.ExecuteContext(t.Context()); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, &errs)
		}
		if diff := cmp.Diff(before, c.general); diff != "" {
			t.Errorf("%s changes the general options:\n%s", line, diff)
		}
	}
}

func TestATimeToStopThatIsNoNumberIsRefused(t *testing.T) {
	_, errs, code := newMemory(t).run(t, "stop", "-t", "soon")
	want := "stack-lite: invalid argument \"soon\" for \"-t, --timeout\" flag: strconv.ParseInt: parsing \"soon\": invalid syntax\n" +
		"hint: try: stacklite stop --help\n"
	if code != 2 || errs != want {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

func TestWhatIsNoVerbIsSaidBeforeItsFlags(t *testing.T) {
	for line, said := range map[string]string{
		"upp -d":            "no such command: upp",
		"--dry-run upp -d":  "no such command: upp",
		"link ad --nothing": "no such command: ad",
		"-x upp":            "unknown shorthand flag: 'x' in -x",
		"up -x":             "unknown shorthand flag: 'x' in -x",
	} {
		_, errs, code := newMemory(t).run(t, strings.Fields(line)...)
		if code != 2 || !strings.Contains(errs, said) {
			t.Errorf("%s: exit code %d\n%s", line, code, errs)
		}
	}
}

func TestHintsAreAboutTheSameProject(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "other.yml", "web:\n  image: probe\n")
	_, errs, code := m.run(t, "-f", "other.yml", "-p", "shop", "--adopt", "exec", "web", "x")
	if code != 1 || !strings.Contains(errs, "hint: to start it: docker stacklite -f other.yml -p shop --adopt up -d web\n") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}
