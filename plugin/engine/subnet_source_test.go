package engine

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/labels"
)

// pinged is a client that answers pings alone, with an API version, or none.
type pinged struct {
	Client
	version string
	pings   int
}

// Ping implements Client.
func (p *pinged) Ping(context.Context) (types.Ping, error) {
	p.pings++
	if p.version == "" {
		return types.Ping{}, errors.New("no answer")
	}
	return types.Ping{APIVersion: p.version}, nil
}

// takes fails unless the next subnet for some endpoints is the one that is wanted.
func takes(t *testing.T, s *subnetSource, size int, want string, wantAsked bool) {
	t.Helper()
	got, asked, err := s.next(context.Background(), size, "demo")
	if err != nil {
		t.Fatal(err)
	}
	if got != want || asked != wantAsked {
		t.Errorf("for %d: got %s, asked %v, want %s, %v", size, got, asked, want, wantAsked)
	}
}

func TestSubnetsOfThePoolAreUsedOnce(t *testing.T) {
	s := newSubnetSource(&pinged{version: "1.51"}, netip.Prefix{}, []netip.Prefix{netip.MustParsePrefix("10.222.0.16/28")})
	s.note([]network.Summary{
		{Name: "x", IPAM: network.IPAM{Config: []network.IPAMConfig{{Subnet: "10.222.0.0/28"}, {Subnet: "fd00::/64"}, {Subnet: "?"}}}},
		{Name: "none"},
	})
	takes(t, s, 2, "10.222.0.32/28", false)
	takes(t, s, 10, "10.222.0.64/27", false)
	takes(t, s, 2, "10.222.0.48/28", false)
	s.note(nil)
	takes(t, s, 2, "10.222.0.0/28", false)
	takes(t, s, 2, "10.222.0.32/28", false)
}

func TestANewEngineIsAskedForASubnetOfASizeUntilItHasNone(t *testing.T) {
	c := &pinged{version: "1.52"}
	s := newSubnetSource(c, netip.Prefix{}, nil)
	s.note(nil)
	takes(t, s, 2, "0.0.0.0/28", true)
	takes(t, s, 40, "0.0.0.0/25", true)
	s.usePool()
	takes(t, s, 2, "10.222.0.0/28", false)
	if c.pings != 1 {
		t.Errorf("%d pings", c.pings)
	}
}

func TestAnEngineIsNotAskedWhereTheUserNamesAPoolOrItDoesNotAnswer(t *testing.T) {
	named := &pinged{version: "1.52"}
	s := newSubnetSource(named, netip.MustParsePrefix("10.9.0.0/24"), nil)
	s.note(nil)
	takes(t, s, 2, "10.9.0.0/28", false)
	if named.pings != 0 {
		t.Errorf("%d pings", named.pings)
	}
	s = newSubnetSource(&pinged{}, netip.Prefix{}, nil)
	s.note(nil)
	takes(t, s, 2, "10.222.0.0/28", false)
}

func TestAFullPoolNamesProjectsAndNetworks(t *testing.T) {
	s := newSubnetSource(&pinged{version: "1.41"}, netip.MustParsePrefix("10.9.0.0/26"), []netip.Prefix{netip.MustParsePrefix("10.9.0.48/28")})
	on := func(name, project, subnet string) network.Summary {
		n := network.Summary{Name: name, IPAM: network.IPAM{Config: []network.IPAMConfig{{Subnet: subnet}}}}
		if project != "" {
			n.Labels = map[string]string{labels.Project: project}
		}
		return n
	}
	s.note([]network.Summary{on("shop_a.b", "shop", "10.9.0.0/28"), on("lan", "", "10.9.0.16/28")})
	takes(t, s, 2, "10.9.0.32/28", false)
	_, _, err := s.next(context.Background(), 2, "demo")
	if err == nil || !strings.HasSuffix(err.Error(), "where 4 are in use: 1 by demo, 1 by network lan, 1 by routes of this machine, 1 by shop") {
		t.Error(err)
	}
}
