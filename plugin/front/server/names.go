package server

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"time"
)

// names finds the replicas of a service by its name.
type names struct {
	service  string
	resolver *net.Resolver
	networks func() ([]net.Addr, error)
	// The last answer, as it came, and those of it that are on a network of ours.
	answer, kept []netip.Addr
}

func newNames(service string) *names {
	return &names{service: service, resolver: &net.Resolver{PreferGo: true}, networks: net.InterfaceAddrs}
}

// answerWithin is how long an answer may take. The engine knows its containers; what
// it does not know it asks other servers for, which may take longer.
const answerWithin = 2 * time.Second

// resolve looks the name up. That it leads nowhere is an answer, and no error.
func (n *names) resolve(ctx context.Context) ([]netip.Addr, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	// With the dot it is not tried in the domains of the host. Most networks have no
	// IPv6, and those that have it have IPv4 as well.
	found, err := n.resolver.LookupNetIP(ctx, "ip4", n.service+".")
	if leadsNowhere(err) {
		found, err = n.resolver.LookupNetIP(ctx, "ip6", n.service+".")
	}
	if leadsNowhere(err) {
		found, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	for i, a := range found {
		found[i] = a.Unmap()
	}
	slices.SortFunc(found, netip.Addr.Compare)
	if len(n.kept) == len(n.answer) && slices.Equal(found, n.answer) {
		return n.kept, nil
	}
	own, err := n.networks()
	if err != nil {
		return nil, err
	}
	n.answer, n.kept = found, neighbours(found, own)
	return n.kept, nil
}

// leadsNowhere reports whether an error of a look-up is an answer. The engine's
// server knows what is there; asked for another name it passes on what other
// servers say, or says that it could not ask them, which has no error of its own in
// the library.
func leadsNowhere(err error) bool {
	var failed *net.DNSError
	return errors.As(err, &failed) && (failed.IsNotFound || failed.Err == "server misbehaving")
}

// neighbours are the addresses that are on a network of this container. A name that
// no container has, servers elsewhere may know, and theirs are no replicas. Nor is
// this container one.
func neighbours(found []netip.Addr, own []net.Addr) []netip.Addr {
	var kept []netip.Addr
	for _, a := range found {
		near := false
		for _, o := range own {
			network, ok := o.(*net.IPNet)
			if !ok || network.IP.IsLoopback() {
				continue
			}
			if network.IP.Equal(a.AsSlice()) {
				near = false
				break
			}
			near = near || network.Contains(a.AsSlice())
		}
		if near {
			kept = append(kept, a)
		}
	}
	return kept
}
