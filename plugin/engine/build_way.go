package engine

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"

	"github.com/docker/docker/api/types/versions"
	"golang.org/x/sync/singleflight"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Builder is a way to build images.
type Builder string

// The ways. All of them make the same image of the same directory.
const (
	AutoBuilder Builder = "auto"     // the first of the others that is there and can do what is asked
	Buildx      Builder = "buildx"   // the Docker CLI's plugin, one call for many images
	BuildKit    Builder = "buildkit" // BuildKit, by the engine's build call (API 1.39)
	Classic     Builder = "classic"  // what engines had before BuildKit
)

// BuildxPlugin is the Docker CLI's plugin for builds.
type BuildxPlugin struct {
	Version string
	Builder string // the builder that is bound to the engine, by name
	// Command makes a call of the plugin, set to the engine that is meant.
	Command func(ctx context.Context, args ...string) *exec.Cmd
}

// oldestBuildx is the first version that takes what is to be built from
// standard input together with files from elsewhere.
const oldestBuildx = "0.17"

// recent tells whether the plugin is new enough. One that somebody built
// without a version number is taken at its word.
func (b *BuildxPlugin) recent() bool {
	v := strings.TrimPrefix(b.Version, "v")
	v, _, _ = strings.Cut(v, "-")
	v, suffix, _ := strings.Cut(v, "+")
	return suffix == "unknown" || v == "" || versions.GreaterThanOrEqualTo(v, oldestBuildx)
}

// builds is what the builds of an engine have in common.
type builds struct {
	pulls singleflight.Group // of base images

	mu     sync.Mutex
	ways   map[string]strategy // by image
	baking map[string]*baking  // what buildx has been asked for, by image
	looked bool                // for buildx
	buildx *BuildxPlugin       // nil: there is none
	kit    *bool               // whether the engine has BuildKit; nil: it was not asked
}

// strategy is how one image is built.
type strategy struct {
	builder Builder
	reason  string // why not as the others; empty: as the others
}

// NoBuilder is a way of building that was asked for and is not there.
type NoBuilder struct {
	Builder Builder
	Reason  string
}

func (n *NoBuilder) Error() string {
	return fmt.Sprintf("can't build with %s: %s", n.Builder, n.Reason)
}

// Hints says what to try.
func (n *NoBuilder) Hints() []string {
	return []string{"--builder auto takes what is there"}
}

// Prepare settles, before the first step of a plan, how its images are built,
// and adds that to the plan's notes. The error is a *NoBuilder.
func (e *Engine) Prepare(ctx context.Context, p *plan.Plan) error {
	told := map[string]bool{}
	for _, s := range p.Steps {
		a, ok := s.Action.(plan.BuildImage)
		if !ok {
			continue
		}
		w, err := e.wayFor(ctx, a.Image)
		if err != nil {
			return err
		}
		note := "images are built by " + e.wordsFor(w.builder)
		if w.reason != "" {
			note = fmt.Sprintf("%s is built by %s, for %s", a.Image.Ref, e.wordsFor(w.builder), w.reason)
		}
		if !told[note] {
			told[note] = true
			p.Notes = append(p.Notes, note)
		}
	}
	return nil
}

func (e *Engine) wordsFor(b Builder) string {
	switch b {
	case Buildx:
		return "buildx " + strings.TrimPrefix(e.findBuildx().Version, "v")
	case BuildKit:
		return "the engine's BuildKit"
	}
	return "the engine's classic builder"
}

// wayFor chooses how an image is built, once for each.
func (e *Engine) wayFor(ctx context.Context, image plan.Image) (strategy, error) {
	e.builds.mu.Lock()
	w, ok := e.builds.ways[image.Ref]
	e.builds.mu.Unlock()
	if ok {
		return w, nil
	}
	spec, _ := image.Spec.(BuildSpec)
	w, err := e.choose(ctx, spec)
	if err != nil {
		return strategy{}, err
	}
	e.builds.mu.Lock()
	defer e.builds.mu.Unlock()
	e.builds.ways[image.Ref] = w
	return w, nil
}

func (e *Engine) choose(ctx context.Context, spec BuildSpec) (strategy, error) {
	switch e.options.Builder {
	case Buildx:
		switch b := e.findBuildx(); {
		case b == nil:
			return strategy{}, &NoBuilder{Buildx, "the docker command has no such plugin"}
		case !b.recent():
			return strategy{}, &NoBuilder{Buildx, fmt.Sprintf("it is version %s, and %s is the oldest that will do", b.Version, oldestBuildx)}
		}
		return strategy{builder: Buildx}, nil
	case BuildKit:
		if !e.hasBuildKit(ctx) {
			return strategy{}, &NoBuilder{BuildKit, "the engine has none"}
		}
		return strategy{builder: BuildKit}, nil
	case Classic:
		return strategy{builder: Classic}, nil
	}
	switch {
	case spec.Options.Memory > 0:
		return strategy{Classic, "no other limits memory"}, nil
	case spec.Options.Keep:
		return strategy{Classic, "no other keeps containers of its steps"}, nil
	case spec.isDirectoryOfGit() && versions.LessThan(e.client.ClientVersion(), "1.42"):
		// Engine 20.10 has BuildKit 0.8: "subdir not supported yet".
		return strategy{Classic, "the BuildKit of this engine takes a repository only as a whole"}, nil
	}
	if b := e.findBuildx(); b != nil && b.recent() {
		return strategy{builder: Buildx}, nil
	}
	switch {
	case !e.hasBuildKit(ctx):
		return strategy{builder: Classic}, nil
	case spec.hidesDockerfile():
		return strategy{Classic, "the Dockerfile is to be kept out of the image, which BuildKit can't without buildx"}, nil
	}
	return strategy{builder: BuildKit}, nil
}

// findBuildx looks for the plugin when it is first asked for: that starts a
// process.
func (e *Engine) findBuildx() *BuildxPlugin {
	e.builds.mu.Lock()
	defer e.builds.mu.Unlock()
	if !e.builds.looked && e.options.Buildx != nil {
		e.builds.buildx = e.options.Buildx()
	}
	e.builds.looked = true
	return e.builds.buildx
}

// hasBuildKit tells whether the engine's build call leads to BuildKit where
// asked to: from API 1.39, and never on Windows.
func (e *Engine) hasBuildKit(ctx context.Context) bool {
	e.builds.mu.Lock()
	defer e.builds.mu.Unlock()
	if e.builds.kit == nil {
		ping, err := e.client.Ping(ctx)
		if err != nil {
			return false
		}
		has := ping.OSType != "windows" && versions.GreaterThanOrEqualTo(e.client.ClientVersion(), "1.39")
		e.builds.kit = &has
	}
	return *e.builds.kit
}
