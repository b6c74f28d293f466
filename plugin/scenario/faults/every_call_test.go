package faults_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// A trial is a command during which each call fails once, in each way.
type trial struct {
	name   string
	before func(*scenario.Stage)
	// command has the project's name where it says NAME.
	command []string
	// after is what has to be so when the command has succeeded, at once or repeated.
	after func(*scenario.Stage)
	// gone says that there is no more to do: plan is about another stack, or none.
	gone bool
	// done is how the command is refused when the work is done already.
	done string
	// needs is a program without which it can't be tried.
	needs string
	// some cases, where not all are tried.
	some []string
}

const linked = `web:
  build: .
  links: [db, "cache:memory"]
  ports: ["PORT:80"]
db:
  image: stacklite-probe:test
  volumes: [/data, "NAME_named:/named"]
cache:
  image: stacklite-probe:test
`

const hooked = `services:
  web:
    image: stacklite-probe:test
    depends_on: {db: {condition: service_started, restart: true}}
  db:
    image: stacklite-probe:test
    environment: {ROUND: "1"}
    post_start: [{command: [/probe, say, hello]}]
    pre_stop: [{command: [/probe, say, bye]}]
`

var trials = []trial{
	{name: "up", before: hasFile, command: []string{"up", "-d"}, after: isLinked, some: []string{"5 late", "8 hang after"}},
	{name: "recreate", before: hasChanged, command: []string{"up", "-d"}, after: isChanged, some: []string{"3 cut after"}},
	{name: "relink", before: isRelinking, command: []string{"up", "-d"}, after: isRelinked, some: []string{"2 late"}},
	{name: "scale up", before: isUpWithData, command: []string{"scale", "db=3"}, after: isScaled("3"), some: []string{"2 error"}},
	{name: "scale down", before: hasThree, command: []string{"scale", "db=1"}, after: isScaled("1"), some: []string{"1 late"}},
	{name: "balance", before: isUpWithData, command: []string{"scale", "web=3", "--balance"}, after: isBalanced, some: []string{"2 cut after"}},
	{name: "rolling", before: hasChangedCache, command: []string{"up", "-d", "--rolling"}, after: isRolled, some: []string{"1 late"}},
	{name: "takeover", before: makeOldStack, command: []string{"up", "-d"}, after: taken, some: []string{"8 cut after"}},
	{name: "down", before: isUpWithData, command: []string{"down"}, after: isDown, gone: true, some: []string{"2 hang late"}},
	{name: "run", before: isUpWithData, command: []string{"run", "--rm", "-T", "web", "/probe", "dial", "db:80"}, after: isLinkedWithData, some: []string{"1 conflict"}},
	{name: "hooks", before: hasChangedHooked, command: []string{"up", "-d"}, after: isHooked, some: []string{"4 cut after"}},
	{name: "link add", before: hasTwo, command: []string{"link", "add", "NAME-web", "NAME-db:sql"}, after: isLinkedByHand, gone: true, some: []string{"1 cut after"}},
	{name: "link rm", before: hasTwoLinked, command: []string{"link", "rm", "NAME-web", "NAME-db"}, after: isUnlinkedByHand, gone: true, done: "has no such link", some: []string{"1 cut after"}},
	{name: "link run", before: hasTwo, command: []string{"link", "run", "--rm", "--link", "NAME-db:sql", "stacklite-probe:test", "/probe", "dial", "sql:80"}, after: hasTwoStill, gone: true, needs: "docker", some: []string{"1 cut before"}},
}

// A way is one in which a call goes wrong. Where release is set, what the engine was
// asked for comes about when it is called.
type way struct {
	name     string
	meet     func() (fault enginetest.Fault, release func())
	fits     func(enginetest.Call) bool
	hangs    bool
	harmless bool
}

var ways = []way{
	{name: "error", meet: always(enginetest.Answer(500, "out of order")), fits: anyCall},
	{name: "conflict", meet: always(enginetest.Answer(409, "in conflict")), fits: enginetest.Call.Changes},
	{name: "not found", meet: always(enginetest.Answer(404, "not found")), fits: makes},
	{name: "cut before", meet: always(enginetest.CutBefore), fits: anyCall},
	{name: "cut in the answer", meet: always(enginetest.CutWithin), fits: anyCall},
	{name: "cut after", meet: always(enginetest.CutAfter), fits: enginetest.Call.Changes},
	{name: "late", meet: func() (enginetest.Fault, func()) {
		held := enginetest.NewHeld()
		return held.Cut(), held.Release
	}, fits: enginetest.Call.Changes},
	{name: "hang", meet: always(enginetest.Hang), fits: anyCall, hangs: true},
	{name: "hang after", meet: always(enginetest.HangAfter), fits: enginetest.Call.Changes, hangs: true},
	{name: "hang late", meet: func() (enginetest.Fault, func()) {
		held := enginetest.NewHeld()
		return held.Hang(), held.Release
	}, fits: enginetest.Call.Changes, hangs: true},
	{name: "garbage", meet: always(enginetest.Garbage), fits: func(c enginetest.Call) bool { return !c.Changes() }},
	{name: "delay", meet: always(enginetest.Delay(100 * time.Millisecond)), fits: anyCall, harmless: true},
}

func always(f enginetest.Fault) func() (enginetest.Fault, func()) {
	return func() (enginetest.Fault, func()) { return f, nil }
}

func anyCall(enginetest.Call) bool { return true }

// makes are the changes that are about something that has to be there.
func makes(c enginetest.Call) bool {
	return c.Method == "POST" && regexp.MustCompile(`^/containers/create$|/(start|connect)$`).MatchString(c.Path)
}

// Every call of every command fails once, in every way. The command says so, and the
// same one finishes the work: then all is as it should be, no plan has more to do, all
// data is there, and down leaves nothing. One case alone is
// STACKLITE_SLOW=1 go test ./plugin/scenario/faults -run '^TestEveryCallFailsOnce$/^1.41$/^up$/^7_cut_after$':
// the call is the 8th of those that can go wrong like that.
//
// With STACKLITE_SLOW=1 all are tried, otherwise some.
func TestEveryCallFailsOnce(t *testing.T) {
	for _, version := range scenario.Versions() {
		t.Run(version, func(t *testing.T) {
			scenario.UseProber(t, "../../engine/enginetest/probe") // never run: the engine knows what fronts do
			tryAll(t, os.Getenv("STACKLITE_SLOW") != "", 1, func(t *testing.T) *scenario.Scene {
				memory := scenario.NewMemory(t, version)
				return scenario.New(t, memory.Host(), memory)
			})
		})
	}
}

// spread is of how many of the cases that are always tried in memory one is tried on a
// real engine.
const spread = 3

func TestEveryCallFailsOnceOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	scenario.UseProber(t, "../../../cmd/docker-stacklite")
	tryAll(t, os.Getenv("STACKLITE_SLOW") != "", spread, func(t *testing.T) *scenario.Scene {
		return scenario.New(t, cli.DaemonHost(), nil)
	})
}

// tryAll tries everything, or one of so many of some of it. STACKLITE_EVERY=N takes one
// case of N of everything.
func tryAll(t *testing.T, all bool, every int, open func(*testing.T) *scenario.Scene) {
	n := 0
	if all {
		given, err := strconv.Atoi(os.Getenv("STACKLITE_EVERY"))
		every = max(given, 1)
		if err != nil {
			every = 1
		}
	}
	for _, trial := range trials {
		t.Run(strings.ReplaceAll(trial.name, " ", "_"), func(t *testing.T) {
			if _, err := exec.LookPath(trial.needs); trial.needs != "" && err != nil {
				t.Skipf("there is no %s command", trial.needs)
			}
			cases := trial.chosen()
			if all {
				cases = trial.all(t, open)
			}
			for _, c := range cases {
				if n++; n%every != 0 || c.way.hangs && runtime.GOOS == "windows" {
					continue
				}
				t.Run(c.name(), func(t *testing.T) {
					t.Parallel()
					trial.try(t, open(t), c)
				})
			}
		})
	}
}

// A failure is that of the k-th call, from 0, of those that may go wrong in a way.
type failure struct {
	k   int
	way way
}

func (f failure) name() string { return fmt.Sprintf("%d %s", f.k, f.way.name) }

// all is each call in each way.
func (tr trial) all(t *testing.T, open func(*testing.T) *scenario.Scene) (list []failure) {
	calls := tr.calls(t, open)
	for _, w := range ways {
		for k := range w.fitting(calls) {
			list = append(list, failure{k, w})
		}
	}
	t.Logf("%d calls, %d cases", len(calls), len(list))
	return list
}

// chosen are some.
func (tr trial) chosen() (list []failure) {
	for _, w := range ways {
		for k := range 10 {
			if f := (failure{k, w}); slices.Contains(tr.some, f.name()) {
				list = append(list, f)
			}
		}
	}
	return list
}

// fitting is how many of the calls of a command may go wrong in a way.
func (w way) fitting(calls []enginetest.Call) (n int) {
	for _, c := range calls {
		if !harmless(c) && w.fits(c) {
			n++
		}
	}
	return n
}

// calls are those that the command makes.
func (tr trial) calls(t *testing.T, open func(*testing.T) *scenario.Scene) (made []enginetest.Call) {
	t.Run("count", func(t *testing.T) {
		s := tr.stage(t, open(t))
		calls := s.Faults(t)
		calls.ResetCalls()
		if said, err := s.say(tr.command); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		made = slices.DeleteFunc(calls.Calls(), harmless)
	})
	return made
}

// stage is a stage on which the command can be given.
func (tr trial) stage(t *testing.T, scene *scenario.Scene) tried {
	s := tried{scene.Stage(t, "")}
	s.Must(os.WriteFile(s.Dir+"/Dockerfile", []byte("FROM stacklite-probe:test\nENV BUILT=yes\n"), 0o600))
	tr.before(s.Stage)
	return s
}

// try has a call go wrong.
func (tr trial) try(t *testing.T, scene *scenario.Scene, f failure) {
	k, w := f.k, f.way
	s := tr.stage(t, scene)
	faults := s.Faults(t)
	fault, release := w.meet()
	struck := faults.Strike(k, func(c enginetest.Call) bool { return !harmless(c) && w.fits(c) }, fault)
	said, err := s.sayUntil(tr.command, w.hangs, func() bool { _, came := struck(); return came })
	faults.Fail(nil)
	call, met := struck()
	about := fmt.Sprintf("%s: call %d, %v, meets %q: %v\n%s", tr.name, k, call, w.name, err, said)
	switch {
	case !met && err != nil:
		t.Fatalf("no call met the fault, and yet: %s", about)
	case !met && slices.Contains(tr.some, f.name()):
		t.Fatalf("no call met the fault: %s", about)
	case !met:
		t.Skip("this time there were fewer calls")
	}
	t.Log(strings.SplitN(about, "\n", 2)[0])
	if err != nil {
		if w.harmless {
			t.Errorf("a delay is no failure: %s", about)
		}
		s.clear(said, about)
	}
	if err == nil && release == nil {
		s.holds(tr, "what was called success is none: "+about)
	}
	if release != nil {
		// Late is when the next run has looked and begins to act.
		faults.Fail(func(c enginetest.Call) enginetest.Fault {
			if c.Changes() {
				release()
			}
			return enginetest.None
		})
	}
	s.finishes(tr.command, tr.done, about)
	faults.Fail(nil)
	if release != nil {
		release() // what asked for no change has not waited for it
		s.finishes(tr.command, tr.done, about)
	}
	s.holds(tr, about)
	s.finishes([]string{"down"}, "", about)
	if err := s.Scene.Say("nothing-left"); err != nil {
		t.Errorf("%v: %s", err, about)
	}
}

// finishes claims that a command succeeds, which is given again.
func (s tried) finishes(command []string, done, about string) {
	s.T.Helper()
	said, err := s.say(command)
	if err != nil && done != "" && strings.Contains(said, done) {
		return // whether it is done, holds looks
	}
	if err != nil {
		s.T.Fatalf("%v does not finish the work: %v\n%s\nbefore: %s", command, err, said, about)
	}
}

// tried is a stage on which calls fail.
type tried struct{ *scenario.Stage }

// holds claims what has to be so in the end.
func (s tried) holds(tr trial, about string) {
	s.T.Helper()
	defer func() {
		s.T.Helper()
		if s.T.Failed() {
			s.T.Log(about)
		}
	}()
	tr.after(s.Stage)
	if tr.gone {
		return
	}
	scale := []string{"plan", "--format", "json"}
	if tr.command[0] == "scale" {
		scale = append(scale, "--scale", tr.command[1])
	}
	out, err := s.Command(scale...).Output()
	var plan struct {
		Steps []struct{ Action, Cause string }
	}
	if err == nil {
		err = json.Unmarshal(out, &plan)
	}
	if err != nil || len(plan.Steps) > 0 {
		s.T.Errorf("the plan is not empty (%v): %v", err, plan.Steps)
	}
}

var (
	named  = regexp.MustCompile(`(?i)engine|docker|container|network|image|volume|build|slt[0-9a-f]{8}|\b(web|db|cache|backup)\b|interrupt`)
	jargon = regexp.MustCompile(`panic:|goroutine |%2F|unexpected EOF$|context canceled`)
)

// clear claims that a failure is told in a line that says what it is about.
func (s tried) clear(said, about string) {
	s.T.Helper()
	if !named.MatchString(said) {
		s.T.Errorf("the failure does not say what it is about: %s", about)
	}
	if found := jargon.FindString(said); found != "" && !strings.HasPrefix(said, "docker: ") { // that one's own words
		s.T.Errorf("the failure is told as %q: %s", found, about)
	}
}

// say runs the program.
func (s tried) say(args []string) (string, error) { return s.sayUntil(args, false, nil) }

// sayUntil runs the program; where it hangs it is interrupted, once a call hangs,
// as often as it takes.
func (s tried) sayUntil(args []string, hangs bool, met func() bool) (string, error) {
	s.T.Helper()
	var named []string
	for _, a := range args {
		named = append(named, strings.ReplaceAll(a, "NAME", s.Project))
	}
	cmd := s.Command(named...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	s.Must(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	interrupts := 0
	for {
		select {
		case err := <-ended:
			// The second interruption ends the program on the spot.
			if exit := (*exec.ExitError)(nil); interrupts == 1 && err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 130) {
				s.T.Errorf("interrupted, %v ends with %v, want status 130\n%s", named, err, said.String())
			}
			return said.String(), err
		case <-tick.C:
			if !hangs || !met() {
				continue
			}
			if interrupts++; interrupts > 300 {
				_ = cmd.Process.Kill()
				s.T.Errorf("interrupted %d times, %v does not end", interrupts, named)
				continue
			}
			_ = cmd.Process.Signal(os.Interrupt)
		}
	}
}

func hasFile(s *scenario.Stage) {
	s.T.Helper()
	port, err := scenario.FreePort()
	s.Must(err)
	s.WriteNamed(strings.ReplaceAll(linked, "PORT", port))
}

func isUpWithData(s *scenario.Stage) {
	s.T.Helper()
	hasFile(s)
	s.Must(s.Stacklite("up", "-d"))
	s.Say("writes", "db", "/data/file", "one")
	s.Say("writes", "db", "/named/file", "two")
	s.Say("remember", "web", "db", "cache")
	s.Say("remember-volumes")
}

// rewrite changes the file.
func rewrite(s *scenario.Stage, old, new string) {
	s.T.Helper()
	file, err := os.ReadFile(s.Dir + "/fig.yml")
	s.Must(err)
	if !bytes.Contains(file, []byte(old)) {
		s.T.Fatalf("the file has no %q", old)
	}
	s.Write(strings.ReplaceAll(string(file), old, new))
}

func hasChanged(s *scenario.Stage) {
	s.T.Helper()
	isUpWithData(s)
	rewrite(s, "volumes: [", "environment: {MODE: new}\n  volumes: [")
}

func isRelinking(s *scenario.Stage) {
	s.T.Helper()
	isUpWithData(s)
	rewrite(s, `[db, "cache:memory"]`, `["db:database"]`)
}

func hasThree(s *scenario.Stage) {
	s.T.Helper()
	isUpWithData(s)
	s.Must(s.Stacklite("scale", "db=3"))
}

func runs(s *scenario.Stage) {
	s.T.Helper()
	for _, service := range []string{"web", "cache"} {
		s.Say("running", service, "1")
		s.Say("stopped", service, "0")
	}
	s.Say("isolated", "db", "cache")
}

func keptData(s *scenario.Stage) {
	s.T.Helper()
	s.Say("volumes-kept")
	s.Say("holds", "db", "/data/file", "one")
	s.Say("holds", "db", "/named/file", "two")
}

func isLinked(s *scenario.Stage) {
	s.T.Helper()
	runs(s)
	s.Say("running", "db", "1")
	s.Say("stopped", "db", "0")
	s.Say("reaches", "web", "db")
	s.Say("reaches", "web", "cache", "memory")
}

func isLinkedWithData(s *scenario.Stage) {
	s.T.Helper()
	isLinked(s)
	keptData(s)
}

func isChanged(s *scenario.Stage) {
	s.T.Helper()
	isLinked(s)
	s.Say("environment", "db", "MODE", "new")
	s.Say("kept", "web", "cache")
	keptData(s)
}

func isRelinked(s *scenario.Stage) {
	s.T.Helper()
	runs(s)
	s.Say("reaches", "web", "db", "database")
	s.Say("isolated", "web", "cache")
	keptData(s)
}

func isScaled(number string) func(*scenario.Stage) {
	return func(s *scenario.Stage) {
		s.T.Helper()
		runs(s)
		s.Say("running", "db", number)
		s.Say("stopped", "db", "0")
		s.Say("resolves", "web", "db", number)
		s.Say("kept", "web", "cache")
		s.Say("volumes-kept")
		s.Say("holds", "db", "/named/file", "two")
	}
}

func isDown(s *scenario.Stage) {
	s.T.Helper()
	s.Say("nothing-left")
	s.Say("volumes-kept")
}

func hasChangedHooked(s *scenario.Stage) {
	s.T.Helper()
	s.WriteNamed(hooked)
	s.Must(s.Stacklite("up", "-d"))
	s.Say("remember", "db")
	s.WriteNamed(strings.ReplaceAll(hooked, `"1"`, `"2"`))
}

func isHooked(s *scenario.Stage) {
	s.T.Helper()
	s.Say("replaced", "db")
	s.Say("running", "db", "1")
	s.Say("running", "web", "1")
	s.Say("environment", "db", "ROUND", "2")
}

func hasTwo(s *scenario.Stage) {
	s.T.Helper()
	hasFile(s) // for what is in no project down has to look at, too
	for _, name := range []string{"web", "db"} {
		s.Say("external", s.Project+"-"+name)
		s.Say("remember", "/"+s.Project+"-"+name)
	}
}

func hasTwoLinked(s *scenario.Stage) {
	s.T.Helper()
	hasTwo(s)
	s.Must(s.Stacklite("link", "add", s.Project+"-web", s.Project+"-db:sql"))
}

func hasTwoStill(s *scenario.Stage) {
	s.T.Helper()
	s.Say("kept", "/"+s.Project+"-web", "/"+s.Project+"-db")
}

func isLinkedByHand(s *scenario.Stage) {
	s.T.Helper()
	hasTwoStill(s)
	s.Say("reaches", "/"+s.Project+"-web", "/"+s.Project+"-db", "sql")
	s.Say("attached", "/"+s.Project+"-web", "2")
}

func isUnlinkedByHand(s *scenario.Stage) {
	s.T.Helper()
	hasTwoStill(s)
	s.Say("attached", "/"+s.Project+"-web", "1")
	s.Say("resolves", "/"+s.Project+"-web", "sql", "0")
}

func isBalanced(s *scenario.Stage) {
	s.T.Helper()
	s.Say("running", "web", "3")
	s.Say("stopped", "web", "0")
	s.Say("running", "web-front", "1")
	s.Say("reaches", "web", "db")
	s.Say("kept", "db", "cache")
	keptData(s)
}

func hasChangedCache(s *scenario.Stage) {
	s.T.Helper()
	isUpWithData(s)
	rewrite(s, "cache:\n", "cache:\n  environment: {MODE: new}\n")
}

func isRolled(s *scenario.Stage) {
	s.T.Helper()
	isLinked(s)
	s.Say("environment", "cache", "MODE", "new")
	s.Say("stopped", "cache", "0")
	s.Say("kept", "db", "web")
	keptData(s)
}
