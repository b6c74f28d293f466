package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/pkg/jsonmessage"
	"github.com/moby/go-archive"
	"github.com/moby/go-archive/compression"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// BuildSpec says how an image is built.
type BuildSpec struct {
	Project    string
	Service    string
	Context    string // absolute directory, or a URL that the engine fetches
	Dockerfile string // relative to the context; empty: Dockerfile
	Options    BuildOptions
}

// BuildOptions are what a user may ask of a build.
type BuildOptions struct {
	NoCache bool
	Pull    bool // look for newer base images
}

// Builds plans to build the images of services, or of all where services is
// nil, also those that exist.
func Builds(p *compose.Project, services []string, o BuildOptions) *plan.Plan {
	var list []plan.Image
	for _, image := range images(p) {
		spec, ok := image.Spec.(BuildSpec)
		if !ok || services != nil && !slices.Contains(services, spec.Service) {
			continue
		}
		spec.Options = o
		image.Spec = spec
		list = append(list, image)
	}
	return plan.Builds(list)
}

func buildOf(p *compose.Project, s *compose.Service) BuildSpec {
	return BuildSpec{Project: p.Name, Service: s.Name, Context: s.Build, Dockerfile: s.Dockerfile}
}

// BuildError is a build that the engine gave up.
type BuildError struct {
	Service string
	Msg     string
}

func (b *BuildError) Error() string { return "build of " + b.Service + ": " + b.Msg }

// build builds an image with the engine's own builder and names it ref.
func (e *Engine) build(ctx context.Context, ref string, spec BuildSpec, report func(plan.Progress)) error {
	options := build.ImageBuildOptions{
		Tags:        []string{ref},
		Dockerfile:  spec.Dockerfile,
		NoCache:     spec.Options.NoCache,
		PullParent:  spec.Options.Pull,
		Remove:      true,
		ForceRemove: true,
		Labels: map[string]string{
			labelProject: spec.Project,
			labelService: spec.Service,
		},
	}
	var body io.ReadCloser
	if filepath.IsAbs(spec.Context) {
		var err error
		if body, options.Dockerfile, err = contextArchive(spec); err != nil {
			return &BuildError{Service: spec.Service, Msg: err.Error()}
		}
		defer body.Close()
	} else {
		options.RemoteContext = spec.Context
	}
	res, err := e.client.ImageBuild(ctx, body, options)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return relayMessages(res.Body, report, func(msg string) error {
		return &BuildError{Service: spec.Service, Msg: msg}
	})
}

// contextArchive packs a directory as Docker does: without what .dockerignore
// leaves out, but with the Dockerfile and .dockerignore themselves.
func contextArchive(spec BuildSpec) (io.ReadCloser, string, error) {
	dockerfile := spec.Dockerfile
	if dockerfile == "" {
		dockerfile = "Dockerfile"
	}
	dockerfile = path.Clean(filepath.ToSlash(dockerfile))
	if _, err := os.Stat(filepath.Join(spec.Context, filepath.FromSlash(dockerfile))); errors.Is(err, os.ErrNotExist) {
		return nil, "", fmt.Errorf("no %s in %s", dockerfile, spec.Context)
	} else if err != nil {
		return nil, "", err
	}
	patterns, err := ignored(spec.Context)
	if err != nil {
		return nil, "", err
	}
	for _, needed := range []string{dockerfile, ".dockerignore"} {
		if out, err := patternmatcher.MatchesOrParentMatches(needed, patterns); err != nil {
			return nil, "", fmt.Errorf(".dockerignore: %w", err)
		} else if out {
			patterns = append(patterns, "!"+needed)
		}
	}
	body, err := archive.TarWithOptions(spec.Context, &archive.TarOptions{
		Compression:     compression.None,
		ExcludePatterns: patterns,
		ChownOpts:       &archive.ChownOpts{UID: 0, GID: 0},
	})
	return body, dockerfile, err
}

func ignored(dir string) ([]string, error) {
	f, err := os.Open(filepath.Join(dir, ".dockerignore"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ignorefile.ReadAll(f)
}

// relayMessages passes the engine's stream of messages on as progress and
// makes an error of the one that ends it badly.
func relayMessages(r io.Reader, report func(plan.Progress), fail func(string) error) error {
	decoder := json.NewDecoder(r)
	for {
		var m jsonmessage.JSONMessage
		if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		switch {
		case m.Error != nil:
			return fail(strings.TrimSpace(m.Error.Message))
		case m.Stream != "":
			if text := strings.TrimRight(m.Stream, "\n"); text != "" {
				report(plan.Progress{Text: text})
			}
		case m.Status != "":
			p := plan.Progress{Part: m.ID, Text: m.Status}
			if m.Progress != nil {
				p.Current, p.Total = m.Progress.Current, m.Progress.Total
			}
			report(p)
		}
	}
}
