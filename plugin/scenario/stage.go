package scenario

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// Chain is a stack with two link networks, and a service without links.
const Chain = `web:
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

// Stage is a scene with a project folder, for tests that need more than a
// script can say.
type Stage struct {
	*Scene
	T       *testing.T
	Dir     string
	program string
}

// NewStage is a stage on an engine in memory of its own, with a file.
func NewStage(t *testing.T, version, file string) *Stage {
	t.Helper()
	memory := NewMemory(t, version)
	return New(t, memory.Host(), memory).Stage(t, file)
}

// Stage gives a scene a project folder, with a file.
func (s *Scene) Stage(t *testing.T, file string) *Stage {
	t.Helper()
	program, err := exec.LookPath("stacklite")
	if err != nil {
		t.Fatal(err) // Main puts it on the path
	}
	stage := &Stage{Scene: s, T: t, Dir: t.TempDir(), program: program}
	stage.Write(file)
	return stage
}

// Write makes a text the project's file.
func (s *Stage) Write(file string) {
	s.T.Helper()
	s.Must(os.WriteFile(filepath.Join(s.Dir, "fig.yml"), []byte(file), 0o644))
}

// WriteNamed makes a text the project's file, with the project's name where it has
// NAME.
func (s *Stage) WriteNamed(file string) {
	s.T.Helper()
	s.Write(strings.ReplaceAll(file, "NAME", s.Project))
}

// Stacklite runs the program in the project folder.
func (s *Stage) Stacklite(args ...string) error {
	return output(s.Command(args...))
}

// output runs a command; the error of one that fails has what it printed.
func output(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", cmd.Args, err, out)
	}
	return nil
}

// Command is the program, to be run in the project folder.
func (s *Stage) Command(args ...string) *exec.Cmd {
	s.T.Helper()
	if s.Memory == nil && slices.Contains(args, "down") { // after that nothing says whose anonymous volumes are
		_, err := ownVolumes(s.Scene)
		s.Must(err)
	}
	cmd := exec.Command(s.program, args...)
	cmd.Dir = s.Dir
	cmd.Env = append(os.Environ(), "HOME="+s.Dir, "DOCKER_CONFIG="+s.Dir,
		"DOCKER_HOST="+s.Host, "COMPOSE_PROJECT_NAME="+s.Project)
	if s.Memory != nil && os.Getenv("STACKLITE_BUILDER") == "" {
		cmd.Env = append(cmd.Env, "STACKLITE_BUILDER="+s.builder()) // as for scripts
	}
	return cmd
}

// Must ends the test at an error.
func (s *Stage) Must(err error) {
	s.T.Helper()
	if err != nil {
		s.T.Fatal(err)
	}
}

// Say says a word of the language of scripts, and ends the test when it is not
// so.
func (s *Stage) Say(name string, args ...string) {
	s.T.Helper()
	s.Must(s.Scene.Say(name, args...))
}

// Whole claims that the stack of Chain is up and wired as its file says.
func (s *Stage) Whole() {
	s.T.Helper()
	for _, service := range []string{"web", "db", "cache", "alone"} {
		s.Say("running", service, "1")
		s.Say("stopped", service, "0")
	}
	s.Say("reaches", "web", "db")
	s.Say("reaches", "web", "cache", "memory")
	for _, apart := range [][]string{{"db", "cache"}, {"alone", "web"}, {"alone", "db"}} {
		s.Say("isolated", apart...)
	}
}

// Calls runs the program and gives what it asks of an engine in memory.
func (s *Stage) Calls(args ...string) []enginetest.Call {
	s.T.Helper()
	s.Memory.ResetCalls()
	s.Must(s.Stacklite(args...))
	return s.Memory.Calls()
}

// Changes runs the program and counts what it changes on an engine in memory.
func (s *Stage) Changes(args ...string) int {
	s.T.Helper()
	n := 0
	for _, c := range s.Calls(args...) {
		if c.Changes() {
			n++
		}
	}
	return n
}
