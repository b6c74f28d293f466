package engine

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// TestANewContainerThatDoesNotComeUpIsTakenAwayAgain has it end at once, with and without
// being started again by its restart policy, or not start at all, while it is waited for.
func TestANewContainerThatDoesNotComeUpIsTakenAwayAgain(t *testing.T) {
	memory := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("x")}})
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		command []string
		restart container.RestartPolicyMode
		want    string // error; empty: it comes up
	}{
		"runs":           {[]string{"/probe", "serve"}, "", ""},
		"exits":          {[]string{"/probe", "say", "-exit", "3", "boom"}, "", "the new shop_web_1 exited with code 3: boom"},
		"exits again":    {[]string{"/probe", "say", "-exit", "3", "boom"}, "always", "the new shop_web_1 exited with code 3: boom"},
		"exits well":     {[]string{"/probe", "say", "done"}, "", "the new shop_web_1 exited with code 0: done"},
		"is interrupted": {[]string{"/probe", "serve"}, "", "context canceled"},
	} {
		made, err := c.ContainerCreate(t.Context(), &container.Config{Image: "x", Cmd: test.command},
			&container.HostConfig{RestartPolicy: container.RestartPolicy{Name: test.restart}}, nil, nil, "shop_web_1.new")
		if err != nil {
			t.Fatal(err)
		}
		e := New(c, Options{})
		ctx, cancel := context.WithCancel(t.Context())
		if name == "is interrupted" {
			time.AfterFunc(50*time.Millisecond, cancel)
		}
		if err := e.Apply(t.Context(), plan.StartContainer{Container: made.ID, Name: "shop_web_1", Beside: true}, nil); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		err = e.Apply(ctx, plan.AwaitContainer{Container: made.ID, Name: "shop_web_1", Beside: true}, nil)
		cancel()
		if test.want == "" && (err != nil || time.Since(began) < steady) || test.want != "" && (err == nil || err.Error() != test.want) {
			t.Errorf("%s: after %s: %v", name, time.Since(began), err)
		}
		_, gone := c.ContainerInspect(t.Context(), made.ID)
		var withdrawn *Withdrawn
		if errdefs.IsNotFound(gone) != errors.As(err, &withdrawn) || errors.As(err, &withdrawn) != (test.want != "" && name != "is interrupted") {
			t.Errorf("%s: the container is there: %v, %v", name, gone, err)
		}
		_ = c.ContainerRemove(t.Context(), made.ID, container.RemoveOptions{Force: true})
	}
	ports := &container.HostConfig{PortBindings: nat.PortMap{"80/tcp": {{HostIP: "127.0.0.1", HostPort: "18099"}}}}
	for _, name := range []string{"busy", "shop_web_1.new"} {
		if _, err := c.ContainerCreate(t.Context(), &container.Config{Image: "x"}, ports, nil, nil, name); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.ContainerStart(t.Context(), "busy", container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	err = New(c, Options{}).Apply(t.Context(), plan.StartContainer{Container: "shop_web_1.new", Name: "shop_web_1", Beside: true}, nil)
	var withdrawn *Withdrawn
	if _, gone := c.ContainerInspect(t.Context(), "shop_web_1.new"); !errors.As(err, &withdrawn) || !errdefs.IsNotFound(gone) {
		t.Errorf("one that can't be started: %v; it is there: %v", err, gone)
	}
}
