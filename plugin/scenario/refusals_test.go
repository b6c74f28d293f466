package scenario

import (
	"testing"

	"github.com/docker/docker/api/types/container"
)

// The words of scripts have to say no as well as yes: here all services share a
// network, which is what they must notice.
func TestWordsRefuseWhatIsNotSo(t *testing.T) {
	for _, version := range Versions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := NewStage(t, version, Chain)
			s.Must(s.Stacklite("--isolation", "project", "up", "-d"))
			s.Say("remember", "web", "db")
			s.Say("external", s.Project+"x_db_1")
			refuse := func(name string, args ...string) {
				t.Helper()
				if w := words()[name]; !w.takes(args) || w.say(s.Scene, args) == nil {
					t.Errorf("%s %v is held to be so", name, args)
				}
			}
			refuse("running", "web", "2")
			refuse("running", "nobody", "1")
			refuse("stopped", "web", "1")
			refuse("absent", "web")
			refuse("networks", "3")
			refuse("nothing-left")
			refuse("reaches", "web", "db", "db:81")
			refuse("reaches", "web", "db", "nobody")
			refuse("resolves", "web", "db", "2")
			refuse("isolated", "db", "cache")
			refuse("no-frames", "db", "cache")
			refuse("frames-arrive", "db", "cache", "web")
			refuse("environment", "db", "MODE", "new")
			refuse("kept", "cache")
			refuse("replaced", "web")
			refuse("attached", "web", "2")
			refuse("data-kept", "web")
			refuse("data-shared", "web", "db", "/data")
			refuse("holds", "db", "/data/file", "word")
			refuse("writes", "nobody", "/data/file", "word")
			refuse("cannot-write", "db", "/data/file")
			refuse("volumes", "0")
			refuse("volumes", "2")
			refuse("volumes-kept")
			refuse("made-by", "docker-compose", "db")
			refuse("named", "db", "db_2")
			refuse("remake", "nobody", "a=b")
			refuse("happened-before", "start", "db", "start", "web")

			s.Must(s.Stacklite("stop", "web"))
			refuse("kept", "web")
			s.Must(s.Stacklite("start", "web"))
			refuse("kept", "web")
			s.Say("kept", "db")
			s.Say("remember-volumes")
			s.Must(s.Stacklite("rm", "--force", "--stop", "--volumes", "db"))
			refuse("volumes-kept")

			s.Say("external-untouched")
			s.Must(s.Client.ContainerRestart(t.Context(), s.Project+"x_db_1", container.StopOptions{}))
			refuse("external-untouched")
		})
	}
}
