package commandline_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/network"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

const (
	proxyFile = `proxy:
  image: stacklite-probe:test
  ports: ["80:80"]
  volumes: ["/var/run/docker.sock:/tmp/docker.sock"]
  labels: {io.stack-lite.discover.projects: "PROJECTS"}
home:
  image: stacklite-probe:test
  environment: [VIRTUAL_HOST=home.dev]
`
	siteFile = `site:
  image: stacklite-probe:test
  environment: [VIRTUAL_HOST=site.dev]
`
)

// discoveryStage has the files of a proxy that may find the services of these
// projects, and of a site. It gives a way to run the program for a project, which
// is called as its file, and to get all that it prints.
func discoveryStage(t *testing.T, projects string) (*scenario.Stage, func(project, line string) string) {
	t.Helper()
	st := scenario.NewStage(t, "1.51", "")
	for name, text := range map[string]string{"edge": strings.ReplaceAll(proxyFile, "PROJECTS", projects), "blog": siteFile, "shop": siteFile} {
		st.Must(os.WriteFile(filepath.Join(st.Dir, name+".yml"), []byte(text), 0o600))
	}
	return st, func(project, line string) string {
		t.Helper()
		cmd := st.Command(append([]string{"-p", project, "-f", project + ".yml"}, strings.Fields(line)...)...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %s: %v\n%s", project, line, err, out)
		}
		return string(out)
	}
}

func TestEveryEdgeOfDiscoveryIsTold(t *testing.T) {
	_, run := discoveryStage(t, "blog")
	const within, across = "the discovery proxy proxy finds home without a link", "the discovery proxy edge/proxy finds site without a link"
	for _, c := range []struct{ project, line, want string }{
		{"edge", "config -q", `the discovery proxy "proxy" finds "home" without a link`},
		{"edge", "config -q", `the discovery proxy "proxy" may find services of other projects: blog`},
		{"edge", "plan", within},
		{"edge", "plan --format steps", within},
		{"edge", "plan --format json", within},
		{"edge", "up --dry-run", within},
		{"edge", "graph", "home (discovered)"},
		{"edge", "graph --format mermaid", "-.->"},
		{"edge", "graph --format dot", "style=dotted"},
		{"edge", "graph --format svg", `<path class="edge discovery"`},
		{"edge", "graph --format json", `"kind": "discovery"`},
		{"edge", "up -d", within},
		{"blog", "plan", across},
		{"blog", "up -d", across},
		{"blog", "up -d", across},
		{"blog", "plan", across},
		{"blog", "graph", "site (discovered)"},
		{"blog", "config -q", `the discovery proxy "edge/proxy" finds "site" without a link`},
		{"blog", "graph --live", "site (discovered)"},
		{"blog", "graph --live --format mermaid", "-.->"},
		{"blog", "graph --live --format dot", "style=dotted"},
		{"blog", "graph --live --format svg", `<path class="edge discovery"`},
		{"blog", "graph --live --format json", `"kind": "discovery"`},
		{"edge", "plan", "the discovery proxy proxy finds home, blog/site without a link"},
	} {
		if out := run(c.project, c.line); !strings.Contains(out, c.want) {
			t.Errorf("%s: %s does not say %q:\n%s", c.project, c.line, c.want, out)
		}
	}
}

// again is what commands of hints have to be about the same project.
var again = regexp.MustCompile(`docker stacklite -f (\w+)\.yml -p \w+ `)

// notes gives the notes among what was printed, with their further lines, and
// commands without what the project is named by.
func notes(printed string) string {
	var notes []string
	for line := range strings.Lines(printed) {
		if strings.HasPrefix(line, "note: ") || strings.HasPrefix(line, "  ") && len(notes) > 0 {
			notes = append(notes, line)
		}
	}
	return again.ReplaceAllString(strings.Join(notes, ""), "docker stacklite ")
}

func TestWhatIsNotJoinedIsOneNoteWithWhatToType(t *testing.T) {
	st, run := discoveryStage(t, "blog")
	run("edge", "up -d")
	run("blog", "up -d")
	want := `note: not joined, for discovery across projects needs a yes:
  edge/proxy with site
    edge/proxy mounts the docker socket and publishes 80
    site sets VIRTUAL_HOST
  hint: for good, label proxy in the file of edge:
    io.stack-lite.discover.projects: "blog,shop"
  hint: or type: docker stacklite --discovery edge up -d
  hint: not to be told again: docker stacklite --discovery project up -d
`
	for _, line := range []string{"plan", "up -d", "plan", "plan --format steps", "up --dry-run"} {
		out := run("shop", line)
		if diff := cmp.Diff(want, notes(out)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", line, diff)
		}
		if !strings.Contains(out, "hint: or type: docker stacklite -f shop.yml -p shop --discovery edge up -d\n") {
			t.Errorf("%s: not about the same project:\n%s", line, out)
		}
	}
	if out := notes(run("shop", "up -d")); out != "" {
		t.Errorf("up with nothing to do tells it again:\n%s", out)
	}
	for _, line := range []string{"--discovery project plan", "--discovery off plan", "--discovery blog plan", "scale site=1", "stop", "down --dry-run"} {
		if out := notes(run("shop", line)); out != "" {
			t.Errorf("%s: %s", line, out)
		}
	}
	if out, want := notes(run("shop", "--discovery ege,edge* plan")), `note: the discovery proxy edge/proxy finds site without a link
note: --discovery: no project or container is called ege, so nothing was joined with it
`; out != want {
		t.Errorf("got %s", out)
	}

	// From the side of the proxy, with others beside, in one note.
	st.Say("external", st.Project+"nginx", "socket", "publish")
	st.Say("external", st.Project+"site", "io.stack-lite.discover=true")
	run("shop", "start")
	got := notes(strings.ReplaceAll(run("edge", "plan"), st.Project, "my"))
	want = `note: the discovery proxy proxy finds home, blog/site without a link
note: not joined, for discovery across projects needs a yes:
  proxy with mysite, shop/site
    proxy mounts the docker socket and publishes 80:80
  mynginx with home
    mynginx mounts the docker socket and publishes 32768
    home, shop/site, mysite set VIRTUAL_HOST or the label that asks for it
  hint: for good, label proxy:
    io.stack-lite.discover.projects: "blog,shop,mysite"
  hint: or type: docker stacklite --discovery blog,shop,mynginx,mysite up -d
  hint: not to be told again: docker stacklite --discovery project up -d
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for line := range strings.Lines(got) {
		if len(line) > 81 {
			t.Errorf("longer than 80 columns: %s", line)
		}
	}
}

func TestAProxyWithoutAFileIsNamed(t *testing.T) {
	st, run := discoveryStage(t, "")
	st.Say("external", st.Project+"nginx", "socket", "publish")
	want := "  hint: to join them: docker stacklite --discovery mynginx up -d\n" +
		"  hint: not to be told again: docker stacklite --discovery project up -d\n"
	got := notes(strings.ReplaceAll(run("shop", "up -d"), st.Project, "my"))
	if strings.Count(got, "hint:") != 2 || !strings.HasSuffix(got, want) {
		t.Errorf("got %s", got)
	}
}

func TestNoLabelAllowsAProxyMoreThanIsAskedAbout(t *testing.T) {
	st, run := discoveryStage(t, "blog")
	dash := "dash:\n  image: stacklite-probe:test\n  ports: [\"81:80\"]\n  volumes: [\"/var/run/docker.sock:/tmp/docker.sock\"]\n"
	st.Must(os.WriteFile(filepath.Join(st.Dir, "admin.yml"), []byte(dash), 0o600))
	run("admin", "up -d")
	run("shop", "--discovery project up -d")
	want := `note: the discovery proxy proxy finds home without a link
note: not joined, for discovery across projects needs a yes:
  proxy with shop/site
    proxy mounts the docker socket and publishes 80:80
  admin/dash with home
    admin/dash mounts the docker socket and publishes 81
    home, shop/site set VIRTUAL_HOST
  hint: for good, label each of these:
    proxy:
      io.stack-lite.discover.projects: "blog,shop"
    dash in the file of admin:
      io.stack-lite.discover.projects: "edge"
  hint: or type: docker stacklite --discovery admin,shop up -d
  hint: not to be told again: docker stacklite --discovery project up -d
`
	if diff := cmp.Diff(want, notes(run("edge", "up -d"))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhatWasJoinedOnceSaysHowToPartIt(t *testing.T) {
	_, run := discoveryStage(t, "")
	run("edge", "up -d")
	run("blog", "--discovery edge up -d")
	want := "note: the discovery proxy edge/proxy finds site, as before\n  hint: to part them: docker stacklite --discovery project up -d\n"
	for _, line := range []string{"up -d", "plan"} {
		if diff := cmp.Diff(want, notes(run("blog", line))); diff != "" {
			t.Errorf("%s: -want +got:\n%s", line, diff)
		}
	}
	if out := run("blog", "graph --live"); !strings.Contains(out, "site (discovered)") {
		t.Errorf("the graph does not have the edge:\n%s", out)
	}
	run("blog", "--discovery project up -d")
	if out := notes(run("blog", "plan")); !strings.HasPrefix(out, "note: not joined, ") {
		t.Errorf("parted: %s", out)
	}
}

func TestWhoNamesOneProjectIsToldWhichOthersThatParts(t *testing.T) {
	_, run := discoveryStage(t, "")
	run("edge", "up -d")
	run("blog", "--discovery edge up -d")
	run("shop", "up -d")
	const joined = "note: the discovery proxy proxy finds home, shop/site without a link\n"
	const parts = "note: --discovery names others, so proxy no longer finds blog/site\n" +
		"  hint: to keep them joined: docker stacklite --discovery blog,shop up -d\n"
	const again = "note: proxy and shop/site are joined while both run, and proxy looks for that\n" +
		"  only when a container starts or stops\n" +
		"  hint: to have it look: docker stacklite restart proxy\n"
	for _, c := range []struct{ line, want string }{
		{"--discovery shop plan", joined + parts + again},
		{"--discovery blog,shop plan", "note: the discovery proxy proxy finds home, blog/site, shop/site without a link\n" + again},
		{"--discovery shop up -d", joined + parts + again},
		{"--discovery shop up -d", joined},
	} {
		if diff := cmp.Diff(c.want, notes(run("edge", c.line))); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.line, diff)
		}
	}
}

// TestAProxyThatIsOnlyDetachedIsRunning also says that check has something to
// check: what the two are joined by may have been taken away by hand.
func TestAProxyThatIsOnlyDetachedIsRunning(t *testing.T) {
	st, run := discoveryStage(t, "blog")
	run("edge", "up -d")
	run("blog", "up -d")
	networks, err := st.Client.NetworkList(t.Context(), network.ListOptions{})
	st.Must(err)
	for _, n := range networks {
		if strings.HasPrefix(n.Name, "blog_") {
			st.Must(st.Client.NetworkDisconnect(t.Context(), n.ID, "edge_proxy_1", false))
		}
	}
	live := run("blog", "graph --live")
	if lines := strings.Split(live, "\n"); slices.ContainsFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "edge/proxy") && strings.Contains(l, "not running")
	}) || !strings.Contains(live, "edge_proxy_1") {
		t.Errorf("the proxy runs:\n%s", live)
	}
	out, _ := st.Command("-p", "blog", "-f", "blog.yml", "check").CombinedOutput()
	if strings.Contains(string(out), "nothing to check") {
		t.Errorf("%s", out)
	}
}

// TestWhatIsNoProxyAnyMoreIsToldOnce changes the file in place of the program, of
// which an earlier version took it for one.
func TestWhatIsNoProxyAnyMoreIsToldOnce(t *testing.T) {
	st, run := discoveryStage(t, "")
	run("edge", "up -d")
	file := filepath.Join(st.Dir, "edge.yml")
	text, err := os.ReadFile(file)
	st.Must(err)
	st.Must(os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "80:80", "127.0.0.1:80:80")), 0o600))
	want := "note: proxy publishes on loopback alone, so it no longer finds home\n  hint: to join them, add a link in the file\n"
	const nobody = "note: no discovery proxy reaches home (VIRTUAL_HOST)\n  hint: to declare a service of the file a proxy, label it io.stack-lite.discover: \"proxy\"\n"
	for _, c := range []struct{ line, want string }{{"plan", want}, {"--discovery off plan", ""}, {"up -d", want}, {"up -d", ""}, {"plan", nobody}} {
		if diff := cmp.Diff(c.want, notes(run("edge", c.line))); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.line, diff)
		}
	}
}

const twoContainers = `nginx:
  image: stacklite-probe:test
  ports: ["80:80"]
dockergen:
  image: stacklite-probe:test
  volumes_from: [nginx]
  volumes: ["/var/run/docker.sock:/tmp/docker.sock"]
  labels: [com.github.nginx-proxy.docker-gen]
web:
  image: stacklite-probe:test
  environment: [VIRTUAL_HOST=web.dev]
`

func TestAProxyInTwoContainersIsToldAsOne(t *testing.T) {
	st, run := discoveryStage(t, "")
	st.Must(os.WriteFile(filepath.Join(st.Dir, "two.yml"), []byte(twoContainers), 0o600))
	for _, c := range []struct{ line, want string }{
		{"config -q", "note: two.yml:9:1: web: the discovery proxy \"nginx\" finds \"web\" without a link\n" +
			"note: two.yml:1:1: nginx: \"dockergen\" has the docker socket and configures the discovery proxy \"nginx\"\n"},
		{"--discovery off up -d", ""},
		{"up -d", "note: the discovery proxy nginx finds web without a link\n" +
			"note: nginx and web are joined while both run, and dockergen looks for that\n  only when a container starts or stops\n" +
			"  hint: to have it look: docker stacklite restart dockergen\n"},
		{"up -d", "note: the discovery proxy nginx finds web without a link\n"},
		{"scale web=2", ""},
		{"up -d --force-recreate", "note: the discovery proxy nginx finds web without a link\n"},
	} {
		if diff := cmp.Diff(c.want, notes(strings.ReplaceAll(run("two", c.line), st.Dir+"/", ""))); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.line, diff)
		}
	}
}

func TestWhatAsksToBeFoundAndIsNotIsTold(t *testing.T) {
	scenario.UseProber(t, "github.com/stack-lite/stack-lite/plugin/engine/enginetest/probe")
	st, run := discoveryStage(t, "")
	const site = `site:
  build: .
shop:
  image: stacklite-probe:test
  labels: {traefik.frontend.rule: "Host:shop.dev"}
quiet:
  image: stacklite-probe:test
  labels: {traefik.enable: "false", traefik.port: "80"}
blog:
  image: stacklite-probe:test
  environment: [VIRTUAL_HOST=blog.dev]
silent:
  image: stacklite-probe:test
  environment: [VIRTUAL_HOST=silent.dev]
  labels: {io.stack-lite.discover: "false"}
`
	st.Must(os.WriteFile(filepath.Join(st.Dir, "Dockerfile"), []byte("FROM stacklite-probe:test\nENV VIRTUAL_HOST=site.dev\n"), 0o600))
	st.Must(os.WriteFile(filepath.Join(st.Dir, "alone.yml"), []byte(site), 0o600))
	const declared = "to declare a service of the file a proxy, label it io.stack-lite.discover: \"proxy\"\n"
	const files = "note: no discovery proxy reaches shop (labels of Traefik), blog (VIRTUAL_HOST)\n  hint: " + declared
	for _, c := range []struct{ line, want string }{
		{"plan", files},
		{"--discovery project plan", ""},
		{"up -d", files + "note: no discovery proxy reaches site (VIRTUAL_HOST in its image); " + declared},
		{"up -d", ""},
		{"plan", files},
		{"check", "note: no discovery proxy reaches site (VIRTUAL_HOST in its image), shop (labels of Traefik), blog (VIRTUAL_HOST); " + declared},
		{"down", ""},
	} {
		if diff := cmp.Diff(c.want, notes(run("alone", c.line))); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.line, diff)
		}
	}
	st.Must(os.WriteFile(filepath.Join(st.Dir, "alone.yml"), []byte(strings.Split(proxyFile, "  labels:")[0]+site), 0o600))
	for _, c := range []struct{ line, want string }{
		{"up -d", "note: the discovery proxy proxy finds blog without a link\n" +
			"note: no discovery proxy reaches shop (labels of Traefik)\n  hint: to have it found, label shop io.stack-lite.discover: \"true\"\n" +
			"note: no discovery proxy reaches site (VIRTUAL_HOST in its image); to have it found, label site io.stack-lite.discover: \"true\"\n"},
		{"--isolation project plan", "note: the discovery proxy proxy finds blog without a link\n" +
			"note: proxy and blog are joined while both run, and proxy looks for that\n  only when a container starts or stops\n" +
			"  hint: to have it look: docker stacklite restart proxy\n"},
	} {
		if diff := cmp.Diff(c.want, notes(run("alone", c.line))); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.line, diff)
		}
	}
}
