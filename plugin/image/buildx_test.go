package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// fakeBuildx names the file in which the test binary, run as buildx, notes what
// it is asked for.
const fakeBuildx = "STACKLITE_FAKE_BUILDX"

func TestMain(m *testing.M) {
	if calls := os.Getenv(fakeBuildx); calls != "" {
		os.Exit(runFakeBuildx(calls))
	}
	os.Exit(m.Run())
}

// runFakeBuildx behaves as buildx does: images named bad fail, and with them all
// that are not done; images named slow wait to be interrupted.
func runFakeBuildx(calls string) int {
	var in bakeFile
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return 3
	}
	targets := in.Group["default"].Targets
	var tags []string
	for _, name := range targets {
		tags = append(tags, in.Target[name].Tags...)
	}
	f, err := os.OpenFile(calls, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return 3
	}
	fmt.Fprintln(f, strings.Join(tags, " "))
	f.Close()
	begun := time.Now()
	say := func(v vertex) {
		b, _ := json.Marshal(buildStatus{Vertexes: []vertex{v}})
		fmt.Fprintf(os.Stderr, "%s\n", b)
	}
	step := func(target, name string) string {
		switch {
		case len(targets) == 1:
			return strings.TrimPrefix(name, "[] ")
		case strings.HasPrefix(name, "[] "):
			return "[" + target + "] " + strings.TrimPrefix(name, "[] ")
		}
		return "[" + target + " " + name[1:]
	}
	for i, name := range targets {
		digest := fmt.Sprint("sha256:", i)
		switch tag := in.Target[name].Tags[0]; {
		case strings.Contains(tag, "bad"):
			say(vertex{Digest: digest, Name: step(name, "[2/2] RUN false"), Started: &begun, Completed: &begun, Error: "exit code: 1"})
			fmt.Fprintf(os.Stderr, "ERROR: target %s: failed to solve: exit code: 1\n", name)
			return 1
		case strings.Contains(tag, "slow"):
			say(vertex{Digest: digest, Name: step(name, "[2/2] RUN sleep"), Started: &begun})
			select {} // until SIGINT
		}
		say(vertex{Digest: digest, Name: step(name, "[] exporting to image"), Started: &begun, Completed: &begun})
	}
	return 0
}

// withBuildx is a store with the fake buildx, and a plan to build images.
func withBuildx(t *testing.T, refs ...string) (s *Store, p *plan.Plan, calls func() []string) {
	t.Helper()
	dir := writeFiles(t, map[string]string{"Dockerfile": "FROM a\nRUN false\n"})
	noted := filepath.Join(t.TempDir(), "calls")
	s = inMemory(t, "1.41", Options{Buildx: func() *BuildxPlugin {
		return &BuildxPlugin{Version: "v0.23.0", Command: func(ctx context.Context, args ...string) *exec.Cmd {
			cmd := exec.CommandContext(ctx, os.Args[0], args...)
			cmd.Env = append(os.Environ(), fakeBuildx+"="+noted)
			return cmd
		}}
	}}, enginetest.Image{Ref: "a"})
	var images []plan.Image
	for _, ref := range refs {
		images = append(images, plan.Image{Ref: ref, Build: true, Spec: desired.BuildSpec{Project: "p", Service: ref, Context: dir}})
	}
	p = plan.Builds(refs, plan.Want{Images: images}, plan.Have{})
	if err := s.Prepare(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return s, p, func() []string {
		b, err := os.ReadFile(noted)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(b)), "\n")
	}
}

func TestOneCallBuildsAllThatIsReady(t *testing.T) {
	for _, width := range []int{1, 16} {
		s, p, calls := withBuildx(t, "one", "two", "three")
		if err := p.Run(t.Context(), width, s.Apply, func(plan.Event) {}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"one two three"}, calls()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestImagesThatAreToBeBuiltAloneGetACallEach(t *testing.T) {
	s, p, calls := withBuildx(t, "one", "two")
	for i, step := range p.Steps {
		a := step.Action.(plan.BuildImage)
		spec := a.Image.Spec.(desired.BuildSpec)
		spec.Options.Alone = true
		a.Image.Spec = spec
		p.Steps[i].Action = a
	}
	if err := p.Run(t.Context(), 1, s.Apply, func(plan.Event) {}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"one", "two"}, calls()); diff != "" {
		t.Error(diff)
	}
}

func TestAnImageThatFailsIsLeftOutAndTheOthersBuilt(t *testing.T) {
	s, p, calls := withBuildx(t, "one", "bad", "two", "bad2", "three")
	done := map[string]plan.Phase{}
	err := p.Run(t.Context(), 16, s.Apply, func(ev plan.Event) { done[ev.Step.Task.Name] = ev.Phase })
	want := map[string]plan.Phase{"one": plan.Done, "two": plan.Done, "three": plan.Done, "bad": plan.Failed, "bad2": plan.Failed}
	if diff := cmp.Diff(want, done); diff != "" {
		t.Error(diff)
	}
	if n := strings.Count(err.Error(), "Dockerfile:2: RUN false: exit code 1"); n != 2 {
		t.Errorf("%d errors: %v", n, err)
	}
	if diff := cmp.Diff([]string{"one bad two bad2 three", "two bad2 three", "three"}, calls()); diff != "" {
		t.Error(diff)
	}
}

func TestAnInterruptedBuildEndsBuildxToo(t *testing.T) {
	s, p, calls := withBuildx(t, "one", "slow")
	ctx, cancel := context.WithCancel(t.Context())
	var (
		mu     sync.Mutex
		phases []string
	)
	err := p.Run(ctx, 16, s.Apply, func(ev plan.Event) {
		mu.Lock()
		defer mu.Unlock()
		if strings.Contains(ev.Progress.Text, "RUN sleep") {
			cancel()
		}
		if ev.Phase == plan.Done || ev.Phase == plan.Failed {
			phases = append(phases, ev.Step.Task.Name+" "+string(ev.Phase))
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	slices.Sort(phases)
	if diff := cmp.Diff([]string{"one done", "slow failed"}, phases); diff != "" {
		t.Error(diff)
	}
	if len(calls()) != 1 {
		t.Errorf("called again: %q", calls())
	}
}
