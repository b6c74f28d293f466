package engine

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"

	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"

	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// subnetSource says which subnet the next network gets: one that the engine
// chooses where it can, else one of a pool.
type subnetSource struct {
	client    Client
	pool      netip.Prefix
	poolGiven bool // by the user
	avoid     []netip.Prefix

	mu            sync.Mutex
	engineChooses *bool // nil: not asked yet
	free          *subnets
	moved         map[string]bool // names of networks that did not get the subnet that they were to have
}

func newSubnetSource(c Client, pool netip.Prefix, avoid []netip.Prefix) *subnetSource {
	given := pool.IsValid()
	if !given {
		pool = DefaultPool
	}
	return &subnetSource{client: c, pool: pool, poolGiven: given, avoid: avoid}
}

// note remembers which subnets are in use.
func (s *subnetSource) note(networks []network.Summary) {
	free := &subnets{pool: s.pool, used: slices.Clone(s.avoid)}
	for _, n := range networks {
		for _, c := range n.IPAM.Config {
			if p, err := netip.ParsePrefix(c.Subnet); err == nil && p.Addr().Is4() {
				free.use(p, cmp.Or(labels.NetworkProject(n.Labels), "network "+n.Name))
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = free
}

// next is a subnet with room for size endpoints, for a project or network of the
// given name. With asked the engine has yet to choose it and may refuse.
func (s *subnetSource) next(ctx context.Context, size int, user string) (subnet string, asked bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.chooses(ctx) {
		return fmt.Sprintf("0.0.0.0/%d", bitsFor(size, 0)), true, nil
	}
	p, err := s.free.next(size)
	if err != nil {
		return "", false, err
	}
	s.free.use(p, user)
	return p.String(), false, nil
}

// chooses reports whether the engine can be asked for a subnet of a size (API
// 1.52; it looks at the engine's version, not at the one spoken, because the
// call is the same). Then it knows best what is free on its machine. A pool
// that the user names is used all the same.
func (s *subnetSource) chooses(ctx context.Context) bool {
	if s.engineChooses == nil {
		answer := false
		if !s.poolGiven {
			ping, err := s.client.Ping(ctx)
			answer = err == nil && versions.GreaterThanOrEqualTo(ping.APIVersion, "1.52")
		}
		s.engineChooses = &answer
	}
	return *s.engineChooses
}

// usePool makes the rest of the run take subnets from the pool, because those of
// the engine are used up.
func (s *subnetSource) usePool() {
	s.mu.Lock()
	defer s.mu.Unlock()
	no := false
	s.engineChooses = &no
}

// move notes that a network gets another subnet than the one that it was to have.
func (s *subnetSource) move(network string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.moved == nil {
		s.moved = map[string]bool{}
	}
	s.moved[network] = true
}

// address is the address that a container can ask for on a network: none where
// the network has another subnet than it was to have.
func (s *subnetSource) address(a plan.Connect) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.moved[a.Network.Name] {
		return ""
	}
	return a.Address
}
