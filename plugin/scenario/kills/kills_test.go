//go:build !windows

package kills_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// stack has a named and an anonymous volume, and a service that writes all the time.
const stack = `web:
  image: stacklite-probe:test
  links: [db, "cache:memory"]
db:
  image: stacklite-probe:test
  volumes: ["NAMEdata:/named", /anonymous]
cache:
  image: stacklite-probe:test
alone:
  image: stacklite-probe:test
  command: /probe say -n 100000 -every 20ms line
`

// edited is stack with each pair of words changed.
func edited(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(stack) }

// trial is a command that is ended in the middle.
type trial struct {
	name   string
	before string   // the file that is up before; empty: nothing is
	file   string   // that the command reads; empty: as before
	args   []string // the command
	again  []string // what is to end with 0 afterwards; nil: the same
	stays  bool     // it does not end by itself
	gone   bool     // it takes the stack away
	apart  bool     // web and cache are not linked any more
	webs   string   // how many replicas of web there are; empty: 1
}

func trials() []trial {
	unlinked := edited(`, "cache:memory"`, `, alone`)
	return []trial{
		{name: "up", file: stack, args: []string{"up", "-d"}},
		{name: "recreate", before: stack, file: edited("db:\n", "db:\n  environment: {MODE: new}\n"), args: []string{"up", "-d"}},
		{name: "relink", before: stack, file: unlinked, args: []string{"up", "-d"}, apart: true},
		{name: "scale", before: stack, args: []string{"scale", "web=3"}, webs: "3"},
		{name: "down", before: stack, args: []string{"down"}, gone: true},
		{name: "run", before: stack, args: []string{"run", "--rm", "-T", "web", "/probe", "say", "-n", "3", "-every", "30ms", "word"}},
		{name: "logs", before: stack, args: []string{"logs", "-f"}, again: []string{"logs", "--tail", "1"}, stays: true},
		{name: "attached up", file: stack, args: []string{"up"}, again: []string{"up", "-d"}, stays: true},
		{name: "exec", before: stack, args: []string{"exec", "-T", "web", "/probe", "say", "-n", "5", "-every", "30ms", "word"}},
	}
}

// brought brings the stack up as it is before a trial, with a word on each volume.
func (tr trial) brought(s *scenario.Stage) {
	s.T.Helper()
	if tr.before != "" {
		s.WriteNamed(tr.before)
		s.Must(s.Stacklite("up", "-d"))
		s.Say("writes", "db", "/named/word", "kept")
		s.Say("writes", "db", "/anonymous/word", "kept")
	}
	if tr.file != "" {
		s.WriteNamed(tr.file)
	}
}

// finished runs the command again, and claims that all is as it should be.
func (tr trial) finished(s *scenario.Stage) {
	s.T.Helper()
	again := tr.args
	if tr.again != nil {
		again = tr.again
	}
	s.Must(s.Stacklite(again...))
	if tr.gone {
		s.Say("nothing-left")
		s.Must(s.Stacklite("up", "-d"))
		s.Say("holds", "db", "/named/word", "kept")
	} else if tr.before != "" {
		s.Say("holds", "db", "/named/word", "kept")
		s.Say("holds", "db", "/anonymous/word", "kept")
	}
	if out, err := s.Command("plan").Output(); err != nil || !strings.HasPrefix(string(out), "nothing to do\n") {
		s.T.Errorf("afterwards there is something to do (%v):\n%s", err, out)
	}
	webs := tr.webs
	if webs == "" {
		webs = "1"
	}
	for service, n := range map[string]string{"web": webs, "db": "1", "cache": "1", "alone": "1"} {
		s.Say("running", service, n)
		if tr.name != "run" || service != "web" { // a one-off container that was left stays until down
			s.Say("stopped", service, "0")
		}
	}
	s.Say("reaches", "web", "db")
	if tr.apart {
		s.Say("isolated", "web", "cache")
	} else {
		s.Say("reaches", "web", "cache", "memory")
		s.Say("isolated", "web", "alone")
	}
	s.Say("isolated", "db", "cache")
	s.Must(s.Stacklite("down", "--volumes"))
	s.Say("nothing-left")
}

// hit runs the command of a trial on a stage, ends it after a time, and finishes it.
func (tr trial) hit(s *scenario.Stage, w way, after time.Duration) {
	s.T.Helper()
	tr.brought(s)
	v := killed(s.T, s, w, after, tr.args...)
	if tr.stays && w.name == "closed pipe" { // it notices when it writes
		_ = v.cmd.Process.Signal(syscall.SIGINT)
	}
	v.ends(s.T)
	tr.finished(s)
	if s.T.Failed() {
		s.T.Logf("the command that was ended printed:\n%s", v.said())
	}
}

// span measures how long the command of a trial takes until it has nothing left to
// do: moments at which it is ended are chosen in that time.
func (tr trial) span(s *scenario.Stage) time.Duration {
	s.T.Helper()
	tr.brought(s)
	begun := time.Now()
	v := started(s.T, s.Command(tr.args...), piped)
	if tr.stays {
		v.says("line")
		defer v.cmd.Process.Kill()
	} else if code := v.ends(s.T); code != 0 {
		s.T.Fatalf("%v ended with %d:\n%s", tr.args, code, v.said())
	}
	return time.Since(begun)
}

// spanInMemory is about how long a command takes on an engine in memory.
const spanInMemory = 300 * time.Millisecond

// counts are how often each command was ended in each way.
type counts struct {
	mu sync.Mutex
	of map[string]int
	n  int
}

func (c *counts) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]int{}
	}
	c.of[what]++
	c.n++
}

// The same command again finishes what one has begun that was ended at a random
// moment, in any way; and nothing is lost.
func TestACommandThatIsEndedInTheMiddleIsFinishedByTheSameAgain(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for i, tr := range trials() {
		version := scenario.Versions()[i%len(scenario.Versions())]
		all := ways()
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		most := 2
		if testing.Short() {
			most = 1
		}
		for _, w := range all[:most] {
			part := r.Float64()
			t.Run(tr.name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				after := time.Duration(part * float64(spanInMemory))
				t.Logf("on an engine of version %s, after %v", version, after)
				tr.hit(onMemory(t, version), w, after)
			})
		}
	}
}

func onMemory(t *testing.T, version string) *scenario.Stage {
	return scenario.NewStage(t, version, stack)
}

// The same on a real engine, a few times, and a few hundred times with STACKLITE_SLOW.
func TestACommandThatIsEndedInTheMiddleIsFinishedOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	seed, rounds := rand.Uint64(), 0
	if os.Getenv("STACKLITE_SLOW") != "" {
		rounds = 5
	}
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var done counts
	one := func(t *testing.T, tr trial, w way, span time.Duration, part float64) {
		after := time.Duration(part * float64(span))
		t.Logf("after %v of %v", after, span)
		tr.hit(scenario.New(t, cli.DaemonHost(), nil).Stage(t, stack), w, after)
		done.add(tr.name + ", " + w.name)
	}
	if rounds == 0 { // on a machine that others use, so that no span can be measured in time
		few := trials()
		r.Shuffle(len(few), func(i, j int) { few[i], few[j] = few[j], few[i] })
		for _, tr := range few[:2] {
			w, part := ways()[r.IntN(len(ways()))], r.Float64()
			t.Run(tr.name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				one(t, tr, w, 1500*time.Millisecond, part)
			})
		}
		return
	}
	for _, tr := range trials() {
		t.Run(tr.name, func(t *testing.T) {
			span := tr.span(scenario.New(t, cli.DaemonHost(), nil).Stage(t, stack))
			for round := range rounds {
				for _, w := range ways() {
					part := r.Float64()
					t.Run(fmt.Sprintf("%s/%d", w.name, round), func(t *testing.T) {
						t.Parallel()
						one(t, tr, w, span, part)
					})
				}
			}
		})
	}
	for what, n := range done.of {
		t.Logf("%4d %s", n, what)
	}
	t.Logf("%4d kills in all, seed %d", done.n, seed)
}
