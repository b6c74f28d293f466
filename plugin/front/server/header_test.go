package server

import (
	"net/netip"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// As the specification of the protocol writes them.
func TestHeadersAreAsSpecified(t *testing.T) {
	at := netip.MustParseAddrPort
	for _, c := range []struct {
		version    front.ProxyProtocol
		client, at netip.AddrPort
		want       string
	}{
		{front.ProxyV1, at("192.168.0.1:56324"), at("192.168.0.11:443"), "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"},
		{front.ProxyV1, at("[::ffff:192.168.0.1]:56324"), at("[::ffff:192.168.0.11]:443"), "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"},
		{front.ProxyV1, at("[fe80::1%eth0]:1"), at("[fd00::2]:65535"), "PROXY TCP6 fe80::1 fd00::2 1 65535\r\n"},
		{
			front.ProxyV2, at("[::ffff:192.168.0.1]:56324"), at("192.168.0.11:443"),
			"\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0a\x21\x11\x00\x0c\xc0\xa8\x00\x01\xc0\xa8\x00\x0b\xdc\x04\x01\xbb",
		},
		{
			front.ProxyV2, at("[fd00::1]:1"), at("[fd00::2]:2"),
			"\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0a\x21\x21\x00\x24" +
				"\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01\x00\x02",
		},
	} {
		if got := string(clientHeader(c.version, c.client, c.at)); got != c.want {
			t.Errorf("%s of %s: got %q, want %q", c.version, c.client, got, c.want)
		}
	}
	for version, want := range map[front.ProxyProtocol]string{
		front.ProxyV1: "PROXY UNKNOWN\r\n",
		front.ProxyV2: "\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0a\x20\x00\x00\x00",
	} {
		if got := string(noClient(version)); got != want {
			t.Errorf("%s: got %q, want %q", version, got, want)
		}
	}
}
