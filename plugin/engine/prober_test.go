package engine

import (
	"context"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// tidied is an engine on which other runs end, and take the image of their prober along,
// each time before this one makes a container of it.
type tidied struct {
	*client.Client
	image string
	times int
}

func (t *tidied) ContainerCreate(ctx context.Context, c *container.Config, h *container.HostConfig, n *network.NetworkingConfig,
	p *ocispec.Platform, name string,
) (container.CreateResponse, error) {
	if c.Image == t.image && t.times > 0 {
		t.times--
		if _, err := t.ImageRemove(ctx, t.image, image.RemoveOptions{}); err != nil {
			return container.CreateResponse{}, err
		}
	}
	return t.Client.ContainerCreate(ctx, c, h, n, p, name)
}

// proberSetting is an engine in memory, and a program that may run there.
func proberSetting(t *testing.T) (cli *client.Client, program string) {
	t.Helper()
	memory := enginetest.New(t, enginetest.Options{})
	cli, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cli.Close() })
	program = filepath.Join(t.TempDir(), "program")
	build := exec.Command("go", "build", "-o", program, "./enginetest/probe")
	build.Env = append(build.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return cli, program
}

// contested is an engine on which an image is imported twice at the same time, and the
// other one gets the name, or nobody does.
type contested struct {
	*client.Client
	nobody bool
}

func (c contested) ImageImport(ctx context.Context, s image.ImportSource, ref string, o image.ImportOptions) (io.ReadCloser, error) {
	if c.nobody {
		ref += "-other"
	}
	body, err := c.Client.ImageImport(ctx, s, ref, o)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	if _, err := io.Copy(io.Discard, body); err != nil {
		return nil, err
	}
	return io.NopCloser(strings.NewReader(`{"errorDetail":{"message":"AlreadyExists: image: already exists"},"error":"AlreadyExists"}`)), nil
}

func TestAProberTakesTheImageThatAnotherRunMakesMeanwhile(t *testing.T) {
	cli, program := proberSetting(t)
	for _, nobody := range []bool{false, true} {
		p, err := New(contested{cli, nobody}, Options{}).NewProber(t.Context(), program)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.image(t.Context(), false); (err != nil) != nobody {
			t.Errorf("the name goes to nobody: %v; %v", nobody, err)
		}
		p.Close(t.Context())
	}
}

// Of two runs at the same time the one that ends first leaves the other its image.
func TestAProberTakesNoImageFromAnotherOne(t *testing.T) {
	cli, program := proberSetting(t)
	var probers []*Prober
	for range 2 {
		p, err := New(cli, Options{}).NewProber(t.Context(), program)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.image(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		probers = append(probers, p)
	}
	for i, p := range probers {
		p.Close(t.Context())
		for j, other := range probers {
			_, err := cli.ImageInspect(t.Context(), other.ref())
			if gone := err != nil; gone != (j <= i) {
				t.Errorf("after %d ended, the image of %d is gone: %v", i, j, gone)
			}
		}
	}
}

func TestAProberMakesItsImageAgainWhileOthersRemoveIt(t *testing.T) {
	cli, program := proberSetting(t)
	for times, want := range map[int]bool{0: true, 1: true, mostTries - 1: true, mostTries: false} {
		others := &tidied{Client: cli, times: times}
		p, err := New(others, Options{}).NewProber(t.Context(), program)
		if err != nil {
			t.Fatal(err)
		}
		others.image = p.ref()
		made, err := p.create(t.Context(), "", nil, false)
		if (err == nil) != want {
			t.Errorf("with the image removed %d times: %v", times, err)
		}
		if err == nil {
			p.remove(t.Context(), made)
		}
		p.Close(t.Context())
	}
}
