//go:build !windows

package kills_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// way is a way to end a command in the middle.
type way struct {
	name  string
	begin func(*victim) error // how the command gets its streams, and is started
	hit   func(*victim)
}

// ways are all.
func ways() []way {
	signals := func(list ...syscall.Signal) func(*victim) {
		return func(v *victim) {
			for _, s := range list {
				_ = v.cmd.Process.Signal(s) // it may have ended
			}
		}
	}
	all := []way{
		{"kill -9", piped, signals(syscall.SIGKILL)},
		{"TERM", piped, signals(syscall.SIGTERM)},
		{"INT", piped, signals(syscall.SIGINT)},
		{"HUP", piped, signals(syscall.SIGHUP)},
		{"INT twice", piped, signals(syscall.SIGINT, syscall.SIGTERM)},
		{"closed pipe", piped, func(v *victim) { v.ours.Close() }},
		{"closed terminal", atTerminal, func(v *victim) { v.ours.Close() }},
	}
	// Who is run with nohup, and all that it runs, goes on without a terminal.
	return slices.DeleteFunc(all, func(w way) bool { return w.name == "HUP" && signal.Ignored(syscall.SIGHUP) })
}

// victim is a command that is to be ended.
type victim struct {
	cmd   *exec.Cmd
	ours  *os.File // our end of what it writes to
	ended chan struct{}

	mu      sync.Mutex
	printed bytes.Buffer
	wrote   chan struct{} // it has written something
}

// started starts a command, whose streams are as a way has them.
func started(t *testing.T, cmd *exec.Cmd, begin func(*victim) error) *victim {
	t.Helper()
	v := &victim{cmd: cmd, ended: make(chan struct{}), wrote: make(chan struct{}, 1)}
	if err := begin(v); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(v, v.ours)
	}()
	go func() {
		defer close(v.ended)
		_ = cmd.Wait() // its status tells
		select {
		case <-read:
		case <-time.After(time.Second): // something else has its streams
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-v.ended
		v.ours.Close()
	})
	return v
}

// Write takes in what the command has written.
func (v *victim) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.printed.Write(p)
	select {
	case v.wrote <- struct{}{}:
	default:
	}
	return len(p), nil
}

// said is what the command has written until now.
func (v *victim) said() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.printed.String()
}

// says waits until the command has written a text, or ended.
func (v *victim) says(text string) bool {
	for !bytes.Contains([]byte(v.said()), []byte(text)) {
		select {
		case <-v.wrote:
		case <-v.ended:
			return bytes.Contains([]byte(v.said()), []byte(text))
		}
	}
	return true
}

// patience is how long a command may take to end that was told to: less than this a
// container may need that does not listen.
const patience = time.Minute

// ends waits for the end of the command and gives its exit code.
func (v *victim) ends(t *testing.T) int {
	t.Helper()
	select {
	case <-v.ended:
	case <-time.After(patience):
		t.Fatalf("%v did not end:\n%s", v.cmd.Args, v.said())
	}
	return v.cmd.ProcessState.ExitCode()
}

// piped starts a command that writes to a pipe.
func piped(v *victim) error {
	ours, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	defer theirs.Close()
	v.ours, v.cmd.Stdout, v.cmd.Stderr = ours, theirs, theirs
	v.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return v.cmd.Start()
}

// atTerminal starts a command at a terminal of its own.
func atTerminal(v *victim) error {
	ours, theirs, err := pty.Open()
	if err != nil {
		return err
	}
	defer theirs.Close()
	v.ours, v.cmd.Stdin, v.cmd.Stdout, v.cmd.Stderr = ours, theirs, theirs, theirs
	v.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	v.cmd.Env = append(v.cmd.Env, "TERM=xterm")
	return v.cmd.Start()
}

// killed runs the program on a stage, and ends it after a time.
func killed(t *testing.T, s *scenario.Stage, w way, after time.Duration, args ...string) *victim {
	t.Helper()
	v := started(t, s.Command(args...), w.begin)
	select {
	case <-time.After(after):
	case <-v.ended:
	}
	w.hit(v)
	return v
}
