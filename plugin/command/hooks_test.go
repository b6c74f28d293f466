package command

import (
	"os"
	"strings"
	"testing"
)

const hooked = `services:
  web:
    image: probe
    depends_on: [db]
  db:
    image: probe
    command: [/probe, COMMAND]
    post_start:
      - command: [/probe, say, hello]
      - command: POST
    pre_stop:
      - command: PRE
`

func TestACommandOfTheFilesThatFailsIsToldWithItsPlaceAndAWayOut(t *testing.T) {
	fails, works, absent := "/probe say -exit 3 no", "/probe say yes", "nope"
	for name, c := range map[string]struct {
		command, post, pre string
		args               []string // after up, where that works
		want               string   // the end of what is said
	}{
		"after a start": {"serve", fails, works, nil, `fig.yml:10:9: db.post_start[1]: exited with code 3 in container demo-db-1: no
hint: demo-db-1 runs, and up does not run its post_start again; to do that: docker stacklite restart db
`},
		"after a start, one that is not there": {"serve", absent, works, nil, `fig.yml:10:9: db.post_start[1]: there is no program "nope" in the image
hint: check its name and path; a line of shell has to be written: sh -c 'LINE'
hint: demo-db-1 runs, and up does not run its post_start again; to do that: docker stacklite restart db
`},
		"in a container that has ended": {"say, over", works, works, nil, `fig.yml:9:9: db.post_start[0]: container demo-db-1 has exited with code 0: over
hint: a command is run only in a container that stays: to see why it does not: docker stacklite logs --tail 20 db
`},
		"before a stop": {"serve", works, fails, []string{"stop"}, `fig.yml:12:9: db.pre_stop[0]: exited with code 3 in container demo-db-1: no
hint: demo-db-1 runs on; to stop it without its pre_stop: docker stacklite kill db
`},
		"before it is replaced": {"serve", works, fails, []string{"up", "-d", "--force-recreate"}, `fig.yml:12:9: db.pre_stop[0]: exited with code 3 in container demo-db-1: no
hint: demo-db-1 runs on; to stop it without its pre_stop: docker stacklite kill db
`},
		"before it is replaced rolling": {"serve", works, fails, []string{"up", "-d", "--force-recreate", "--rolling"}, `fig.yml:12:9: db.pre_stop[0]: exited with code 3 in container demo-db-1: no
hint: demo-db-1 runs on; to stop it without its pre_stop: docker stacklite kill db
`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			m := newMemory(t)
			write(t, "fig.yml", strings.NewReplacer("COMMAND", c.command, "POST", c.post, "PRE", c.pre).Replace(hooked))
			_, errs, code := m.run(t, "up", "-d")
			if c.args != nil {
				if code != 0 {
					t.Fatal(errs)
				}
				_, errs, code = m.run(t, c.args...)
			}
			if code != 1 || !strings.HasSuffix(errs, c.want) {
				t.Errorf("exit code %d\n%s\nwant\n%s", code, errs, c.want)
			}
		})
	}
}

func TestRollingTheOldContainerRunsOnWhereACommandInTheNewOneFails(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	file := func(post string) {
		write(t, "fig.yml", strings.NewReplacer("COMMAND", "serve", "POST", post, "PRE", "/probe say bye").Replace(hooked))
	}
	file("/probe say yes")
	if _, errs, code := m.run(t, "up", "-d"); code != 0 {
		t.Fatal(errs)
	}
	before, _, _ := m.run(t, "ps", "-q", "db")
	file("/probe say -exit 3 no")
	_, errs, code := m.run(t, "up", "-d", "--rolling")
	want := `fig.yml:10:9: db.post_start[1]: exited with code 3 in container demo-db-1: no
hint: the new container is taken away again
hint: not touched, and still running: demo-db-1
`
	if code != 1 || !strings.HasSuffix(errs, want) {
		t.Errorf("exit code %d\n%s\nwant\n%s", code, errs, want)
	}
	if after, _, _ := m.run(t, "ps", "-q", "db"); after != before || before == "" {
		t.Errorf("there is %q now, there was %q", after, before)
	}
}

func TestWhatCommandsOfTheFilesPrintIsShown(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "fig.yml", strings.NewReplacer("COMMAND", "serve", "POST", "/probe say again", "PRE", "/probe say bye").Replace(hooked))
	if _, errs, code := m.run(t, "up", "-d"); code != 0 || !strings.Contains(errs, "demo-db-1 | hello\ndemo-db-1 | again\nCreating demo-db-1 ... done\n") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if _, errs, code := m.run(t, "rm", "--stop", "--force", "db"); code != 0 ||
		!strings.Contains(errs, "Stopping demo-db-1 ... \ndemo-db-1 | bye\nStopping demo-db-1 ... done\nRemoving demo-db-1 ... \n") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if _, errs, code := m.run(t, "--progress", "quiet", "up", "-d"); code != 0 || errs != "" {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	_, errs, code := m.run(t, "--progress", "json", "down")
	want := `{"step":2,"phase":"advanced","verb":"remove","kind":"container","name":"demo-db-1","action":"run pre_stop[0] in container demo-db-1","cause":"asked for","progress":{"text":"bye"}}`
	if code != 0 || !strings.Contains(errs, want) {
		t.Errorf("exit code %d\n%s\nwant\n%s", code, errs, want)
	}
}

func TestWithoutFilesAContainerIsStoppedWithoutItsCommandsAndThatIsNoted(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "fig.yml", strings.NewReplacer("COMMAND", "serve", "POST", "/probe say again", "PRE", "/probe say -exit 3 no").Replace(hooked))
	if _, errs, code := m.run(t, "up", "-d"); code != 0 {
		t.Fatal(errs)
	}
	if err := os.Remove("fig.yml"); err != nil {
		t.Fatal(err)
	}
	_, errs, code := m.run(t, "-p", "demo", "stop")
	if code != 0 || !strings.Contains(errs, "note: container demo-db-1 is stopped without its pre_stop, which only files with a service db tell\n") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}
