package realengine_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/moby/term"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// terminal is a user at a terminal that the program runs on.
type terminal struct {
	t        *testing.T
	cmd      *exec.Cmd
	keyboard *os.File // and screen
	line     *os.File // the program's side
	before   *term.State

	mu     sync.Mutex
	screen bytes.Buffer
}

// runAtTerminal starts the program at a terminal of 90 by 24, with a stack of a
// project that no other test has.
func runAtTerminal(t *testing.T, project, host string, args ...string) *terminal {
	t.Helper()
	dir, bin := t.TempDir(), scenario.Program(t, "docker-stack-lite")
	file := "web:\n  image: " + scenario.ProbeImage + "\n  stdin_open: true\n  command: /probe serve 80\n" +
		"last:\n  image: " + scenario.ProbeImage + "\n  command: /probe say -bare -every 1s first- last-words\n"
	if err := os.WriteFile(filepath.Join(dir, "fig.yml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &terminal{t: t}
	var err error
	if s.keyboard, s.line, err = pty.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.keyboard.Close(); s.line.Close() })
	s.resize(90, 24)
	if s.before, err = term.SaveState(s.line.Fd()); err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.Command(filepath.Join(bin, "docker-stack-lite"), args...)
	s.cmd.Dir = dir
	s.cmd.Env = append(os.Environ(), "DOCKER_HOST="+host, "COMPOSE_PROJECT_NAME="+project, "TERM=xterm")
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = s.line, s.line, s.line
	s.cmd.SysProcAttr = ownTerminal()
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := s.keyboard.Read(b)
			s.mu.Lock()
			s.screen.Write(b[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

func (s *terminal) resize(width, height uint16) {
	s.t.Helper()
	if err := pty.Setsize(s.keyboard, &pty.Winsize{Cols: width, Rows: height}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *terminal) press(keys string) {
	s.t.Helper()
	if _, err := s.keyboard.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// see waits until a text is on the screen.
func (s *terminal) see(text string) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		s.mu.Lock()
		found := strings.Contains(s.screen.String(), text)
		s.mu.Unlock()
		if found {
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.t.Fatalf("never saw %q on the screen:\n%s", text, s.screen.String())
}

// end waits for the program and makes sure that the terminal is as it was.
func (s *terminal) end(code int) {
	s.t.Helper()
	_ = s.cmd.Wait() // the code tells
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := s.cmd.ProcessState.ExitCode(); got != code {
		s.t.Errorf("exit code %d, not %d:\n%s", got, code, s.screen.String())
	}
	after, err := term.SaveState(s.line.Fd())
	if err != nil || *after != *s.before {
		s.t.Errorf("the terminal is not as it was before: %v", err)
	}
}

func TestTerminalsOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	host := cli.DaemonHost()

	t.Run("run is a terminal of the user's size", func(t *testing.T) {
		scene := scenario.New(t, host, nil)
		s := runAtTerminal(t, scene.Project, host, "run", "--rm", "web", "/probe", "terminal")
		s.see("terminal 90x24")
		s.resize(100, 30)
		s.see("terminal 100x30")
		s.press("hello\r")
		s.see("typed hello")
		s.press("\x03")
		s.see("interrupted")
		s.press("exit 9\r")
		s.end(9)
		if err := scene.Say("absent", "web"); err != nil {
			t.Error(err)
		}
	})
	t.Run("exec is a terminal too", func(t *testing.T) {
		scene := scenario.New(t, host, nil)
		runAtTerminal(t, scene.Project, host, "up", "-d", "web").end(0)
		s := runAtTerminal(t, scene.Project, host, "exec", "web", "/probe", "terminal")
		s.see("terminal 90x24")
		s.resize(50, 10)
		s.see("terminal 50x10")
		s.press("\x03")
		s.see("interrupted")
		s.press("exit 4\r")
		s.end(4)
	})
	t.Run("Ctrl-P Ctrl-Q leaves it running", func(t *testing.T) {
		scene := scenario.New(t, host, nil)
		s := runAtTerminal(t, scene.Project, host, "run", "web", "/probe", "terminal")
		s.see("terminal 90x24")
		s.press("\x10\x11")
		s.see("keeps running")
		s.end(0)
		if err := scene.Say("running", "web", "1"); err != nil {
			t.Error(err)
		}
	})
	t.Run("a command that can't be run leaves nothing with --rm", func(t *testing.T) {
		scene := scenario.New(t, host, nil)
		s := runAtTerminal(t, scene.Project, host, "run", "--rm", "web", "/nosuch")
		s.see("there is no program")
		s.end(1)
		if err := scene.Say("absent", "web"); err != nil {
			t.Error(err)
		}
	})
	t.Run("last words are shown without a line end too", func(t *testing.T) {
		scene := scenario.New(t, host, nil)
		s := runAtTerminal(t, scene.Project, host, "up", "last")
		s.see(" first-last-words")
		s.see("_last_1 exited with code 0")
		s.end(0)
	})
	t.Run("Ctrl-C stops up, with the last words on the screen", func(t *testing.T) {
		scene := scenario.New(t, host, nil)
		s := runAtTerminal(t, scene.Project, host, "up", "web")
		s.see("serving on 80")
		s.press("\x03")
		s.see("Gracefully stopping... (press Ctrl+C again to force)")
		s.see("_web_1 exited with code 0")
		s.end(0)
	})
}
