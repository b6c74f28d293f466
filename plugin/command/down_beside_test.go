package command

import (
	"net/http"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// TestDownRemovesWhatWasStartedSinceItLooked has a one-off container that run is
// about to start when down looks.
func TestDownRemovesWhatWasStartedSinceItLooked(t *testing.T) {
	for version, refusal := range map[string]string{
		"1.41": "You cannot remove a running container 0123abcd. Stop the container before attempting removal or force remove",
		"1.51": `cannot remove container "/demo_web_run_1": container is running: stop the container before removing or force remove`,
	} {
		for _, command := range [][]string{{"down"}, {"rm", "--stop", "--force"}} {
			t.Run(version+" "+strings.Join(command, " "), func(t *testing.T) {
				h := newByHand(t, version, nil)
				m := memory{h.engine.Host()}
				t.Chdir(t.TempDir())
				file := []byte("web: {image: probe, links: [db]}\ndb: {image: probe}\n")
				m.do(t, file, "up", "-d")
				m.do(t, file, "run", "-d", "web")
				refused := 0
				h.engine.Fail(func(c enginetest.Call) enginetest.Fault {
					if c.Method == http.MethodDelete && strings.HasPrefix(c.Path, "/containers/") && refused == 0 {
						refused++
						return enginetest.Answer(http.StatusConflict, refusal)
					}
					return enginetest.None
				})
				_, errs, code := m.run(t, command...)
				h.engine.Fail(nil)
				list, err := h.client.ContainerList(t.Context(), container.ListOptions{All: true})
				h.must(err)
				if code != 0 || refused == 0 || len(list) != 2 {
					t.Errorf("exit code %d, refused %d, and %d containers are left\n%s", code, refused, len(list)-2, errs)
				}
			})
		}
	}
}
