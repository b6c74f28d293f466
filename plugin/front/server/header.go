package server

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// signature begins each header of version 2.
const signature = "\r\n\r\n\x00\r\nQUIT\n"

// What follows the signature: version and command, family and protocol.
const (
	v2Local = "\x20\x00"
	v2Proxy = "\x21"
	v2TCP4  = "\x11"
	v2TCP6  = "\x21"
)

// clientHeader tells a replica who the client is, in the PROXY protocol:
// https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt.
func clientHeader(version front.ProxyProtocol, client, at netip.AddrPort) []byte {
	from, to := client.Addr().Unmap(), at.Addr().Unmap()
	if version == front.ProxyV1 {
		family := "TCP4"
		if from.Is6() {
			family = "TCP6"
		}
		return fmt.Appendf(nil, "PROXY %s %s %s %d %d\r\n", family, from.WithZone(""), to.WithZone(""), client.Port(), at.Port())
	}
	family := v2TCP4
	if from.Is6() {
		family = v2TCP6
	}
	addrs := append(from.AsSlice(), to.AsSlice()...)
	b := append([]byte(signature), v2Proxy+family...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(addrs)+4))
	b = append(b, addrs...)
	b = binary.BigEndian.AppendUint16(b, client.Port())
	return binary.BigEndian.AppendUint16(b, at.Port())
}

// noClient tells a replica that a connection is the front's own.
func noClient(version front.ProxyProtocol) []byte {
	if version == front.ProxyV1 {
		return []byte("PROXY UNKNOWN\r\n")
	}
	return []byte(signature + v2Local + "\x00\x00")
}
