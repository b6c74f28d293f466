package observed

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// PortWords writes ports as docker ps does, by container port, each once:
// "0.0.0.0:32768->80/tcp", "53/udp".
func PortWords(ports []Port) []string {
	ports = slices.SortedFunc(slices.Values(ports), func(a, b Port) int {
		return cmp.Or(cmp.Compare(a.Private, b.Private), strings.Compare(a.Protocol, b.Protocol),
			strings.Compare(a.IP, b.IP), cmp.Compare(a.Public, b.Public))
	})
	var words []string
	for _, p := range ports {
		word := strconv.Itoa(int(p.Private)) + "/" + p.Protocol
		if p.Public != 0 {
			ip := p.IP
			if strings.Contains(ip, ":") {
				ip = "[" + ip + "]"
			}
			word = fmt.Sprintf("%s:%d->%s", ip, p.Public, word)
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}
