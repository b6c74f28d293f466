//go:build !windows

package kills_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// hang lets calls of an engine in memory that are like one hang, and tells when the
// first does. Empty is like all.
func hang(s *scenario.Stage, like string) (hanging <-chan struct{}) {
	first := make(chan struct{})
	seen := false
	s.Memory.Fail(func(c enginetest.Call) enginetest.Fault {
		if !strings.Contains(c.Method+" "+c.Path, like) {
			return enginetest.None
		}
		if !seen {
			seen = true
			close(first)
		}
		return enginetest.Hang
	})
	return first
}

// waits waits until the command has come to a point, and fails where it does not.
func (v *victim) waits(t *testing.T, point <-chan struct{}) {
	t.Helper()
	select {
	case <-point:
	case <-v.ended:
		t.Fatalf("it ended before:\n%s", v.said())
	case <-time.After(patience):
		t.Fatalf("it does not come so far:\n%s", v.said())
	}
}

func (v *victim) press(t *testing.T) {
	t.Helper()
	if err := v.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
}

// One Ctrl-C ends whatever waits for an engine that does not answer.
func TestCtrlCEndsWhatWaitsForAnEngineThatDoesNotAnswer(t *testing.T) {
	all := []string{"up", "up -d", "down", "ps", "logs -f", "exec -T web /probe say word", "run --rm -T web /probe say word", "scale web=2", "plan", "link ls"}
	for like, lines := range map[string][]string{
		"": append([]string{"events"}, all...), "GET /containers/json": all, "GET /events": {"events", "logs -f"},
	} {
		for _, line := range lines {
			t.Run(like+" "+line, func(t *testing.T) {
				t.Parallel()
				s := onMemory(t, "1.41")
				s.WriteNamed(stack)
				hanging := hang(s, like)
				v := started(t, s.Command(strings.Fields(line)...), piped)
				v.waits(t, hanging)
				v.press(t)
				if code := v.ends(t); code != 130 {
					t.Errorf("ended with %d:\n%s", code, v.said())
				}
			})
		}
	}
}

// What the engine was asked to do is waited for, and that is said; another Ctrl-C
// stops the waiting and tells what is not known.
func TestTheSecondCtrlCEndsWhatWaitsForACallUnderWay(t *testing.T) {
	for _, c := range []struct{ line, like, waits, left string }{
		{"up -d", "POST /networks/create", "waiting for the engine to create network", "the engine may still create network"},
		{"up", "POST /networks/create", "waiting for the engine to create network", "the engine may still create network"},
		{"up", "/start", "waiting for the engine to start container", "the engine may still start container"},
		{"run --rm -T --no-deps alone /probe say word", "POST /containers/create", "waiting for the engine to create container", "the engine may still create container"},
	} {
		t.Run(c.line+" "+c.like, func(t *testing.T) {
			t.Parallel()
			s := onMemory(t, "1.51")
			s.WriteNamed(stack)
			hanging := hang(s, c.like)
			v := started(t, s.Command(strings.Fields(c.line)...), piped)
			v.waits(t, hanging)
			v.press(t)
			if !v.says(c.waits) {
				t.Fatalf("it does not say that it waits:\n%s", v.said())
			}
			v.press(t)
			if code := v.ends(t); code != 130 || !strings.Contains(v.said(), c.left) {
				t.Errorf("ended with %d:\n%s", code, v.said())
			}
		})
	}
}

// What was built or pulled half is of no use to anybody: it is not waited for.
func TestOneCtrlCEndsABuild(t *testing.T) {
	for _, line := range []string{"up", "up -d", "build"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			s := onMemory(t, "1.41")
			s.Write("web:\n  build: .\n")
			s.Must(os.WriteFile(filepath.Join(s.Dir, "Dockerfile"), []byte("FROM stacklite-probe:test\n"), 0o600))
			hanging := hang(s, "POST /build")
			cmd := s.Command(strings.Fields(line)...)
			cmd.Env = append(cmd.Env, "STACKLITE_BUILDER=classic")
			v := started(t, cmd, piped)
			v.waits(t, hanging)
			v.press(t)
			if code := v.ends(t); code != 130 {
				t.Errorf("ended with %d:\n%s", code, v.said())
			}
		})
	}
}

// Nothing was changed yet, so that what runs from before goes on.
func TestCtrlCInABuildStopsNothingThatRan(t *testing.T) {
	s := onMemory(t, "1.41")
	s.Write("web:\n  image: stacklite-probe:test\n")
	s.Must(s.Stacklite("up", "-d"))
	s.Write("web:\n  build: .\n")
	s.Must(os.WriteFile(filepath.Join(s.Dir, "Dockerfile"), []byte("FROM stacklite-probe:test\n"), 0o600))
	hanging := hang(s, "POST /build")
	cmd := s.Command("up")
	cmd.Env = append(cmd.Env, "STACKLITE_BUILDER=classic")
	v := started(t, cmd, piped)
	v.waits(t, hanging)
	v.press(t)
	if code := v.ends(t); code != 130 || !strings.Contains(v.said(), "run the same command again") {
		t.Errorf("ended with %d:\n%s", code, v.said())
	}
	s.Memory.Fail(nil)
	s.Say("running", "web", "1")
}

func TestOneCtrlCEndsWhatReadsFromAPipe(t *testing.T) {
	for _, line := range []string{"config", "up -d", "down"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			s := onMemory(t, "1.41")
			pipe := filepath.Join(s.Dir, "pipe.yml")
			s.Must(syscall.Mkfifo(pipe, 0o600))
			v := started(t, s.Command(append([]string{"-f", pipe}, strings.Fields(line)...)...), piped)
			writing, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits until somebody reads
			s.Must(err)
			defer writing.Close()
			v.press(t)
			if code := v.ends(t); code != 130 {
				t.Errorf("ended with %d:\n%s", code, v.said())
			}
		})
	}
}

func TestOneCtrlCEndsWhatWaitsForAnotherCommand(t *testing.T) {
	for _, line := range []string{"up", "up -d", "down"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			s := onMemory(t, "1.41")
			s.WriteNamed(stack)
			hanging := hang(s, "POST /networks/create")
			first := started(t, s.Command("up", "-d"), piped)
			first.waits(t, hanging)
			v := started(t, s.Command(strings.Fields(line)...), piped)
			if !v.says("waiting for another command") {
				t.Fatalf("it does not wait:\n%s", v.said())
			}
			v.press(t)
			if code := v.ends(t); code != 130 {
				t.Errorf("ended with %d:\n%s", code, v.said())
			}
			_ = first.cmd.Process.Kill()
			first.ends(t)
		})
	}
}

// An up that stays stops what it has begun when it is interrupted before it follows,
// and a second Ctrl-C there kills it.
func TestUpThatIsInterruptedWhileItStartsStopsWhatItHasStarted(t *testing.T) {
	s := onMemory(t, "1.41")
	s.Write("web:\n  image: stacklite-probe:test\n  links: [db]\ndb:\n  image: stacklite-probe:test\n")
	begun, goOn := make(chan struct{}), make(chan struct{})
	s.Memory.Fail(func(c enginetest.Call) enginetest.Fault {
		if strings.HasSuffix(c.Path, "/start") && goOn != nil {
			close(begun)
			<-goOn
			goOn = nil
		}
		return enginetest.None
	})
	v := started(t, s.Command("up"), piped)
	v.waits(t, begun)
	v.press(t)
	if !v.says("waiting for the engine to ") { // start db, and maybe make web
		t.Fatalf("it does not say that it waits:\n%s", v.said())
	}
	close(goOn)
	if code := v.ends(t); code != 130 {
		t.Errorf("ended with %d:\n%s", code, v.said())
	}
	s.Say("stopped", "db", "1")
	s.Say("running", "web", "0")
}

// An engine says of a container that is stopped while it starts that it could not be
// started: that is what was asked for.
func TestRunWhoseContainerIsStoppedWhileItStartsIsInterrupted(t *testing.T) {
	s := onMemory(t, "1.41")
	s.Write("web:\n  image: stacklite-probe:test\n")
	starts, goOn := make(chan struct{}), make(chan struct{})
	s.Memory.Fail(func(c enginetest.Call) enginetest.Fault {
		switch {
		case strings.HasSuffix(c.Path, "/attach"): // before it is started
			close(starts)
			<-goOn
		case strings.HasSuffix(c.Path, "/start"):
			return enginetest.Answer(500, "cannot start a stopped process: unknown")
		}
		return enginetest.None
	})
	v := started(t, s.Command("run", "--rm", "-T", "web"), piped)
	v.waits(t, starts)
	v.press(t)
	close(goOn)
	if code := v.ends(t); code != 130 || strings.Contains(v.said(), "stopped process") {
		t.Errorf("ended with %d:\n%s", code, v.said())
	}
	s.Memory.Fail(nil)
	s.Must(s.Stacklite("down"))
	s.Say("nothing-left")
}
