package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// wanted is the stack of a file, beside nothing.
func wanted(t *testing.T, file string) plan.Want {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "docker-compose.yml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := compose.Load(compose.Options{Dir: dir, ProjectName: "demo", Env: map[string]string{}})
	if err != nil {
		t.Fatal(err)
	}
	in := desired.Inputs{Project: p, Have: desired.HaveOf(&observed.Snapshot{}, "demo")}
	in.Scale = desired.KeepScale(p, in.Have.Have, nil)
	if in.Topology, err = in.Resolve(); err != nil {
		t.Fatal(err)
	}
	want, err := in.Want()
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// looked is an engine as a run has it that has looked.
func looked(t *testing.T, c Client) *Engine {
	t.Helper()
	e := New(c, Options{})
	if _, err := e.Observe(t.Context(), observed.Claim{}, nil); err != nil {
		t.Fatal(err)
	}
	return e
}

// TestEveryActionIsSafeToMeetAgain carries each action out twice, as when that of
// a run which was killed is done after the next run has looked.
func TestEveryActionIsSafeToMeetAgain(t *testing.T) {
	for _, api := range []string{"1.41", "1.51"} {
		memory := enginetest.New(t, enginetest.Options{APIVersion: api, Images: []enginetest.Image{enginetest.Probe("x")}})
		c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
		if err != nil {
			t.Fatal(err)
		}
		want := wanted(t, "web:\n  image: x\n  links: [db, cache]\ndb:\n  image: x\ncache:\n  image: x\n")
		twice := func(a plan.Action) {
			t.Helper()
			runs := []*Engine{looked(t, c), looked(t, c)}
			for i, e := range runs {
				if err := e.Apply(t.Context(), a, func(plan.Progress) {}); err != nil {
					t.Errorf("API %s, %s, time %d: %v", api, a.Words(), i+1, err)
				}
			}
		}
		id := func(name string) string {
			t.Helper()
			made, err := c.ContainerInspect(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			return made.ID
		}
		for _, n := range want.Networks {
			twice(plan.CreateNetwork{Network: n})
		}
		web := want.Containers[len(want.Containers)-1]
		twice(plan.CreateContainer{Container: web, As: "demo_web_1.new"})
		made := id("demo_web_1.new")
		twice(plan.StartContainer{Container: made, Name: web.Name})
		for _, n := range want.Networks {
			twice(plan.Connect{Container: made, Name: web.Name, Service: "web", Number: 1, Network: n})
		}
		twice(plan.RenameContainer{Container: made, From: "demo_web_1.new", To: "demo_web_1"})
		twice(plan.Disconnect{Container: made, Name: web.Name, Network: want.Networks[0].Name})
		twice(plan.PauseContainer{Container: made, Name: web.Name})
		twice(plan.UnpauseContainer{Container: made, Name: web.Name})
		twice(plan.KillContainer{Container: made, Name: web.Name, Signal: "SIGKILL"})
		twice(plan.StopContainer{Container: made, Name: web.Name})
		twice(plan.RemoveContainer{Container: made, Name: web.Name})
		for _, n := range want.Networks {
			twice(plan.RemoveNetwork{Name: n.Name, ID: networkID(t, c, n.Name)})
		}
		twice(plan.RemoveImage{Ref: "x"})
	}
}

func networkID(t *testing.T, c Client, name string) string {
	t.Helper()
	n, err := c.NetworkInspect(t.Context(), name, network.InspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return n.ID
}

// TestEveryActionHasAnAnswer looks the actions up where they are declared: a new one
// needs an answer to whether all is so already, or a reason why there is none.
func TestEveryActionHasAnAnswer(t *testing.T) {
	ofImages := []string{"PullImage", "BuildImage", "PushImage"} // package image carries them out, and as often as one likes
	answered := map[string]bool{}
	for _, a := range []plan.Action{
		plan.CreateNetwork{}, plan.RemoveNetwork{}, plan.CreateContainer{}, plan.RenameContainer{}, plan.Connect{}, plan.Disconnect{},
		plan.StartContainer{}, plan.AwaitContainer{}, plan.StopContainer{}, plan.RestartContainer{}, plan.KillContainer{}, plan.PauseContainer{},
		plan.UnpauseContainer{}, plan.RemoveImage{}, plan.RemoveContainer{}, plan.Drain{}, plan.ImportImage{}, plan.AwaitCondition{}, plan.RemoveVolume{}, plan.RunHook{},
	} {
		found, known := answerTo(a)
		answered[reflect.TypeOf(a).Name()] = known && found.so != nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), "../plan/action.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, d := range file.Decls {
		method, is := d.(*ast.FuncDecl)
		if !is || method.Recv == nil || method.Name.Name != "Words" {
			continue
		}
		seen++
		if name := method.Recv.List[0].Type.(*ast.Ident).Name; !answered[name] && !slices.Contains(ofImages, name) {
			t.Errorf("there is no answer to whether %s has been carried out by another", name)
		}
	}
	if seen < len(answered) {
		t.Errorf("only %d actions were found", seen)
	}
}

// TestWhatHasChangedSinceThePlanWasMadeIsTold has each action fail because somebody
// else was at work. What does so of itself is no reason to look again.
func TestWhatHasChangedSinceThePlanWasMadeIsTold(t *testing.T) {
	memory := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("x")}})
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	want := wanted(t, "web:\n  image: x\n  links: ['db:sql']\ndb:\n  image: x\n")
	n, web, e := want.Networks[0], want.Containers[1], looked(t, c)
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	create := func(name string, running bool) {
		t.Helper()
		_, err := c.ContainerCreate(t.Context(), &container.Config{Image: "x", Cmd: []string{"/probe", "serve"}}, nil, nil, nil, name)
		do(err)
		if running {
			do(c.ContainerStart(t.Context(), name, container.StartOptions{}))
		}
	}
	create("demo_web_1", true)
	create("idle", false)
	create("paused", true)
	do(c.ContainerPause(t.Context(), "paused"))
	do(e.Apply(t.Context(), plan.CreateNetwork{Network: n}, nil))
	do(c.NetworkConnect(t.Context(), n.Name, "demo_web_1", nil))
	other := n
	other.Spec = desired.NetworkSpec{Kind: "other", Labels: map[string]string{"io.stack-lite.settings": "other"}}
	missing := n
	missing.Name = "no_such"
	for _, test := range []struct {
		a       plan.Action
		changed bool
	}{
		{plan.CreateNetwork{Network: other}, true},
		{plan.RemoveNetwork{Name: n.Name, ID: networkID(t, c, n.Name)}, true},
		{plan.CreateContainer{Container: web, As: "demo_web_1"}, true},
		{plan.CreateContainer{Container: web, As: "demo_web_1.new", Replaces: "no_such"}, true},
		{plan.RenameContainer{Container: "no_such", From: "no_such", To: "other"}, true},
		{plan.RenameContainer{Container: "idle", From: "idle", To: "demo_web_1"}, true},
		{plan.Connect{Container: "no_such", Name: "no_such", Service: "web", Number: 1, Network: n}, true},
		{plan.Connect{Container: "idle", Name: "idle", Service: "web", Number: 1, Network: missing}, true},
		{plan.StartContainer{Container: "no_such", Name: "no_such"}, true},
		{plan.StartContainer{Container: "paused", Name: "paused"}, true},
		{plan.RestartContainer{Container: "no_such", Name: "no_such"}, true},
		{plan.PauseContainer{Container: "idle", Name: "idle"}, true},
		{plan.RemoveContainer{Container: "demo_web_1", Name: "demo_web_1"}, true},
		{plan.RenameContainer{Container: "idle", From: "idle", To: "-"}, false},
	} {
		err := e.Apply(t.Context(), test.a, func(plan.Progress) {})
		var changed *Changed
		if err == nil || errors.As(err, &changed) != test.changed || changed != nil && changed.What == "" {
			t.Errorf("%s: got %v, changed %v", test.a.Words(), err, changed)
		}
	}
	// It was off the network when it was to be detached, and is on it at the second look.
	for said, want := range map[string]bool{"container demo_web_1 is not connected to network " + n.Name: true, "out of order": false} {
		memory.Fail(func(c enginetest.Call) enginetest.Fault {
			if strings.HasSuffix(c.Path, "/disconnect") {
				return enginetest.Answer(http.StatusForbidden, said)
			}
			return enginetest.None
		})
		err := e.Apply(t.Context(), plan.Disconnect{Container: "demo_web_1", Name: "demo_web_1", Network: n.Name}, nil)
		var changed *Changed
		if err == nil || errors.As(err, &changed) != want {
			t.Errorf("%s: got %v, changed %v", said, err, changed)
		}
	}
}

// TestWhatIsThereIsOnlyTakenForDoneWhereItIsTheSame has others under the names of
// what an action makes.
func TestWhatIsThereIsOnlyTakenForDoneWhereItIsTheSame(t *testing.T) {
	memory := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("x")}})
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	want := wanted(t, "web:\n  image: x\n  links: ['db:sql']\ndb:\n  image: x\n")
	n, web := want.Networks[0], want.Containers[1]
	if _, err := c.ContainerCreate(t.Context(), &container.Config{Image: "x"}, nil, nil, nil, "demo_web_1"); err != nil {
		t.Fatal(err)
	}
	e := looked(t, c)
	nothing := func(plan.Progress) {}
	if err := e.Apply(t.Context(), plan.CreateContainer{Container: web, As: "demo_web_1"}, nothing); err == nil {
		t.Error("a container of somebody else's was taken for that of the plan")
	}
	if err := e.Apply(t.Context(), plan.CreateNetwork{Network: n}, nothing); err != nil {
		t.Fatal(err)
	}
	other := n
	other.Spec = desired.NetworkSpec{Kind: "other", Labels: map[string]string{"io.stack-lite.settings": "other"}}
	if err := e.Apply(t.Context(), plan.CreateNetwork{Network: other}, nothing); err == nil {
		t.Error("a network of other settings was taken for that of the plan")
	}
	if err := c.ContainerStart(t.Context(), "demo_web_1", container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := c.NetworkConnect(t.Context(), n.Name, "demo_web_1", nil); err != nil {
		t.Fatal(err)
	}
	if err := e.Apply(t.Context(), plan.Connect{Container: "demo_web_1", Name: "demo_web_1", Service: "web", Number: 1, Network: n}, nothing); err == nil {
		t.Error("a connection without the names was taken for that of the plan")
	}
}

// TestNothingIsStartedInAPlaceThatAnotherToolHasFilledAgain has docker-compose
// replace a container while this tool does.
func TestNothingIsStartedInAPlaceThatAnotherToolHasFilledAgain(t *testing.T) {
	memory := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("x")}})
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	e := looked(t, c)
	create := func(name string) string {
		t.Helper()
		made, err := c.ContainerCreate(t.Context(), &container.Config{Image: "x", Cmd: []string{"/probe", "serve"}}, nil, nil, nil, name)
		if err != nil {
			t.Fatal(err)
		}
		return made.ID
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	start := func(successor ...string) bool {
		t.Helper()
		err := e.Apply(t.Context(), plan.StartContainer{Container: "demo_db_1.new", Name: "demo_db_1", Predecessors: successor}, nil)
		var taken *PlaceTaken
		if err != nil && !errors.As(err, &taken) {
			t.Fatal(err)
		}
		if err == nil {
			do(c.ContainerStop(t.Context(), "demo_db_1.new", container.StopOptions{}))
		}
		return err == nil
	}
	old := create("demo_db_1")
	create("demo_db_1.new")
	if !start(old) {
		t.Error("not started in the place of one that is stopped")
	}
	do(c.ContainerStart(t.Context(), old, container.StartOptions{}))
	if start(old) {
		t.Error("started beside the one whose place it takes")
	}
	do(c.ContainerRemove(t.Context(), old, container.RemoveOptions{Force: true}))
	if !start(old) {
		t.Error("not started in a place that is free")
	}
	held := plan.StartContainer{Container: "demo_db_1.new", Name: "demo_db_1", Predecessors: []string{old}, Held: true}
	if err := e.Apply(t.Context(), held, nil); err == nil {
		t.Error("started while docker-compose, which has given the old one another name, makes a new one")
	}
	create("demo_db_1")
	if start(old) {
		t.Error("started beside one that docker-compose is about to start")
	}
	if !start() {
		t.Error("not started where it takes nobody's place")
	}
	do(c.ContainerRemove(t.Context(), "demo_db_1", container.RemoveOptions{Force: true}))
	do(c.ContainerRename(t.Context(), "demo_db_1.new", "demo_db_1"))
	do(e.Apply(t.Context(), plan.StartContainer{Container: "demo_db_1", Name: "demo_db_1", Predecessors: []string{old}}, nil))
}

// notYet is an engine that shows no container the first few times.
type notYet struct {
	Client
	times int
}

func (n *notYet) ContainerInspect(ctx context.Context, id string) (container.InspectResponse, error) {
	if n.times > 0 {
		n.times--
		return container.InspectResponse{}, errdefs.ErrNotFound
	}
	return n.Client.ContainerInspect(ctx, id)
}

// TestAContainerThatIsStillBeingMadeIsWaitedFor has a name that is taken by what the
// engine does not show yet.
func TestAContainerThatIsStillBeingMadeIsWaitedFor(t *testing.T) {
	memory := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("x")}})
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	a := plan.CreateContainer{Container: wanted(t, "web:\n  image: x\n").Containers[0], As: "demo_web_1"}
	nothing := func(plan.Progress) {}
	if err := looked(t, c).Apply(t.Context(), a, nothing); err != nil {
		t.Fatal(err)
	}
	slow := &notYet{c, 0}
	e := looked(t, slow)
	slow.times = 3
	if err := e.Apply(t.Context(), a, nothing); err != nil || slow.times > 0 {
		t.Errorf("got %v, %d looks were left", err, slow.times)
	}
}

// runOn has a container of the project run that is attached to a network alone, under
// another name than its own.
func runOn(t *testing.T, c Client, id, name, alias string) {
	t.Helper()
	config := &container.Config{Image: "x", Cmd: []string{"/probe", "serve"}, Labels: map[string]string{"com.docker.compose.project": "demo"}}
	if _, err := c.ContainerCreate(t.Context(), config, &container.HostConfig{NetworkMode: "none"}, nil, nil, name); err != nil {
		t.Fatal(err)
	}
	if err := c.ContainerStart(t.Context(), name, container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := c.NetworkDisconnect(t.Context(), "none", name, false); err != nil {
		t.Fatal(err)
	}
	if err := c.NetworkConnect(t.Context(), id, name, &network.EndpointSettings{Aliases: []string{alias}}); err != nil {
		t.Fatal(err)
	}
}

// TestOfTwoNetworksOfOneNameOneStays has two that an engine made at once, and looks
// that what was attached to one of them is attached still.
func TestOfTwoNetworksOfOneNameOneStays(t *testing.T) {
	for _, used := range []string{"none", "one", "both"} {
		memory := enginetest.New(t, enginetest.Options{APIVersion: "1.41", Images: []enginetest.Image{enginetest.Probe("x")}})
		c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
		if err != nil {
			t.Fatal(err)
		}
		want := wanted(t, "web:\n  image: x\n  links: [db]\ndb:\n  image: x\n")
		e, n := looked(t, c), want.Networks[0]
		apply := func(actions ...plan.Action) {
			t.Helper()
			for _, a := range actions {
				if err := e.Apply(t.Context(), a, func(plan.Progress) {}); err != nil {
					t.Fatal(err)
				}
			}
		}
		second := func(attributes map[string]string) (id string) {
			t.Helper()
			body, err := json.Marshal(map[string]any{"Name": n.Name, "Labels": attributes})
			if err != nil {
				t.Fatal(err)
			}
			answer, err := c.HTTPClient().Post("http://"+client.DummyHost+"/v1.41/networks/create", "application/json", bytes.NewReader(body))
			if err != nil || answer.StatusCode != http.StatusCreated {
				t.Fatal(answer, err)
			}
			defer answer.Body.Close()
			var made network.CreateResponse
			if err := json.NewDecoder(answer.Body).Decode(&made); err != nil {
				t.Fatal(err)
			}
			return made.ID
		}
		apply(plan.CreateNetwork{Network: n})
		for _, w := range want.Containers {
			apply(plan.CreateContainer{Container: w, As: w.Name})
		}
		if used != "none" {
			apply(plan.StartContainer{Container: "demo_db_1", Name: "demo_db_1"})
		}
		members, other := 2, second(n.Spec.(desired.NetworkSpec).Labels)
		if used == "both" {
			members++
			runOn(t, c, other, "extra", "another")
		}
		apply(plan.StartContainer{Container: "demo_db_1", Name: "demo_db_1"}, plan.StartContainer{Container: "demo_web_1", Name: "demo_web_1"})
		left, err := c.NetworkInspect(t.Context(), n.Name, network.InspectOptions{})
		if err != nil || len(left.Containers) != members {
			t.Errorf("used %v: got %v %v", used, left.Containers, err)
		}
		for _, name := range []string{"demo_db_1", "extra"} {
			found, err := c.ContainerInspect(t.Context(), name)
			if err != nil {
				continue // there is an extra one only where both are used
			}
			on := found.NetworkSettings.Networks[n.Name]
			if on == nil || on.NetworkID != left.ID || name == "extra" && !slices.Contains(on.Aliases, "another") {
				t.Errorf("used %v: %s is on %+v", used, name, on)
			}
		}
		second(nil)
		if err := e.Apply(t.Context(), plan.Connect{Container: "demo_db_1", Name: "demo_db_1", Network: n}, nil); err == nil {
			t.Error("a network of somebody else's is taken for a second one of the stack")
		}
	}
}
