package command

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/exit"
)

func TestCanReadsAFileFromStandardInput(t *testing.T) {
	const file = "web: {image: probe, links: [db]}\ndb: {image: probe}\n"
	up, empty := newMemory(t), newMemory(t)
	t.Chdir(t.TempDir())
	up.do(t, []byte(file), "up", "-d")
	t.Chdir(t.TempDir()) // where there is no file
	for name, m := range map[string]memory{
		"both run": up, "neither runs": empty, "no engine": {host: "unix:///none"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			env := m.environment(&out, &errs)
			env.In = strings.NewReader(file)
			root, options := New(env, nil)
			root.SilenceErrors, root.SilenceUsage = true, true
			root.SetArgs([]string{"-f", "-", "can", "web", "db"})
			if code := exit.Code(root.ExecuteContext(t.Context()), options()); code != 0 || !strings.HasPrefix(out.String(), "yes: web reaches db") {
				t.Errorf("exit code %d, printed %q\n%s", code, out.String(), errs.String())
			}
		})
	}
}
