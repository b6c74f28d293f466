package engine

import (
	"context"
	"maps"
	"net/netip"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// madeOn makes a network for some endpoints on an engine and returns its
// subnet.
func madeOn(t *testing.T, api string, o Options, size int) netip.Prefix {
	t.Helper()
	memory := enginetest.New(t, enginetest.Options{APIVersion: api})
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	e := New(c, o)
	if _, err := e.Observe(ctx, observed.Claim{}, nil); err != nil {
		t.Fatal(err)
	}
	n := plan.Network{Name: "demo_a.b", Size: size, Spec: desired.NetworkSpec{Kind: linking.Linked}}
	if err := e.Apply(ctx, plan.CreateNetwork{Network: n}, nil); err != nil {
		t.Fatal(err)
	}
	made, err := c.NetworkInspect(ctx, n.Name, network.InspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return netip.MustParsePrefix(made.IPAM.Config[0].Subnet)
}

func TestTheEngineChoosesSubnetsWhereItCan(t *testing.T) {
	named := netip.MustParsePrefix("10.9.0.0/24")
	for _, c := range []struct {
		name string
		api  string
		o    Options
		pool netip.Prefix
	}{
		{"an older engine can not", "1.51", Options{}, DefaultPool},
		{"a newer one can", "1.52", Options{}, netip.MustParsePrefix("172.16.0.0/12")},
		{"the user's pool goes before", "1.52", Options{Pool: named}, named},
	} {
		got := madeOn(t, c.api, c.o, 10)
		if !c.pool.Contains(got.Addr()) || got.Bits() != 27 {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func TestANetworkWhoseSubnetSomebodyElseTookGetsAnother(t *testing.T) {
	for _, api := range []string{"1.41", "1.52"} {
		memory := enginetest.New(t, enginetest.Options{APIVersion: api, Images: []enginetest.Image{{Ref: "web", Cmd: []string{"/probe", "serve"}}}})
		c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		e := New(c, Options{})
		if _, err := e.Observe(ctx, observed.Claim{}, nil); err != nil {
			t.Fatal(err)
		}
		const before = "10.222.0.0/28"
		taken := network.CreateOptions{IPAM: &network.IPAM{Config: []network.IPAMConfig{{Subnet: before}}}}
		if _, err := c.NetworkCreate(ctx, "theirs", taken); err != nil {
			t.Fatal(err)
		}
		made, err := c.ContainerCreate(ctx, &container.Config{Image: "web"}, nil, nil, nil, "demo_web_1")
		if err != nil {
			t.Fatal(err)
		}
		n := plan.Network{Name: "demo_a.b", Size: 2, Spec: desired.NetworkSpec{Kind: linking.Linked}}
		for _, a := range []plan.Action{
			plan.CreateNetwork{Network: n, Subnet: before},
			plan.Connect{Container: made.ID, Name: "demo_web_1", Service: "web", Network: n, Address: "10.222.0.2"},
			plan.StartContainer{Container: made.ID, Name: "demo_web_1"},
		} {
			if err := e.Apply(ctx, a, nil); err != nil {
				t.Errorf("API %s: %T: %v", api, a, err)
			}
		}
	}
}

func TestANetworkInPlaceOfAnotherHasItsOptions(t *testing.T) {
	c, err := client.NewClientWithOpts(client.WithHost(enginetest.New(t, enginetest.Options{}).Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	like := &compose.Network{Internal: true, DriverOpts: map[string]string{"com.docker.network.driver.mtu": "1400"}, Labels: map[string]string{"team": "a"}}
	n := plan.Network{Name: "demo_a", Size: 1, Spec: desired.NetworkSpec{Kind: linking.Isolated, Like: like, Labels: map[string]string{"own": "b"}}}
	e := New(c, Options{})
	if _, err := e.Observe(t.Context(), observed.Claim{}, nil); err != nil {
		t.Fatal(err)
	}
	if err := e.Apply(t.Context(), plan.CreateNetwork{Network: n}, nil); err != nil {
		t.Fatal(err)
	}
	made, err := c.NetworkInspect(t.Context(), n.Name, network.InspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"com.docker.network.driver.mtu": "1400", desired.OptionICC: "false"}; !made.Internal || !maps.Equal(made.Options, want) || made.Labels["team"] != "a" || made.Labels["own"] != "b" {
		t.Errorf("made %+v", made)
	}
	if len(like.DriverOpts) != 1 {
		t.Errorf("what the files say has become %v", like.DriverOpts)
	}
}
