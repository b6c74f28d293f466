package random_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// projectFiles is files of projects that know nothing of each other but by
// discovery: by project the file, and by service the role, p for a proxy and d
// for what is discoverable.
var projectFiles = map[string]struct {
	file  string
	roles map[string]string
}{
	"a": {`proxy:
  image: stacklite-probe:test
  ports: ["80"]
  volumes: ["/var/run/docker.sock:/tmp/docker.sock"]
  labels: {io.stack-lite.discover.projects: "PROJECTS"}
`, map[string]string{"proxy": "p"}},
	"b": {`web:
  image: stacklite-probe:test
  links: [db]
  environment: [VIRTUAL_HOST=b.dev]
db:
  image: stacklite-probe:test
`, map[string]string{"web": "d", "db": ""}},
	"c": {`gate:
  image: stacklite-probe:test
  ports: ["80"]
  environment: [VIRTUAL_HOST=gate.dev]
  volumes: ["/var/run/docker.sock:/tmp/docker.sock"]
  labels: {io.stack-lite.discover.projects: "PROJECTS"}
app:
  image: stacklite-probe:test
  environment: [VIRTUAL_HOST=app.dev]
`, map[string]string{"gate": "pd", "app": "d"}},
}

// Whatever happens to projects that discovery joins, bringing a project up
// joins its proxies and servers with all others that run; and when all were
// brought up, each pair meets on one network, no other pair does, and nothing
// is left to do.
func TestDiscoveryHoldsWhateverHappensToTheProjects(t *testing.T) {
	seeds := 12
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		version := scenario.Versions()[seed%len(scenario.Versions())]
		t.Run(fmt.Sprint(version, "/", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(seed), 5))
			d := newDiscovery(t, version, r.IntN(2) == 0)
			proxied := r.IntN(2) == 0
			if proxied {
				d.Say("external", d.Project+"nginx", "socket", "publish")
			}
			projects := []string{"a", "b", "c"}
			for range 8 {
				p := projects[r.IntN(3)]
				d.history = append(d.history, d.act(p, r))
				d.joined(p)
			}
			for _, p := range projects {
				d.run(p, "up", "-d")
				d.history = append(d.history, p+" up")
			}
			for _, p := range projects {
				// Two that were brought up without knowing each other agree
				// at the latest when each has seen what the other did.
				d.run(p, "up", "-d")
			}
			for _, p := range projects {
				if n := d.changed(p, "up", "-d"); n > 0 {
					t.Errorf("after %v up of %s changes %d things more", d.history, p, n)
				}
				d.joined(p)
			}
			d.single()
			d.plain = true // what was named once lasts
			for _, p := range projects {
				if n := d.changed(p, "up", "-d"); n > 0 {
					t.Errorf("after %v an up of %s that names nothing changes %d things", d.history, p, n)
				}
			}
			d.single()
			for _, p := range projects {
				d.run(p, "down")
				d.Say("nothing-left", d.Project+p)
			}
			if proxied {
				d.Say("external-untouched")
			}
		})
	}
}

// discovery is a stage with the folders of the projects.
type discovery struct {
	*scenario.Stage
	named   bool // every run names the other projects; else the files of the proxies do
	plain   bool // no run names them any more
	history []string
}

func newDiscovery(t *testing.T, version string, named bool) *discovery {
	d := &discovery{Stage: scenario.NewStage(t, version, ""), named: named}
	projects := "*"
	if named {
		projects = ""
	}
	for p, what := range projectFiles {
		dir := filepath.Join(d.Dir, p)
		d.Must(os.Mkdir(dir, 0o755))
		d.Must(os.WriteFile(filepath.Join(dir, "fig.yml"), []byte(strings.ReplaceAll(what.file, "PROJECTS", projects)), 0o644))
	}
	return d
}

func (d *discovery) args(p string, args ...string) []string {
	general := []string{"-p", d.Project + p, "-f", filepath.Join(d.Dir, p, "fig.yml")}
	if d.named && !d.plain {
		general = append(general, "--discovery", d.Project+"*")
	}
	return append(general, args...)
}

func (d *discovery) run(p string, args ...string) {
	d.T.Helper()
	if err := d.Stacklite(d.args(p, args...)...); err != nil {
		d.T.Fatalf("after %v: %v", d.history, err)
	}
}

func (d *discovery) changed(p string, args ...string) int {
	d.T.Helper()
	return d.Changes(d.args(p, args...)...)
}

// act does something to a project and says what.
func (d *discovery) act(p string, r *rand.Rand) string {
	d.T.Helper()
	service := slices.Sorted(maps.Keys(projectFiles[p].roles))[r.IntN(len(projectFiles[p].roles))]
	var args []string
	switch r.IntN(6) {
	case 0:
		args = []string{"down"}
	case 1:
		args = []string{"up", "-d", "--force-recreate"}
	case 2:
		args = []string{"up", "-d", "--scale", service + "=3"}
	case 3:
		args = []string{"up", "-d", "--scale", service + "=1"}
	case 4:
		// What discovery makes of another's network must fit, or grow.
		args = []string{"up", "-d", "--scale", service + "=14"}
	default:
		args = []string{"up", "-d"}
	}
	d.run(p, args...)
	return p + " " + strings.Join(args, " ")
}

// member is a container of one of the projects, or of none.
type member struct {
	name, project, service string
	role                   string
	networks               []string // those that carry traffic
}

func (d *discovery) members() []member {
	d.T.Helper()
	containers, err := d.Client.ContainerList(d.T.Context(), container.ListOptions{All: true})
	d.Must(err)
	networks, err := d.Client.NetworkList(d.T.Context(), network.ListOptions{})
	d.Must(err)
	carries := map[string]bool{}
	for _, n := range networks {
		carries[n.Name] = n.Name != "bridge" && n.Options["com.docker.network.bridge.enable_icc"] != "false"
	}
	var list []member
	for _, c := range containers {
		r := member{name: c.Names[0], project: strings.TrimPrefix(c.Labels[scenario.LabelProject], d.Project), service: c.Labels[scenario.LabelService]}
		r.role = projectFiles[r.project].roles[r.service]
		if r.project == "" && d.named { // no file of its own says what it may find
			r.role = "p"
		}
		for name := range c.NetworkSettings.Networks {
			if carries[name] {
				r.networks = append(r.networks, name)
			}
		}
		list = append(list, r)
	}
	return list
}

// meetings lists the networks that two containers meet on.
func meetings(a, b member) []string {
	return slices.DeleteFunc(slices.Clone(a.networks), func(n string) bool { return !slices.Contains(b.networks, n) })
}

func neighbours(a, b member) bool {
	if a.project == b.project && a.service == b.service {
		return false
	}
	linked := a.project == "b" && b.project == "b"
	return linked || strings.Contains(a.role, "p") && strings.Contains(b.role, "d") ||
		strings.Contains(b.role, "p") && strings.Contains(a.role, "d")
}

// joined claims that all containers of a project meet those that they find or
// are found by.
func (d *discovery) joined(p string) {
	d.T.Helper()
	list := d.members()
	for _, a := range list {
		for _, b := range list {
			if a.project == p && neighbours(a, b) && len(meetings(a, b)) == 0 {
				d.T.Fatalf("after %v %s and %s do not meet", d.history, a.name, b.name)
			}
		}
	}
}

// single claims that neighbours of different projects meet on one network, those
// of one project on one at least, and others on none.
func (d *discovery) single() {
	d.T.Helper()
	list := d.members()
	for i, a := range list {
		for _, b := range list[:i] {
			if a.project == b.project && a.service == b.service {
				continue
			}
			got := meetings(a, b)
			// Two of one project may be in several cliques together.
			if neighbours(a, b) != (len(got) > 0) || a.project != b.project && len(got) > 1 {
				d.T.Errorf("after %v %s and %s meet on %v", d.history, a.name, b.name, got)
			}
		}
	}
}
