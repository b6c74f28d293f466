package command

import (
	"strings"
	"testing"
)

// Scripts filter logs for errors, and throw away what the program says itself.
func TestLogsGoToStandardOutputWhereverAContainerWroteThem(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "fig.yml", "web:\n  image: probe\n  command: [/probe, say, -stderr, an error]\n")
	m := newMemory(t)
	out, _, code := m.run(t, "up", "--no-color")
	if code != 0 || !strings.Contains(out, "web_1  | an error\n") {
		t.Errorf("up: exit code %d\n%s", code, out)
	}
	for _, line := range []string{"logs", "logs --follow", "logs --tail 1 web"} {
		out, errs, code := m.run(t, strings.Fields(line)...)
		if code != 0 || !strings.HasPrefix(out, "web_1  | an error\n") || errs != "" {
			t.Errorf("%s: exit code %d, %q, %q", line, code, out, errs)
		}
	}
}
