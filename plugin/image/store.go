package image

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/api/types/system"
	"github.com/docker/docker/client"
	"golang.org/x/sync/singleflight"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Client is the part of the docker client that a Store uses. Its API version is
// negotiated already.
type Client interface {
	ClientVersion() string
	Ping(ctx context.Context) (types.Ping, error)
	Info(ctx context.Context) (system.Info, error)
	ImageBuild(ctx context.Context, directory io.Reader, o build.ImageBuildOptions) (build.ImageBuildResponse, error)
	ImageInspect(ctx context.Context, ref string, o ...client.ImageInspectOption) (image.InspectResponse, error)
	ImagePull(ctx context.Context, ref string, o image.PullOptions) (io.ReadCloser, error)
	ImagePush(ctx context.Context, ref string, o image.PushOptions) (io.ReadCloser, error)
	ImageTag(ctx context.Context, ref, as string) error
	DistributionInspect(ctx context.Context, ref, auth string) (registry.DistributionInspect, error)
}

// Options are what a Store needs to know besides its client.
type Options struct {
	// RegistryAuth gives the credentials for the registry of an image, in the
	// form of the X-Registry-Auth header; nil: none.
	RegistryAuth func(ref string) (string, error)

	Builder Builder              // how images are built; empty: AutoBuilder
	Verbose bool                 // it is noted how images are built, also where nothing is lost by it
	Habits  Habits               // of the tool whose place is taken
	Buildx  func() *BuildxPlugin // looks for the plugin; nil, and a nil result: there is none

	// Explain makes of an error that the connection to the engine failed with
	// one that says which engine it was, and leaves others as they are; nil:
	// all stay as they are.
	Explain func(error) error
}

// Store is the images of one engine.
type Store struct {
	client  Client
	options Options

	basePulls singleflight.Group // by reference

	mu         sync.Mutex
	strategies map[string]strategy // by image
	baking     map[string]*baking  // what buildx has been asked for, by image
	looked     bool                // for buildx
	buildx     *BuildxPlugin       // nil: there is none
	buildKit   *bool               // whether the engine has BuildKit; nil: it was not asked
	containerd *bool               // whether containerd keeps the engine's images; nil: it was not asked
}

// New returns the images of the engine behind c.
func New(c Client, o Options) *Store {
	return &Store{client: c, options: o, strategies: map[string]strategy{}, baking: map[string]*baking{}}
}

// Apply carries one action out: a plan.PullImage, BuildImage or PushImage.
func (s *Store) Apply(ctx context.Context, a plan.Action, report func(plan.Progress)) error {
	var err error
	switch a := a.(type) {
	case plan.PullImage:
		of, _ := a.Image.Spec.(desired.PullSpec)
		err = s.pull(ctx, a.Image.Ref, of.Platform, report)
	case plan.BuildImage:
		err = s.build(ctx, a, report)
	case plan.PushImage:
		err = s.push(ctx, a.Image.Ref, a.As, report)
	default:
		return fmt.Errorf("an action that is not about getting an image: %T", a)
	}
	if s.options.Explain != nil {
		err = s.options.Explain(err)
	}
	return err
}
