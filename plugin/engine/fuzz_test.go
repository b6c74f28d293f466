package engine

import (
	"encoding/json"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/labels"
)

// Whatever an engine lists, it is read, and nobody becomes ours but by all the labels
// that make it so.
func FuzzLists(f *testing.F) {
	ours, err := json.Marshal([]container.Summary{{
		ID: id, Names: []string{"/demo_web_1"}, Labels: map[string]string{
			labels.Project: "demo", labels.Service: "web", labels.Number: "1", labels.OneOff: "False", labels.Fingerprint: "1 x", labels.After: "db",
		},
		NetworkSettings: &container.NetworkSettingsSummary{Networks: map[string]*network.EndpointSettings{"n": {NetworkID: "n"}, "none": nil}},
	}})
	if err != nil {
		f.Fatal(err)
	}
	nets, err := json.Marshal([]network.Summary{{ID: "n", Name: "n", Labels: map[string]string{labels.Settings: "linked", labels.Wiring: "{", labels.Link: "x", labels.Externals: ",,a"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ours, nets)
	f.Add([]byte(`[{"Id":"","Names":null,"Labels":{"com.docker.compose.container-number":"-1"},"Ports":[{"IP":"x"}],"Mounts":[{}]}]`), []byte(`[{"IPAM":{"Config":[{"Subnet":"10.0.0.0/-1"}]}}]`))
	f.Fuzz(func(t *testing.T, containers, networks []byte) {
		var cs []container.Summary
		if json.Unmarshal(containers, &cs) != nil {
			cs = nil
		}
		for _, c := range cs {
			for _, copied := range []bool{false, true} {
				got := observedContainer(c, copied)
				if got.Project != "" && (copied || !labels.Ours(c.Labels)) && got.Compose == nil {
					t.Errorf("of project %q with the labels %q", got.Project, c.Labels)
				}
				if got.Number < 0 {
					t.Errorf("number %d", got.Number)
				}
			}
		}
		var ns []network.Summary
		if json.Unmarshal(networks, &ns) != nil {
			return
		}
		for _, n := range ns {
			if got := observedNetwork(n); got.Room <= 0 {
				t.Errorf("room %d: %+v", got.Room, n.IPAM)
			}
		}
	})
}
