package observed

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// String writes a port as docker ps does: "0.0.0.0:32768->80/tcp", "53/udp".
func (p Port) String() string {
	word := strconv.Itoa(int(p.Private)) + "/" + p.Protocol
	if p.Public == 0 {
		return word
	}
	ip := p.IP
	if strings.Contains(ip, ":") {
		ip = "[" + ip + "]"
	}
	return fmt.Sprintf("%s:%d->%s", ip, p.Public, word)
}

// EachPort lists ports by container port, each once: of those that are not
// published the address does not matter.
func EachPort(ports []Port) []Port {
	ports = slices.SortedFunc(slices.Values(ports), func(a, b Port) int {
		return cmp.Or(cmp.Compare(a.Private, b.Private), strings.Compare(a.Protocol, b.Protocol),
			strings.Compare(a.IP, b.IP), cmp.Compare(a.Public, b.Public))
	})
	seen := make(map[string]bool, len(ports))
	return slices.DeleteFunc(ports, func(p Port) bool {
		text := p.String()
		again := seen[text]
		seen[text] = true
		return again
	})
}

// PortWords writes ports in the order of EachPort.
func PortWords(ports []Port) []string {
	var words []string
	for _, p := range EachPort(ports) {
		words = append(words, p.String())
	}
	return words
}
