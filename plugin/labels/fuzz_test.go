package labels

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/linking"
)

// What labels hold is anybody's: reading it never fails, and what was read comes back
// when it is written and read again.
func FuzzValues(f *testing.F) {
	for _, s := range []string{"", "null", `{"web":"web db=db"}`, `{"a":1}`, "[[[", "proxy discoverable", "1 db=aabb", "1", "80/tcp 53/udp", "-1/tcp", "99999999999/x", "a=b=c =", "a,b,,c", "\x00\xff\x1b[2J"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		wiring := ParseWiring(s)
		for _, text := range wiring {
			ParseEndpoint(text)
			EndpointAliases(text, s)
		}
		if again := ParseWiring(WiringText(wiring)); len(wiring) > 0 && !cmp.Equal(wiring, again) {
			t.Errorf("%q: %q became %q", s, wiring, again)
		}
		e := ParseEndpoint(s)
		if again := ParseEndpoint(EndpointText(e)); !sameEndpoint(e, again) {
			t.Errorf("%q: %+v became %+v", s, e, again)
		}
		if r := ParseRole(s); ParseRole(RoleText(r)) != r {
			t.Errorf("%q: %+v", s, r)
		}
		if sums := ParseLinkEnv(s); sums != nil && !cmp.Equal(sums, ParseLinkEnv(LinkEnvText(sums))) {
			t.Errorf("%q: %q", s, sums)
		}
		ports := ParsePorts(s)
		if again := ParsePorts(PortsText(ports)); len(again) != len(ports) {
			t.Errorf("%q: %v became %v", s, ports, again)
		}
		for _, p := range ports {
			if p.First < 0 || p.Last > 65535 {
				t.Errorf("%q: port %+v", s, p)
			}
		}
		for _, name := range ParseList(s) {
			if name == "" {
				t.Errorf("%q has an empty name", s)
			}
		}
	})
}

func sameEndpoint(a, b linking.Endpoint) bool {
	return EndpointText(a) == EndpointText(b) && len(a.Aliases) == len(b.Aliases) && len(a.Links) == len(b.Links)
}
