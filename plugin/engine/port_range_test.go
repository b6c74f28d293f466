package engine

import (
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// TestAPortOfARangeThatAProgramHasIsPassedOver: an Engine 20.10 chooses it all the same,
// and the next one when it is asked again.
func TestAPortOfARangeThatAProgramHasIsPassedOver(t *testing.T) {
	const held = "driver failed programming external connectivity on endpoint x (y): Error starting userland proxy: listen tcp4 0.0.0.0:18001: bind: address already in use"
	for name, c := range map[string]struct {
		published string
		says      string
		refused   int // starts in a row
		starts    int // calls
		fails     bool
	}{
		"the first two":        {"18000-18003", held, 2, 3, false},
		"all":                  {"18000-18003", held, 9, 4, true},
		"one port":             {"18001", held, 1, 1, true},
		"another range":        {"18002-18009", held, 1, 1, true},
		"any port":             {"", held, 1, 1, true},
		"something else fails": {"18000-18003", "no such device", 1, 1, true},
	} {
		for _, restart := range []bool{false, true} {
			memory := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("x")}})
			api, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
			if err != nil {
				t.Fatal(err)
			}
			made, err := api.ContainerCreate(t.Context(), &container.Config{Image: "x", ExposedPorts: nat.PortSet{"80/tcp": {}}},
				&container.HostConfig{PortBindings: nat.PortMap{"80/tcp": {{HostPort: c.published}}}}, nil, nil, "web")
			if err != nil {
				t.Fatal(err)
			}
			starts := 0
			memory.Fail(func(call enginetest.Call) enginetest.Fault {
				if strings.HasSuffix(call.Path, "/start") || strings.HasSuffix(call.Path, "/restart") {
					if starts++; starts <= c.refused {
						return enginetest.Answer(500, c.says)
					}
				}
				return enginetest.None
			})
			var action plan.Action = plan.StartContainer{Container: made.ID, Name: "web", Service: "web"}
			if restart {
				action = plan.RestartContainer{Container: made.ID, Name: "web"}
			}
			err = New(api, Options{}).Apply(t.Context(), action, nil)
			if (err != nil) != c.fails || starts != c.starts {
				t.Errorf("%s, restart %v: %d starts, %v", name, restart, starts, err)
			}
			of, err := api.ContainerInspect(t.Context(), made.ID)
			if err != nil || of.State.Running == c.fails {
				t.Errorf("%s, restart %v: running %v, %v", name, restart, of.State.Running, err)
			}
		}
	}
}

// TestAContainerThatAnEngineTookOffItsNetworkIsNotStartedAgain: an Engine 29 does that
// where a port can't be published, and would start it with neither.
func TestAContainerThatAnEngineTookOffItsNetworkIsNotStartedAgain(t *testing.T) {
	for version, starts := range map[string]int{"1.41": 2, "1.51": 2, "1.56": 1} {
		memory := enginetest.New(t, enginetest.Options{APIVersion: version, Images: []enginetest.Image{enginetest.Probe("x")}})
		api, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
		if err != nil {
			t.Fatal(err)
		}
		made, err := api.ContainerCreate(t.Context(), &container.Config{Image: "x", ExposedPorts: nat.PortSet{"80/tcp": {}}},
			&container.HostConfig{PortBindings: nat.PortMap{"80/tcp": {{HostIP: "127.0.0.1", HostPort: "18000-18001"}}}}, nil, nil, "web")
		if err != nil {
			t.Fatal(err)
		}
		asked := 0
		memory.Fail(func(call enginetest.Call) enginetest.Fault {
			if strings.HasSuffix(call.Path, "/start") {
				asked++
				return enginetest.Answer(500, "failed to bind host port 127.0.0.1:18001/tcp: address already in use")
			}
			return enginetest.None
		})
		err = New(api, Options{}).Apply(t.Context(), plan.StartContainer{Container: made.ID, Name: "web", Service: "web"}, nil)
		if err == nil || asked != starts {
			t.Errorf("%s: %d starts, %v", version, asked, err)
		}
	}
}
