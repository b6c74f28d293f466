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
		"suggest --live --write fig.yml":          "fig.yml is there, and not a file that suggest has written",
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
