package engine

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"strings"
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
			s.use(p, "test")
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
		p, err := s.next(2)
		if err != nil {
			break
		}
		s.use(p, "test")
		n++
	}
	if n != 4096 {
		t.Fatalf("%d networks fit", n)
	}
}

func TestAFullPoolSaysWhoHasItAndWhatToDo(t *testing.T) {
	s := &subnets{pool: netip.MustParsePrefix("10.1.0.0/25"), used: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/28")}}
	for i, user := range []string{"shop", "shop", "blog", "shop", "network lan", "blog", "elsewhere"} {
		s.use(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 1, 0, byte(16 * (i + 1))}), 28), user)
	}
	s.use(netip.MustParsePrefix("10.9.0.0/16"), "far away")
	_, err := s.next(2)
	want := "no free subnet for 2 containers in 10.1.0.0/25, where 8 are in use: " +
		"3 by shop, 2 by blog, 1 by elsewhere, 1 by network lan, 1 by routes of this machine"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	s.use(netip.MustParsePrefix("10.1.0.0/30"), "x")
	s.use(netip.MustParsePrefix("10.1.0.4/30"), "y")
	if _, err = s.next(2); !strings.HasSuffix(err.Error(), "1 by routes of this machine, 2 by others") {
		t.Error(err)
	}
}
