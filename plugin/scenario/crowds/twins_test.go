package crowds_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// Two networks of one name become one again, whichever command is next, and no
// container is made again for it. Only engines before API 1.44 make them.
func TestTwoNetworksOfOneNameBecomeOne(t *testing.T) {
	memory := scenario.NewMemory(t, "1.41")
	twoBecomeOne(t, func(t *testing.T) *scenario.Stage {
		return scenario.New(t, memory.Host(), memory).Stage(t, scenario.Chain)
	}, "up", "replace", "down")
}

func TestTwoNetworksOfOneNameBecomeOneOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	if !versions.LessThan(scenario.New(t, cli.DaemonHost(), nil).Client.ClientVersion(), "1.44") {
		t.Skip("this engine makes no two networks of one name")
	}
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	twoBecomeOne(t, func(t *testing.T) *scenario.Stage {
		return scenario.New(t, cli.DaemonHost(), nil).Stage(t, scenario.Chain)
	}, "up")
}

// twoBecomeOne has all commands do it, or those of a spread.
func twoBecomeOne(t *testing.T, open func(*testing.T) *scenario.Stage, spread ...string) {
	for name, command := range map[string][]string{
		"up": {"up", "-d"}, "replace": {"up", "-d", "--force-recreate"}, "restart": {"restart"}, "down": {"down"},
	} {
		if !slow() && !slices.Contains(spread, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			s, m := open(t), meeting{isUp: true, takesDown: name == "down"}
			m.prepare(s)
			s.Say("remember", "web", "db", "cache", "alone")
			twin(s)
			if said, err := s.Command("plan").CombinedOutput(); err != nil || !strings.Contains(string(said), "another network has its name") {
				t.Errorf("the plan does not tell: %v\n%s", err, said)
			}
			s.Must(s.Stacklite(command...))
			if name == "up" {
				s.Say("kept", "web", "db", "cache", "alone")
			}
			m.whole(s)
		})
	}
}

// twin makes a second network of the name of the one between web and db, and moves db
// to it.
func twin(s *scenario.Stage) {
	s.T.Helper()
	ctx, name, db := context.Background(), s.Project+"_db.web", s.Project+"_db_1"
	first, err := s.Client.NetworkInspect(ctx, name, network.InspectOptions{})
	s.Must(err)
	c, err := s.Client.ContainerInspect(ctx, db)
	s.Must(err)
	on := c.NetworkSettings.Networks[name]
	s.Must(s.Client.NetworkDisconnect(ctx, first.ID, db, false))
	body, err := json.Marshal(map[string]any{"Name": name, "Labels": first.Labels, "Driver": "bridge"})
	s.Must(err)
	answer, err := s.Client.HTTPClient().Post("http://engine/v1.41/networks/create", "application/json", bytes.NewReader(body))
	s.Must(err)
	defer answer.Body.Close()
	var made network.CreateResponse
	s.Must(json.NewDecoder(answer.Body).Decode(&made))
	if answer.StatusCode != http.StatusCreated {
		s.T.Fatal(answer.Status)
	}
	s.Must(s.Client.NetworkConnect(ctx, made.ID, db, &network.EndpointSettings{Aliases: on.Aliases, Links: on.Links}))
}
