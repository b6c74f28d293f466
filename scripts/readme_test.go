package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The first file of the README is what its first session is about: commands
// shown there with what they print have to print that.
func TestTheFirstExampleOfTheREADMEPrintsWhatItShows(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	file := firstBlock(t, string(readme), "yaml")
	session := firstBlock(t, string(readme), "console")
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "fig.yml"), []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	run := 0
	for _, part := range strings.Split("\n"+session, "\n$ ")[1:] {
		line, want, shown := strings.Cut(part, "\n")
		if !shown || want == "" {
			continue
		}
		args, ok := strings.CutPrefix(line, "docker stacklite ")
		if !ok {
			t.Fatalf("what is printed by %q can't be tested", line)
		}
		cmd := exec.Command(built(t), strings.Fields(args)...)
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), "DOCKER_HOST=unix:///nowhere.sock") // no engine: nothing runs
		out, _ := cmd.Output()                                             // can ends with 1 for no
		if diff := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(string(out))); diff != "" {
			t.Errorf("%s (-README +printed):\n%s", line, diff)
		}
		run++
	}
	if run == 0 {
		t.Error("the README shows no command with what it prints")
	}
}

// firstBlock gives the first block of a language in a Markdown text.
func firstBlock(t *testing.T, text, language string) string {
	t.Helper()
	found := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no block of %s", language)
	}
	return found[1]
}
