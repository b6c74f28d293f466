package command

import (
	"strings"
	"testing"
)

func TestACommandThatFindsNothingToDoSaysSo(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "fig.yml", "web: {image: probe, links: [db]}\ndb: {image: probe}\n")
	for _, c := range []struct{ command, want string }{
		{"down", "nothing to remove: project demo has no containers and no networks\n"},
		{"up -d", "Creating demo_web_1 ... done\n"},
		{"up -d", "nothing to do: all is as the files say, 2 containers run\n"},
		{"up -d db", "nothing to do: all is as the files say, 1 container runs\n"},
		{"create", "nothing to create: all is as the files say, 2 containers\n"},
		{"scale db=1", "nothing to do: all is as the files say, 1 container runs\n"},
		{"start", "nothing to start: 2 containers of project demo run already\n"},
		{"start web", "nothing to start: 1 container of web runs already\n"},
		{"rm -f", "note: no stopped containers\n"},
		{"stop db", "Stopping demo_db_1 ... done\n"},
		{"stop db", "nothing to stop: no container of db runs\n"},
		{"kill", "Killing demo_web_1 ... done\n"},
		{"kill", "nothing to kill: no container of project demo runs\n"},
		{"stop", "nothing to stop: no container of project demo runs\n"},
		{"--progress quiet stop", ""},
		{"--progress json stop", ""},
		{"--progress quiet up -d", ""},
		{"--progress json up -d", ""},
		{"down", "Removing demo_web_1 ... done\n"},
	} {
		out, errs, code := m.run(t, strings.Fields(c.command)...)
		if code != 0 || out != "" || !strings.Contains(errs, c.want) || c.want == "" && errs != "" ||
			strings.Contains(errs, "nothing") != strings.Contains(c.want, "nothing") {
			t.Errorf("%s: exit code %d\n%s%s", c.command, code, out, errs)
		}
	}
}

func TestACommandWithNothingToActOnSaysWhy(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "fig.yml", "web: {image: probe, links: [db]}\ndb: {image: probe}\n")
	const create, start = "hint: to create them: docker stacklite up -d", "hint: to start them: docker stacklite start"
	for _, c := range []struct{ command, want string }{
		{"pause", "stack-lite: nothing to pause: there is no container of project demo\n" + create + "\n"},
		{"restart db", "stack-lite: nothing to restart: there is no container of db\n" + create + " db\n"},
		{"unpause", "stack-lite: nothing to unpause: there is no container of project demo\n" + create + "\n"},
		{"up -d", ""},
		{"unpause web", "stack-lite: nothing to unpause: no container of web is paused\n"},
		{"pause web", ""},
		{"pause web", "stack-lite: nothing to pause: what runs of web is paused already\nhint: to resume it: docker stacklite unpause web\n"},
		{"stop db", ""},
		{"pause", "stack-lite: nothing to pause: what runs of project demo is paused already\nhint: to resume it: docker stacklite unpause\n"},
		{"pause db", "stack-lite: nothing to pause: no container of db runs\n" + start + " db\n"},
	} {
		_, errs, code := m.run(t, strings.Fields(c.command)...)
		if wrong := code == 0; wrong != (c.want == "") || c.want != "" && errs != c.want {
			t.Errorf("%s: exit code %d\n%s", c.command, code, errs)
		}
	}
}

func TestAContainerThatExitsAtOnceIsTold(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "fig.yml", `web: {image: probe}
job: {image: probe, command: /probe say -exit 3 one last-line}
many: {image: probe, command: /probe say bye}
`)
	for _, command := range []string{"up -d", "start job", "up -d job", "restart job"} {
		out, errs, code := m.run(t, strings.Fields(command)...)
		if code != 0 || out != "" || strings.Count(errs, "job exited (3): last-line\n") != 1 || strings.Contains(errs, "web exited") ||
			strings.Contains(errs, "many exited (0): bye\n") != (command == "up -d") {
			t.Errorf("%s: exit code %d\n%s%s", command, code, out, errs)
		}
	}
	if _, errs, _ := m.run(t, "scale", "many=2"); !strings.Contains(errs, "many_1 exited (0): bye\nmany_2 exited (0): bye\n") {
		t.Errorf("two of a service:\n%s", errs)
	}
	if _, errs, _ := m.run(t, "up", "-d", "web"); strings.Contains(errs, "exited") {
		t.Errorf("what this command has not started:\n%s", errs)
	}
	for _, flags := range []string{"--progress quiet up -d", "--progress json up -d"} {
		if _, errs, _ := m.run(t, strings.Fields(flags)...); strings.Contains(errs, "exited (") {
			t.Errorf("%s:\n%s", flags, errs)
		}
	}
}

func TestAContainerThatExitsAtOnceIsToldBesideAFailure(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "fig.yml", "job: {image: probe, command: /probe say -exit 3 last-line}\nbad: {image: nowhere/bad}\n")
	if _, errs, code := m.run(t, "up", "-d"); code != 1 || !strings.Contains(errs, "job exited (3): last-line\n") || !strings.Contains(errs, "nowhere/bad") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}
