package engine

import (
	"context"
	"sync"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/system"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// lateAfter is after how long it is told that an engine has not answered.
const lateAfter = 10 * time.Second

// Awaited is a client that calls late, once, when the engine has not answered for
// long what engines answer at once. Calls that may rightly take long, such as to stop
// a container or to build an image, are not watched. Nothing is cut off: a busy engine
// may still answer.
func Awaited(c Client, late func(after time.Duration)) Client {
	return &awaited{Client: c, late: late}
}

type awaited struct {
	Client
	once sync.Once
	late func(time.Duration)
}

// wait begins to wait for an answer. Call what it returns when it is there.
func (a *awaited) wait() (answered func() bool) {
	return time.AfterFunc(lateAfter, func() { a.once.Do(func() { a.late(lateAfter) }) }).Stop
}

func (a *awaited) NegotiateAPIVersion(ctx context.Context) {
	defer a.wait()()
	a.Client.NegotiateAPIVersion(ctx)
}

func (a *awaited) Ping(ctx context.Context) (types.Ping, error) {
	defer a.wait()()
	return a.Client.Ping(ctx)
}

func (a *awaited) Info(ctx context.Context) (system.Info, error) {
	defer a.wait()()
	return a.Client.Info(ctx)
}

func (a *awaited) ServerVersion(ctx context.Context) (types.Version, error) {
	defer a.wait()()
	return a.Client.ServerVersion(ctx)
}

func (a *awaited) ContainerList(ctx context.Context, o container.ListOptions) ([]container.Summary, error) {
	defer a.wait()()
	return a.Client.ContainerList(ctx, o)
}

func (a *awaited) ContainerInspect(ctx context.Context, id string) (container.InspectResponse, error) {
	defer a.wait()()
	return a.Client.ContainerInspect(ctx, id)
}

func (a *awaited) ContainerCreate(ctx context.Context, c *container.Config, h *container.HostConfig, n *network.NetworkingConfig, p *ocispec.Platform, name string) (container.CreateResponse, error) {
	defer a.wait()()
	return a.Client.ContainerCreate(ctx, c, h, n, p, name)
}

func (a *awaited) ContainerStart(ctx context.Context, id string, o container.StartOptions) error {
	defer a.wait()()
	return a.Client.ContainerStart(ctx, id, o)
}

func (a *awaited) ContainerExecCreate(ctx context.Context, id string, o container.ExecOptions) (container.ExecCreateResponse, error) {
	defer a.wait()()
	return a.Client.ContainerExecCreate(ctx, id, o)
}

func (a *awaited) ContainerExecAttach(ctx context.Context, id string, o container.ExecAttachOptions) (types.HijackedResponse, error) {
	defer a.wait()()
	return a.Client.ContainerExecAttach(ctx, id, o)
}

func (a *awaited) ContainerAttach(ctx context.Context, id string, o container.AttachOptions) (types.HijackedResponse, error) {
	defer a.wait()()
	return a.Client.ContainerAttach(ctx, id, o)
}

func (a *awaited) NetworkList(ctx context.Context, o network.ListOptions) ([]network.Summary, error) {
	defer a.wait()()
	return a.Client.NetworkList(ctx, o)
}

func (a *awaited) NetworkInspect(ctx context.Context, id string, o network.InspectOptions) (network.Inspect, error) {
	defer a.wait()()
	return a.Client.NetworkInspect(ctx, id, o)
}

func (a *awaited) NetworkCreate(ctx context.Context, name string, o network.CreateOptions) (network.CreateResponse, error) {
	defer a.wait()()
	return a.Client.NetworkCreate(ctx, name, o)
}

func (a *awaited) NetworkConnect(ctx context.Context, id, container string, e *network.EndpointSettings) error {
	defer a.wait()()
	return a.Client.NetworkConnect(ctx, id, container, e)
}

func (a *awaited) ImageInspect(ctx context.Context, id string, o ...client.ImageInspectOption) (image.InspectResponse, error) {
	defer a.wait()()
	return a.Client.ImageInspect(ctx, id, o...)
}

func (a *awaited) ImageList(ctx context.Context, o image.ListOptions) ([]image.Summary, error) {
	defer a.wait()()
	return a.Client.ImageList(ctx, o)
}

func (a *awaited) VolumeList(ctx context.Context, o volume.ListOptions) (volume.ListResponse, error) {
	defer a.wait()()
	return a.Client.VolumeList(ctx, o)
}
