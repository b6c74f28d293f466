package engine

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"testing"
)

func TestSubnetsNeverOverlapAndHaveTheRoomAskedFor(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		pool := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(r.IntN(256)), 0, 0}), 14+r.IntN(12)).Masked()
		s := &subnets{pool: pool}
		for range r.IntN(4) {
			s.used = append(s.used, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, pool.Addr().As4()[1], byte(r.IntN(256)), byte(r.IntN(256))}), 8+r.IntN(24)).Masked())
		}
		for range 300 {
			size := 1 + r.IntN(60)
			before := len(s.used)
			p, err := s.next(size)
			var full *PoolFull
			if errors.As(err, &full) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if capacity(p) < size || !pool.Contains(p.Addr()) || p != p.Masked() {
				t.Fatalf("seed %d: %s for %d endpoints of %s", seed, p, size, pool)
			}
			for _, u := range s.used[:before] {
				if u.Overlaps(p) {
					t.Fatalf("seed %d: %s overlaps %s", seed, p, u)
				}
			}
		}
	}
}

func TestTheDefaultPoolHasRoomForFourThousandLinks(t *testing.T) {
	s := &subnets{pool: DefaultPool}
	n := 0
	for {
		if _, err := s.next(2); err != nil {
			break
		}
		n++
	}
	if n != 4096 {
		t.Fatalf("%d networks fit", n)
	}
}

func TestAFullPoolSaysHowManySubnetsAreInUse(t *testing.T) {
	s := &subnets{pool: netip.MustParsePrefix("10.1.0.0/27"), used: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	_, err := s.next(2)
	var full *PoolFull
	if !errors.As(err, &full) || full.Used != 1 {
		t.Fatal(err)
	}
}
