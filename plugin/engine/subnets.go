package engine

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
)

// DefaultPool is where subnets of link networks are taken from where no pool is
// given: 4096 of the smallest size. It lies outside the engine's own default
// pools, which have room for 30 networks a host, so that the two never overlap.
var DefaultPool = netip.MustParsePrefix("10.222.0.0/16")

// smallest is the size of a network for a link between two services with room
// for a few replicas: 13 endpoints.
const smallest = 28

// reserved are the addresses of a subnet that no container gets: the network,
// the gateway and the broadcast address.
const reserved = 3

// subnets chooses subnets of a pool that overlap none in use.
type subnets struct {
	pool  netip.Prefix
	used  []netip.Prefix
	users map[netip.Prefix]string // whose they are: a project's or a network's name
}

// use notes a subnet that is in use.
func (s *subnets) use(p netip.Prefix, user string) {
	s.used = append(s.used, p)
	if s.users == nil {
		s.users = map[netip.Prefix]string{}
	}
	s.users[p] = user
}

// capacity is how many endpoints a subnet has room for. More than any
// stack needs is 1<<16.
func capacity(p netip.Prefix) int {
	host := p.Addr().BitLen() - p.Bits()
	if host >= 16 {
		return 1 << 16
	}
	return 1<<host - reserved
}

// next gives the lowest free subnet with room for size endpoints and as many
// again, so that a service can be scaled up before its network has to grow. It
// stays free until it is noted as used.
func (s *subnets) next(size int) (netip.Prefix, error) {
	bits := bitsFor(size, s.pool.Bits())
	if 1<<(32-bits)-reserved < size {
		return netip.Prefix{}, s.full(size)
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
			return netip.Prefix{}, s.full(size)
		}
		candidate = netip.PrefixFrom(addr, bits)
	}
	if !s.pool.Contains(candidate.Addr()) {
		return netip.Prefix{}, s.full(size)
	}
	return candidate, nil
}

// bitsFor is the length of the prefix of a subnet with room for size endpoints
// and as many again, but no shorter than least.
func bitsFor(size, least int) int {
	bits := smallest
	for bits > least && 1<<(32-bits)-reserved < 2*size {
		bits--
	}
	return bits
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

// full is the error that no subnet is free.
func (s *subnets) full(size int) *PoolFull {
	full := &PoolFull{Pool: s.pool, Size: size}
	by := map[string]int{}
	for _, u := range s.used {
		if u.Overlaps(s.pool) {
			full.Used++
			by[s.users[u]]++
		}
	}
	for name, n := range by {
		full.By = append(full.By, PoolUser{cmp.Or(name, "routes of this machine"), n})
	}
	slices.SortFunc(full.By, func(a, b PoolUser) int {
		return cmp.Or(cmp.Compare(b.Subnets, a.Subnets), cmp.Compare(a.Name, b.Name))
	})
	return full
}

// PoolFull is a pool of addresses in which no subnet is free.
type PoolFull struct {
	Pool netip.Prefix
	Size int        // endpoints that were asked for
	Used int        // subnets in use inside the pool
	By   []PoolUser // what has them, most first
}

// PoolUser is a project or a network that has subnets of a pool.
type PoolUser struct {
	Name    string // of a project, or of a network of no project
	Subnets int
}

// maxUsers is how many users of a pool an error names.
const maxUsers = 5

func (p *PoolFull) Error() string {
	var users []string
	rest := p.Used
	for i, u := range p.By {
		if i == maxUsers {
			users = append(users, fmt.Sprintf("%d by others", rest))
			break
		}
		users = append(users, fmt.Sprintf("%d by %s", u.Subnets, u.Name))
		rest -= u.Subnets
	}
	text := fmt.Sprintf("no free subnet for %d containers in %s, where %d are in use", p.Size, p.Pool, p.Used)
	if len(users) > 0 {
		text += ": " + strings.Join(users, ", ")
	}
	return text
}
