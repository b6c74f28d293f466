//go:build !windows

package kills_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// private is the folder where an engine of scripts/engine.sh runs that is there to be
// killed.
type private string

// onlyPrivate skips the test unless the engine is one that may be killed.
func onlyPrivate(t *testing.T) private {
	t.Helper()
	name := os.Getenv("STACKLITE_PRIVATE")
	folder := "/run/stack-lite-private-" + name
	if os.Getenv("STACKLITE_SLOW") == "" || name == "" || os.Getenv("DOCKER_HOST") != "unix://"+folder+"/docker.sock" {
		t.Skip("STACKLITE_SLOW=1, STACKLITE_PRIVATE=NAME and DOCKER_HOST as scripts/engine.sh start private prints it: kills that engine")
	}
	return private(folder)
}

func script(verb string) ([]byte, error) {
	return exec.Command("sh", filepath.Join("..", "..", "..", "scripts", "engine.sh"), verb, "private").CombinedOutput()
}

// started starts the engine again. An Engine 20.10 that was ended while it made a
// network may never start again: it dies when it reads of that network. Then the test
// goes on with a new one.
func (p private) started(t *testing.T) {
	t.Helper()
	out, err := script("start")
	if err == nil {
		return
	}
	for _, verb := range []string{"stop", "start"} {
		if out, err := script(verb); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	t.Skipf("the engine does not start again:\n%s", out)
}

// killed kills the engine and starts it again.
func (p private) killed(t *testing.T) {
	t.Helper()
	if out, err := script("kill"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p.started(t)
}

// restarted ends the engine as an administrator does, by which its containers stop,
// and starts it again.
func (p private) restarted(t *testing.T) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(string(p), "dockerd.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for syscall.Kill(pid, 0) == nil {
		time.Sleep(100 * time.Millisecond)
	}
	p.started(t)
}

// upAgain brings a stack up whose engine was away. An Engine 20.10 may keep the last run
// of a container and refuse to start it ever again; then it does what it is told.
func upAgain(s *scenario.Stage) error {
	err := s.Stacklite("up", "-d")
	if err != nil && strings.Contains(err.Error(), "the engine still has the last run of") && strings.Contains(err.Error(), "up -d --force-recreate --no-deps") {
		return s.Stacklite("up", "-d", "--force-recreate")
	}
	return err
}

// An engine that is killed or restarted in the middle ends the command with a line
// that names it; afterwards the same command finishes the work.
func TestTheRealEngineGoesAwayInTheMiddleAndTheSameCommandFinishes(t *testing.T) {
	engine := onlyPrivate(t)
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var done counts
	for _, tr := range trials() {
		switch tr.name {
		case "exec", "run":
			tr.args[len(tr.args)-4] = "1000" // so that it is at work when the engine goes
			tr.again = []string{"exec", "-T", "web", "/probe", "say", "word"}
		case "up", "relink", "logs", "attached up":
		default:
			continue
		}
		for round := range 3 {
			for name, away := range map[string]func(*testing.T){"killed": engine.killed, "restarted": engine.restarted} {
				after := time.Duration(r.Float64() * float64(2*time.Second))
				t.Run(fmt.Sprintf("%s/%s/%d", tr.name, name, round), func(t *testing.T) {
					realengine.InstallProbe(t, cli, scenario.ProbeImage) // the engine may be a new one
					s := scenario.New(t, cli.DaemonHost(), nil).Stage(t, stack)
					tr.brought(s)
					v := killed(t, s, way{begin: piped, hit: func(*victim) {}}, after, tr.args...)
					running := true
					select {
					case <-v.ended:
						running = false
					default:
					}
					t.Logf("after %v, when the command was running: %v", after, running)
					away(t)
					v.ends(t)
					code := v.cmd.ProcessState.ExitCode()
					ownEnd := name == "restarted" && code > 128 && (tr.name == "exec" || tr.name == "run") // that of what ran, which was stopped first
					if said := v.said(); running && code != 0 && !ownEnd && !strings.Contains(said, cli.DaemonHost()) {
						t.Errorf("the engine is not named:\n%s", said)
					}
					s.Must(upAgain(s)) // where containers were stopped with the engine
					tr.finished(s)
					if t.Failed() {
						t.Logf("the command printed:\n%s", v.said())
					}
					done.add(tr.name + ", " + name)
				})
			}
		}
	}
	for what, n := range done.of {
		t.Logf("%4d %s", n, what)
	}
	t.Logf("%4d times in all, seed %d", done.n, seed)
}
