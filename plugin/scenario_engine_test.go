package plugin_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// atOnce is how many scripts may use the real engine at one time: it makes
// networks one after another anyway.
const atOnce = 2

// TestScenariosOnTheEngine runs the scripts on a real engine, where there is
// one: see enginetest.Real.
func TestScenariosOnTheEngine(t *testing.T) {
	cli := enginetest.Real(t)
	enginetest.InstallProbe(t, cli, probeImage)
	turns := make(chan struct{}, atOnce)
	t.Run("scripts", func(t *testing.T) {
		runScenarios(t, "engine", func(t testing.TB) *scene {
			turns <- struct{}{}
			t.Cleanup(func() { <-turns })
			return newScene(t, cli.DaemonHost(), nil)
		})
	})
}
