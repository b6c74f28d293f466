package command

import (
	"strings"
	"testing"
)

const psFile = `web:
  image: probe
  links: [db]
db:
  image: probe
built:
  build: .
never:
  image: probe
`

func TestServicesAreFilteredBySourceAndByWhatTheirContainersDo(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "Dockerfile", "FROM probe\n")
	m.do(t, []byte(psFile), "up", "-d", "--scale", "db=2", "web")
	for _, args := range [][]string{{"pause", "web"}, {"run", "-d", "never", "/probe", "serve"}} {
		if _, errs, code := m.run(t, args...); code != 0 {
			t.Fatalf("%v: %s", args, errs)
		}
	}
	for words, want := range map[string]string{
		"--services":                                               "web db built never",
		"--services --filter source=build":                         "built",
		"--services --filter source=image":                         "web db never",
		"--services --filter status=running":                       "web db",
		"--services --filter status=paused":                        "web",
		"--services --filter status=stopped":                       "",
		"--services --filter status=running --filter source=image": "web db",
		"--services --filter status=paused --filter source=build":  "",
		"--services --filter source=image db built":                "db",
	} {
		out, errs, code := m.run(t, append([]string{"ps"}, strings.Fields(words)...)...)
		if got := strings.Join(strings.Fields(out), " "); got != want || code != 0 {
			t.Errorf("ps %s: got %q, want %q; exit code %d, %s", words, got, want, code, errs)
		}
	}
	for words, want := range map[string]int{"--filter status=running": 3, "--filter status=paused": 1, "--filter source=build": 0} {
		out, errs, code := m.run(t, append([]string{"ps", "-q"}, strings.Fields(words)...)...)
		if got := len(strings.Fields(out)); got != want || code != 0 {
			t.Errorf("ps -q %s: %d containers, want %d; exit code %d, %s", words, got, want, code, errs)
		}
	}
	for _, word := range []string{"status", "status=nonsense", "source=nonsense", "other=x"} {
		_, errs, code := m.run(t, "ps", "--services", "--filter", word)
		if code != 2 || !strings.Contains(errs, `--filter "`+word+`" is none that ps knows`) {
			t.Errorf("%s: exit code %d, %q", word, code, errs)
		}
	}
}

func TestPsWritesRangesOfPortsInItsTableAlone(t *testing.T) {
	const file = "web:\n  image: probe\n  expose: ['7000-7002']\n"
	t.Chdir(t.TempDir())
	m := newMemory(t)
	m.do(t, []byte(file), "up", "-d")
	if out := m.do(t, []byte(file), "ps"); !strings.Contains(out, "7000-7002/tcp") {
		t.Errorf("no range in\n%s", out)
	}
	if out := m.do(t, []byte(file), "ps", "--format", "json"); !strings.Contains(out, "7000/tcp, 7001/tcp, 7002/tcp") {
		t.Errorf("not one by one in\n%s", out)
	}
}
