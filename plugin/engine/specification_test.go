package engine

import (
	"archive/tar"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestFilesArePackedWithOwnerAndPermissions(t *testing.T) {
	b, err := archiveOf([]compose.FileMount{
		{Name: "pw", Target: "/run/secrets/pw", Content: []byte("x"), UID: "33", GID: "44", Mode: 0o400},
		{Name: "c", Target: "/etc/../c", Content: []byte("yy")},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(b)
	for _, want := range []tar.Header{{Name: "run/secrets/pw", Uid: 33, Gid: 44, Mode: 0o400, Size: 1}, {Name: "c", Mode: 0o444, Size: 2}} {
		h, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if h.Name != want.Name || h.Uid != want.Uid || h.Gid != want.Gid || h.Mode != want.Mode || h.Size != want.Size {
			t.Errorf("%+v, want %+v", h, want)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Error(err)
	}
	for _, f := range []compose.FileMount{{Name: "f", UID: "root"}, {Name: "f", GID: "root"}} {
		if _, err := archiveOf([]compose.FileMount{f}); err == nil || !strings.Contains(err.Error(), `is a number, not "root"`) {
			t.Error(err)
		}
	}
}

func TestWhoIsWaitedForHasToEndWell(t *testing.T) {
	memory := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("x")}})
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	e := New(c, Options{})
	optional, told := false, []string(nil)
	await := func(until plan.Until, command ...string) error {
		made, err := c.ContainerCreate(t.Context(), &container.Config{Image: "x", Cmd: append([]string{"/probe"}, command...)}, nil, nil, nil, "init")
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := c.ContainerRemove(t.Context(), made.ID, container.RemoveOptions{Force: true}); err != nil {
				t.Fatal(err)
			}
		}()
		if err := c.ContainerStart(t.Context(), made.ID, container.StartOptions{}); err != nil {
			t.Fatal(err)
		}
		ctx, done := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer done()
		action := plan.AwaitCondition{Container: made.ID, Name: "init", Until: until, For: "web", Optional: optional}
		return e.Apply(ctx, action, func(p plan.Progress) { told = append(told, p.Text) })
	}
	for want, err := range map[string]error{
		"":                                  await(plan.UntilCompleted, "say", "done"),
		"init exited with code 3: boom":     await(plan.UntilCompleted, "say", "-exit", "3", "boom"),
		"context deadline exceeded":         await(plan.UntilCompleted, "serve"),
		"init has no health check, and web": await(plan.UntilHealthy, "serve"),
	} {
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	optional = true
	if err := await(plan.UntilCompleted, "say", "-exit", "3", "boom"); err != nil || len(told) != 1 || told[0] != "init exited with code 3: boom; web does not need it" {
		t.Errorf("told %q: %v", told, err)
	}
}
