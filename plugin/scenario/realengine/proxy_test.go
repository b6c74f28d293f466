package realengine_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// shop is a stack behind a proxy that finds its backends through the engine.
const shop = `proxy:
  image: %[1]s
  volumes:
    - /var/run/docker.sock:/tmp/docker.sock
  ports:
    - "%[2]s:80"
`

const shopServers = `redis:
  image: stacklite-probe:test
mysql:
  image: stacklite-probe:test
web:
  image: stacklite-probe:test
  environment:
    - VIRTUAL_HOST=teste.dev
  links:
    - redis:redis
    - mysql:mysql
  ports:
    - "80"
`

// TestARealProxyBalancesOverAllReplicasOnTheEngine runs nginx in a container,
// beside a program that writes its configuration from what the engine says. No
// link leads to or from the proxy.
func TestARealProxyBalancesOverAllReplicasOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	s := scenario.New(t, cli.DaemonHost(), nil)
	proxy := s.Project + "-nginx"
	installProxy(t, cli, proxy)
	port, err := scenario.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("STACKLITE_DISCOVERY", s.Project+"*")
	st := s.Stage(t, fmt.Sprintf(shop, proxy, port)+shopServers)

	st.Must(st.Stacklite("up", "-d"))
	balances(st, port, 1)
	st.Must(st.Stacklite("scale", "web=5"))
	balances(st, port, 5)
	st.Say("isolated", "proxy", "mysql")
	st.Must(st.Stacklite("scale", "web=2"))
	balances(st, port, 2)
	st.Must(st.Stacklite("up", "-d", "--force-recreate", "--no-deps", "web"))
	balances(st, port, 2)
	st.Must(st.Stacklite("down"))

	// The proxy in a project of its own, whichever comes first.
	other := []string{"-p", s.Project + "x", "-f", filepath.Join(st.Dir, "proxy.yml")}
	st.Must(os.WriteFile(filepath.Join(st.Dir, "proxy.yml"), fmt.Appendf(nil, shop, proxy, port), 0o600))
	st.Write(shopServers)
	st.Must(st.Stacklite(append(other, "up", "-d")...))
	st.Must(st.Stacklite("up", "-d", "--scale", "web=3"))
	balances(st, port, 3)
	st.Must(st.Stacklite(append(other, "down")...))
	st.Must(st.Stacklite(append(other, "up", "-d")...))
	balances(st, port, 3)
	st.Must(st.Stacklite("scale", "web=4"))
	balances(st, port, 4)
}

// balances claims that requests for teste.dev go to n backends, to all alike, and
// those for other names to none.
func balances(s *scenario.Stage, port string, n int) {
	s.T.Helper()
	const each = 10
	s.Must(s.Await(func() error {
		count := map[string]int{}
		for range n * each {
			status, who, err := ask(port, "teste.dev")
			if err != nil || status != http.StatusOK {
				return fmt.Errorf("teste.dev answers %d %q (%v)", status, who, err)
			}
			count[who]++
		}
		for who, times := range count {
			// nginx sends less to a backend that has refused it lately, for a
			// while.
			if times < each/2 || times > each*3/2 {
				return fmt.Errorf("of %d requests %s got %d, want about %d: %v", n*each, who, times, each, count)
			}
		}
		if len(count) != n {
			return fmt.Errorf("%d backends answer, want %d: %v", len(count), n, count)
		}
		return nil
	}))
	if status, who, err := ask(port, "other.dev"); err != nil || status != http.StatusServiceUnavailable {
		s.T.Errorf("other.dev answers %d %q (%v)", status, who, err)
	}
}

// ask asks the proxy for a host and gives the name of the container that
// answered.
func ask(port, host string) (status int, who string, err error) {
	req, err := http.NewRequest(http.MethodGet, "http://127.0.0.1:"+port+"/", nil)
	if err != nil {
		return 0, "", err
	}
	req.Host, req.Close = host, true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, strings.TrimSpace(string(body)), err
}

// installProxy makes an image of nginx, from Debian's package with the shared
// libraries of this machine, scripts/vhosts, and the probe. It goes with the other images of
// the project that its name begins with. Where the package can't be had the test
// is skipped, or fails where the engine is required.
func installProxy(t *testing.T, cli *client.Client, ref string) {
	t.Helper()
	root, err := proxyFiles(t.TempDir())
	if err != nil {
		if os.Getenv("STACKLITE_ENGINE") == "required" {
			t.Fatalf("no nginx: %v", err)
		}
		t.Skipf("no nginx to be had from Debian's packages: %v", err)
	}
	resp, err := cli.ImageImport(context.Background(), image.ImportSource{Source: root, SourceName: "-"}, ref, image.ImportOptions{
		Changes: []string{`ENTRYPOINT ["/vhosts", "/tmp/docker.sock", "/usr/sbin/nginx"]`, "EXPOSE 80"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Close()
	if _, err := io.Copy(io.Discard, resp); err != nil {
		t.Fatal(err)
	}
}

var library = regexp.MustCompile(`(?m)(/\S+) \(0x`)

// proxyFiles gives the file system of the proxy's image as a tar.
func proxyFiles(dir string) (io.Reader, error) {
	for _, command := range [][]string{
		{"apt-get", "download", "-q", "nginx"},
		{"sh", "-c", "dpkg -x nginx_*.deb ."},
		{"go", "build", "-trimpath", "-ldflags", "-s -w", "-o", dir + "/", "github.com/stack-lite/stack-lite/scripts/vhosts",
			"github.com/stack-lite/stack-lite/plugin/engine/enginetest/probe"},
	} {
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if command[0] != "go" {
			cmd.Dir = dir
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%v: %w: %s", command, err, out)
		}
	}
	program := filepath.Join(dir, "usr/sbin/nginx")
	libraries, err := exec.Command("ldd", program).Output()
	if err != nil {
		return nil, err
	}
	from := map[string]string{"usr/sbin/nginx": program, "vhosts": filepath.Join(dir, "vhosts"), "probe": filepath.Join(dir, "probe")}
	for _, m := range library.FindAllStringSubmatch(string(libraries), -1) {
		from[strings.TrimPrefix(m[1], "/")] = m[1]
	}
	content := map[string][]byte{"etc/passwd": []byte("root:x:0:0::/:/\n"), "etc/group": []byte("root:x:0:\n"), "tmp/.keep": nil}
	for name, file := range from {
		if content[name], err = os.ReadFile(file); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, data := range content {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(data))}); err != nil {
			return nil, err
		}
		if _, err := w.Write(data); err != nil {
			return nil, err
		}
	}
	return &b, w.Close()
}
