package engine

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"slices"
)

// DefaultPool is where subnets of link networks are taken from unless told
// otherwise: 4096 of the smallest size. It lies outside the engine's own default
// pools, which have room for 30 networks a host, so that each leaves the other
// alone.
var DefaultPool = netip.MustParsePrefix("10.222.0.0/16")

// smallest is the size of a network for a link between two services with room
// for a few replicas: 13 endpoints.
const smallest = 28

// reserved are the addresses of a subnet that no container gets: the network,
// the gateway and the broadcast address.
const reserved = 3

// subnets hands out subnets of a pool that overlap none in use.
type subnets struct {
	pool netip.Prefix
	used []netip.Prefix
}

// capacity is how many endpoints a subnet has room for. What is beyond any
// stack is told as 1<<16.
func capacity(p netip.Prefix) int {
	host := p.Addr().BitLen() - p.Bits()
	if host >= 16 {
		return 1 << 16
	}
	return 1<<host - reserved
}

// next gives the lowest free subnet with room for size endpoints and as many
// again, so that a service can be scaled up before its network has to grow.
func (s *subnets) next(size int) (netip.Prefix, error) {
	bits := smallest
	for bits > s.pool.Bits() && 1<<(32-bits)-reserved < 2*size {
		bits--
	}
	if 1<<(32-bits)-reserved < size {
		return netip.Prefix{}, &PoolFull{Pool: s.pool, Size: size, Used: s.taken()}
	}
	// One sweep along the pool: the candidate moves behind every subnet in use
	// that it meets. The order by address guarantees that it never has to go
	// back.
	slices.SortFunc(s.used, func(a, b netip.Prefix) int { return a.Masked().Addr().Compare(b.Masked().Addr()) })
	candidate := netip.PrefixFrom(s.pool.Masked().Addr(), bits)
	for _, u := range s.used {
		if !candidate.Overlaps(u) {
			continue
		}
		addr, ok := after(candidate, u)
		if !ok {
			return netip.Prefix{}, &PoolFull{Pool: s.pool, Size: size, Used: s.taken()}
		}
		candidate = netip.PrefixFrom(addr, bits)
	}
	if !s.pool.Contains(candidate.Addr()) {
		return netip.Prefix{}, &PoolFull{Pool: s.pool, Size: size, Used: s.taken()}
	}
	s.used = append(s.used, candidate)
	return candidate, nil
}

// after gives the first address behind both a candidate and a subnet in use,
// one of which contains the other.
func after(candidate, used netip.Prefix) (netip.Addr, bool) {
	wider := candidate
	if used.Bits() < candidate.Bits() {
		wider = used.Masked()
	}
	b := wider.Addr().As4()
	next := uint64(binary.BigEndian.Uint32(b[:])) + 1<<(32-wider.Bits())
	if next > math.MaxUint32 {
		return netip.Addr{}, false
	}
	binary.BigEndian.PutUint32(b[:], uint32(next))
	return netip.AddrFrom4(b), true
}

// taken counts the subnets in use inside the pool.
func (s *subnets) taken() int {
	n := 0
	for _, u := range s.used {
		if u.Overlaps(s.pool) {
			n++
		}
	}
	return n
}

// PoolFull is a pool of addresses in which no subnet is free.
type PoolFull struct {
	Pool netip.Prefix
	Size int // endpoints that were asked for
	Used int // subnets in use inside the pool
}

func (p *PoolFull) Error() string {
	return fmt.Sprintf("no free subnet for %d containers in %s, where %d subnets are in use", p.Size, p.Pool, p.Used)
}

// Hints says how to get more.
func (p *PoolFull) Hints() []string {
	return []string{
		"take down stacks that are not needed (docker network ls shows them)",
		"or name another range: --pool 10.100.0.0/16, or STACKLITE_POOL=10.100.0.0/16",
	}
}
