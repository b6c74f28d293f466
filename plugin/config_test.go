package plugin

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
	a := memoryApp(t)
	for command, want := range map[string]string{
		"config --quiet":    "",
		"config --services": "db\nweb\n",
		"config --images":   "probe:2\nprobe\n",
		"config --volumes":  "assets\n",
	} {
		if got := a.do(t, []byte(configFile), strings.Fields(command)...); got != want {
			t.Errorf("%s: got %q, want %q", command, got, want)
		}
	}
	var stack map[string]struct{ Image string }
	if err := json.Unmarshal([]byte(a.do(t, []byte(configFile), "config", "--format", "json")), &stack); err != nil || stack["web"].Image != "probe:2" {
		t.Errorf("as JSON: %v %v", stack, err)
	}
}

func TestConfigPrintsAStackThatMeansTheSame(t *testing.T) {
	t.Chdir(t.TempDir())
	a := memoryApp(t)
	first := a.do(t, []byte(configFile), "config")
	if second := a.do(t, []byte(first), "config"); second != first {
		t.Errorf("got\n%swant\n%s", second, first)
	}
}

func TestAHashChangesWithTheSettingsAndNotWithTheLinks(t *testing.T) {
	t.Chdir(t.TempDir())
	a := memoryApp(t)
	hash := func(file string) string { return a.do(t, []byte(file), "config", "--hash=web") }
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
