package faults_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// TestANetworkThatTheEngineWillNotRemoveStopsNothingElse has an engine refuse to
// remove networks on which nobody is.
func TestANetworkThatTheEngineWillNotRemoveStopsNothingElse(t *testing.T) {
	for _, version := range []string{"1.41", "1.51"} {
		t.Run(version, func(t *testing.T) {
			const linked = "web:\n  image: stacklite-probe:test\n  links: [db, cache]\ndb:\n  image: stacklite-probe:test\ncache:\n  image: stacklite-probe:test\n"
			memory := scenario.NewMemory(t, version)
			st := scenario.New(t, memory.Host(), memory).Stage(t, linked)
			run := func(line string) (string, error) {
				out, err := st.Command(strings.Fields(line)...).CombinedOutput()
				return strings.ReplaceAll(string(out), st.Project, "my"), err
			}
			must := func(line string) string {
				t.Helper()
				out, err := run(line)
				if err != nil {
					t.Fatalf("%s: %v\n%s", line, err, out)
				}
				return out
			}
			haunt := func(on bool) {
				memory.Fail(func(c enginetest.Call) enginetest.Fault {
					if on && c.Method == http.MethodDelete && strings.Contains(c.Path, "/networks/") {
						return enginetest.Answer(http.StatusForbidden, "error while removing network: network x has active endpoints")
					}
					return enginetest.Fault{}
				})
			}
			must("up -d")
			haunt(true)

			// A network that nothing needs any more. An engine of API 1.51 keeps the one
			// that a container was made on in any case.
			st.Write(strings.ReplaceAll(linked, "[db, cache]", "[db]"))
			if out := must("up -d"); version == "1.41" && !strings.Contains(out, "stays until the engine is restarted") {
				t.Errorf("up does not say what stays:\n%s", out)
			}
			st.Say("isolated", "web", "cache")

			// One that should be replaced, for its names are others or it is too small.
			st.Write(strings.ReplaceAll(linked, "[db, cache]", `["db:database"]`))
			must("up -d")
			st.Say("reaches", "web", "db", "database")
			must("scale web=9")
			st.Say("running", "web", "9")
			st.Say("reaches", "web", "db", "database")

			out, err := run("down")
			if err == nil || !strings.Contains(out, "network my_db.web stays: the engine says that containers are attached to it, and there are none") ||
				!strings.Contains(out, "hint: only a restart of the engine helps") {
				t.Errorf("down: %v\n%s", err, out)
			}
			st.Say("absent", "web", "db", "cache")

			haunt(false) // as after a restart of the engine
			must("down")
			st.Say("nothing-left")
		})
	}
}
