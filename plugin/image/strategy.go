package image

import (
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/versions"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Builder is what builds images.
type Builder string

// The builders. All of them make the same image of the same directory.
const (
	AutoBuilder Builder = "auto"     // the first of the others that is there and can do what is asked
	Buildx      Builder = "buildx"   // the Docker CLI's plugin, one call for many images
	BuildKit    Builder = "buildkit" // BuildKit, by the engine's build call (API 1.39), unless images that are here need the classic builder
	Classic     Builder = "classic"  // what engines had before BuildKit

	AnyBuildKit Builder = "buildx or buildkit" // BuildKit, whoever leads to it
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

// recent reports whether the plugin is new enough. One that somebody built
// without a version number is taken to be.
func (b *BuildxPlugin) recent() bool {
	v := strings.TrimPrefix(b.Version, "v")
	v, _, _ = strings.Cut(v, "-")
	v, suffix, _ := strings.Cut(v, "+")
	return suffix == "unknown" || v == "" || versions.GreaterThanOrEqualTo(v, oldestBuildx)
}

// strategy is how one image is built.
type strategy struct {
	builder Builder
	reason  string // why not as the others; empty: as the others
	upon    bool   // the reason holds for all images that are built upon others
}

// NoBuilder is a builder that was asked for, or that a build needs, and that is not there.
type NoBuilder struct {
	Builder Builder
	Reason  string
	Needed  bool // whatever builder is asked for
}

func (n *NoBuilder) Error() string {
	return fmt.Sprintf("can't build with %s: %s", n.Builder, n.Reason)
}

// Prepare settles, before the first step of a plan, how its images are built,
// and adds that to the plan's notes, where something is lost by it or is to be
// told all. The error is a *NoBuilder.
func (s *Store) Prepare(ctx context.Context, p *plan.Plan) error {
	noted := map[string]bool{}
	for _, step := range p.Steps {
		a, ok := step.Action.(plan.BuildImage)
		if !ok {
			continue
		}
		chosen, err := s.strategyFor(ctx, a.Image)
		if err != nil {
			return err
		}
		note := "images are built by " + s.describe(chosen.builder)
		switch {
		case chosen.reason == "" && (s.options.Habits.AsDocker || !s.options.Verbose):
			continue // docker build said nothing of it either
		case chosen.upon:
			note = fmt.Sprintf("images that are built upon others are built by %s, because %s", s.describe(chosen.builder), chosen.reason)
		case chosen.reason != "":
			note = fmt.Sprintf("%s is built by %s, because %s", a.Image.Ref, s.describe(chosen.builder), chosen.reason)
		}
		if !noted[note] {
			noted[note] = true
			p.Notes = append(p.Notes, note)
		}
	}
	return nil
}

func (s *Store) describe(b Builder) string {
	switch b {
	case Buildx:
		return "buildx " + strings.TrimPrefix(s.findBuildx().Version, "v")
	case BuildKit:
		return "the engine's BuildKit"
	}
	return "the engine's classic builder"
}

// strategyFor chooses how an image is built, once for each.
func (s *Store) strategyFor(ctx context.Context, image plan.Image) (strategy, error) {
	s.mu.Lock()
	chosen, ok := s.strategies[image.Ref]
	s.mu.Unlock()
	if ok {
		return chosen, nil
	}
	spec, _ := image.Spec.(desired.BuildSpec)
	chosen, err := s.choose(ctx, spec)
	if err == nil {
		err = s.canBuild(chosen, spec)
	}
	if err != nil {
		return strategy{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.strategies[image.Ref] = chosen
	return chosen, nil
}

func (s *Store) choose(ctx context.Context, spec desired.BuildSpec) (strategy, error) {
	switch s.options.Builder {
	case Buildx:
		if lacking := s.buildxLacking(); lacking != "" {
			return strategy{}, &NoBuilder{Builder: Buildx, Reason: lacking}
		}
		return strategy{builder: Buildx}, nil
	case BuildKit:
		if !s.hasBuildKit(ctx) {
			return strategy{}, &NoBuilder{Builder: BuildKit, Reason: "the engine does not have it"}
		}
		return s.byEngine(ctx, spec), nil
	case Classic:
		return strategy{builder: Classic}, nil
	}
	return s.chooseAmong(ctx, spec)
}

// canBuild says where only buildx can do what files ask of a build, and another builds. The
// error is a *NoBuilder.
func (s *Store) canBuild(chosen strategy, spec desired.BuildSpec) error {
	key := spec.NeedsBuildx()
	switch {
	case key == "":
		return nil
	case key == "additional_contexts" && versions.LessThan(s.client.ClientVersion(), "1.42"):
		// Engine 20.10 has BuildKit 0.8: "unsupported frontend capability moby.buildkit.frontend.contexts".
		return &NoBuilder{Buildx, "build." + key + " of " + spec.Service + " needs a newer BuildKit than that of this engine", true}
	case chosen.builder == Buildx:
		return nil
	}
	why := cmp.Or(s.buildxLacking(), chosen.reason)
	return &NoBuilder{Buildx, "build." + key + " of " + spec.Service + " needs it, and " + cmp.Or(why, "another builder is asked for"), why != ""}
}

// buildxLacking is why buildx can't be used; empty: it can.
func (s *Store) buildxLacking() string {
	switch b := s.findBuildx(); {
	case b == nil:
		return "the docker command has no buildx plugin"
	case !b.recent():
		return fmt.Sprintf("it is version %s, and at least %s is needed", b.Version, oldestBuildx)
	}
	return ""
}

// chooseAmong chooses the first builder that is there and can do what is asked.
func (s *Store) chooseAmong(ctx context.Context, spec desired.BuildSpec) (strategy, error) {
	switch {
	case spec.Options.Memory > 0:
		return strategy{builder: Classic, reason: "no other builder can limit memory"}, nil
	case spec.Options.Keep:
		return strategy{builder: Classic, reason: "no other builder keeps the containers of its steps"}, nil
	case isDirectoryOfGit(spec) && versions.LessThan(s.client.ClientVersion(), "1.42"):
		// Engine 20.10 has BuildKit 0.8: "subdir not supported yet".
		return strategy{builder: Classic, reason: "the BuildKit of this engine can't build from a directory of a repository"}, nil
	}
	if s.buildxLacking() == "" {
		return strategy{builder: Buildx}, nil
	}
	switch {
	case s.options.Builder == AnyBuildKit:
		if !s.hasBuildKit(ctx) {
			return strategy{}, &NoBuilder{Builder: BuildKit, Reason: "the engine does not have it, and the docker command has no buildx plugin"}
		}
	case s.options.Habits.AsDocker && !needsBuildKit(spec), !s.hasBuildKit(ctx):
		return strategy{builder: Classic}, nil
	case hidesDockerfile(spec) && needsBuildKit(spec):
		return strategy{builder: BuildKit, reason: "its Dockerfile needs that; without buildx .dockerignore can't keep the Dockerfile out of the image"}, nil
	case hidesDockerfile(spec):
		return strategy{builder: Classic, reason: "BuildKit can't keep the Dockerfile out of the image without buildx"}, nil
	}
	return s.byEngine(ctx, spec), nil
}

// byEngine is BuildKit by the engine's build call, where that builds upon the
// images that are here. With the containerd image store it asks their registries
// first and takes what these have, and the call has no word to tell it otherwise.
// The classic builder does not, but does not know all that a Dockerfile may say
// today.
func (s *Store) byEngine(ctx context.Context, spec desired.BuildSpec) strategy {
	if !s.hasContainerdStore(ctx) {
		return strategy{builder: BuildKit}
	}
	if spec.Local() {
		file, err := readDockerfile(spec)
		switch {
		case err != nil, len(basesOf(spec, file)) == 0:
			return strategy{builder: BuildKit}
		case file.NeedsBuildKit():
			return strategy{builder: BuildKit, reason: "its Dockerfile needs that; without buildx it takes images from registries even if they are here"}
		}
	}
	return strategy{builder: Classic, reason: "without buildx its BuildKit takes these from registries even if they are here", upon: true}
}

// needsBuildKit reports whether the classic builder can't build from a local
// context.
func needsBuildKit(spec desired.BuildSpec) bool {
	if !spec.Local() {
		return false
	}
	file, err := readDockerfile(spec)
	return err == nil && file.NeedsBuildKit()
}

// isDirectoryOfGit reports whether a context is a directory within a
// repository: URL#REF:DIRECTORY.
func isDirectoryOfGit(spec desired.BuildSpec) bool {
	_, fragment, _ := strings.Cut(spec.Context, "#")
	return !spec.Local() && strings.Contains(fragment, ":")
}

// findBuildx looks for the plugin when it is first asked for: that starts a
// process.
func (s *Store) findBuildx() *BuildxPlugin {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.looked && s.options.Buildx != nil {
		s.buildx = s.options.Buildx()
	}
	s.looked = true
	return s.buildx
}

// hasContainerdStore reports whether containerd keeps the images of the engine,
// as it does by default on those that were first installed as version 29.
func (s *Store) hasContainerdStore(ctx context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.containerd == nil {
		info, err := s.client.Info(ctx)
		if err != nil {
			return false
		}
		has := slices.Contains(info.DriverStatus, [2]string{"driver-type", "io.containerd.snapshotter.v1"})
		s.containerd = &has
	}
	return *s.containerd
}

// hasBuildKit reports whether the engine's build call leads to BuildKit where
// asked to: from API 1.39, and never on Windows.
func (s *Store) hasBuildKit(ctx context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buildKit == nil {
		ping, err := s.client.Ping(ctx)
		if err != nil {
			return false
		}
		has := ping.OSType != "windows" && versions.GreaterThanOrEqualTo(s.client.ClientVersion(), "1.39")
		s.buildKit = &has
	}
	return *s.buildKit
}
