package observed

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// String writes a port as docker ps does: "0.0.0.0:32768->80/tcp", "53/udp".
func (p Port) String() string { return p.upTo(p) }

// upTo writes the ports from this one to last.
func (p Port) upTo(last Port) string {
	stretch := func(from, to uint16) string {
		if from == to {
			return strconv.Itoa(int(from))
		}
		return fmt.Sprintf("%d-%d", from, to)
	}
	word := stretch(p.Private, last.Private) + "/" + p.Protocol
	if p.Public == 0 {
		return word
	}
	ip := p.IP
	if strings.Contains(ip, ":") {
		ip = "[" + ip + "]"
	}
	return fmt.Sprintf("%s:%s->%s", ip, stretch(p.Public, last.Public), word)
}

// compare puts ports into the order of EachPort.
func compare(a, b Port) int {
	return cmp.Or(cmp.Compare(a.Private, b.Private), strings.Compare(a.Protocol, b.Protocol),
		strings.Compare(a.IP, b.IP), cmp.Compare(a.Public, b.Public))
}

// EachPort lists ports by container port, each once: of those that are not
// published the address does not matter.
func EachPort(ports []Port) []Port {
	ports = slices.SortedFunc(slices.Values(ports), compare)
	seen := make(map[string]bool, len(ports))
	return slices.DeleteFunc(ports, func(p Port) bool {
		text := p.String()
		again := seen[text]
		seen[text] = true
		return again
	})
}

// ShownPorts writes the ports of a container for people, with those that others have in
// its place, as its front has: these take the place of ports that it does not publish
// itself. What is published on all addresses of IPv4 and of IPv6 is written once, and
// ports that follow each other as one range, as docker ps does: "10000-20000/tcp",
// "0.0.0.0:8000-8003->8000-8003/tcp".
func ShownPorts(own []Port, fronts ...[]Port) []string {
	ports := slices.Clone(own)
	for _, front := range fronts {
		published := slices.DeleteFunc(slices.Clone(front), func(p Port) bool { return p.Public == 0 })
		ports = slices.DeleteFunc(ports, func(p Port) bool {
			return p.Public == 0 && slices.ContainsFunc(published, func(f Port) bool { return f.Private == p.Private && f.Protocol == p.Protocol })
		})
		ports = append(ports, published...)
	}
	return portRanges(oneFamily(ports))
}

// oneFamily leaves out what is published on all addresses of IPv6 where the same is
// published on all of IPv4.
func oneFamily(ports []Port) []Port {
	on := func(p Port, ip string) Port {
		p.IP = ip
		return p
	}
	both := make(map[Port]bool, len(ports))
	for _, p := range ports {
		if p.IP == "0.0.0.0" {
			both[on(p, "::")] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(ports), func(p Port) bool { return both[p] })
}

// portRanges writes ports that follow each other as one range.
func portRanges(ports []Port) []string {
	var words []string
	ports = slices.SortedStableFunc(slices.Values(EachPort(ports)), func(a, b Port) int {
		return cmp.Or(strings.Compare(a.Protocol, b.Protocol), strings.Compare(a.IP, b.IP))
	})
	type stretch struct{ first, last Port }
	var found []stretch
	for _, p := range ports {
		if len(found) > 0 && found[len(found)-1].last.before(p) {
			found[len(found)-1].last = p
			continue
		}
		found = append(found, stretch{p, p})
	}
	slices.SortStableFunc(found, func(a, b stretch) int { return compare(a.first, b.first) })
	for _, s := range found {
		words = append(words, s.first.upTo(s.last))
	}
	return words
}

// before reports whether another port continues a range that ends with this one.
func (p Port) before(next Port) bool {
	if p.Private == math.MaxUint16 || p.IP != next.IP || p.Protocol != next.Protocol || next.Private != p.Private+1 {
		return false
	}
	return p.Public == 0 && next.Public == 0 || p.Public != 0 && p.Public != math.MaxUint16 && next.Public == p.Public+1
}

// PortWords writes ports in the order of EachPort.
func PortWords(ports []Port) []string {
	var words []string
	for _, p := range EachPort(ports) {
		words = append(words, p.String())
	}
	return words
}
