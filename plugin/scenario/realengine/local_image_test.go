package realengine_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
)

// A registry that the engine reaches on its loopback stands for the Hub: it
// counts what it is asked for. (An engine in a network namespace of its own
// reaches it where the test runs in that as well.)
func TestWhatIsHereIsBuiltUponWithoutAskingARegistryOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	if !strings.HasPrefix(cli.DaemonHost(), "unix://") {
		t.Skip("an engine elsewhere does not reach this machine's loopback")
	}
	realengine.InstallProbe(t, cli, buildBase)
	for _, builder := range []string{"auto", "buildkit", "classic", "buildx"} {
		t.Run(builder, func(t *testing.T) {
			var asked atomic.Int32
			registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				t.Logf("asked for %s", r.URL)
				http.NotFound(w, r)
			}))
			t.Cleanup(registry.Close)
			s := newSite(t, cli, map[string]string{
				"fig.yml":         "base: {build: base}\nupon: {build: upon}\nbeside: {build: beside}\nnew: {build: new}\n",
				"base/Dockerfile": "FROM " + buildBase + "\nENV LEVEL=base\n",
				"new/Dockerfile":  "FROM scratch\nCOPY a /files/a\nCMD [\"/a\"]\n", "new/a": "a",
			})
			here := strings.TrimPrefix(registry.URL, "http://") + "/" + s.name + "/here:1"
			if err := cli.ImageTag(t.Context(), buildBase, here); err != nil {
				t.Fatal(err)
			}
			s.write("upon/Dockerfile", "FROM "+s.name+"_base\nENV UPON=yes\n")
			s.write("beside/Dockerfile", "ARG TAG=1\nFROM "+strings.TrimSuffix(here, "1")+"${TAG}\nCOPY --from="+s.name+"_base /probe /again\nENV BESIDE=yes\n")
			if builder == "buildx" {
				if err := s.withBuildx(); err != nil {
					t.Skip(err)
				}
			}
			s.run("--builder", builder, "build", "--no-cache")
			if n := asked.Load(); n > 0 {
				t.Errorf("the registry was asked %d times for an image that is here", n)
			}
			if got := s.contents(s.name + "_upon")["settings"]; !strings.Contains(got, "LEVEL=base UPON=yes") {
				t.Errorf("it is not built upon the image of the stack: %s", got)
			}
		})
	}
}
