package crowds_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// companies are who the second command belongs to.
var companies = []struct {
	name string
	of   func(*scenario.Stage, ...string) *exec.Cmd
}{
	{"another user", rival},
	{"the same user", (*scenario.Stage).Command},
	{"a user without a home", unwritable},
}

// Two commands run on a real engine at once. The second begins at a random change of the
// first.
func TestTwoCommandsAtOnceOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	spread := []string{"replace and down"}
	seeds := 1
	if slow() {
		seeds = 4
	}
	var races, refused atomic.Int32
	t.Run("meetings", func(t *testing.T) {
		for _, m := range meetings() {
			for c, company := range companies {
				if !slow() && (c > 0 || !slices.Contains(spread, m.name)) {
					continue
				}
				for n := range seeds {
					seed := rand.Uint64()
					t.Run(fmt.Sprintf("%s/%s/%d", m.name, company.name, n), func(t *testing.T) {
						t.Logf("seed %d", seed)
						s := scenario.New(t, cli.DaemonHost(), nil).Stage(t, scenario.Chain)
						m.prepare(s)
						first, second := atRandom(s, m, seed, company.of)
						races.Add(1)
						for _, r := range []run{first, second} {
							m.ended(s, r)
							if r.err != nil {
								refused.Add(1)
							}
						}
						m.whole(s)
					})
				}
			}
		}
	})
	t.Logf("%d races, in which %d commands were refused", races.Load(), refused.Load())
}

// atRandom runs the first command of a meeting and, from a random change of it on, the
// second.
func atRandom(s *scenario.Stage, m meeting, seed uint64, by func(*scenario.Stage, ...string) *exec.Cmd) (first, second run) {
	s.T.Helper()
	const mostChanges = 16
	k := rand.New(rand.NewPCG(seed, 0)).IntN(mostChanges)
	var once sync.Once
	b := by(s, m.second...)
	host := standBetween(s, func(change int) {
		if change == k {
			once.Do(func() { begin(s, b) })
		}
	})
	a := s.Command(m.first...)
	a.Env = append(a.Env, "DOCKER_HOST="+host)
	first = end(begin(s, a))
	once.Do(func() { begin(s, b) }) // there were fewer changes
	return first, end(b)
}

// Ten projects are brought up, replaced and taken down at once, on one engine.
func TestTenProjectsAtOnce(t *testing.T) {
	for _, version := range scenario.Versions() {
		t.Run(version, func(t *testing.T) {
			memory := scenario.NewMemory(t, version)
			tenProjects(t, func() *scenario.Stage { return scenario.New(t, memory.Host(), memory).Stage(t, scenario.Chain) })
		})
	}
}

func TestTenProjectsAtOnceOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	if !slow() {
		t.Skip("takes half a minute: set STACKLITE_SLOW=1")
	}
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	tenProjects(t, func() *scenario.Stage { return scenario.New(t, cli.DaemonHost(), nil).Stage(t, scenario.Chain) })
}

func tenProjects(t *testing.T, open func() *scenario.Stage) {
	var stages []*scenario.Stage
	for range 10 {
		stages = append(stages, open())
	}
	atOnce := func(args ...string) {
		t.Helper()
		var begun []*exec.Cmd
		for _, s := range stages {
			begun = append(begun, begin(s, s.Command(args...)))
		}
		for _, cmd := range begun {
			if r := end(cmd); r.err != nil {
				t.Errorf("%v: %v\n%s", r.args, r.err, r.said)
			}
		}
	}
	atOnce("up", "-d")
	atOnce("up", "-d", "--force-recreate")
	for i, s := range stages {
		if i == 0 || i == len(stages)-1 {
			s.Whole()
		}
		for _, service := range []string{"web", "db", "cache", "alone"} {
			s.Say("running", service, "1")
		}
	}
	atOnce("down")
	for _, s := range stages {
		s.Say("nothing-left")
	}
}
