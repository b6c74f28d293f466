package scenario

import (
	"fmt"
	"maps"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// Versions are the kinds of engine in memory: one that takes one network at the
// creation of a container, one that takes them all.
func Versions() []string { return []string{"1.41", "1.51"} }

// NewMemory starts an engine in memory that holds what scripts may use.
func NewMemory(t testing.TB, version string) *enginetest.Engine {
	return enginetest.New(t, enginetest.Options{
		APIVersion: version,
		Images:     []enginetest.Image{enginetest.Probe(ProbeImage)},
		Programs:   map[string]enginetest.Program{"docker-stacklite": prober},
	})
}

// sceneKey is where a script's scene is kept.
type sceneKey struct{}

// Of returns the scene that a script runs on.
func Of(ts *testscript.TestScript) *Scene { return ts.Value(sceneKey{}).(*Scene) }

// Scripts are a folder of scripts and where they run.
type Scripts struct {
	Dir string
	// Kind is the condition that holds, "memory" or "engine".
	Kind string
	// Open makes the scene of a script, in whose folder its files are already.
	Open func(t testing.TB, folder string) (*Scene, error)
	// Words are more words for these scripts alone.
	Words map[string]func(*testscript.TestScript, bool, []string)
}

// Run runs scripts, each on a scene of its own.
func Run(t *testing.T, scripts Scripts) {
	known := commands()
	maps.Copy(known, scripts.Words)
	testscript.Run(t, testscript.Params{
		Dir: scripts.Dir,
		Setup: func(env *testscript.Env) error {
			// That T is a TB is promised where the tests are begun by Run.
			s, err := scripts.Open(env.T().(testing.TB), env.WorkDir)
			if err != nil {
				return err
			}
			env.Values[sceneKey{}] = s
			return s.SetEnvironment(env)
		},
		Cmds: known,
		Condition: func(word string) (bool, error) {
			switch word {
			case "memory", "engine":
				return word == scripts.Kind, nil
			case "all":
				return !Part(), nil
			case "slow":
				return os.Getenv("STACKLITE_SLOW") != "", nil
			}
			return false, fmt.Errorf("no condition %q", word)
		},
	})
}
