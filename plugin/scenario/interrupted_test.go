package scenario_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// chain is a stack with two link networks and a service that nobody links to.
const chain = `web:
  image: stacklite-probe:test
  links: [db, "cache:memory"]
db:
  image: stacklite-probe:test
  volumes: [/data]
cache:
  image: stacklite-probe:test
alone:
  image: stacklite-probe:test
`

// stage is a project folder and an engine in memory for tests that need
// more than a script can say.
type stage struct {
	*scene
	t       *testing.T
	dir     string
	program string
}

func newStage(t *testing.T, version, file string) *stage {
	t.Helper()
	memory := newMemory(t, version)
	program, err := exec.LookPath("stacklite")
	if err != nil {
		t.Fatal(err) // testscript.Main puts it on the path
	}
	s := &stage{scene: newScene(t, memory.Host(), memory), t: t, dir: t.TempDir(), program: program}
	s.write(file)
	return s
}

func (s *stage) write(file string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "fig.yml"), []byte(file), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// stacklite runs the program in the project folder.
func (s *stage) stacklite(args ...string) error {
	if out, err := s.command(args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", args, err, out)
	}
	return nil
}

func (s *stage) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.program, args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "HOME="+s.dir, "DOCKER_CONFIG="+s.dir,
		"DOCKER_HOST="+s.host, "COMPOSE_PROJECT_NAME="+s.project)
	return cmd
}

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// whole claims that the stack of chain is up and wired as its file says.
func (s *stage) whole() {
	s.t.Helper()
	for _, service := range []string{"web", "db", "cache", "alone"} {
		s.must(running(s.scene, []string{service, "1"}))
		s.must(stopped(s.scene, []string{service, "0"}))
	}
	s.must(reaches(s.scene, []string{"web", "db"}))
	s.must(reaches(s.scene, []string{"web", "cache", "memory"}))
	for _, apart := range [][]string{{"db", "cache"}, {"alone", "web"}, {"alone", "db"}} {
		s.must(isolated(s.scene, apart))
	}
}

// changes counts what a command changes on the engine.
func (s *stage) changes(args ...string) int {
	s.t.Helper()
	s.memory.ResetCalls()
	s.must(s.stacklite(args...))
	n := 0
	for _, c := range s.memory.Calls() {
		if c.Changes() {
			n++
		}
	}
	return n
}

// A command that is killed after any of its changes has to leave nothing
// that the next up does not finish and the next down does not clear.
func TestUpKilledAfterAnyChangeIsFinishedByUpAndClearedByDown(t *testing.T) {
	for _, version := range engineVersions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			count := newStage(t, version, chain)
			changes := count.changes("up", "-d")
			if changes < 8 {
				t.Fatalf("up made %d changes, fewer than it takes", changes)
			}
			for k := 1; k < changes; k++ {
				s := newStage(t, version, chain)
				s.memory.Fail(cutOffAfter(k))
				if err := s.stacklite("up", "-d"); err == nil {
					t.Fatalf("cut off after change %d of %d, up claims success", k, changes)
				}
				s.memory.Fail(nil)
				if k%2 == 0 {
					s.must(s.stacklite("up", "-d"))
					s.whole()
				}
				s.must(s.stacklite("down", "--volumes"))
				s.must(nothingLeft(s.scene, nil))
			}
		})
	}
}

// The same for a change of a stack that runs: another image setting for db,
// the link to cache gone, one to alone come.
func TestAChangeKilledHalfWayIsFinishedByUp(t *testing.T) {
	const changed = `web:
  image: stacklite-probe:test
  links: [db, alone]
db:
  image: stacklite-probe:test
  volumes: [/data]
  environment: {MODE: new}
cache:
  image: stacklite-probe:test
alone:
  image: stacklite-probe:test
`
	for _, version := range engineVersions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			count := newStage(t, version, chain)
			count.must(count.stacklite("up", "-d"))
			count.write(changed)
			changes := count.changes("up", "-d")
			for k := 1; k < changes; k++ {
				s := newStage(t, version, chain)
				s.must(s.stacklite("up", "-d"))
				s.must(remember(s.scene, []string{"web", "alone", "cache"}))
				s.write(changed)
				s.memory.Fail(cutOffAfter(k))
				if err := s.stacklite("up", "-d"); err == nil {
					t.Fatalf("cut off after change %d of %d, up claims success", k, changes)
				}
				s.memory.Fail(nil)
				s.must(s.stacklite("up", "-d"))
				for _, service := range []string{"web", "db", "cache", "alone"} {
					s.must(running(s.scene, []string{service, "1"}))
					s.must(stopped(s.scene, []string{service, "0"}))
				}
				s.must(kept(s.scene, []string{"web", "alone", "cache"}))
				s.must(reaches(s.scene, []string{"web", "db"}))
				s.must(reaches(s.scene, []string{"web", "alone"}))
				s.must(isolated(s.scene, []string{"web", "cache"}))
				s.must(environment(s.scene, []string{"db", "MODE", "new"}))
				if n := s.changes("up", "-d"); n != 0 {
					t.Errorf("cut off after change %d of %d: a third up changes %d things", k, changes, n)
				}
				s.must(s.stacklite("down"))
				s.must(nothingLeft(s.scene, nil))
			}
		})
	}
}
