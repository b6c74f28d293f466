package command

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
)

// composed makes containers as docker-compose 1.x, docker compose or docker run
// did, on an engine in memory.
type composed struct {
	t       *testing.T
	client  *client.Client
	version string // of docker-compose; empty: there are no labels
	project string
	dir     string // empty: its label says none
}

// stack goes to a new directory, with files of web and db, and makes what
// docker-compose 1.29.2 makes of them.
func stack(t *testing.T, change func(*composed)) (memory, *composed) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	write(t, "fig.yml", "web:\n  image: probe\n  links: [db]\ndb:\n  image: probe\n")
	m := newMemory(t)
	cli, err := client.NewClientWithOpts(client.WithHost(m.host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cli.Close() })
	c := &composed{t: t, client: cli, version: "1.29.2", project: "demo", dir: dir}
	if change != nil {
		change(c)
	}
	c.make(c.project+"_db_1", "db", "1", true)
	c.make(c.project+"_web_1", "web", "1", true, c.project+"_db_1:db")
	return m, c
}

// make makes a container of a service, and starts it where up is set; without a
// number it is a one-off container.
func (c *composed) make(name, service, number string, up bool, links ...string) {
	c.t.Helper()
	of := map[string]string{}
	if c.version != "" {
		of = map[string]string{
			"com.docker.compose.project": c.project, "com.docker.compose.service": service, "com.docker.compose.oneoff": "True",
			"com.docker.compose.version": c.version, "com.docker.compose.slug": "f00ba4",
		}
		if number != "" {
			delete(of, "com.docker.compose.slug")
			of["com.docker.compose.container-number"], of["com.docker.compose.oneoff"] = number, "False"
			of["com.docker.compose.config-hash"] = "f00"
		}
		if c.dir != "" {
			of["com.docker.compose.project.working_dir"], of["com.docker.compose.project.config_files"] = c.dir, "fig.yml"
		}
	}
	made, err := c.client.ContainerCreate(c.t.Context(), &container.Config{Image: "probe", Labels: of}, &container.HostConfig{Links: links}, nil, nil, name)
	if err == nil && up {
		err = c.client.ContainerStart(c.t.Context(), made.ID, container.StartOptions{})
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// states lists the containers of the engine with their states, by name.
func (c *composed) states() string {
	c.t.Helper()
	list, err := c.client.ContainerList(c.t.Context(), container.ListOptions{All: true})
	if err != nil {
		c.t.Fatal(err)
	}
	var words []string
	for _, of := range list {
		name := ""
		for _, n := range of.Names {
			if strings.Count(n, "/") == 1 {
				name = n[1:]
			}
		}
		words = append(words, name+" "+of.State)
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

func TestAllVerbsActOnWhatDockerComposeMade(t *testing.T) {
	for _, c := range []struct{ line, out, states string }{
		{"ps --format {{.Name}}/{{.Service}}/{{.Number}}", "demo_db_1/db/1\nf00ba47f00ba_demo_db_1/db/1\ndemo_web_run_1/web/0\ndemo_web_1/web/1\n", ""},
		{"ps -q web", "", ""},
		{"ps --services", "web\ndb\n", ""},
		{"ls --format {{.Name}}/{{.MadeBy}}/{{.Status}}", "demo/docker-compose 1.29.2/created(1), running(2)\n", ""},
		{"images --format {{.Container}} web", "demo_web_run_1\ndemo_web_1\n", ""},
		{"logs --no-color --no-log-prefix web", "", ""},
		{"top web", "", ""},
		{"exec -T web /probe env PATH", "/\n", ""},
		{"stop", "", "demo_db_1 exited, demo_web_1 exited, demo_web_run_1 running, f00ba47f00ba_demo_db_1 created"},
		{"stop web", "", "demo_db_1 running, demo_web_1 exited, demo_web_run_1 running, f00ba47f00ba_demo_db_1 created"},
		{"kill web", "", "demo_db_1 running, demo_web_1 exited, demo_web_run_1 running, f00ba47f00ba_demo_db_1 created"},
		{"pause web", "", "demo_db_1 running, demo_web_1 paused, demo_web_run_1 running, f00ba47f00ba_demo_db_1 created"},
		{"restart web", "", "demo_db_1 running, demo_web_1 running, demo_web_run_1 running, f00ba47f00ba_demo_db_1 created"},
		{"rm -f db", "", "demo_db_1 running, demo_web_1 running, demo_web_run_1 running"},
		{"rm -fs web", "", "demo_db_1 running, f00ba47f00ba_demo_db_1 created"},
		{"down", "", ""},
		{"-p demo -f none.yml down", "", ""},
	} {
		m, stack := stack(t, nil)
		stack.make("f00ba47f00ba_demo_db_1", "db", "1", false)
		stack.make("demo_web_run_1", "web", "", true, "demo_db_1:db")
		before := stack.states()
		out, errs, code := m.run(t, strings.Fields(c.line)...)
		if code != 0 || c.out != "" && out != c.out || strings.Contains(errs, "left alone") {
			t.Errorf("%s: exit code %d\n%s%s", c.line, code, out, errs)
		}
		want, looks := c.states, strings.Contains("ps ls images logs top exec", strings.Fields(c.line)[0])
		if looks {
			want = before
		}
		if got := stack.states(); got != want {
			t.Errorf("%s: %s, want %s", c.line, got, want)
		}
		if looks && out == "" {
			t.Errorf("%s prints nothing", c.line)
		}
	}
}

func TestWhatIsNotTheStacksIsNamedAndLeftAlone(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone")
	elsewhere := t.TempDir()
	for name, c := range map[string]struct {
		change     func(*composed)
		note, hint string
	}{
		"of docker compose": {
			func(c *composed) { c.version = "2.24.5" },
			"demo_db_1, demo_web_1 (made by docker compose 2.24.5)", "for these: docker compose -p demo ps",
		},
		"of another directory": {
			func(c *composed) { c.dir = elsewhere },
			"demo_db_1, demo_web_1 (made from another directory)", "for these first: cd " + elsewhere,
		},
		"of a directory that is gone": {
			func(c *composed) { c.dir = gone },
			"demo_db_1, demo_web_1 (made from " + gone + ", which no longer exists)",
			"if that directory was moved here: docker stacklite --adopt TYPED",
		},
		"without labels": {
			func(c *composed) { c.version = "" },
			"demo_db_1, demo_web_1 (no label says whose)",
			"if Fig or docker run made them for this stack: docker stacklite --adopt TYPED",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, stack := stack(t, c.change)
			before := stack.states()
			for _, line := range []string{
				"stop", "down", "start", "restart", "kill", "pause", "unpause", "rm -f", "up -d", "exec web x", "wait web", "create", "check --running",
				"ps", "images", "logs", "top", "can web db", "graph --live",
			} {
				out, errs, code := m.run(t, strings.Fields(line)...)
				note := c.note
				if strings.HasPrefix(line, "exec web") || line == "wait web" {
					note = strings.TrimPrefix(note, "demo_db_1, ")
				}
				looks := slices.Contains([]string{"ps", "images", "logs", "top", "can web db", "graph --live"}, line)
				if failed := code == 1; failed == looks || code > 1 || strings.Count(errs, "note: not this stack's, left alone: "+note+"\n") != 1 {
					t.Errorf("%s: exit code %d\n%s%s", line, code, out, errs)
				}
				typed := strings.NewReplacer("rm -f", "rm --force", "up -d", "up --detach").Replace(line)
				if hint := "hint: " + strings.Replace(c.hint, "TYPED", typed, 1) + "\n"; strings.Count(errs, hint) != 1 || !strings.HasSuffix(errs, hint) {
					t.Errorf("%s: not once, at the end: %s%s", line, hint, errs)
				}
			}
			if got := stack.states(); got != before {
				t.Errorf("before %s, now %s", before, got)
			}
			_, errs, _ := m.run(t, "stop", "mail")
			if !strings.Contains(errs, "no such service: mail") {
				t.Errorf("stop mail: %s", errs)
			}
		})
	}
}

func TestContainersOfAnOlderNameAreTakenWithANote(t *testing.T) {
	m, stack := stack(t, func(c *composed) { c.version, c.project, c.dir = "1.20.1", "tkoldapp", "" })
	const note = "note: taken for this stack's by the name of the project alone, for docker-compose before 1.25 did not say from which directory: tkoldapp_db_1, tkoldapp_web_1\n"
	_, errs, code := m.run(t, "-p", "tk-old_app", "stop")
	if code != 0 || strings.Count(errs, note) != 1 || stack.states() != "tkoldapp_db_1 exited, tkoldapp_web_1 exited" {
		t.Errorf("exit code %d, %s\n%s", code, stack.states(), errs)
	}
	if _, errs, _ := m.run(t, "-p", "tk-old_app", "rm", "-f"); strings.Count(errs, note) != 1 || stack.states() != "" {
		t.Errorf("%s\n%s", stack.states(), errs)
	}
}

func TestWithAdoptNamesAreEnough(t *testing.T) {
	m, stack := stack(t, func(c *composed) { c.version, c.project = "", "DemoApp" })
	stack.make("DemoApp_db_run_1", "db", "", false)
	stack.make("DemoApp_mail_1", "mail", "1", true)
	if out, _, _ := m.run(t, "-p", "DemoApp", "ps", "-q"); out != "" {
		t.Errorf("without the flag: %s", out)
	}
	out, errs, code := m.run(t, "-p", "DemoApp", "--adopt", "ps", "-a", "--format", "{{.Name}}/{{.Service}}/{{.Number}}")
	if out != "DemoApp_db_run_1/db/0\nDemoApp_db_1/db/1\nDemoApp_web_1/web/1\n" || code != 0 || errs != "" {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	if _, errs, code := m.run(t, "-p", "DemoApp", "--adopt", "down"); code != 0 || stack.states() != "DemoApp_mail_1 running" {
		t.Errorf("exit code %d, %s\n%s", code, stack.states(), errs)
	}
}

func TestAMovedDirectoryIsAccceptedWithAdopt(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone")
	m, stack := stack(t, func(c *composed) { c.dir = gone })
	_, errs, code := m.run(t, "--adopt", "down")
	if code != 0 || stack.states() != "" || !strings.Contains(errs, "note: taken for this stack's, made from a directory that no longer exists: demo_db_1, demo_web_1\n") {
		t.Errorf("exit code %d, %s\n%s", code, stack.states(), errs)
	}
}

func TestALinkToAStoppedContainerIsExplained(t *testing.T) {
	m, stack := stack(t, nil)
	_, errs, code := m.run(t, "stop", "db")
	if code != 0 || !strings.Contains(errs, "note: until demo_db_1 runs again no command can be run in what has a link to it, nor can that be restarted: demo_web_1\n") {
		t.Errorf("stop db: exit code %d\n%s", code, errs)
	}
	const hints = "hint: start that one first: docker start demo_db_1\nhint: or replace what docker-compose 1.x made, whose links need this: docker stacklite up -d\n"
	for _, line := range []string{"exec -T web /probe env", "restart web"} {
		if _, errs, code := m.run(t, strings.Fields(line)...); code != 1 || !strings.HasSuffix(errs, hints) {
			t.Errorf("%s: exit code %d\n%s", line, code, errs)
		}
	}
	if _, errs, _ := m.run(t, "--dry-run", "rm", "-f", "db"); strings.Contains(errs, "note:") {
		t.Errorf("nobody who runs has a link: %s", errs)
	}
	if _, errs, code := m.run(t, "restart"); code != 0 || stack.states() != "demo_db_1 running, demo_web_1 running" {
		t.Errorf("restart: exit code %d, %s\n%s", code, stack.states(), errs)
	}
	if _, errs, _ := m.run(t, "--dry-run", "rm", "-fs", "db"); !strings.Contains(errs, "note: without demo_db_1 no command can be run in what has a link to it, nor can that be restarted: demo_web_1\n") {
		t.Errorf("rm: %s", errs)
	}
	if _, errs, _ := m.run(t, "stop"); strings.Contains(errs, "note:") {
		t.Errorf("stop: %s", errs)
	}
}

func TestCanSaysOfWhatIsNotTheStacksWhatToDo(t *testing.T) {
	m, _ := stack(t, func(c *composed) { c.version = "" })
	_, errs, code := m.run(t, "can", "--live", "web", "db")
	want := "stack-lite: web does not run\n" +
		"hint: if Fig or docker run made them for this stack: docker stacklite --adopt can --live web db\n" +
		"hint: to ask the files instead: docker stacklite can --live=false web db\n"
	if code != 1 || !strings.HasSuffix(errs, want) || strings.Contains(errs, "up -d") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

func TestHintsNameOnlyWhatMayHaveBeenMeant(t *testing.T) {
	m, stack := stack(t, nil)
	stack.version = "" // without labels
	for _, name := range []string{"other_1", "other_2", "somebodys-postgres"} {
		stack.make(name, "x", "1", true)
	}
	for line, want := range map[string]string{
		"can web dbb":              "hint: there are: web, db\n",
		"can web postgres":         "hint: there are: web, db, somebodys-postgres\n",
		"can web other_":           "hint: there are: web, db, other_1, other_2\n",
		"link add web other_1":     "hint: there are: demo_web_1\n",
		"link add demo_web_1 none": "hint: to list all containers: docker ps -a\n",
	} {
		_, errs, code := m.run(t, strings.Fields(line)...)
		if _, hints, _ := strings.Cut(errs, "\n"); code == 0 || !strings.HasPrefix(hints, want) {
			t.Errorf("%s: exit code %d\n%s", line, code, errs)
		}
	}
}
