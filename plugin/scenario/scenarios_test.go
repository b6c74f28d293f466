package scenario_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// atOnce is how many scripts may use the real engine at one time. On two processors
// six take half as long as three: most of what they do is to wait for it.
const atOnce = 6

// TestScenariosOnTheEngine runs the scripts on a real engine, where there is
// one: see realengine.Connect. It comes first, for it leaves the processors to other
// packages most of the time.
func TestScenariosOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	scenario.UseProber(t, "../../cmd/docker-stacklite")
	turns := make(chan struct{}, atOnce)
	t.Run("scripts", func(t *testing.T) {
		scenario.Run(t, scenario.Scripts{
			Dir: "testdata/scenarios", Kind: "engine",
			Open: func(t testing.TB, _ string) (*scenario.Scene, error) {
				turns <- struct{}{}
				t.Cleanup(func() { <-turns })
				return scenario.New(t, cli.DaemonHost(), nil), nil
			},
		})
	})
}

// TestScenarios runs every script of testdata/scenarios on engines in memory.
// Its README says how they are written.
func TestScenarios(t *testing.T) {
	scenario.UseProber(t, "../engine/enginetest/probe") // never run: the engine knows its answers
	for _, version := range scenario.Versions() {
		t.Run(version, func(t *testing.T) {
			scenario.Run(t, scenario.Scripts{
				Dir: "testdata/scenarios", Kind: "memory",
				Open: func(t testing.TB, _ string) (*scenario.Scene, error) {
					memory := scenario.NewMemory(t, version)
					return scenario.New(t, memory.Host(), memory), nil
				},
			})
		})
	}
}
