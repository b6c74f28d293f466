package command

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// TestALinkStaysWhereItsContainerCanNotGoBackToTheBridge has a container whose
// network of creation is gone, so that the engine attaches it to no other.
func TestALinkStaysWhereItsContainerCanNotGoBackToTheBridge(t *testing.T) {
	m := memory{enginetest.New(t, enginetest.Options{APIVersion: "1.51", Images: []enginetest.Image{enginetest.Probe("probe")}}).Host()}
	c, err := client.NewClientWithOpts(client.WithHost(m.host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	made, err := c.NetworkCreate(ctx, "lan", network.CreateOptions{})
	must(err)
	for name, net := range map[string]container.NetworkMode{"web": "lan", "db": "default"} {
		_, err := c.ContainerCreate(ctx, &container.Config{Image: "probe"}, &container.HostConfig{NetworkMode: net}, nil, nil, name)
		must(err)
		must(c.ContainerStart(ctx, name, container.StartOptions{}))
	}
	if _, errs, code := m.run(t, "link", "add", "web", "db"); code != 0 {
		t.Fatal(errs)
	}
	must(c.NetworkDisconnect(ctx, "lan", "web", false))
	must(c.NetworkRemove(ctx, made.ID))

	_, errs, code := m.run(t, "link", "rm", "web", "db")
	if code != 1 || !strings.Contains(errs, "web can be attached to no network") || !strings.Contains(errs, "hint: docker network create lan\n") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if out, _, _ := m.run(t, "link", "ls", "web", "--format", "{{.State}}"); out != "up\n" {
		t.Errorf("the link is %q", out)
	}
	if found, err := c.ContainerInspect(ctx, "web"); err != nil || len(found.NetworkSettings.Networks) != 1 {
		t.Errorf("%v: web is on %v", err, found.NetworkSettings.Networks)
	}
}

func TestAFailureToPutAContainerBackSaysWhatToDo(t *testing.T) {
	failed := &plan.StepError{Step: plan.Step{Action: plan.Connect{
		Container: "id-web", Name: "web", Service: "web", Network: plan.Network{Name: "bridge", Spec: desired.DefaultBridge{}},
	}}, Err: errors.New("no room")}
	want := []string{"the link is as it was; once this works, remove it again: docker network connect bridge web"}
	if got := Hints(errors.Join(failed)); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	other := &plan.StepError{Step: plan.Step{Action: plan.CreateNetwork{}}, Err: &engine.PoolFull{}}
	if got := Hints(other); len(got) != 2 {
		t.Errorf("of another step: %q", got)
	}
}
