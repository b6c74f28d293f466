package main

import (
	"bytes"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/net/ipv4"
)

var (
	ourMAC   = net.HardwareAddr{2, 0, 0, 0, 0, 1}
	theirMAC = net.HardwareAddr{2, 0, 0, 0, 0, 2}
	our      = netip.MustParseAddr("10.1.0.2")
	their    = netip.MustParseAddr("10.2.0.3")
)

func TestPacketsAreReadAsTheyWereMade(t *testing.T) {
	for _, vlan := range vlans {
		e, ok := parseFrame(frame(theirMAC, ourMAC, vlan, etherARP, []byte("text")))
		if !ok || e.to.String() != theirMAC.String() || e.from.String() != ourMAC.String() ||
			e.etherType != etherARP || string(e.payload) != "text" {
			t.Errorf("a frame in VLAN %d: %+v", vlan, e)
		}
	}
	told := arp{arpReply, ourMAC, our, theirMAC, their}
	if a, ok := parseARP(told.bytes()); !ok || !bytes.Equal(a.bytes(), told.bytes()) || a.sender != our {
		t.Errorf("ARP: %+v", a)
	}
	made := segment{fromPort: 80, toPort: 4000, seq: 7, ack: 1 << 31, flags: tcpACK | tcpPSH, payload: []byte("odd")}
	packet, ok := parseIPv4(append(made.bytes(our, their), 0, 0, 0)) // short frames are padded
	if !ok || packet.from != our || packet.to != their || packet.protocol != protocolTCP {
		t.Fatalf("TCP: %+v", packet)
	}
	if s, ok := parseTCP(packet.payload); !ok || !bytes.Equal(s.bytes(our, their), made.bytes(our, their)) || string(s.payload) != "odd" {
		t.Errorf("TCP: %+v", s)
	}
}

func TestSumsAreWhatKernelsAccept(t *testing.T) {
	packet := udpDatagram(netip.AddrPortFrom(our, 9), netip.AddrPortFrom(their, 9), []byte("mark frame\n"))
	header, err := ipv4.ParseHeader(packet)
	if err != nil || header.Len != ipLength || header.Protocol != protocolUDP || !header.Dst.Equal(net.IP(their.AsSlice())) {
		t.Fatalf("the header is %v (%v)", header, err)
	}
	// Over what holds its own sum, the sum is 0.
	if got := ^sum(0, packet[:ipLength]); got != 0 {
		t.Errorf("the header has a wrong sum, by %#x", got)
	}
	if got := transportSum(our, their, protocolUDP, packet[ipLength:]); got != 0 {
		t.Errorf("the datagram has a wrong sum, by %#x", got)
	}
}

func TestWhatIsNoPacketIsNotRead(t *testing.T) {
	whole := frame(theirMAC, ourMAC, 7, etherIPv4, segment{payload: []byte("text")}.bytes(our, their))
	for length := range whole {
		e, ok := parseFrame(whole[:length])
		if !ok {
			continue
		}
		if packet, ok := parseIPv4(e.payload); ok {
			t.Errorf("%d bytes of %d are taken for %+v", length, len(whole), packet)
		}
		parseARP(e.payload)
		parseTCP(e.payload)
	}
}
