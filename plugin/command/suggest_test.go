package command

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/suggest"
)

const suggestFile = `web:
  image: probe
  environment: {DB_HOST: db}
  links: [cache]
  volumes: ["./app.conf:/etc/app.conf", "./conf.d:/etc/conf.d", "./code:/code", "./fig.yml:/etc/fig.yml"]
db:
  image: probe
cache:
  image: probe
mail:
  image: probe
search:
  image: probe
`

// inSuggestFolder is a folder with a file, and files that it mounts.
func inSuggestFolder(t *testing.T) memory {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, dir := range []string{"conf.d", "code"} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, "fig.yml", suggestFile)
	write(t, "app.conf", "# about\nsmtp_host = mail\n")
	write(t, "conf.d/search.conf", "url: http://search:9200\n")
	write(t, "conf.d/image.bin", "url: http://cache:1\n\x00")
	write(t, "conf.d/big.conf", "url: http://cache:1\n"+strings.Repeat("x", 200<<10))
	write(t, "code/db.conf", "host: cache\n")
	return newMemory(t)
}

func TestSuggestTellsWhereAServiceIsNamed(t *testing.T) {
	m := inSuggestFolder(t)
	out, errs, code := m.run(t, "suggest", "--format", "{{.From}} {{.To}} {{.State}} {{.Level}} {{json .Why}}")
	want := `web db missing likely ["environment DB_HOST: db (fig.yml:3:17)"]
web mail missing likely ["file smtp_host: mail (app.conf:2:1)"]
web search missing likely ["file url: search:9200 (conf.d/search.conf:1:1)"]
web cache silent  ["no value in the files names it"]
`
	if code != 0 || out != want {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	out, errs, code = m.run(t, "suggest", "--format", "json")
	var first suggest.Link
	if err := json.Unmarshal([]byte(strings.SplitN(out, "\n", 2)[0]), &first); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v\n%s%s", code, err, out, errs)
	}
	if first.From != "web" || first.To != "db" || first.State != suggest.Missing || len(first.Evidence) != 1 || first.Evidence[0].Place != "fig.yml:3:17" {
		t.Errorf("%+v", first)
	}
	_, errs, _ = m.run(t, "suggest")
	if !strings.Contains(errs, "hint: to write the missing links into a file, 3 of them: docker stacklite suggest --write links.yml\n") {
		t.Errorf("%s", errs)
	}
}

func TestSuggestRefusesBeforeItWatches(t *testing.T) {
	m := inSuggestFolder(t)
	for line, said := range map[string]string{
		"suggest --live --format {{.Nobody}}":     "fields are From, To,",
		"suggest --live --write fig.yml":          "fig.yml is there, and not a file that this has written",
		"suggest --live --write conf.d":           "conf.d is there, and not a file",
		"suggest --live --write nowhere/file.yml": "nowhere",
		"suggest --for 0s":                        "--for must be longer than nothing",
		"suggest --level surely":                  "did you mean --level sure?",
		"suggest --live":                          "nothing to watch: no container of project demo runs",
		"suggest --for 1m":                        "nothing to watch: no container of project demo runs",
	} {
		if _, errs, code := m.run(t, strings.Fields(line)...); code == 0 || !strings.Contains(errs, said) {
			t.Errorf("%s: exit code %d\n%s", line, code, errs)
		}
	}
	write(t, "fig.yml", "web:\n  image: probe\n  lnks: [db]\n")
	if _, errs, code := m.run(t, "--project-directory", ".", "suggest", "--live"); code != 2 || !strings.Contains(errs, " suggest --live") || !strings.Contains(errs, " -p ") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if text, err := os.ReadFile("fig.yml"); err != nil || !strings.Contains(string(text), "lnks") {
		t.Errorf("%s, %v", text, err)
	}
}

const segmented = `services:
  proxy:
    image: probe
    networks: [front]
    environment: {UPSTREAM: "web:80"}
  web:
    image: probe
    networks: [front, back]
    environment: {DB_HOST: db}
  db:
    image: probe
    networks: [back]
  cron:
    image: probe
    networks: [front, back]
networks:
  front: {}
  back: {internal: true}
`

// What a user who keeps services apart with networks by hand wants: to see how many pairs
// they let talk, how many had to, and a file that leaves those.
func TestSuggestTightensTheNetworksOfAFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "compose.yaml", segmented)
	m := newMemory(t)
	_, errs, code := m.run(t, "suggest", "--tighten")
	if code != 0 || !strings.Contains(errs, "the networks of the files let 5 pairs of services talk, 2 of them needed\n") || !strings.Contains(errs, "with which 2 can: add --write tight.yml") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if _, errs, code = m.run(t, "suggest", "--tighten", "--write", "tight.yml"); code != 0 || !strings.Contains(errs, "these are not known to talk to any other, and reach none then: cron") ||
		!strings.Contains(errs, "docker stacklite -f compose.yaml -f tight.yml") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	both := []string{"-f", "compose.yaml", "-f", "tight.yml"}
	for line, want := range map[string]int{"can proxy web": 0, "can web db": 0, "can proxy db": 1, "can cron db": 1, "can cron web": 1, "can cron proxy": 1} {
		for _, isolation := range []string{"link", "project"} {
			args := append(append([]string{}, both...), "--isolation", isolation)
			if _, errs, code := m.run(t, append(args, strings.Fields(line)...)...); code != want {
				t.Errorf("%s with isolation %s: exit code %d, not %d\n%s", line, isolation, code, want, errs)
			}
		}
	}
	if out, errs, code := m.run(t, append(both, "--isolation", "link", "plan")...); code != 0 || !strings.Contains(out, "demo_proxy.web") || strings.Contains(out+errs, "will no longer") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	if _, errs, code := m.run(t, append(both, "suggest", "--tighten")...); code != 0 || !strings.Contains(errs, "there is nothing to tighten") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	for line, said := range map[string]string{
		"-f compose.yaml -f tight.yml suggest --tighten --write tight.yml": "tight.yml is one of the files that are read",
		"suggest --write tight.yml":                                        "tight.yml is there, and not a file",
	} {
		if _, errs, code := m.run(t, strings.Fields(line)...); code == 0 || !strings.Contains(errs, said) {
			t.Errorf("%s: exit code %d\n%s", line, code, errs)
		}
	}
	write(t, "fig.yml", suggestFile)
	if _, errs, code := m.run(t, "-f", "fig.yml", "suggest", "--tighten"); code == 0 || !strings.Contains(errs, "--tighten is for files of today") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}
