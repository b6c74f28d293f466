package enginetest

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	networktypes "github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// network is a network.
type network struct {
	id, name string
	created  time.Time
	request  networktypes.CreateRequest
	subnets  []*subnet
	overlay  *overlay // of a swarm; nil: it is of the engine alone
}

// The option of the bridge driver that, set to false, lets containers reach the
// outside but not each other.
const optionICC = "com.docker.network.bridge.enable_icc"

// carries reports whether traffic passes between its containers.
func (n *network) carries() bool {
	return n.request.Driver != "null" && !strings.EqualFold(n.request.Options[optionICC], "false")
}

// predefined reports whether a network is one the engine brings along.
func predefined(name string) bool {
	return name == networktypes.NetworkBridge || name == networktypes.NetworkHost || name == networktypes.NetworkNone
}

// checkFixedAddress refuses a fixed address where none can be had.
func (n *network) checkFixedAddress(settings *endpoint, release release) error {
	if settings.IPAMConfig == nil || settings.IPAMConfig.IPv4Address == "" {
		return nil
	}
	if settings.allotted.IsValid() {
		return nil
	}
	if predefined(n.name) {
		return release.refusals.addressOnDefault.about()
	}
	addr, err := netip.ParseAddr(settings.IPAMConfig.IPv4Address)
	if err != nil {
		return api.BadRequest("invalid IPv4 address: %s", settings.IPAMConfig.IPv4Address)
	}
	may := slices.DeleteFunc(slices.Clone(n.subnets), func(s *subnet) bool { return !s.asked && !release.addressesAnywhere })
	switch {
	case len(may) == 0:
		return release.refusals.addressUnasked.about()
	case slices.ContainsFunc(may, func(s *subnet) bool { return s.prefix.Contains(addr) }):
		return nil
	}
	return release.refusals.addressOutside.about(addr)
}

// subnetFor is the subnet that holds a fixed address, or the first of IPv4.
func (n *network) subnetFor(want string) *subnet {
	if addr, err := netip.ParseAddr(want); err == nil {
		for _, s := range n.subnets {
			if s.prefix.Contains(addr) {
				return s
			}
		}
	}
	first := slices.IndexFunc(n.subnets, func(s *subnet) bool { return s.prefix.Addr().Is4() })
	return n.subnets[max(0, first)]
}

// gatewayOf is the gateway of one of its subnets.
func (n *network) gatewayOf(subnet string) string {
	for _, s := range n.subnets {
		if prefix, err := netip.ParsePrefix(subnet); err == nil && s.prefix == prefix.Masked() {
			return s.gateway.String()
		}
	}
	return ""
}

// lease gives an endpoint an address, on networks that have any.
func (n *network) lease(settings *endpoint, release release) error {
	if len(n.subnets) == 0 {
		return nil
	}
	if settings.allotted.IsValid() {
		addr := settings.allotted.Addr()
		settings.IPAddress, settings.IPPrefixLen = addr.String(), settings.allotted.Bits()
		settings.MacAddress = madeMAC(addr)
		return nil
	}
	want := ""
	if settings.IPAMConfig != nil {
		want = settings.IPAMConfig.IPv4Address
	}
	s := n.subnetFor(want)
	addr, err := s.address(n, want)
	if err != nil {
		return err
	}
	settings.IPAddress, settings.IPPrefixLen = addr.String(), s.prefix.Bits()
	settings.Gateway = s.gateway.String()
	if n.request.Internal {
		settings.Gateway = ""
	}
	settings.MacAddress = release.macFor(addr)
	if n.overlay != nil {
		settings.Gateway, settings.MacAddress = "", madeMAC(addr)
	}
	return n.lease6(settings)
}

// lease6 gives an endpoint an IPv6 address, on networks that have any.
func (n *network) lease6(settings *endpoint) error {
	for _, s := range n.subnets {
		if !s.prefix.Addr().Is6() {
			continue
		}
		addr, err := s.address(n, "")
		if err != nil {
			return err
		}
		settings.GlobalIPv6Address, settings.GlobalIPv6PrefixLen = addr.String(), s.prefix.Bits()
		settings.IPv6Gateway = s.gateway.String()
		return nil
	}
	return nil
}

// free takes the addresses of an endpoint back.
func (n *network) free(settings *endpoint) {
	if addr, err := netip.ParseAddr(settings.GlobalIPv6Address); err == nil {
		delete(n.subnetFor(settings.GlobalIPv6Address).used, addr)
	}
	settings.GlobalIPv6Address, settings.GlobalIPv6PrefixLen, settings.IPv6Gateway = "", 0, ""
	if addr, err := netip.ParseAddr(settings.IPAddress); err == nil && !settings.allotted.IsValid() {
		delete(n.subnetFor(settings.IPAddress).used, addr)
	}
	settings.IPAddress, settings.IPPrefixLen = "", 0
	settings.Gateway, settings.MacAddress = "", ""
}

// cidr6 is cidr of IPv6.
func cidr6(s *endpoint) string {
	if s.GlobalIPv6Address == "" {
		return ""
	}
	return s.GlobalIPv6Address + "/" + strconv.Itoa(s.GlobalIPv6PrefixLen)
}

// cidr is the address of an endpoint with the size of its subnet.
func cidr(s *endpoint) string {
	if s.IPAddress == "" {
		return ""
	}
	return s.IPAddress + "/" + strconv.Itoa(s.IPPrefixLen)
}
