package scenario_test

import (
	"testing"

	"github.com/docker/docker/api/types/container"
)

// The words of scripts have to say no as well as yes: here everybody shares a
// network, which is what they must notice.
func TestWordsRefuseWhatIsNotSo(t *testing.T) {
	for _, version := range engineVersions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, version, chain)
			s.must(s.stacklite("--isolation", "project", "up", "-d"))
			s.must(remember(s.scene, []string{"web", "db"}))
			s.must(foreign(s.scene, []string{s.project + "x_db_1"}))
			refuse := func(claim string, w word, args ...string) {
				t.Helper()
				if w(s.scene, args) == nil {
					t.Errorf("%s %v is held to be so", claim, args)
				}
			}
			refuse("running", running, "web", "2")
			refuse("running", running, "nobody", "1")
			refuse("stopped", stopped, "web", "1")
			refuse("absent", absent, "web")
			refuse("networks", networks, "3")
			refuse("nothing-left", nothingLeft)
			refuse("reaches", reaches, "web", "db", "db:81")
			refuse("reaches", reaches, "web", "db", "nobody")
			refuse("resolves", resolves, "web", "db", "2")
			refuse("isolated", isolated, "db", "cache")
			refuse("environment", environment, "db", "MODE", "new")
			refuse("kept", kept, "cache")
			refuse("replaced", replaced, "web")

			s.must(s.stacklite("stop", "web"))
			refuse("kept", kept, "web")
			s.must(s.stacklite("start", "web"))
			refuse("kept", kept, "web")
			s.must(kept(s.scene, []string{"db"}))

			s.must(strangerUntouched(s.scene, nil))
			s.must(s.cli.ContainerRestart(t.Context(), s.project+"x_db_1", container.StopOptions{}))
			refuse("stranger-untouched", strangerUntouched)
		})
	}
}
