package realengine_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// services are those of the files that are converted here. Web and worker are on one
// network with db, which web alone calls sql. Names that they don't find are asked of
// nobody else.
const services = `
web: {image: PROBE, dns: 127.0.0.1, links: ["db:sql", cache, worker]}
worker: {image: PROBE, dns: 127.0.0.1, links: [db]}
cache: {image: PROBE, dns: 127.0.0.1, links: ["db:main"]}
lone: {image: PROBE, dns: 127.0.0.1}
db: {image: PROBE, dns: 127.0.0.1}
`

// finds is whom each of them finds, by which names.
func finds() map[string]map[string]string {
	return map[string]map[string]string{
		"web":    {"db": "db", "sql": "db", "cache": "cache", "worker": "worker"},
		"worker": {"db": "db", "web": "web"},
		"cache":  {"db": "db", "main": "db", "web": "web"},
		"lone":   {},
		"db":     {"web": "web", "worker": "worker", "cache": "cache"},
	}
}

func oldFile() string { return strings.ReplaceAll(services, "PROBE", scenario.ProbeImage) }

func fileOfToday() string {
	return "x-stack-lite: {isolation: link}\nservices:\n  " + strings.ReplaceAll(strings.TrimSpace(oldFile()), "\n", "\n  ") + "\n"
}

// converted writes a file, and what convert makes of it, and gives the path of that.
func converted(t *testing.T, project, file string, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from.yml"), filepath.Join(dir, "to.yaml")
	if err := os.WriteFile(from, []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(scenario.Program(t, "docker-stacklite"), "docker-stacklite")
	var errs bytes.Buffer
	cmd := exec.Command(program, append([]string{"-f", from, "-p", project, "convert"}, args...)...)
	cmd.Stderr = &errs
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	if err := os.WriteFile(to, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return to
}

// TestAConvertedFileKeepsServicesApartInASwarmOnTheEngine deploys a file on an engine of its
// own, for a swarm is made there.
func TestAConvertedFileKeepsServicesApartInASwarmOnTheEngine(t *testing.T) {
	cli := privateEngine(t)
	if _, err := cli.SwarmInit(t.Context(), swarm.InitRequest{ListenAddr: "127.0.0.1:2377", AdvertiseAddr: "127.0.0.1"}); err != nil {
		t.Skip("the engine makes no swarm: ", err)
	}
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	file := converted(t, "demo", oldFile(), "--to", "stack")
	if out, err := command(t, "docker", "stack", "deploy", "--resolve-image", "never", "-c", file, "demo"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	stack{cli, "com.docker.stack.namespace=demo", "com.docker.swarm.service.name", "demo_", true}.keptApart(t)
}

// TestAConvertedFileKeepsServicesApartUnderDockerComposeOnTheEngine brings files up with
// the docker compose 5 that STACKLITE_COMPOSE names.
func TestAConvertedFileKeepsServicesApartUnderDockerComposeOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	program := os.Getenv("STACKLITE_COMPOSE")
	if program == "" {
		t.Skip("STACKLITE_COMPOSE names no docker compose 5")
	}
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	for name, text := range map[string]string{"of the first format": oldFile(), "of today": fileOfToday()} {
		t.Run(name, func(t *testing.T) {
			project := fmt.Sprintf("sltconverted%d", time.Now().UnixNano()%1e9)
			file := converted(t, project, text)
			t.Cleanup(func() { _, _ = command(t, program, "-p", project, "-f", file, "down", "-t", "0") })
			if out, err := command(t, program, "-p", project, "-f", file, "up", "-d", "--pull", "never"); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			stack{cli, "com.docker.compose.project=" + project, "com.docker.compose.service", "", false}.keptApart(t)
		})
	}
}

// privateEngine starts an engine beside the machine's, which only this test uses.
func privateEngine(t *testing.T) *client.Client {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: engines in memory only")
	}
	if os.Geteuid() != 0 {
		t.Skip("starting an engine needs root")
	}
	name := fmt.Sprintf("converted%d", os.Getpid())
	t.Setenv("STACKLITE_PRIVATE", name)
	script := filepath.Join("..", "..", "..", "scripts", "engine.sh")
	t.Cleanup(func() {
		if out, err := command(t, "sh", script, "stop", "private"); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		if !t.Failed() {
			_ = os.Remove("/var/log/stack-lite-private-" + name + ".log")
		}
	})
	out, err := command(t, "sh", script, "start", "private")
	_, host, ok := strings.Cut(out, "DOCKER_HOST=")
	if err != nil || !ok {
		t.Skipf("no engine of its own: %v\n%s", err, out)
	}
	t.Setenv("DOCKER_HOST", strings.TrimSpace(strings.SplitN(host, "\n", 2)[0]))
	return realengine.Connect(t)
}

// command runs a program, a minute at most.
func command(t *testing.T, words ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput()
	return string(out), err
}

// stack is what a converted file became on an engine.
type stack struct {
	cli     *client.Client
	label   string // that its containers have, with its value
	service string // the label that names the service of each
	prefix  string // of that name
	swarm   bool
}

// keptApart fails unless the containers reach each other as finds says, by name and by
// address, and nobody else. What has just begun may not be known to all yet.
func (s stack) keptApart(t *testing.T) {
	t.Helper()
	want := map[string]string{}
	for viewer, names := range finds() {
		for name, owner := range names {
			want[viewer+" finds "+name] = owner
			want[viewer+" reaches "+owner] = "by address"
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	var diff string
	for {
		got, err := s.seen(ctx)
		if err != nil {
			diff += "\n" + err.Error()
		} else if diff = cmp.Diff(want, got); diff == "" {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal(diff)
		case <-again.C:
		}
	}
}

// seen asks each container for all names, and for all addresses of the others.
func (s stack) seen(ctx context.Context) (map[string]string, error) {
	list, err := s.cli.ContainerList(ctx, container.ListOptions{Filters: filters.NewArgs(filters.Arg("label", s.label), filters.Arg("status", "running"))})
	if err != nil {
		return nil, err
	}
	if len(list) != len(finds()) {
		return nil, fmt.Errorf("%d containers run", len(list))
	}
	inspected := map[string]container.InspectResponse{}
	owners := map[string]string{} // services, by address
	for _, c := range list {
		full, err := s.cli.ContainerInspect(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		service := strings.TrimPrefix(full.Config.Labels[s.service], s.prefix)
		inspected[service] = full
		for _, at := range full.NetworkSettings.Networks {
			owners[at.IPAddress] = service
		}
	}
	if s.swarm {
		if err := s.besides(ctx, inspected, owners); err != nil {
			return nil, err
		}
	}
	got := map[string]string{}
	var group errgroup.Group
	var writing sync.Mutex
	for viewer, c := range inspected {
		group.Go(func() error {
			return s.ask(ctx, viewer, c.ID, owners, func(what, whom string) {
				writing.Lock()
				defer writing.Unlock()
				got[what] = whom
			})
		})
	}
	return got, group.Wait()
}

// ask has a service look for all others, and notes what it finds and reaches.
func (s stack) ask(ctx context.Context, viewer, id string, owners map[string]string, note func(what, whom string)) error {
	words := []string{"/probe", "each"}
	for _, name := range names() {
		if name != viewer {
			words = append(words, "resolve", name, "--")
		}
	}
	for _, address := range slices.Sorted(maps.Keys(owners)) {
		if owners[address] != viewer {
			words = append(words, "dial", address+":80", "--")
		}
	}
	out, err := scenario.Inside(ctx, s.cli, id, words[:len(words)-1]...)
	if err != nil {
		return err
	}
	for line := range strings.Lines(out) {
		code, question, _ := strings.Cut(strings.TrimSpace(line), " ")
		kind, about, _ := strings.Cut(question, " ")
		switch {
		case code != "0":
		case kind == "dial":
			note(viewer+" reaches "+owners[strings.TrimSuffix(about, ":80")], "by address")
		default:
			found, err := scenario.Inside(ctx, s.cli, id, []string{"/probe", "resolve", about}...)
			if err != nil {
				return err
			}
			var whose []string
			for address := range strings.Lines(found) {
				if owner := owners[strings.TrimSpace(address)]; !slices.Contains(whose, owner) {
					whose = append(whose, owner)
				}
			}
			if slices.Sort(whose); !slices.Equal(whose, []string{viewer}) { // a name of its own for others
				note(viewer+" finds "+about, strings.Join(whose, " "))
			}
		}
	}
	return nil
}

// names are all by which somebody is found.
func names() []string {
	var all []string
	for service, names := range finds() {
		all = append(all, service)
		all = slices.AppendSeq(all, maps.Keys(names))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// besides adds the addresses on the network by which tasks of a swarm leave their node.
func (s stack) besides(ctx context.Context, inspected map[string]container.InspectResponse, owners map[string]string) error {
	bridge, err := s.cli.NetworkInspect(ctx, "docker_gwbridge", network.InspectOptions{})
	if err != nil {
		return err
	}
	for _, at := range bridge.Containers {
		for service, c := range inspected {
			sandbox := filepath.Base(c.NetworkSettings.SandboxKey)
			if address, _, ok := strings.Cut(at.IPv4Address, "/"); ok && at.Name == "gateway_"+sandbox {
				owners[address] = service
			}
		}
	}
	for service := range inspected {
		n := 0
		for _, owner := range owners {
			if owner == service {
				n++
			}
		}
		if n <= len(inspected[service].NetworkSettings.Networks) {
			return fmt.Errorf("no address of %s on docker_gwbridge", service)
		}
	}
	return nil
}
