package crowds_test

import (
	"bytes"
	"context"
	"os/exec"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// A meeting is two commands on one project at the same time.
type meeting struct {
	name      string
	isUp      bool // the stack is there before
	first     []string
	second    []string
	takesDown bool // one of them removes containers for good, with what they hold
	mayRefuse bool // one of them may find nothing to act on
}

// meetings are those that are tried.
func meetings() []meeting {
	up, down, again := []string{"up", "-d"}, []string{"down"}, []string{"up", "-d", "--force-recreate"}
	return []meeting{
		{name: "up and up", first: up, second: up},
		{name: "up and down", first: up, second: down, takesDown: true},
		{name: "replace and replace", isUp: true, first: again, second: again},
		{name: "replace and up", isUp: true, first: again, second: up},
		{name: "replace and down", isUp: true, first: again, second: down, takesDown: true},
		{name: "down and up", isUp: true, first: down, second: up, takesDown: true},
		{name: "down and down", isUp: true, first: down, second: down, takesDown: true},
		{name: "scale and scale", isUp: true, first: []string{"scale", "db=3"}, second: []string{"scale", "db=2"}},
		{name: "scale and replace", isUp: true, first: []string{"scale", "db=2"}, second: again},
		{name: "stop and start", isUp: true, first: []string{"stop"}, second: []string{"start"}},
		{name: "pause and unpause", isUp: true, first: []string{"pause"}, second: []string{"unpause"}, mayRefuse: true},
		{name: "restart and replace", isUp: true, first: []string{"restart"}, second: again, mayRefuse: true},
		{name: "rm and up", isUp: true, first: []string{"rm", "-s", "-f"}, second: up, takesDown: true},
	}
}

// prepare brings the stack up where it is to be there, with data.
func (m meeting) prepare(s *scenario.Stage) {
	s.T.Helper()
	if m.isUp {
		s.Must(s.Stacklite("up", "-d"))
		s.Say("running", "db", "1")
		s.Say("writes", "db", "/data/word", "precious")
		s.Say("remember-volumes")
	}
}

// ended claims that a command ended well, or says what to do.
func (m meeting) ended(s *scenario.Stage, r run) {
	s.T.Helper()
	mayEnd := m.mayRefuse && (strings.Contains(r.said, "hint:") || strings.Contains(r.said, "nothing to "))
	// On a machine where taking down takes longer than anybody looks again.
	gaveUp := m.takesDown && strings.Contains(r.said, "something else has changed project") && strings.Contains(r.said, "hint: run the same command again")
	if r.err != nil && !mayEnd && !gaveUp {
		s.T.Errorf("%v ended with %v\n%s", r.args, r.err, r.said)
	}
	if strings.Contains(r.said, "internal error") {
		s.T.Errorf("%v said:\n%s", r.args, r.said)
	}
}

// whole claims that the same command again makes all as the file says, that nothing is
// there twice and nothing is lost, and that down leaves nothing.
func (m meeting) whole(s *scenario.Stage) {
	s.T.Helper()
	_ = s.Stacklite("unpause") // where one was paused last
	s.Must(s.Stacklite("up", "-d", "--scale", "db=1"))
	s.Whole()
	if said, err := s.Command("plan").CombinedOutput(); err != nil || !strings.Contains(string(said), "nothing to do") {
		s.T.Errorf("there is more to do: %v\n%s", err, said)
	}
	list, err := s.Client.NetworkList(context.Background(), network.ListOptions{})
	s.Must(err)
	var names []string
	for _, n := range list {
		if slices.Contains(names, n.Name) {
			s.T.Errorf("there are two networks %s", n.Name)
		}
		names = append(names, n.Name)
	}
	if m.isUp {
		s.Say("volumes-kept")
	}
	if m.isUp && !m.takesDown {
		s.Say("holds", "db", "/data/word", "precious")
	}
	s.Must(s.Stacklite("down"))
	s.Say("nothing-left")
}

// run is a command that has ended.
type run struct {
	args []string
	said string
	err  error
}

// rival is the program as somebody else calls it, with a home of their own: it knows
// nothing of the locks of others.
func rival(s *scenario.Stage, args ...string) *exec.Cmd {
	s.T.Helper()
	home := s.T.TempDir()
	cmd := s.Command(args...)
	cmd.Env = append(cmd.Env, "HOME="+home, "XDG_CACHE_HOME="+home, "DOCKER_CONFIG="+home)
	return cmd
}

// end waits for a command that was begun.
func end(cmd *exec.Cmd) run {
	said := cmd.Stdout.(*bytes.Buffer)
	err := cmd.Wait()
	return run{cmd.Args[1:], said.String(), err}
}

// begin starts a command.
func begin(s *scenario.Stage, cmd *exec.Cmd) *exec.Cmd {
	s.T.Helper()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	s.Must(cmd.Start())
	return cmd
}

// unwritable is the program of somebody who can't keep a lock anywhere.
func unwritable(s *scenario.Stage, args ...string) *exec.Cmd {
	cmd := s.Command(args...)
	cmd.Env = append(cmd.Env, "HOME=/proc", "XDG_CACHE_HOME=/proc", "TMPDIR=/proc", "DOCKER_CONFIG="+s.Dir)
	return cmd
}
