package engine

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/containerd/platforms"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/volume"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// makeVolumes makes the volumes that files declare and a container mounts, where they are
// not there yet. The engine would make them too, without labels and options, and so it
// would those that are to be there already.
func makeVolumes(ctx context.Context, client Client, spec desired.ContainerSpec) error {
	for _, v := range spec.Volumes() {
		_, err := client.VolumeInspect(ctx, v.Engine)
		switch {
		case err == nil:
			continue
		case !errdefs.IsNotFound(err):
			return err
		case v.External:
			return &MissingVolume{v.Engine}
		}
		if _, err := client.VolumeCreate(ctx, volume.CreateOptions{
			Name: v.Engine, Driver: v.Driver, DriverOpts: v.DriverOpts, Labels: spec.VolumeLabels(v),
		}); err != nil {
			return err
		}
	}
	return nil
}

// MissingVolume is an external volume that is not there.
type MissingVolume struct{ Name string }

func (m *MissingVolume) Error() string {
	return fmt.Sprintf("there is no volume %s, which the files say is external", m.Name)
}

// Hints says what to type.
func (m *MissingVolume) Hints() []string {
	return []string{"to make it: docker volume create " + m.Name}
}

// platformOf reads a platform such as linux/arm64; nil where there is none.
func platformOf(text string) *ocispec.Platform {
	if text == "" {
		return nil
	}
	p, err := platforms.Parse(text)
	if err != nil {
		return &ocispec.Platform{OS: text} // which the engine refuses
	}
	return &p
}

// putFiles puts files into a container that has not been started.
func putFiles(ctx context.Context, client Client, id string, files []compose.FileMount) error {
	if len(files) == 0 {
		return nil
	}
	archive, err := archiveOf(files)
	if err != nil {
		return err
	}
	return client.CopyToContainer(ctx, id, "/", archive, container.CopyToContainerOptions{CopyUIDGID: true})
}

// archiveOf packs files for a container.
func archiveOf(files []compose.FileMount) (*bytes.Buffer, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		uid, err := strconv.Atoi(cmp.Or(f.UID, "0"))
		if err != nil {
			return nil, fmt.Errorf("%s: uid is a number, not %q", f.Name, f.UID)
		}
		gid, err := strconv.Atoi(cmp.Or(f.GID, "0"))
		if err != nil {
			return nil, fmt.Errorf("%s: gid is a number, not %q", f.Name, f.GID)
		}
		if err := w.WriteHeader(&tar.Header{
			Name: strings.TrimPrefix(path.Clean(f.Target), "/"), Mode: int64(cmp.Or(f.Mode, 0o444)), Uid: uid, Gid: gid, Size: int64(len(f.Content)),
		}); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.Content); err != nil {
			return nil, err
		}
	}
	return &b, w.Close()
}

// awaitCondition waits until a container has come to what another one waits for.
func awaitCondition(ctx context.Context, e *Engine, a plan.AwaitCondition) error {
	c, err := e.client.ContainerInspect(ctx, e.created.id(a.Container))
	if err != nil {
		return err
	}
	if a.Until == plan.UntilCompleted {
		return awaitCompleted(ctx, e, c.ID, a)
	}
	status, _, err := e.Status(ctx, c.ID)
	if err != nil {
		return err
	}
	if status.Health == "" {
		return fmt.Errorf("%s has no health check, and %s waits until it is healthy", a.Name, a.For)
	}
	err = AwaitReady(ctx, e, []string{c.ID}, true, 0)
	return unready(ctx, e, c.ID, a, err)
}

// unready says which container did not come to what is waited for, with what it wrote last.
func unready(ctx context.Context, e *Engine, id string, a plan.AwaitCondition, err error) error {
	never, ok := err.(*NotReady)
	if !ok {
		return err
	}
	text := a.Name + " " + never.What
	if last := LastWords(ctx, e, id); last != "" && !never.Gone {
		text += ": " + last
	}
	return &NotReady{ID: id, What: text, Gone: never.Gone}
}

// awaitCompleted waits until a container has ended, with exit code 0.
func awaitCompleted(ctx context.Context, e *Engine, id string, a plan.AwaitCondition) error {
	ended, failed := e.client.ContainerWait(ctx, id, container.WaitConditionNotRunning)
	select {
	case r := <-ended:
		if r.StatusCode != 0 {
			return unready(ctx, e, id, a, &NotReady{ID: id, What: fmt.Sprintf("exited with code %d", r.StatusCode)})
		}
		return nil
	case err := <-failed:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
