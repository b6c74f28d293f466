package view

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// programSocket is the environment variable that makes the test binary run the
// program in tmux.
const programSocket = "STACKLITE_VIEW_SOCKET"

// TestProgramInTmux is the program that runs in tmux. It has sixty tasks and takes
// one step for every line that it reads from the socket.
func TestProgramInTmux(t *testing.T) {
	path := os.Getenv(programSocket)
	if path == "" {
		t.Skip("runs inside the terminal of another test only")
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	o := Streams{Out: os.Stdout, Err: os.Stderr}.Options(os.Getenv)
	// The clock stands still, so only a step or a resize changes the frame. The
	// size is reported once the program knows it, because tmux tells programs
	// only after it has changed the screen.
	now, ask, last := time.Now(), o.Size, ""
	o.Now = func() time.Time { return now }
	o.Size = func() (int, int) {
		width, height := ask()
		if size := fmt.Sprintf("%dx%d", width, height); size != last {
			last = size
			fmt.Fprintln(conn, size)
		}
		return width, height
	}
	for i := range 5 {
		fmt.Printf("$ before %d\n", i)
	}
	progress, err := NewProgress("auto", o)
	if err != nil {
		t.Fatal(err)
	}
	p := manyTasks(60)
	progress.Start(p)
	lines := bufio.NewScanner(conn)
	for i, s := range p.Steps {
		progress.Event(plan.Event{Index: i, Step: s, Phase: plan.Begun})
		if !lines.Scan() {
			break
		}
		progress.Event(plan.Event{Index: i, Step: s, Phase: plan.Done})
	}
	progress.End()
	fmt.Println("$ after")
	lines.Scan() // the terminal is looked at before it closes
}

// terminalProgram is the test program in a terminal of tmux.
type terminalProgram struct {
	t      *testing.T
	server string
	conn   net.Conn
	sizes  *bufio.Scanner // what the program says about its terminal
}

func startInTmux(t *testing.T, width, height int) *terminalProgram {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed")
	}
	dir, err := os.MkdirTemp("", "view") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "program")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := &terminalProgram{t: t, server: filepath.Join(dir, "tmux")}
	p.tmux("-f", os.DevNull, "new-session", "-d", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height),
		"-e", programSocket+"="+socket, os.Args[0], "-test.run=^TestProgramInTmux$")
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", p.server, "kill-server").Run() })
	if err := l.(*net.UnixListener).SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if p.conn, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.conn.Close() })
	if err := p.conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	p.sizes = bufio.NewScanner(p.conn)
	return p
}

func (p *terminalProgram) tmux(args ...string) string {
	p.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", p.server}, args...)...).CombinedOutput()
	if err != nil {
		p.t.Errorf("tmux %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// advance makes the program take a number of steps.
func (p *terminalProgram) advance(steps int) {
	p.t.Helper()
	if _, err := p.conn.Write(bytes.Repeat([]byte("\n"), steps)); err != nil {
		p.t.Fatal(err)
	}
}

// resize changes the size of the screen and waits until the program knows it.
func (p *terminalProgram) resize(width, height int) {
	p.t.Helper()
	p.tmux("resize-window", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height))
	for want := fmt.Sprintf("%dx%d", width, height); p.sizes.Scan(); {
		if p.sizes.Text() == want {
			return
		}
	}
	p.t.Fatalf("the program did not learn of %d by %d: %v", width, height, p.sizes.Err())
}

// shows waits until the screen meets a condition.
func (p *terminalProgram) shows(what string, ok func(screen string) bool) string {
	p.t.Helper()
	var screen string
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		screen = p.tmux("capture-pane", "-p")
		if ok(screen) {
			return screen
		}
	}
	p.t.Fatalf("the screen never shows %s:\n%s", what, screen)
	return ""
}

// noDuplicates fails if a task or the summary is in a text twice.
func (p *terminalProgram) noDuplicates(when, text string) {
	p.t.Helper()
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		name, _, _ := strings.Cut(line, " ...")
		if strings.Contains(line, " done, ") {
			name = "the summary"
		}
		if name = strings.TrimSpace(name); name != "" && seen[name] {
			p.t.Fatalf("%s %s is shown twice:\n%s", when, name, text)
		}
		seen[name] = true
	}
}

func TestSixtyTasksInARealTerminalThatIsResized(t *testing.T) {
	p := startInTmux(t, 80, 24)
	says := func(s string) func(string) bool {
		return func(screen string) bool { return strings.Contains(screen, s) }
	}
	p.advance(2 * 10)
	screen := p.shows("ten tasks done", says("10 done, 50 to go"))
	if !strings.Contains(screen, "$ before 0") {
		t.Errorf("what was there before is gone:\n%s", screen)
	}
	p.advance(2 * 20)
	p.shows("thirty tasks done", says("30 done, 30 to go"))
	all := p.tmux("capture-pane", "-p", "-S", "-")
	p.noDuplicates("when the screen is full", all)
	if strings.Count(all, "$ before ") != 5 {
		t.Errorf("what was there before is gone:\n%s", all)
	}

	for i, size := range [][2]int{{30, 24}, {80, 24}, {80, 10}, {25, 7}, {80, 24}, {120, 40}, {80, 24}} {
		width, height := size[0], size[1]
		when := fmt.Sprintf("at %d by %d", width, height)
		p.resize(width, height)
		p.advance(2)
		screen := p.shows(fmt.Sprintf("%d tasks done %s", 31+i, when), says(fmt.Sprintf("%d done, %d to go", 31+i, 29-i)))
		p.noDuplicates(when, screen)
	}
	all = p.tmux("capture-pane", "-p", "-S", "-")
	if strings.Count(all, "$ before ") != 5 {
		t.Errorf("a resize has taken away what was there before:\n%s", all)
	}

	p.advance(2 * (60 - 37))
	screen = p.shows("the end", says("$ after"))
	p.noDuplicates("in the end", screen)
	if !strings.Contains(screen, "60 done\n$ after") {
		t.Errorf("the end is\n%s", screen)
	}
	if hidden := p.tmux("display-message", "-p", "#{cursor_flag}"); strings.TrimSpace(hidden) != "1" {
		t.Errorf("the cursor's flag is %q", hidden)
	}
}
