package session

import (
	"bufio"
	"encoding/hex"
	"math/bits"
	"net/netip"
	"os"
	"strings"
)

// localRoutes lists the networks that this machine has routes to, but for the
// default route. What can't be read is left out: the engine has the last word.
func localRoutes() []netip.Prefix {
	f, err := os.Open("/proc/net/route")
	if err != nil {
		return nil
	}
	defer f.Close()
	var routes []netip.Prefix
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 8 {
			continue
		}
		addr, err1 := littleEndian(fields[1])
		mask, err2 := littleEndian(fields[7])
		if err1 != nil || err2 != nil || mask == [4]byte{} {
			continue
		}
		ones := 0
		for _, b := range mask {
			ones += bits.OnesCount8(b)
		}
		routes = append(routes, netip.PrefixFrom(netip.AddrFrom4(addr), ones))
	}
	return routes
}

func littleEndian(s string) ([4]byte, error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 4 {
		return [4]byte{}, hex.ErrLength
	}
	return [4]byte{b[3], b[2], b[1], b[0]}, nil
}
