package scenario_test

import (
	"os"
	"path/filepath"
	"regexp"
	"sync"
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
	useProber(t, "../../cmd/docker-stacklite")
	turns := make(chan struct{}, atOnce)
	var discovery sync.Mutex
	t.Run("scripts", func(t *testing.T) {
		runScenarios(t, "engine", func(t testing.TB, dir string) *scene {
			if discovers(t, dir) {
				discovery.Lock()
				t.Cleanup(discovery.Unlock)
			}
			turns <- struct{}{}
			t.Cleanup(func() { <-turns })
			return newScene(t, cli.DaemonHost(), nil)
		})
	})
}

// discovers tells whether a script's files have proxies, or services for
// proxies to find. Those meet across projects: two such scripts at a time would
// wire up each other's.
func discovers(t testing.TB, dir string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.yml"))
	if err != nil {
		t.Fatal(err)
	}
	mark := regexp.MustCompile(`VIRTUAL_HOST|docker\.sock|io\.stack-lite\.discover`)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if mark.Match(content) {
			return true
		}
	}
	return false
}
