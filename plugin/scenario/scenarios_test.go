package scenario_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stack-lite/stack-lite/plugin"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// TestMain makes the test binary the program under test as well: run under the
// name stacklite it is docker-stack-lite.
func TestMain(m *testing.M) {
	if name := os.Getenv(asClassic); name != "" {
		os.Args[0] = name
		plugin.Main()
	}
	testscript.Main(m, map[string]func(){
		"stacklite": func() {
			os.Args[0] = "docker-stack-lite"
			plugin.Main()
		},
	})
}

// engineVersions are the kinds of engine in memory: one that takes one network
// at the creation of a container, one that takes them all.
var engineVersions = []string{"1.41", "1.51"}

// TestScenarios runs every script of testdata/scenarios on engines in memory.
// Its README says how they are written.
func TestScenarios(t *testing.T) {
	useProber(t, "./engine/enginetest/probe") // never run: the engine knows its answers
	for _, version := range engineVersions {
		t.Run(version, func(t *testing.T) {
			runScenarios(t, "memory", func(t testing.TB, _ string) *scene {
				memory := newMemory(t, version)
				return newScene(t, memory.Host(), memory)
			})
		})
	}
}

// newMemory starts an engine in memory that holds what scripts may use.
func newMemory(t testing.TB, version string) *enginetest.Engine {
	return enginetest.New(t, enginetest.Options{
		APIVersion: version,
		Images:     []enginetest.Image{enginetest.Probe(probeImage)},
		Programs:   map[string]enginetest.Program{"docker-stacklite": prober},
	})
}

// runScenarios runs the scripts, each on a scene of its own, which open makes
// for the folder with the script's files. Kind is the condition that holds,
// "memory" or "engine".
func runScenarios(t *testing.T, kind string, open func(t testing.TB, dir string) *scene) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/scenarios",
		Setup: func(env *testscript.Env) error {
			// That T is a TB is promised where the tests are begun by Run.
			s := open(env.T().(testing.TB), env.WorkDir)
			env.Values[sceneKey{}] = s
			return s.furnish(env)
		},
		Cmds: vocabulary(),
		Condition: func(word string) (bool, error) {
			switch word {
			case "memory", "engine":
				return word == kind, nil
			case "slow":
				return os.Getenv("STACKLITE_SLOW") != "", nil
			}
			return false, fmt.Errorf("no condition %q", word)
		},
	})
}
