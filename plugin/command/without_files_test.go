package command

import (
	"strings"
	"testing"
)

func TestWhoNeedsOnlyTheProjectIsToldHowToNameIt(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "docker-compose.yml", "web:\n  image: probe\n  lnks: [db]\n")
	for _, verb := range []string{"ps", "logs", "top", "stop", "kill", "down", "images"} {
		_, errs, code := m.run(t, "--project-directory", ".", verb)
		if code != 2 || !strings.Contains(errs, "lnks") || !strings.Contains(errs, " -p ") || !strings.Contains(errs, " "+verb) {
			t.Errorf("%s: exit code %d\n%s", verb, code, errs)
		}
	}
	if _, errs, code := m.run(t, "up"); code != 2 || strings.Contains(errs, " -p ") {
		t.Errorf("up: exit code %d\n%s", code, errs)
	}
}

func TestAVariableThatIsNotSetIsNotedOnceByWhoNeedsNone(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "docker-compose.yml", "web:\n  image: probe:${NOT_SET_HERE:?say}\n")
	_, errs, code := m.run(t, "ps")
	if code != 0 || strings.Count(errs, "note:") != 1 || !strings.Contains(errs, "NOT_SET_HERE") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

func TestAProjectThatIsNowhereIsNotAMatterOfFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	for _, verb := range []string{"ps", "logs", "stop", "down"} {
		_, errs, code := m.run(t, "-p", "nosuch", verb)
		if code != 2 || !strings.Contains(errs, "project nosuch has no containers on the engine") || !strings.Contains(errs, "docker stacklite ls") {
			t.Errorf("%s: exit code %d\n%s", verb, code, errs)
		}
	}
}
