package command

import (
	"strings"
	"testing"
)

func TestUpAndDownSayAlikeWhatTheyLeaveAlone(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	m.do(t, []byte("web: {image: probe}\ndb: {image: probe}\nlog: {image: probe}\n"), "up", "-d")
	write(t, "fig.yml", "web: {image: probe}\n")
	const want = "left alone, for the files have no such service: demo_db_1, demo_log_1 (--remove-orphans takes them away)"
	for _, command := range []string{"up -d", "down"} {
		out, errs, code := m.run(t, strings.Fields(command)...)
		if code != 0 || !strings.Contains(out+errs, want) {
			t.Errorf("%s: exit code %d\n%s%s", command, code, out, errs)
		}
	}
}
