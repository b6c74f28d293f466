package enginetest

import (
	"strings"
	"time"

	"github.com/distribution/reference"
	containertypes "github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/build"
)

// Image describes an image to put on an engine or into its registry.
type Image struct {
	// Ref is its name, such as "redis" or "example.com/team/web:2".
	Ref string
	// The settings a Dockerfile gives an image.
	Entrypoint, Cmd []string
	Env             []string
	Expose          []string // such as "80" or "53/udp"
	Volumes         []string
	Labels          map[string]string
	User            string
	WorkingDir      string
	StopSignal      string
}

// Probe is an image that holds the program of folder probe and serves on port 80.
func Probe(ref string) Image {
	return Image{Ref: ref, Cmd: []string{"/probe", "serve"}, Env: []string{"PATH=/"}, Expose: []string{"80"}}
}

func (i Image) config() *containertypes.Config {
	c := &containertypes.Config{
		Entrypoint: i.Entrypoint, Cmd: i.Cmd, Env: i.Env, Labels: i.Labels,
		User: i.User, WorkingDir: i.WorkingDir, StopSignal: i.StopSignal,
	}
	for _, port := range i.Expose {
		build.Expose(c, port)
	}
	for _, path := range i.Volumes {
		c.Volumes = merged(c.Volumes, map[string]struct{}{path: {}})
	}
	return c
}

// image is an image on the engine.
type image struct {
	id      string
	parent  string
	created time.Time
	config  *containertypes.Config
	layers  []string // digests of what each step put into it
	tags    []string // "redis:latest", as people write them
}

// shortID is the form of its ID that people are shown.
func (i *image) shortID() string { return strings.TrimPrefix(i.id, "sha256:")[:12] }

// familiar is the short form of a reference, with its tag; what is no
// reference stays as it is.
func familiar(ref string) string {
	named, err := reference.ParseDockerRef(ref)
	if err != nil {
		return ref
	}
	return reference.FamiliarString(named)
}
