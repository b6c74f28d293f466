package command

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/classic"
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

func TestVariablesStayWhereConfigIsAskedTo(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	const file = "web:\n  image: probe:$TAG\n  ports: ['$PORT:80']\n  links: [db]\ndb:\n  image: probe\n"
	want := "db:\n  image: probe\nweb:\n  image: probe:$TAG\n  links:\n  - db\n  ports:\n  - $PORT:80\n"
	if got := m.do(t, []byte(file), "config", "--no-interpolate"); got != want {
		t.Errorf("got %s", got)
	}
	if got := m.do(t, []byte(file), "config", "--no-interpolate", "--services"); got != "db\nweb\n" {
		t.Errorf("services: got %q", got)
	}
	var stack map[string]struct{ Ports []string }
	if err := json.Unmarshal([]byte(m.do(t, []byte(file), "config", "--no-interpolate", "--format", "json")), &stack); err != nil || stack["web"].Ports[0] != "$PORT:80" {
		t.Errorf("as JSON: %v %v", stack, err)
	}
	for _, args := range [][]string{{"--images"}, {"--volumes"}, {"--format", "toml"}} {
		if _, _, code := m.run(t, append([]string{"config", "--no-interpolate"}, args...)...); code != 2 {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
}

func TestAnImageThatWasNeverPulledHasNoDigest(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "fig.yml", configFile)
	_, errs, code := m.run(t, "config", "--resolve-image-digests")
	if code != 1 || !strings.Contains(errs, "the image probe:2 of web has no digest") {
		t.Errorf("exit code %d, %s", code, errs)
	}
	if out := m.do(t, []byte("web: {image: 'x@sha256:"+strings.Repeat("0", 64)+"'}"), "config", "--resolve-image-digests"); !strings.Contains(out, "x@sha256:0") {
		t.Errorf("one with a digest: got %s", out)
	}
}

func TestCalledAsDockerComposeConfigReadsStandardInputToo(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	for command, want := range map[string]string{
		"--file - config":                       "services:\n  db:\n    image: probe:\n    network_mode: bridge\n  web:\n    image: probe:2\n    links:\n    - db\n    network_mode: bridge\nversion: '1'\n\n",
		"--file - config --services":            "db\nweb\n",
		"--file - config --no-interpolate":      "services:\n  db:\n    image: probe:$TAG\n    network_mode: bridge\n  web:\n    image: probe:2\n    links:\n    - db\n    network_mode: bridge\nversion: '1'\n\n",
		"config -q --services":                  "",
		"config":                                "services:\n  db:\n    image: probe:\n    network_mode: bridge\n  web:\n    image: probe:2\n    links:\n    - db\n    network_mode: bridge\nversion: '1'\n\n",
		"--file - config --volumes":             "\n",
		"--file - config --profiles":            "\n",
		"--file - config --images":              "probe:2\nprobe:\n",
		"--file - config --quiet --services":    "",
		"--file - config --services --profiles": "\n",
	} {
		var out bytes.Buffer
		env := m.environment(&out, io.Discard)
		env.In = strings.NewReader("web:\n  image: probe:2\n  links: [db]\ndb:\n  image: probe:$TAG\n")
		env.Vars["TAG"] = "1"
		if !strings.HasPrefix(command, "--file") {
			env.Vars["COMPOSE_FILE"] = "-"
		}
		want = strings.Replace(want, "probe:\n", "probe:1\n", 1)
		root, _ := New(env, classic.Of("docker-compose"))
		root.SilenceErrors, root.SilenceUsage = true, true
		root.SetArgs(strings.Fields(command))
		if err := root.ExecuteContext(t.Context()); err != nil || out.String() != want {
			t.Errorf("%s: %v, got %q, want %q", command, err, out.String(), want)
		}
	}
}

func TestCalledAsDockerComposeHashTakesAWordOfItsOwn(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "docker-compose.yml", configFile)
	hashed := func(args ...string) string {
		var out bytes.Buffer
		root, _ := New(m.environment(&out, io.Discard), classic.Of("docker-compose"))
		root.SilenceErrors, root.SilenceUsage = true, true
		root.SetArgs(append([]string{"config"}, args...))
		if err := root.ExecuteContext(t.Context()); err != nil {
			return err.Error()
		}
		var names []string
		for line := range strings.Lines(out.String()) {
			names = append(names, strings.Fields(line)[0])
		}
		return strings.Join(names, " ")
	}
	for args, want := range map[string]string{"--hash *": "db web", "--hash=*": "db web", "--hash web": "web", "--hash web,db": "db web", "--hash x": "no such service: x"} {
		if got := hashed(strings.Fields(args)...); got != want {
			t.Errorf("%s: got %q, want %q", args, got, want)
		}
	}
}

func TestConfigTellsOfAFileThatWouldBecomeAVolume(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "fig.yml", "web:\n  image: probe\n  volumes: ['nginx.conf:/etc/nginx.conf', 'data:/data']\n")
	_, errs, code := m.run(t, "config", "--quiet")
	if want := "note: fig.yml:3:13: web.volumes: there is no file ./nginx.conf: "; code != 0 || !strings.Contains(errs, want) {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	write(t, "nginx.conf", "")
	if _, errs, _ := m.run(t, "config", "--quiet"); strings.Contains(errs, "there is no file") {
		t.Errorf("though it is there:\n%s", errs)
	}
}
