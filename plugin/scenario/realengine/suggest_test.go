package realengine_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	imagetypes "github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// talking is a stack of services that talk for a moment when they are told to, and of one
// that has done so since before.
const talking = `web:
  image: stacklite-probe:test
  links: [db, idle]
db:
  image: stacklite-probe:test
cache:
  image: stacklite-probe:test
  command: /probe answer 9999
api:
  image: stacklite-probe:test
keeper:
  image: stacklite-probe:test
  command: /probe hold db:80
loner:
  image: stacklite-probe:test
idle:
  image: stacklite-probe:test
`

// watching is a suggest --live at work.
type watching struct {
	t      *testing.T
	stage  *scenario.Stage
	cmd    *exec.Cmd
	out    bytes.Buffer
	err    []string // lines
	errEnd chan struct{}
}

// watchStack begins to watch, and returns when it does.
func watchStack(t *testing.T, s *scenario.Stage, args ...string) *watching {
	t.Helper()
	w := &watching{t: t, stage: s, cmd: s.Command(append([]string{"suggest", "--live", "--format", "json"}, args...)...), errEnd: make(chan struct{})}
	w.cmd.Stdout = &w.out
	said, err := w.cmd.StderrPipe()
	s.Must(err)
	s.Must(w.cmd.Start())
	begun := make(chan bool, 1)
	go func() {
		defer close(w.errEnd)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			w.err = append(w.err, lines.Text())
			if strings.HasPrefix(lines.Text(), "watching ") {
				begun <- true
			}
		}
		close(begun)
	}()
	if !<-begun {
		t.Fatalf("it does not begin: %v: %q", w.cmd.Wait(), w.err)
	}
	return w
}

// stop presses Ctrl-C and gives what it found, a line a pair.
func (w *watching) stop() []string {
	w.t.Helper()
	w.stage.Must(w.cmd.Process.Signal(os.Interrupt))
	<-w.errEnd
	if err := w.cmd.Wait(); err != nil {
		w.t.Fatalf("%v: %q", err, w.err)
	}
	var found []string
	for d := json.NewDecoder(&w.out); d.More(); {
		var l struct {
			From, To, State, Level string
			Traffic                []struct {
				Protocol                             string
				Port, Tried, Answered, Refused, Open int
				First, Last                          time.Time
			}
		}
		w.stage.Must(d.Decode(&l))
		line := fmt.Sprintf("%s>%s %s %s", l.From, l.To, l.State, l.Level)
		for _, a := range l.Traffic {
			line += fmt.Sprintf(" %s/%d %d-%d-%d-%d", a.Protocol, a.Port, a.Tried, a.Answered, a.Refused, a.Open)
			if since := time.Since(a.First); since < 0 || since > 10*time.Minute || a.Last.Before(a.First) {
				w.t.Errorf("%s: from %s to %s", line, a.First, a.Last)
			}
		}
		found = append(found, line)
	}
	slices.Sort(found)
	return found
}

// watchersOf lists the containers that are in the networks of a project's.
func watchersOf(t *testing.T, cli *client.Client, project string) map[string]string {
	t.Helper()
	list, err := cli.ContainerList(context.Background(), container.ListOptions{All: true})
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]string{}
	for _, c := range list {
		if c.Labels[scenario.LabelProject] == project {
			of["container:"+c.ID] = c.Labels[scenario.LabelService]
		}
	}
	watchers := map[string]string{}
	for _, c := range list {
		if service, is := of[c.HostConfig.NetworkMode]; is && c.Labels[scenario.LabelProject] != project {
			watchers[c.ID] = service
		}
	}
	return watchers
}

// proberImage is the image that the watchers of a project are made of.
func proberImage(t *testing.T, cli *client.Client, project string) string {
	t.Helper()
	for id := range watchersOf(t, cli, project) {
		c, err := cli.ContainerInspect(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return c.Config.Image
	}
	t.Fatal("nothing is watched")
	return ""
}

// gatewayOf is the host's address on a network of a container of a service.
func gatewayOf(t *testing.T, cli *client.Client, project, service string) string {
	t.Helper()
	list, err := cli.ContainerList(t.Context(), container.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if c.Labels[scenario.LabelProject] == project && c.Labels[scenario.LabelService] == service {
			for _, e := range c.NetworkSettings.Networks {
				return e.Gateway
			}
		}
	}
	t.Fatalf("%s has no network", service)
	return ""
}

// Of all that services say to each other, however short, nothing is missed, and nothing
// that they do not say is made up.
func TestSuggestSeesWhoTalksToWhomOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	scenario.UseProber(t, "github.com/stack-lite/stack-lite/cmd/docker-stacklite")
	s := scenario.New(t, cli.DaemonHost(), nil).Stage(t, talking)
	t.Cleanup(func() { _ = s.Stacklite("down", "-t", "0") })
	s.Must(s.Stacklite("--isolation", "project", "up", "-d", "--scale", "web=2"))
	s.Say("running", "web", "2")
	s.Say("keeps-connection", "keeper")
	talk := func(container string, args ...string) {
		t.Helper()
		service, index, _ := strings.Cut(container, "_")
		s.Must(s.Stacklite(append([]string{"exec", "-T", "--index", index, service, "/probe", "chat"}, args...)...))
	}

	w := watchStack(t, s, "--for", "10m")
	talk("web_1", "tcp:db:80")
	talk("web_2", "-n", "2", "tcp:db:80")
	talk("api_1", "udp:cache:9999")
	talk("db_1", "-n", "2", "tcp:api:9")
	talk("loner_1", "-n", "1", "tcp:192.0.2.1:80", "tcp:"+gatewayOf(t, cli, s.Project, "loner")+":9", "udp:192.0.2.1:53")
	s.Must(s.Stacklite("--isolation", "project", "scale", "api=2")) // comes meanwhile
	s.Say("running", "api", "2")
	talk("web_1", "-n", "1", "tcp:api_2:80")
	if diff := cmp.Diff([]string{
		"api>cache missing sure udp/9999 3-3-0-0", "db>api missing likely tcp/9 2-0-2-0", "keeper>db missing sure tcp/80 0-0-0-1",
		"web>api missing sure tcp/80 1-1-0-0", "web>db declared sure tcp/80 5-5-0-0", "web>idle unseen ",
	}, w.stop()); diff != "" {
		t.Errorf("%s\n%q", diff, w.err)
	}
	if left := watchersOf(t, cli, s.Project); len(left) > 0 {
		t.Errorf("watchers are left: %v", left)
	}

	// One whose watcher is killed is named, and what was seen counts; what one that is
	// killed leaves goes by itself.
	w = watchStack(t, s)
	talk("web_1", "tcp:db:80")
	for id, service := range watchersOf(t, cli, s.Project) {
		if service == "idle" {
			s.Must(cli.ContainerKill(t.Context(), id, "KILL"))
		}
	}
	found := w.stop()
	if !slices.Contains(found, "web>db declared sure tcp/80 3-3-0-0") || !strings.Contains(strings.Join(w.err, "\n"), "idle_1 was not watched to the end") {
		t.Errorf("%q: %q", found, w.err)
	}
	w = watchStack(t, s)
	image := proberImage(t, cli, s.Project)
	t.Cleanup(func() { _, _ = cli.ImageRemove(context.Background(), image, imagetypes.RemoveOptions{}) }) // a check would, an hour later
	s.Must(w.cmd.Process.Kill())
	_ = w.cmd.Wait() // that it was killed
	for deadline := time.Now().Add(30 * time.Second); len(watchersOf(t, cli, s.Project)) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("watchers of one that was killed are left: %v", watchersOf(t, cli, s.Project))
		}
	}

	// Where links keep services apart they do not talk, but ask for a name.
	s.Must(s.Stacklite("up", "-d"))
	w = watchStack(t, s)
	talk("web_1", "-n", "1", "tcp:cache:80", "tcp:db:80", "tcp:www.example.com:80")
	if diff := cmp.Diff([]string{
		"keeper>db missing likely", "web>cache missing likely", "web>db declared sure tcp/80 1-1-0-0", "web>idle unseen ",
	}, w.stop()); diff != "" {
		t.Errorf("%s\n%q", diff, w.err)
	}
}
