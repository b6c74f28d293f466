package command

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// TestWhoIsBroughtUpAtTheSameMomentIsJoined has projects with a discovery proxy and
// with what it finds all look before any of them has made anything.
func TestWhoIsBroughtUpAtTheSameMomentIsJoined(t *testing.T) {
	const sites = 4
	for _, version := range []string{"1.41", "1.51"} {
		t.Run(version, func(t *testing.T) {
			e := enginetest.New(t, enginetest.Options{APIVersion: version, Images: []enginetest.Image{enginetest.Probe("probe")}})
			host := lookFirst(t, e, sites+1)
			dir := t.TempDir()
			names := []string{"front"}
			write(t, filepath.Join(dir, "front.yml"), "proxy:\n  image: probe\n  ports: [\"80\"]\n  volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]\n"+
				"  labels: {io.stack-lite.discover.projects: \"site*\"}\n")
			for i := range sites {
				names = append(names, fmt.Sprint("site", i))
				write(t, filepath.Join(dir, names[i+1]+".yml"), "web: {image: probe, environment: {VIRTUAL_HOST: x}}\n")
			}
			run := func(name string, args ...string) (string, string, int) {
				return memory{host}.run(t, append([]string{"-f", filepath.Join(dir, name+".yml"), "-p", name}, args...)...)
			}
			var group sync.WaitGroup
			for _, name := range names {
				group.Go(func() {
					if _, errs, code := run(name, "up", "-d"); code != 0 {
						t.Errorf("%s: exit code %d\n%s", name, code, errs)
					}
				})
			}
			group.Wait()
			c, err := client.NewClientWithOpts(client.WithHost(e.Host()), client.WithAPIVersionNegotiation())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			proxy, err := c.ContainerInspect(t.Context(), "front_proxy_1")
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names[1:] {
				site, err := c.ContainerInspect(t.Context(), name+"_web_1")
				if err != nil {
					t.Fatal(err)
				}
				joined := false
				for network := range site.NetworkSettings.Networks {
					joined = joined || proxy.NetworkSettings.Networks[network] != nil
				}
				if !joined {
					t.Errorf("%s is not joined with the proxy", name)
				}
			}
			for _, name := range names {
				if out, _, _ := run(name, "plan"); strings.Contains(out, "  1 ") {
					t.Errorf("%s is to be changed:\n%s", name, out)
				}
			}
		})
	}
}

// lookFirst is the address of an engine where nothing is made before so many clients
// have looked.
func lookFirst(t *testing.T, e *enginetest.Engine, clients int) string {
	t.Helper()
	var mu sync.Mutex
	looked, all := 0, make(chan struct{})
	return enginetest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			select {
			case <-all:
			case <-r.Context().Done():
				return
			}
		}
		e.ServeHTTP(w, r)
		if strings.HasSuffix(r.URL.Path, "/containers/json") {
			mu.Lock()
			defer mu.Unlock()
			if looked++; looked == clients {
				close(all)
			}
		}
	}))
}
