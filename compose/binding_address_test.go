package compose_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/compose"
)

func TestPortsAreBoundAsOnTheNetworkThatIsTheWayOut(t *testing.T) {
	local := map[string]string{"com.docker.network.bridge.host_binding_ipv4": "127.0.0.1"}
	p := &compose.Project{Name: "demo", Networks: []compose.Network{
		{Name: "default", Engine: "demo_default", DriverOpts: local}, {Name: "front", Engine: "demo_front"}, {Name: "alpha", Engine: "demo_alpha"},
		{Name: "shut", Engine: "a", Internal: true}, {Name: "own", Engine: "z", DriverOpts: local},
	}}
	on := func(names ...string) *compose.ServiceSpec {
		spec := &compose.ServiceSpec{}
		for _, n := range names {
			spec.Networks = append(spec.Networks, compose.ServiceNetwork{Name: n})
		}
		return spec
	}
	chosen := on("alpha", "own")
	chosen.Networks[1].GatewayFirst = 1
	for name, c := range map[string]struct {
		spec *compose.ServiceSpec
		want string
	}{
		"none is named":             {on(), "127.0.0.1"},
		"the first by its name":     {on("front", "default"), "127.0.0.1"},
		"another is before it":      {on("default", "alpha"), ""},
		"an internal one does not":  {on("shut", "default"), "127.0.0.1"},
		"by the name on the engine": {on("own", "front"), ""},
		"by its gw_priority":        {chosen, "127.0.0.1"},
		"a file of Fig":             {nil, ""},
	} {
		if got := p.BindingAddress(&compose.Service{Name: "web", Spec: c.spec}); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
