package image

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/containerd/errdefs"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/image/dockerfile"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// build builds an image by the strategy that was chosen for it.
func (s *Store) build(ctx context.Context, a plan.BuildImage, report func(plan.Progress)) error {
	spec, ok := a.Image.Spec.(desired.BuildSpec)
	if !ok {
		return fmt.Errorf("no service says how %s is built", a.Image.Ref)
	}
	chosen, err := s.strategyFor(ctx, a.Image)
	if err != nil {
		return err
	}
	if chosen.builder == Buildx {
		err = s.bake(ctx, a, report)
	} else {
		err = s.buildByCall(ctx, a.Image.Ref, spec, chosen.builder == BuildKit, report)
	}
	if err == nil && s.options.Habits.Words && chosen.builder != Classic {
		return s.reportBuilt(ctx, a.Image.Ref, report)
	}
	return err
}

// prepareBuild makes sure that the Dockerfile and the images that it is built
// upon are there and that .dockerignore can be followed. The file is nil where
// it is not on this machine.
func (s *Store) prepareBuild(ctx context.Context, spec desired.BuildSpec, report func(plan.Progress)) (*dockerfile.File, error) {
	if !spec.Local() {
		return nil, nil
	}
	file, err := readDockerfile(spec)
	if err != nil {
		return nil, err
	}
	if _, err := findDirectory(spec); err != nil {
		return nil, err
	}
	return file, s.pullBases(ctx, spec, basesOf(spec, file), report)
}

// pullBases fetches the images that one is built upon: those that are missing,
// or all where newer ones are looked for, with the user's credentials, which
// the engine's own builders don't have. What the project builds is never looked
// for elsewhere.
func (s *Store) pullBases(ctx context.Context, spec desired.BuildSpec, bases []dockerfile.Base, report func(plan.Progress)) error {
	for _, base := range bases {
		if spec.BuildsBase(base.Ref) {
			continue
		}
		switch _, err := s.client.ImageInspect(ctx, base.Ref); {
		case err != nil && !errdefs.IsNotFound(err):
			return baseMissing(spec, base, &LookupError{Ref: base.Ref, Err: err})
		case err == nil && !spec.Options.Pull:
			continue
		}
		// Several images are built upon the same one at once; it is fetched once.
		_, err, _ := s.basePulls.Do(base.Ref+" "+spec.Platform(), func() (any, error) {
			return nil, s.pull(ctx, base.Ref, spec.Platform(), report)
		})
		if err != nil {
			return baseMissing(spec, base, err)
		}
	}
	return nil
}

// Bases gives the references of the images that the Dockerfile of a local
// context says it is built upon; none where it can't be read, which is an error
// when it is built. It is a desired.Bases.
func Bases(spec desired.BuildSpec) []string {
	if !spec.Local() {
		return nil
	}
	file, err := readDockerfile(spec)
	if err != nil {
		return nil
	}
	var refs []string
	for _, base := range basesOf(spec, file) {
		refs = append(refs, base.Ref)
	}
	return append(refs, spec.ContextImages()...)
}

// basesOf lists the images that a Dockerfile names and that are meant by it: a
// named context of the build stands for another thing.
func basesOf(spec desired.BuildSpec, file *dockerfile.File) []dockerfile.Base {
	return slices.DeleteFunc(file.Bases(spec.Options.Args, spec.Target()), func(b dockerfile.Base) bool { return spec.IsContext(b.Ref) })
}

// readDockerfile reads the Dockerfile of a local context. The error is a
// *BuildError.
func readDockerfile(spec desired.BuildSpec) (*dockerfile.File, error) {
	text := []byte(spec.Inline())
	if len(text) == 0 {
		var err error
		if text, err = readText(spec.DockerfilePath()); err != nil {
			return nil, unreadable(spec, err)
		}
	}
	parsed, err := dockerfile.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, builderError(spec, nil, "", err.Error())
	}
	return parsed, nil
}
