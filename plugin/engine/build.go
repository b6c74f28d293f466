package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine/dockerfile"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// BuildSpec says how an image is built.
type BuildSpec struct {
	Project    string
	Service    string
	Context    string   // absolute directory, or a URL that the builder fetches
	Dockerfile string   // relative to the context, or absolute; empty: Dockerfile
	Built      []string // images among its bases that the stack builds itself
	Options    BuildOptions
}

// BuildOptions are what a user may ask of a build.
type BuildOptions struct {
	NoCache  bool
	Pull     bool // look for newer base images
	Args     map[string]string
	Keep     bool  // keep the containers of the classic builder's steps
	Memory   int64 // bytes that a step may use; 0: no limit
	Compress bool  // send the build directory compressed
	Alone    bool  // each image in a call of its own, so that no more are built at once than the plan is run with
}

// Builds plans to build the images of services, or of all where services is
// nil, also those that exist, and those that they are built upon where they
// are missing.
func Builds(p *compose.Project, services []string, have plan.Have, o BuildOptions) *plan.Plan {
	var refs []string
	list := images(p, o)
	for _, image := range list {
		if spec, ok := image.Spec.(BuildSpec); ok && (services == nil || slices.Contains(services, spec.Service)) {
			refs = append(refs, image.Ref)
		}
	}
	return plan.Builds(refs, plan.Want{Project: p.Name, Images: list}, have)
}

func buildOf(p *compose.Project, s *compose.Service, o BuildOptions) BuildSpec {
	return BuildSpec{Project: p.Name, Service: s.Name, Context: s.Build, Dockerfile: s.Dockerfile, Options: o}
}

// images lists what containers are made from. A service may use the image that
// is built for another by its name, and be built upon it.
func images(p *compose.Project, o BuildOptions) []plan.Image {
	var list []plan.Image
	for _, s := range p.Services {
		ref := ImageOf(p, s)
		i := slices.IndexFunc(list, func(i plan.Image) bool { return i.Ref == ref })
		switch {
		case s.Image == "" && i >= 0:
			list[i] = plan.Image{Ref: ref, Build: true, Spec: buildOf(p, s, o)}
		case s.Image == "":
			list = append(list, plan.Image{Ref: ref, Build: true, Spec: buildOf(p, s, o)})
		case i < 0:
			list = append(list, plan.Image{Ref: ref})
		}
	}
	for i, image := range list {
		spec, ok := image.Spec.(BuildSpec)
		if !ok || len(list) == 1 {
			continue
		}
		for _, base := range spec.bases() {
			for _, other := range list {
				if other.Ref == image.Ref || !sameImage(other.Ref, base.Ref) {
					continue
				}
				list[i].From = append(list[i].From, other.Ref)
				if other.Build {
					spec.Built = append(spec.Built, other.Ref)
				}
			}
		}
		list[i].Spec = spec
	}
	return list
}

// sameImage tells whether two references name the same image: redis and
// docker.io/library/redis:latest do.
func sameImage(a, b string) bool {
	x, err := reference.ParseDockerRef(a)
	if err != nil {
		return a == b
	}
	y, err := reference.ParseDockerRef(b)
	return err == nil && x.String() == y.String()
}

// local tells whether the context is a directory of this machine.
func (b BuildSpec) local() bool { return filepath.IsAbs(b.Context) }

// dockerfilePath is where the Dockerfile of a local context lies.
func (b BuildSpec) dockerfilePath() string {
	switch {
	case b.Dockerfile == "":
		return filepath.Join(b.Context, "Dockerfile")
	case filepath.IsAbs(b.Dockerfile):
		return b.Dockerfile
	}
	return filepath.Join(b.Context, filepath.FromSlash(b.Dockerfile))
}

// readDockerfile reads the Dockerfile of a local context. The error is a
// *BuildError.
func (b BuildSpec) readDockerfile() (*dockerfile.File, error) {
	f, err := os.Open(b.dockerfilePath())
	if err != nil {
		return nil, b.missing(err)
	}
	defer f.Close()
	parsed, err := dockerfile.Parse(f)
	if err != nil {
		return nil, b.failure(nil, "", err.Error())
	}
	return parsed, nil
}

// missing says that the build directory or the Dockerfile can't be read.
func (b BuildSpec) missing(err error) error {
	e := &BuildError{Service: b.Service, Msg: err.Error()}
	info, stat := os.Stat(b.Context)
	switch {
	case errors.Is(stat, os.ErrNotExist):
		e.Msg = "there is no directory " + b.Context
	case stat == nil && !info.IsDir():
		e.Msg = b.Context + " is no directory"
	case errors.Is(err, os.ErrNotExist):
		e.Msg = "there is no file " + b.dockerfilePath()
		e.hints = []string{`where it has another name: "dockerfile: NAME" beside build:`}
	}
	return e
}

// bases lists the images that the Dockerfile says it is built upon; none where
// it can't be read, which is told when it is built.
func (b BuildSpec) bases() []dockerfile.Base {
	if !b.local() {
		return nil
	}
	f, err := b.readDockerfile()
	if err != nil {
		return nil
	}
	return f.Bases(b.Options.Args)
}

// build builds an image in the way that was chosen for it.
func (e *Engine) build(ctx context.Context, a plan.BuildImage, report func(plan.Progress)) error {
	spec, ok := a.Image.Spec.(BuildSpec)
	if !ok {
		return fmt.Errorf("no service says how %s is built", a.Image.Ref)
	}
	chosen, err := e.wayFor(ctx, a.Image)
	if err != nil {
		return err
	}
	if chosen.builder == Buildx {
		return e.bake(ctx, a, report)
	}
	return e.buildByCall(ctx, a.Image.Ref, spec, chosen.builder == BuildKit, report)
}

// readyToBuild makes sure that the Dockerfile and the images that it is built
// upon are there and that .dockerignore can be followed. The file is nil where it is not on this machine.
func (e *Engine) readyToBuild(ctx context.Context, spec BuildSpec, report func(plan.Progress)) (*dockerfile.File, error) {
	if !spec.local() {
		return nil, nil
	}
	file, err := spec.readDockerfile()
	if err != nil {
		return nil, err
	}
	if _, err := spec.ignoring(); err != nil {
		return nil, err
	}
	return file, e.getBases(ctx, spec, file.Bases(spec.Options.Args), report)
}

// getBases fetches the images that one is built upon: those that are missing,
// or all where newer ones are looked for, with the user's credentials, which
// the engine's own builders don't have. What the stack builds is never looked
// for elsewhere.
func (e *Engine) getBases(ctx context.Context, spec BuildSpec, bases []dockerfile.Base, report func(plan.Progress)) error {
	for _, base := range bases {
		if slices.ContainsFunc(spec.Built, func(b string) bool { return sameImage(b, base.Ref) }) {
			continue
		}
		if _, err := e.client.ImageInspect(ctx, base.Ref); err == nil && !spec.Options.Pull {
			continue
		}
		// Several images are built upon the same one at once; it is fetched once.
		_, err, _ := e.builds.pulls.Do(base.Ref, func() (any, error) {
			return nil, e.pull(ctx, base.Ref, report)
		})
		if err != nil {
			return spec.baseMissing(base, err)
		}
	}
	return nil
}

// baseMissing says that an image to build upon can't be got.
func (b BuildSpec) baseMissing(base dockerfile.Base, err error) error {
	e := &BuildError{Service: b.Service, File: b.dockerfilePath(), Line: base.Step.Line, Step: oneLine(base.Step.Text), Msg: err.Error(), err: err}
	if !strings.Contains(base.Step.Text, base.Ref) {
		e.Msg = base.Ref + ": " + e.Msg
	}
	if hinted := (interface{ Hints() []string })(nil); errors.As(err, &hinted) {
		e.hints = hinted.Hints()
	}
	return e
}

// BuildError is a build that failed.
type BuildError struct {
	Service string
	File    string // the Dockerfile; empty: it is not to blame, or not on this machine
	Line    int    // in it, from 1; 0: not known
	Step    string // the instruction that failed, on one line; empty: not known
	Msg     string

	hints []string
	err   error
}

func (b *BuildError) Error() string {
	at := "service " + b.Service
	if b.File != "" {
		at = b.File
		if b.Line > 0 {
			at += fmt.Sprintf(":%d", b.Line)
		}
	}
	if b.Step != "" {
		at += ": " + b.Step
	}
	return at + ": " + b.Msg
}

// Unwrap gives what kept a base image from being fetched.
func (b *BuildError) Unwrap() error { return b.err }

// Hints says what to try.
func (b *BuildError) Hints() []string { return b.hints }

// oneLine writes an instruction of several lines on one, and not too long.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, "\\\n", " ")), " ")
	if runes := []rune(text); len(runes) > 80 {
		text = string(runes[:79]) + "…"
	}
	return text
}
