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

// neighbourhood is files of projects that know nothing of each other but by
// discovery: by project the file, and by service the role, p for a proxy and d
// for what is discoverable.
var neighbourhood = map[string]struct {
	file  string
	roles map[string]string
}{
	"a": {`proxy:
  image: stacklite-probe:test
  ports: ["80"]
  volumes: ["/var/run/docker.sock:/tmp/docker.sock"]
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
app:
  image: stacklite-probe:test
  environment: [VIRTUAL_HOST=app.dev]
`, map[string]string{"gate": "pd", "app": "d"}},
}

// Whatever happens to projects that discovery joins, bringing a project up joins
// its proxies and servers with all others that run; and when all were brought up,
// each pair meets on one network, nobody else does, and nothing is left to do.
func TestDiscoveryHoldsWhateverHappensToTheProjects(t *testing.T) {
	seeds := 12
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		version := scenario.Versions()[seed%len(scenario.Versions())]
		t.Run(fmt.Sprint(version, "/", seed), func(t *testing.T) {
			t.Parallel()
			q := newQuarter(t, version)
			r := rand.New(rand.NewPCG(uint64(seed), 5))
			proxied := r.IntN(2) == 0
			if proxied {
				q.Say("external", q.Project+"nginx", "socket", "publish")
			}
			projects := []string{"a", "b", "c"}
			for range 8 {
				p := projects[r.IntN(3)]
				q.history = append(q.history, q.act(p, r))
				q.joined(p)
			}
			for _, p := range projects {
				q.run(p, "up", "-d")
				q.history = append(q.history, p+" up")
			}
			for _, p := range projects {
				// Two that were brought up without knowing each other agree
				// at the latest when each has seen what the other did.
				q.run(p, "up", "-d")
			}
			for _, p := range projects {
				if n := q.changed(p, "up", "-d"); n > 0 {
					t.Errorf("after %v up of %s changes %d things more", q.history, p, n)
				}
				q.joined(p)
			}
			q.single()
			for _, p := range projects {
				q.run(p, "down")
				q.Say("nothing-left", q.Project+p)
			}
			if proxied {
				q.Say("external-untouched")
			}
		})
	}
}

// quarter is a stage with the folders of the neighbourhood.
type quarter struct {
	*scenario.Stage
	history []string
}

func newQuarter(t *testing.T, version string) *quarter {
	q := &quarter{Stage: scenario.NewStage(t, version, "")}
	for p, what := range neighbourhood {
		dir := filepath.Join(q.Dir, p)
		q.Must(os.Mkdir(dir, 0o755))
		q.Must(os.WriteFile(filepath.Join(dir, "fig.yml"), []byte(what.file), 0o644))
	}
	return q
}

func (q *quarter) args(p string, args ...string) []string {
	return append([]string{"-p", q.Project + p, "-f", filepath.Join(q.Dir, p, "fig.yml")}, args...)
}

func (q *quarter) run(p string, args ...string) {
	q.T.Helper()
	if err := q.Stacklite(q.args(p, args...)...); err != nil {
		q.T.Fatalf("after %v: %v", q.history, err)
	}
}

func (q *quarter) changed(p string, args ...string) int {
	q.T.Helper()
	return q.Changes(q.args(p, args...)...)
}

// act does something to a project and says what.
func (q *quarter) act(p string, r *rand.Rand) string {
	q.T.Helper()
	service := slices.Sorted(maps.Keys(neighbourhood[p].roles))[r.IntN(len(neighbourhood[p].roles))]
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
	q.run(p, args...)
	return p + " " + strings.Join(args, " ")
}

// resident is a container of the quarter.
type resident struct {
	name, project, service string
	role                   string
	networks               []string // those that carry traffic
}

func (q *quarter) residents() []resident {
	q.T.Helper()
	containers, err := q.Client.ContainerList(q.T.Context(), container.ListOptions{All: true})
	q.Must(err)
	networks, err := q.Client.NetworkList(q.T.Context(), network.ListOptions{})
	q.Must(err)
	carries := map[string]bool{}
	for _, n := range networks {
		carries[n.Name] = n.Name != "bridge" && n.Options["com.docker.network.bridge.enable_icc"] != "false"
	}
	var list []resident
	for _, c := range containers {
		r := resident{name: c.Names[0], project: strings.TrimPrefix(c.Labels[scenario.LabelProject], q.Project), service: c.Labels[scenario.LabelService]}
		r.role = neighbourhood[r.project].roles[r.service]
		if r.project == "" {
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
func meetings(a, b resident) []string {
	return slices.DeleteFunc(slices.Clone(a.networks), func(n string) bool { return !slices.Contains(b.networks, n) })
}

func neighbours(a, b resident) bool {
	if a.project == b.project && a.service == b.service {
		return false
	}
	linked := a.project == "b" && b.project == "b"
	return linked || strings.Contains(a.role, "p") && strings.Contains(b.role, "d") ||
		strings.Contains(b.role, "p") && strings.Contains(a.role, "d")
}

// joined claims that all containers of a project meet those that they find or
// are found by.
func (q *quarter) joined(p string) {
	q.T.Helper()
	list := q.residents()
	for _, a := range list {
		for _, b := range list {
			if a.project == p && neighbours(a, b) && len(meetings(a, b)) == 0 {
				q.T.Fatalf("after %v %s and %s do not meet", q.history, a.name, b.name)
			}
		}
	}
}

// single claims that neighbours of different projects meet on one network, those
// of one project on one at least, and others on none.
func (q *quarter) single() {
	q.T.Helper()
	list := q.residents()
	for i, a := range list {
		for _, b := range list[:i] {
			if a.project == b.project && a.service == b.service {
				continue
			}
			got := meetings(a, b)
			// Two of one project may be in several cliques together.
			if neighbours(a, b) != (len(got) > 0) || a.project != b.project && len(got) > 1 {
				q.T.Errorf("after %v %s and %s meet on %v", q.history, a.name, b.name, got)
			}
		}
	}
}
