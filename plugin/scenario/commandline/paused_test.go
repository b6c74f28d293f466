package commandline_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

func TestWhatIsPausedAndStaysSoIsTold(t *testing.T) {
	st := scenario.NewStage(t, "1.41", `web:
  image: stacklite-probe:test
  links: [db]
db:
  image: stacklite-probe:test
`)
	run := func(line string) string {
		t.Helper()
		out, err := st.Command(strings.Fields(line)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		return strings.ReplaceAll(string(out), st.Project, "my")
	}
	run("up -d --scale web=2")
	run("pause web")
	const want = "note: paused, and left so: my_web_1, my_web_2\n  hint: to resume: docker stacklite unpause web\n"
	for _, c := range []struct{ line, want string }{
		{"up -d", want}, {"plan", want}, {"up -d web", want}, {"start", want},
		{"up -d db", ""}, {"scale db=2", ""}, {"create", ""}, {"stop -t 0 db", ""}, {"up -d", want},
	} {
		if diff := cmp.Diff(c.want, notes(run(c.line))); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.line, diff)
		}
	}
	if out := run("ps"); strings.Count(out, "(Paused)") != 2 {
		t.Errorf("ps does not say who is paused:\n%s", out)
	}
	if out := notes(run("up -d --force-recreate web")); out != "" {
		t.Errorf("what is replaced runs: %s", out)
	}
}
