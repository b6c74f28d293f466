package engine

import (
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// TestOneOfTheStackIsStoppedToBeDetachedWhereItBeganToRestart: when the plan was made
// it ran. What others made is never stopped.
func TestOneOfTheStackIsStoppedToBeDetachedWhereItBeganToRestart(t *testing.T) {
	for _, api := range []string{"1.41", "1.51"} {
		memory := enginetest.New(t, enginetest.Options{APIVersion: api, Images: []enginetest.Image{enginetest.Probe("x")}})
		c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"on", "off"} {
			if _, err := c.NetworkCreate(t.Context(), name, network.CreateOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		made, err := c.ContainerCreate(t.Context(), &container.Config{Image: "x", Cmd: []string{"/probe", "say", "-exit", "3", "done"}},
			&container.HostConfig{NetworkMode: "on", RestartPolicy: container.RestartPolicy{Name: "always"}}, nil, nil, "shop_web_1")
		if err != nil {
			t.Fatal(err)
		}
		if err := c.NetworkConnect(t.Context(), "off", made.ID, nil); err != nil {
			t.Fatal(err)
		}
		if err := c.ContainerStart(t.Context(), made.ID, container.StartOptions{}); err != nil {
			t.Fatal(err)
		}
		now := func() container.InspectResponse {
			t.Helper()
			of, err := c.ContainerInspect(t.Context(), made.ID)
			if err != nil {
				t.Fatal(err)
			}
			return of
		}
		for of := now(); of.RestartCount < 3 || !of.State.Restarting; of = now() { // then it waits for long enough
		}
		before := now().RestartCount
		a := plan.Disconnect{Container: made.ID, Name: "shop_web_1", Network: "off"}
		if err := New(c, Options{}).Apply(t.Context(), a, nil); err == nil || now().RestartCount < before {
			t.Errorf("%s: another's: %v, restarted %d times", api, err, now().RestartCount)
		}
		a.Ours = true
		if err := New(c, Options{}).Apply(t.Context(), a, nil); err != nil {
			t.Errorf("%s: %v", api, err)
		}
		if of := now(); of.NetworkSettings.Networks["off"] != nil || of.NetworkSettings.Networks["on"] == nil || !of.State.Running {
			t.Errorf("%s: it is %s, on %v", api, of.State.Status, of.NetworkSettings.Networks)
		}
		if err := c.ContainerRemove(t.Context(), made.ID, container.RemoveOptions{Force: true}); err != nil {
			t.Error(err)
		}
	}
}
