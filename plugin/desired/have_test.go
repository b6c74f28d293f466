package desired_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestASnapshotIsSeparatedIntoOwnAndExternal(t *testing.T) {
	endpoint := func(network, address string) observed.Endpoint {
		return observed.Endpoint{Network: network, NetworkID: "id-" + network, Address: netip.MustParseAddr(address)}
	}
	s := &observed.Snapshot{
		AttachAll: true, Images: map[string]string{"app": "sha256:1"},
		ImagePorts: map[string][]compose.Expose{"sha256:1": {{First: 80, Last: 80, Proto: "tcp"}}},
		Networks: []observed.Network{
			{
				ID: "id-demo_db.web", Name: "demo_db.web", Project: "demo", Kind: linking.Linked, Room: 13, Subnet: "10.0.0.0/28",
				Wiring: map[string]string{"web": "web"}, Externals: []string{"/box", "/hosted", "/gone", "shop/web"},
			},
			{ID: "id-lan", Name: "lan"},
			{ID: "id-shop_db.web", Name: "shop_db.web", Project: "shop", Kind: linking.Linked},
		},
		Containers: []observed.Container{
			{
				ID: "1", Name: "demo_web_1", Owner: "demo", Project: "demo", Service: "web", Number: 1, CreatedOn: "lan",
				Image: "app", ImageID: "sha256:1", State: plan.StateRunning, After: []string{"db"}, Dir: "/src", Fingerprint: "x",
				LinkEnv:   map[string]string{"db": "aabb"},
				Endpoints: []observed.Endpoint{endpoint("demo_db.web", "10.0.0.2"), endpoint("lan", "10.1.0.2"), {Network: "demo_gone"}},
			},
			{ID: "2", Name: "demo_side_1", Owner: "demo", Project: "demo", Service: "side", Number: 1, NetworkMode: "container:1"},
			{ID: "3", Name: "box", Order: 2, Endpoints: []observed.Endpoint{endpoint("lan", "10.1.0.3"), {Network: "bridge"}}},
			{ID: "4", Name: "shop_web_1", Owner: "shop", Project: "shop", Service: "web", Number: 1, Order: 1},
			{ID: "5", Name: "hosted", Owner: "demo", Order: 0, NetworkMode: "host"},
			{ID: "6", Name: "copy", Owner: "demo", CopyOf: "web", Order: 3},
			{ID: "7", Name: "theirs", Owner: "shop", CopyOf: "web", Order: 4},
		},
	}
	want := plan.Have{
		AttachAll: true, Images: map[string]string{"app": "sha256:1"},
		OtherNetworks: map[string]string{"lan": "", "shop_db.web": "shop"},
		Networks: []plan.HaveNetwork{{
			Name: "demo_db.web", ID: "id-demo_db.web", Settings: "linked /box /hosted /gone shop/web", Wiring: map[string]string{"web": "web"},
			Size: 13, Subnet: "10.0.0.0/28", Externals: []string{"shop_web_1", "box"},
		}},
		Containers: []plan.HaveContainer{
			{
				ID: "1", Name: "demo_web_1", Service: "web", Number: 1, Image: "app", ImageID: "sha256:1", State: plan.StateRunning,
				After: []string{"db"}, Dir: "/src", Fingerprint: "x", LinkEnv: map[string]string{"db": "aabb"},
				Attached:      map[string]string{"demo_db.web": "id-demo_db.web", "demo_gone": ""},
				Address:       map[string]string{"demo_db.web": "10.0.0.2", "lan": "10.1.0.2"},
				OtherNetworks: []string{"lan"},
			},
			{
				ID: "2", Name: "demo_side_1", Service: "side", Number: 1, NetworkOf: "1",
				Attached: map[string]string{}, Address: map[string]string{},
			},
		},
		Externals: []plan.External{
			{ID: "5", Name: "hosted", Owner: "demo", Attached: map[string]string{}, Address: map[string]string{}},
			{ID: "4", Name: "shop_web_1", Owner: "shop", Attached: map[string]string{}, Address: map[string]string{}},
			{
				ID: "3", Name: "box", Attached: map[string]string{"lan": "id-lan", "bridge": ""},
				Address: map[string]string{"lan": "10.1.0.3"},
			},
			{ID: "6", Name: "copy", Owner: "demo", CopyOf: "web", Attached: map[string]string{}, Address: map[string]string{}},
			{ID: "7", Name: "theirs", Owner: "shop", Attached: map[string]string{}, Address: map[string]string{}},
		},
	}
	have := desired.HaveOf(s, "demo")
	if diff := cmp.Diff(want, have.Have, cmpopts.IgnoreUnexported(plan.Have{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(map[string]desired.ImageFacts{"sha256:1": {ID: "sha256:1", Ports: s.ImagePorts["sha256:1"]}}, have.Facts); diff != "" {
		t.Errorf("facts, -want +got:\n%s", diff)
	}
}

func TestAOneOffContainerOfAServiceWithoutLinksMeetsItsReplicasOnANetworkOfItsOwn(t *testing.T) {
	p, topology := loaded(t, "web:\n  image: x\ncron:\n  image: y\n")
	in := desired.Inputs{Project: p, Topology: topology, Options: desired.Options{Version: "test"}, Have: desired.Have{Have: plan.Have{
		Containers: []plan.HaveContainer{
			{Service: "web", Number: 1, State: plan.StateRunning}, {Service: "web", Number: 2, State: plan.StateExited},
		},
	}}}
	in.Scale = desired.KeepScale(p, in.Have.Have, nil)
	want, err := in.Want()
	if err != nil {
		t.Fatal(err)
	}
	name := in.AddOneOff(&want, desired.OneOff{Service: p.Service("web"), Name: "demo_web_run_1", UseAliases: true})
	oneOff := want.Containers[len(want.Containers)-1]
	if name != "demo_web_run_1" || oneOff.Name != name || !oneOff.OneOff || !oneOff.AsService || oneOff.Number != 0 {
		t.Errorf("got %s, %+v", name, oneOff)
	}
	on := map[string][]string{}
	for _, c := range want.Containers {
		on[c.Name] = c.Attach
	}
	const own = "demo_run.web_run_1"
	if diff := cmp.Diff(map[string][]string{
		"demo_web_1": {"demo_web", own}, "demo_web_2": {"demo_web"}, "demo_cron_1": {"demo_cron"}, "demo_web_run_1": {own},
	}, on); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	last := want.Networks[len(want.Networks)-1]
	if last.Name != own || last.For != name || last.Size != 2 || last.Settings != "one-off" {
		t.Errorf("got %+v", last)
	}
}

func TestAOneOffContainerWithoutANameGetsOneThatEndsInItsSuffix(t *testing.T) {
	p, topology := loaded(t, "web:\n  image: x\n")
	in := desired.Inputs{Project: p, Topology: topology, Options: desired.Options{Version: "test"}}
	in.Scale = desired.KeepScale(p, in.Have.Have, nil)
	want, err := in.Want()
	if err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"0a1b", "2c3d"} {
		if name := in.AddOneOff(&want, desired.OneOff{Service: p.Service("web"), Suffix: suffix}); name != "demo_web_run_"+suffix {
			t.Errorf("got %s", name)
		}
	}
}

func TestAOneOffContainerIsOnTheNetworksOfItsService(t *testing.T) {
	p, topology := loaded(t, "web:\n  image: x\n  links: ['db:sql']\n  restart: always\ndb:\n  image: y\n")
	in := desired.Inputs{Project: p, Topology: topology, Options: desired.Options{Version: "test"}}
	in.Scale = desired.KeepScale(p, in.Have.Have, nil)
	want, err := in.Want()
	if err != nil {
		t.Fatal(err)
	}
	before := want.Networks[0].Size
	in.AddOneOff(&want, desired.OneOff{Service: p.Service("web"), Name: "x", Labels: []string{"a=b=c", "d"}, Remove: true, Stdin: true})
	c := want.Containers[len(want.Containers)-1]
	made := c.Spec.(desired.ContainerSpec).Creation(c, desired.CreationFacts{Links: []desired.ImageFacts{{}}})
	endpoint := made.Endpoints["demo_db.web"]
	if endpoint == nil || len(endpoint.Aliases) > 0 || len(endpoint.Links) != 1 || endpoint.Links[0] != "db:sql" {
		t.Errorf("endpoint %+v", endpoint)
	}
	if len(want.Networks) != 1 || want.Networks[0].Size != before+1 {
		t.Errorf("networks %+v", want.Networks)
	}
	l := made.Config.Labels
	if l["a"] != "b=c" || l["d"] != "" || l["com.docker.compose.oneoff"] != "True" || l["com.docker.compose.container-number"] != "" {
		t.Errorf("labels %v", l)
	}
	if !made.Host.AutoRemove || made.Host.RestartPolicy.Name != "" || !made.Config.OpenStdin || !made.Config.AttachStdout {
		t.Errorf("got %+v, %+v", made.Config, made.Host)
	}
}
