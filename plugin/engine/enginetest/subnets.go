package enginetest

import (
	"net/http"
	"net/netip"
	"slices"

	networktypes "github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// addressPools allocates subnets as the default address manager of the engine
// does, from the pools an engine has when none are configured.
type addressPools struct {
	release    release
	predefined []netip.Prefix
	next       int
	taken      []netip.Prefix
}

func newAddressPools(r release) *addressPools {
	p := &addressPools{release: r}
	for second := byte(17); second <= 31; second++ {
		p.predefined = append(p.predefined, netip.PrefixFrom(netip.AddrFrom4([4]byte{172, second}), 16))
	}
	for third := 0; third < 256; third += 16 {
		p.predefined = append(p.predefined, netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168, byte(third)}), 20))
	}
	return p
}

func (p *addressPools) overlaps(subnet netip.Prefix) bool {
	return slices.ContainsFunc(p.taken, subnet.Overlaps)
}

// any takes a free predefined subnet, going round from the one taken last.
func (p *addressPools) any() (netip.Prefix, error) {
	for i := range p.predefined {
		at := (p.next + i) % len(p.predefined)
		if subnet := p.predefined[at]; !p.overlaps(subnet) {
			p.next = at + 1
			p.taken = append(p.taken, subnet)
			return subnet, nil
		}
	}
	return netip.Prefix{}, p.release.refusals.poolsExhausted.about()
}

// sized finds a subnet of a size in the predefined pools. It isn't taken yet.
func (p *addressPools) sized(bits int) (netip.Prefix, error) {
	for _, pool := range p.predefined {
		for addr := pool.Addr(); pool.Contains(addr); {
			subnet := netip.PrefixFrom(addr, bits)
			if !p.overlaps(subnet) {
				return subnet, nil
			}
			addr = lastAddr(subnet).Next()
		}
	}
	return netip.Prefix{}, p.release.refusals.poolsExhausted.about()
}

// take takes the subnet that was asked for.
func (p *addressPools) take(subnet netip.Prefix) error {
	if p.overlaps(subnet) {
		return p.release.refusals.subnetOverlaps.about()
	}
	p.taken = append(p.taken, subnet)
	return nil
}

func (p *addressPools) giveBack(subnet netip.Prefix) {
	p.taken = slices.DeleteFunc(p.taken, func(t netip.Prefix) bool { return t == subnet })
}

// subnet is the addresses of one network.
type subnet struct {
	prefix  netip.Prefix
	lease   netip.Prefix // where addresses come from: ip_range, or all of it
	gateway netip.Addr
	asked   bool // by the user, which makes fixed addresses possible
	used    map[netip.Addr]bool
}

// subnet settles the addresses of a network from its settings, or from the
// predefined pools where there are none.
func (p *addressPools) subnet(config networktypes.IPAMConfig) (*subnet, error) {
	s := &subnet{used: map[netip.Addr]bool{}}
	var err error
	if config.Subnet == "" {
		if s.prefix, err = p.any(); err != nil {
			return nil, err
		}
	} else {
		if s.prefix, err = netip.ParsePrefix(config.Subnet); err != nil {
			return nil, p.release.refusals.subnetInvalid.about(config.Subnet, err)
		}
		if s.prefix.Addr().IsUnspecified() && p.release.subnetsBySize {
			if s.prefix, err = p.sized(s.prefix.Bits()); err != nil {
				return nil, err
			}
		}
		s.prefix, s.asked = s.prefix.Masked(), true
		if err := p.take(s.prefix); err != nil {
			return nil, err
		}
	}
	fail := func(err error) (*subnet, error) {
		p.giveBack(s.prefix)
		return nil, err
	}
	s.lease = s.prefix
	if config.IPRange != "" {
		if s.lease, err = netip.ParsePrefix(config.IPRange); err != nil || !s.prefix.Contains(s.lease.Addr()) {
			return fail(api.BadRequest("invalid ip-range %s", config.IPRange))
		}
		s.lease = s.lease.Masked()
	}
	s.used[s.prefix.Addr()] = true
	s.used[lastAddr(s.prefix)] = true
	if config.Gateway == "" {
		s.gateway = s.prefix.Addr().Next()
	} else if s.gateway, err = netip.ParseAddr(config.Gateway); err != nil || !s.prefix.Contains(s.gateway) {
		return fail(p.release.refusals.gatewayOutside.about(config.Gateway, s.prefix))
	}
	s.used[s.gateway] = true
	for _, aux := range config.AuxAddress {
		if addr, err := netip.ParseAddr(aux); err == nil {
			s.used[addr] = true
		}
	}
	return s, nil
}

func lastAddr(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for bit := p.Bits(); bit < 8*len(b); bit++ {
		b[bit/8] |= 1 << (7 - bit%8)
	}
	last, _ := netip.AddrFromSlice(b)
	return last
}

// address takes the lowest free address, or the one that was asked for.
func (s *subnet) address(n *network, want string) (netip.Addr, error) {
	if want != "" {
		addr, err := netip.ParseAddr(want)
		switch {
		case err != nil:
			return addr, api.BadRequest("invalid IPv4 address: %s", want)
		case s.used[addr]:
			return addr, api.Errorf(http.StatusForbidden, "Address already in use")
		}
		s.used[addr] = true
		return addr, nil
	}
	for addr := s.lease.Addr(); s.lease.Contains(addr); addr = addr.Next() {
		if !s.used[addr] {
			s.used[addr] = true
			return addr, nil
		}
	}
	return netip.Addr{}, api.Errorf(http.StatusInternalServerError,
		"no available IPv4 addresses on this network's address pools: %s (%s)", n.name, n.id)
}
