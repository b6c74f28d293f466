package command

import (
	"encoding/json"
	"strings"
	"testing"
)

const configFile = `web:
  image: probe:2
  links: [db]
  volumes: ["assets:/srv", "/data"]
db:
  image: probe
  command: serve $PORT
`

func TestConfigPrintsWhatIsAskedFor(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	for command, want := range map[string]string{
		"config --quiet":    "",
		"config --services": "db\nweb\n",
		"config --images":   "probe:2\nprobe\n",
		"config --volumes":  "assets\n",
	} {
		if got := m.do(t, []byte(configFile), strings.Fields(command)...); got != want {
			t.Errorf("%s: got %q, want %q", command, got, want)
		}
	}
	var stack map[string]struct{ Image string }
	if err := json.Unmarshal([]byte(m.do(t, []byte(configFile), "config", "--format", "json")), &stack); err != nil || stack["web"].Image != "probe:2" {
		t.Errorf("as JSON: %v %v", stack, err)
	}
}

func TestConfigPrintsAStackThatMeansTheSame(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	first := m.do(t, []byte(configFile), "config")
	if second := m.do(t, []byte(first), "config"); second != first {
		t.Errorf("got\n%swant\n%s", second, first)
	}
}

func TestAHashChangesWithTheSettingsAndNotWithTheLinks(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	hash := func(file string) string { return m.do(t, []byte(file), "config", "--hash=web") }
	before := hash(configFile)
	if !strings.HasPrefix(before, "web ") || strings.Count(before, "\n") != 1 {
		t.Errorf("printed %q", before)
	}
	if after := hash(strings.Replace(configFile, "[db]", `["db:database"]`, 1)); after != before {
		t.Errorf("another alias: %q, then %q", before, after)
	}
	if after := hash(strings.Replace(configFile, "/data", "/other", 1)); after == before {
		t.Errorf("another volume: still %q", after)
	}
}
