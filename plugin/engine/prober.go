package engine

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/stack-lite/stack-lite/plugin/labels"
)

// Prober runs a program inside the network of containers, from an image that
// it makes of the program alone. The containers themselves are not touched:
// what runs shares their network stack, their name server and nothing else.
type Prober struct {
	engine  *Engine
	program []byte
	sum     string // of the program
	run     string // of this prober alone

	mu   sync.Mutex
	made bool // the image
}

// NewProber takes a program, a file of this machine, to run on the engine. The
// error is a *ForeignProgram where it could not run there.
func (e *Engine) NewProber(ctx context.Context, program string) (*Prober, error) {
	content, err := readProgram(ctx, e, program)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	return &Prober{engine: e, program: content, sum: hex.EncodeToString(sum[:6]), run: suffix()}, nil
}

// What the names of images and containers begin with. One with another name is
// none of the prober's, whatever its labels say: it is a copy.
const (
	proberImages     = "stacklite-prober:"
	proberContainers = "stacklite-prober-"
)

// isProber reports whether a container of a list is one that a prober made.
func isProber(c container.Summary) bool {
	name, made := containerName(c), c.Labels[labels.Container] // empty: by an earlier version
	return c.Labels[labels.Prober] != "" && strings.HasPrefix(name, proberContainers) && (made == "" || made == name)
}

// ref is the name of the image. Each prober has one of its own: what shared one would
// take it away from others that still ask.
func (p *Prober) ref() string { return proberImages + p.sum + "-" + p.run }

// suffix makes a name one that nobody else has.
func suffix() string {
	var b [4]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// Ask runs the program with arguments inside the network of a container that
// runs, and gives what it wrote to its standard output. Nothing of it is left
// when Ask returns, also where ctx has ended.
func (p *Prober) Ask(ctx context.Context, id string, args []string) ([]byte, error) {
	// A call that is cut off may have its effect later, when it is too late to
	// undo that: calls that make something are waited for.
	made, err := p.create(context.WithoutCancel(ctx), id, args, false)
	if err != nil {
		return nil, p.engine.explain(err)
	}
	defer p.remove(ctx, made)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	c := p.engine.client
	stream, err := c.ContainerAttach(ctx, made, container.AttachOptions{Stream: true, Stdout: true, Stderr: true})
	if err != nil {
		return nil, p.engine.explain(err)
	}
	defer stream.Close()
	stop := context.AfterFunc(ctx, stream.Close)
	defer stop()
	if err := c.ContainerStart(ctx, made, container.StartOptions{}); err != nil {
		return nil, p.engine.explain(err)
	}
	var out, said bytes.Buffer
	_, err = stdcopy.StdCopy(&out, &said, stream.Reader)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, err
	case said.Len() > 0:
		return out.Bytes(), fmt.Errorf("the prober says: %s", bytes.TrimSpace(said.Bytes()))
	}
	return out.Bytes(), nil
}

// create makes the container of a question, or of one that has input, and the image where
// there is none.
func (p *Prober) create(ctx context.Context, id string, args []string, input bool) (string, error) {
	if err := p.image(ctx, false); err != nil {
		return "", err
	}
	made, err := p.container(ctx, id, args, input)
	// Somebody has removed the image, and may do so again.
	for tries := 1; errdefs.IsNotFound(err) && tries < mostTries; tries++ {
		if err := p.image(ctx, true); err != nil {
			return "", err
		}
		made, err = p.container(ctx, id, args, input)
	}
	return made, err
}

func (p *Prober) container(ctx context.Context, id string, args []string, input bool) (string, error) {
	name := proberContainers + suffix()
	of := labels.Blank()
	of[labels.Prober], of[labels.Container] = p.sum, name
	config := &container.Config{
		Image:        p.ref(),
		Entrypoint:   []string{programPath},
		Cmd:          args,
		Labels:       of,
		AttachStdout: true, AttachStderr: true,
		// Its input ends with the one connection to it, also where this process is killed.
		AttachStdin: input, OpenStdin: input, StdinOnce: input,
	}
	host := &container.HostConfig{
		NetworkMode:    container.NetworkMode("container:" + id),
		AutoRemove:     true, // should this process be killed
		CapDrop:        []string{"ALL"},
		CapAdd:         []string{"NET_RAW"}, // for ICMP where the kernel wants it, and for watching
		ReadonlyRootfs: true,
		SecurityOpt:    []string{"no-new-privileges"},
		LogConfig:      container.LogConfig{Type: "none"},
	}
	made, err := p.engine.client.ContainerCreate(ctx, config, host, nil, nil, name)
	return made.ID, err
}

// remove removes a container of a question, and waits until it is gone.
func (p *Prober) remove(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	ended, failed := p.engine.client.ContainerWait(ctx, id, container.WaitConditionRemoved)
	// It may be gone, or going, by itself.
	if err := p.engine.client.ContainerRemove(ctx, id, container.RemoveOptions{Force: true}); errdefs.IsNotFound(err) {
		return
	}
	select {
	case <-ended:
	case <-failed:
	}
}

// image makes the image unless it is there, or anew.
func (p *Prober) image(ctx context.Context, anew bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.made && !anew {
		return nil
	}
	if _, err := p.engine.client.ImageInspect(ctx, p.ref()); err == nil {
		p.made = true
		return nil
	}
	if err := importProgram(ctx, p.engine, p.ref(), p.program, "LABEL "+labels.Prober+"="+p.sum); err != nil {
		return err
	}
	p.made = true
	return nil
}

// leftAfter is how old an image of another prober is that was left behind: no check
// asks as long as that, and while a watcher runs the engine keeps its image.
const leftAfter = time.Hour

// Close removes the image, and what runs that were killed have left: old images, and
// containers that never came to run. What another run is using stays.
func (p *Prober) Close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	c := p.engine.client
	label := filters.NewArgs(filters.Arg("label", labels.Prober))
	left := label.Clone()
	left.Add("status", "created")
	containers, _ := c.ContainerList(ctx, container.ListOptions{All: true, Filters: left})
	for _, l := range containers {
		if isProber(l) && time.Since(time.Unix(l.Created, 0)) > time.Minute {
			_ = c.ContainerRemove(ctx, l.ID, container.RemoveOptions{Force: true})
		}
	}
	images, _ := c.ImageList(ctx, image.ListOptions{Filters: label})
	for _, i := range images {
		for _, tag := range i.RepoTags {
			old := time.Since(time.Unix(i.Created, 0)) > leftAfter
			if tag == p.ref() || strings.HasPrefix(tag, proberImages) && old {
				_, _ = c.ImageRemove(ctx, tag, image.RemoveOptions{PruneChildren: true})
			}
		}
	}
}
