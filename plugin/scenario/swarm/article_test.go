package swarm_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// articleFile is the file of the article, which takes from the registry of the swarm what
// it takes from one.
func articleFile(t *testing.T, registry string) string {
	t.Helper()
	return strings.ReplaceAll(string(scenario.ArticleFile(t, "..")), "image: tutum/rabbitmq", "image: "+registry+"/probe:first")
}

// site is the folder of a project, and the program under test there.
type site struct {
	stack
	dir     string
	files   []string // of the project
	program string
}

// newSite is a project that is read from some of the files that its folder has.
func newSite(n *nodes, project string, read []string, files map[string]string) *site {
	n.t.Helper()
	s := &site{stack: stack{nodes: n, project: project}, dir: filepath.Join(n.t.TempDir(), project), files: read}
	s.program = filepath.Join(scenario.Program(n.t, "docker-stacklite"), "docker-stacklite")
	for name, text := range files {
		s.write(name, text)
	}
	n.t.Cleanup(func() {
		if out, err := s.try("down", "--volumes"); err != nil {
			n.t.Errorf("down: %v\n%s", err, out)
		}
		n.wait(2*time.Minute, s.nothingLeft)
	})
	return s
}

func (s *site) write(name, text string) {
	s.t.Helper()
	file := filepath.Join(s.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
		s.t.Fatal(err)
	}
}

// try runs the program under test against the first node.
func (s *site) try(args ...string) (string, error) {
	return s.output(s.dir, []string{
		"DOCKER_CONFIG=" + filepath.Join(s.dir, ".docker"), "COMPOSE_PROJECT_NAME=" + s.project, "COMPOSE_FILE=" + strings.Join(s.files, ":"),
	},
		append([]string{s.program}, args...)...)
}

// lite runs the program, which must succeed.
func (s *site) lite(args ...string) string {
	s.t.Helper()
	begun := time.Now()
	out, err := s.try(args...)
	s.t.Logf("%v: %v\n%s", args, time.Since(begun).Round(time.Millisecond), out)
	if err != nil {
		s.t.Fatalf("%v: %v", args, err)
	}
	return out
}

// spread demands that replicas of a service run on so many nodes at least.
func (s *site) spread(service string, atLeast int) {
	s.t.Helper()
	all, err := s.replicas(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	on := map[string]int{}
	for _, r := range all {
		if r.service == service {
			on[r.node.name]++
		}
	}
	if len(on) < atLeast {
		s.t.Errorf("%s runs on %v alone", service, on)
	}
}

// fewest watches how many tasks of a service are alive, until stopped, and then gives the
// fewest that it saw.
func (s *site) fewest(service string) (stop func() int) {
	ctx, cancel := context.WithCancel(s.t.Context())
	seen := make(chan int, 1)
	go func() {
		least := -1
		for ctx.Err() == nil {
			if n, err := s.alive(ctx, service); err == nil && (least < 0 || n < least) {
				least = n
			}
			select {
			case <-ctx.Done():
			case <-time.After(200 * time.Millisecond):
			}
		}
		seen <- least
	}()
	return func() int {
		cancel()
		return <-seen
	}
}

// articleFinds is who is linked to whom; and the proxy finds web, as it finds its containers
// on one engine.
func articleFinds() finds {
	f := finds{"proxy": {"web": "web"}, "web": {"proxy": "proxy"}}
	for _, target := range []string{"redis", "rabbit", "solr", "mysql"} {
		f["web"][target] = target
		f[target] = map[string]string{"web": "web"}
	}
	return f
}

func TestTheStackOfTheArticleOnThreeEngines(t *testing.T) {
	n := connect(t)
	n.pushed("first")
	dockerfile := func(program string) string {
		text := "FROM " + scenario.ProbeImage + "\n"
		if program != "" {
			text += "COPY --from=" + scenario.ProbeImage + " /probe " + program + "\n"
		}
		return text
	}
	s := newSite(n, fmt.Sprintf("art%d", os.Getpid()), []string{"docker-compose.yml"}, map[string]string{
		"docker-compose.yml": articleFile(t, n.registry),
		"proxy/Dockerfile":   dockerfile(""),
		"redis/Dockerfile":   dockerfile("/redis-server"),
		"solr/Dockerfile":    dockerfile("/start-solr.sh"),
		"mysql/Dockerfile":   dockerfile(""),
		"web/Dockerfile":     dockerfile("/run.sh"),
		"src/solr/core.xml":  "",
	})
	up := []string{"up", "-d", "--swarm", "--publish-mode", "host", "--push-to", n.registry}
	replicas := map[string]int{"proxy": 1, "redis": 1, "rabbit": 1, "solr": 1, "mysql": 1, "web": 1}
	links := articleFinds()

	s.lite(up...)
	s.keptApart(links, replicas)

	s.lite("scale", "web=5")
	replicas["web"] = 5
	s.keptApart(links, replicas)
	s.spread("web", 3)
	if os.Getenv("STACKLITE_SWARM_PART") != "" { // what takes least time of it
		s.lite("down")
		n.wait(time.Minute, s.nothingLeft)
		return
	}
	s.lite("scale", "web=2")
	replicas["web"] = 2
	s.keptApart(links, replicas)
	s.lite("scale", "web=5")
	replicas["web"] = 5
	s.keptApart(links, replicas)
	t.Log(s.lite("ps"))

	// One that has a task of web, and is no manager.
	lost := n.all[len(n.all)-1]
	n.killOne(lost)
	s.movedFrom(lost, replicas)
	s.keptApart(links, replicas)
	if said := s.lite("ps"); !strings.Contains(said, lost.name) || !strings.Contains(said, "lost") {
		t.Errorf("ps does not say what happened to what ran on %s:\n%s", lost.name, said)
	}
	n.powerOn()
	s.keptApart(links, replicas)

	s.write("docker-compose.yml", strings.Replace(articleFile(t, n.registry), "- VIRTUAL_HOST=", "- RELEASE=2\n        - VIRTUAL_HOST=", 1))
	fewest := s.fewest("web")
	before := s.tasksOf("web")
	s.lite(up...)
	if n := fewest(); n < 4 {
		t.Errorf("%d of web were alive at one moment of a rolling change of 5", n)
	}
	if after := s.tasksOf("web"); slices.ContainsFunc(after, func(task string) bool { return slices.Contains(before, task) }) {
		t.Errorf("%q were replaced by %q", before, after)
	}
	s.keptApart(links, replicas)

	s.lite("down")
	n.wait(30*time.Second, s.nothingLeft)
}

// movedFrom waits until everything runs on other nodes than one that is away.
func (s *site) movedFrom(away node, want map[string]int) {
	s.t.Helper()
	s.wait(2*time.Minute, func(ctx context.Context) error {
		all, err := s.replicas(ctx)
		if err != nil {
			return err
		}
		here, _ := sides(all, away)
		return sameCount(want, here)
	})
}

// tasksOf are the names of the containers that a service runs in.
func (s *site) tasksOf(service string) []string {
	s.t.Helper()
	all, err := s.replicas(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	var tasks []string
	for _, r := range all {
		if r.service == service {
			tasks = append(tasks, r.task)
		}
	}
	return tasks
}
