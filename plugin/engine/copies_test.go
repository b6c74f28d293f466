package engine

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// stand is an engine in memory with its client.
type stand struct {
	t      *testing.T
	memory *enginetest.Engine
	client *client.Client
	engine *Engine
}

func newStand(t *testing.T, images ...enginetest.Image) *stand {
	t.Helper()
	memory := enginetest.New(t, enginetest.Options{Images: append(images, enginetest.Probe("probe"))})
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithVersion("1.41"))
	if err != nil {
		t.Fatal(err)
	}
	return &stand{t: t, memory: memory, client: c, engine: New(c, Options{})}
}

// run makes a container and starts it.
func (s *stand) run(name, image string, of map[string]string) {
	s.t.Helper()
	made, err := s.client.ContainerCreate(s.t.Context(), &container.Config{Image: image, Labels: of}, nil, nil, nil, name)
	if err == nil {
		err = s.client.ContainerStart(s.t.Context(), made.ID, container.StartOptions{})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// commit makes an image of a container.
func (s *stand) commit(name, image string) {
	s.t.Helper()
	if _, err := s.client.ContainerCommit(s.t.Context(), name, container.CommitOptions{Reference: image}); err != nil {
		s.t.Fatal(err)
	}
}

// ours are labels that a container of web has; made is empty for one of an
// earlier version.
func ours(made string) map[string]string {
	of := map[string]string{labels.Project: "demo", labels.Service: "web", labels.Number: "1", labels.OneOff: "False", labels.Fingerprint: "1 image=aabb", labels.Exposes: "9/udp"}
	if made != "" {
		of[labels.Container] = made
	}
	return of
}

// told is a list of containers in words: the name, and what it is.
func told(list []observed.Container) []string {
	var words []string
	for _, c := range list {
		word := c.Name + " is external"
		switch {
		case c.CopyOf != "":
			word = c.Name + " is a copy of " + c.CopyOf
		case c.Project != "":
			word = c.Name + " is of " + c.Project
		}
		words = append(words, word)
	}
	slices.Sort(words)
	return words
}

func TestACopyIsNotTakenForTheContainerThatItIsACopyOf(t *testing.T) {
	s := newStand(t)
	s.run("demo_web_1", "probe", ours("demo_web_1"))
	s.run("demo_web_2.new", "probe", ours("demo_web_2"))
	s.run("old_web_1", "probe", map[string]string{labels.Project: "old", labels.Service: "web", labels.Number: "1", labels.Fingerprint: "1"})
	s.commit("demo_web_1", "copy")

	ask := func() (all, labelled, own []string, calls int) {
		s.memory.ResetCalls()
		snapshot, err := s.engine.Observe(t.Context(), observed.Claim{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		calls = len(s.memory.Calls())
		list, err := s.engine.Named(t.Context(), observed.Claim{Project: "demo"})
		if err != nil {
			t.Fatal(err)
		}
		labelled = told(list)
		if list, err = s.engine.Containers(t.Context(), observed.Claim{Project: "demo"}); err != nil {
			t.Fatal(err)
		}
		if len(snapshot.ImagePorts) != 1 {
			t.Errorf("ports of images: %v", snapshot.ImagePorts)
		}
		return told(snapshot.Containers), labelled, told(list), calls
	}
	all, labelled, own, calls := ask()
	two := []string{"demo_web_1 is of demo", "demo_web_2.new is of demo"}
	if diff := cmp.Diff([][]string{append(slices.Clone(two), "old_web_1 is of old"), two, two}, [][]string{all, labelled, own}); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if calls != 2 {
		t.Errorf("%d calls where every container has its name: %v", calls, s.memory.Calls())
	}

	s.run("other", "copy", nil)
	s.run("demo_web_3", "copy", nil)
	s.run("renamed", "probe", ours("demo_web_4"))
	all, labelled, own, calls = ask()
	two = append(two, "renamed is of demo")
	copies := []string{"demo_web_3 is a copy of web", "other is a copy of web"}
	with := func(more ...string) []string { return slices.Sorted(slices.Values(slices.Concat(two, copies, more))) }
	if diff := cmp.Diff([][]string{with("old_web_1 is of old"), with(), two}, [][]string{all, labelled, own}); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if calls != 4 {
		t.Errorf("%d calls with containers of two images that have other names: %v", calls, s.memory.Calls())
	}
	if _, _, _, calls = ask(); calls != 2 {
		t.Errorf("%d calls when the images were asked before", calls)
	}

	// An image that is gone tells nothing.
	if copied, err := s.engine.facts.isCopy(t.Context(), observed.Claim{Project: "demo"}, "f00", "other", "sha256:0000", ours("demo_web_1")); !copied || err != nil {
		t.Errorf("of an image that is gone: %v, %v", copied, err)
	}
}

func TestWhatHappensToCopiesIsNotReported(t *testing.T) {
	s := newStand(t)
	s.run("demo_web_1", "probe", ours("demo_web_1"))
	s.commit("demo_web_1", "copy")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var seen []string
	err := s.engine.Watch(ctx, EventQuery{Claim: observed.Claim{Project: "demo"}}, func() {
		s.run("other", "copy", nil)
		s.run("demo_web_5.new", "probe", ours("demo_web_5"))
		if err := s.client.ContainerStop(t.Context(), "demo_web_1", container.StopOptions{}); err != nil {
			t.Error(err)
		}
	}, func(e Event) {
		seen = append(seen, e.Action+" "+e.Name)
		if e.Action == Died {
			cancel()
		}
	})
	if err != context.Canceled {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"create demo_web_5.new", "start demo_web_5.new", "kill demo_web_1", "die demo_web_1"}, seen); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestOnlyWhatTheProberMadeIsItsOwn(t *testing.T) {
	hostile := map[string]string{}
	for _, name := range labels.All() {
		hostile[name] = "hostile"
	}
	s := newStand(t,
		enginetest.Image{Ref: proberImages + "abc-def", Entrypoint: []string{programPath}, Labels: hostile},
		enginetest.Image{Ref: "users", Cmd: []string{"/probe", "serve"}, Labels: map[string]string{labels.Prober: "abc"}},
		enginetest.Image{Ref: "users:unused", Cmd: []string{"/probe", "sleep"}, Labels: map[string]string{labels.Prober: "abc"}})
	s.run("web", "probe", nil)
	s.run(proberContainers+"of-a-user", "users", map[string]string{labels.Container: "another"})
	s.run("user", "users", nil)
	p := &Prober{engine: s.engine, sum: "abc", run: "def"}
	id, err := p.container(t.Context(), "web", nil, false)
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.client.ContainerInspect(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	want := labels.Blank()
	want[labels.Prober], want[labels.Container] = "abc", strings.TrimPrefix(made.Name, "/")
	if diff := cmp.Diff(want, made.Config.Labels); diff != "" {
		t.Errorf("labels, -want +got:\n%s", diff)
	}
	snapshot, err := s.engine.Observe(t.Context(), observed.Claim{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{proberContainers + "of-a-user is external", "user is external", "web is external"}, told(snapshot.Containers)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	p.Close(t.Context())
	images, err := s.client.ImageList(t.Context(), image.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, i := range images {
		left = append(left, i.RepoTags...)
	}
	slices.Sort(left)
	if diff := cmp.Diff([]string{"probe:latest", proberImages + "abc-def", "users:latest", "users:unused"}, left); diff != "" {
		t.Errorf("images left, -want +got:\n%s", diff) // a container has the prober's
	}
}

func TestAnImageCannotDeclareItsContainersProxies(t *testing.T) {
	declared := map[string]string{linking.DiscoverLabel: linking.DeclaredProxy}
	said := map[string]string{linking.DiscoverLabel: "Proxy"}
	s := newStand(t, enginetest.Image{Ref: "itself", Labels: declared, Cmd: []string{"/probe"}})
	s.run("by_image", "itself", nil)
	s.run("by_user", "probe", declared)
	s.run("by_user_elsehow", "probe", said)
	s.run("by_compose", "itself", map[string]string{labels.Project: "other", labels.Service: "web", labels.Number: "1"})
	snapshot, err := s.engine.Observe(t.Context(), observed.Claim{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var proxies []string
	for _, c := range snapshot.Containers {
		if c.Role.Proxy {
			proxies = append(proxies, c.Name)
		}
	}
	slices.Sort(proxies)
	if diff := cmp.Diff([]string{"by_user", "by_user_elsehow"}, proxies); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
