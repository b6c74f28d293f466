package main

import (
	"encoding/binary"
	"net"
	"net/netip"
)

// What follows are the packets of Ethernet, ARP, IPv4, UDP and TCP, as far as
// the attacks of this program need them: containers may send and hear raw
// frames, so no rule of the engine for IP packets says what they can't.

// The numbers of protocols, as on the wire.
const (
	etherIPv4 = 0x0800
	etherARP  = 0x0806
	etherVLAN = 0x8100

	protocolTCP = 6
	protocolUDP = 17
)

// untagged is the VLAN of a frame without a tag.
const untagged = -1

// The lengths of headers without options.
const (
	etherLength = 14
	tagLength   = 4
	arpLength   = 28
	ipLength    = 20
	tcpLength   = 20
	udpLength   = 8
)

var broadcast = net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// frame makes an Ethernet frame, with a tag of 802.1Q where vlan is one.
func frame(to, from net.HardwareAddr, vlan int, etherType uint16, payload []byte) []byte {
	b := append(append([]byte{}, to...), from...)
	if vlan != untagged {
		b = binary.BigEndian.AppendUint16(b, etherVLAN)
		b = binary.BigEndian.AppendUint16(b, uint16(vlan))
	}
	b = binary.BigEndian.AppendUint16(b, etherType)
	return append(b, payload...)
}

// An ethernet is what a frame says, without its tag.
type ethernet struct {
	to, from  net.HardwareAddr
	etherType uint16
	payload   []byte
}

func parseFrame(b []byte) (ethernet, bool) {
	if len(b) < etherLength {
		return ethernet{}, false
	}
	e := ethernet{to: b[0:6], from: b[6:12], etherType: binary.BigEndian.Uint16(b[12:]), payload: b[etherLength:]}
	if e.etherType == etherVLAN {
		if len(b) < etherLength+tagLength {
			return ethernet{}, false
		}
		e.etherType, e.payload = binary.BigEndian.Uint16(b[16:]), b[etherLength+tagLength:]
	}
	return e, true
}

// The operations of ARP.
const (
	arpRequest = 1
	arpReply   = 2
)

// An arp asks for the hardware address of an IPv4 address, or tells it.
type arp struct {
	operation  uint16
	senderMAC  net.HardwareAddr
	sender     netip.Addr
	targetMAC  net.HardwareAddr
	targetAddr netip.Addr
}

func (a arp) bytes() []byte {
	b := []byte{0, 1, 8, 0, 6, 4} // IPv4 over Ethernet
	b = binary.BigEndian.AppendUint16(b, a.operation)
	b = append(append(b, a.senderMAC...), a.sender.AsSlice()...)
	return append(append(b, a.targetMAC...), a.targetAddr.AsSlice()...)
}

func parseARP(b []byte) (arp, bool) {
	if len(b) < arpLength {
		return arp{}, false
	}
	return arp{
		operation: binary.BigEndian.Uint16(b[6:]),
		senderMAC: b[8:14], sender: netip.AddrFrom4([4]byte(b[14:18])),
		targetMAC: b[18:24], targetAddr: netip.AddrFrom4([4]byte(b[24:28])),
	}, true
}

// ipv4Packet puts a header in front of a payload.
func ipv4Packet(from, to netip.Addr, protocol byte, payload []byte) []byte {
	b := make([]byte, ipLength, ipLength+len(payload))
	b[0] = 0x45 // version 4, a header of five words
	binary.BigEndian.PutUint16(b[2:], uint16(ipLength+len(payload)))
	b[8] = 64 // time to live
	b[9] = protocol
	copy(b[12:], from.AsSlice())
	copy(b[16:], to.AsSlice())
	binary.BigEndian.PutUint16(b[10:], ^sum(0, b))
	return append(b, payload...)
}

// An ip is what an IPv4 packet says.
type ip struct {
	from, to netip.Addr
	protocol byte
	payload  []byte
}

func parseIPv4(b []byte) (ip, bool) {
	if len(b) < ipLength || b[0]>>4 != 4 {
		return ip{}, false
	}
	header, total := int(b[0]&0x0f)*4, int(binary.BigEndian.Uint16(b[2:]))
	if header < ipLength || total < header || total > len(b) {
		return ip{}, false
	}
	return ip{
		from: netip.AddrFrom4([4]byte(b[12:16])), to: netip.AddrFrom4([4]byte(b[16:20])),
		protocol: b[9], payload: b[header:total],
	}, true
}

// udpDatagram is an IPv4 packet with a datagram from and to a port.
func udpDatagram(from, to netip.AddrPort, payload []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(udpLength+len(payload)))
	b = append(append(b, 0, 0), payload...)
	binary.BigEndian.PutUint16(b[6:], transportSum(from.Addr(), to.Addr(), protocolUDP, b))
	return ipv4Packet(from.Addr(), to.Addr(), protocolUDP, b)
}

// The flags of TCP.
const (
	tcpFIN = 1 << iota
	tcpSYN
	tcpRST
	tcpPSH
	tcpACK
)

// A segment is one of TCP.
type segment struct {
	fromPort, toPort uint16
	seq, ack         uint32
	flags            byte
	payload          []byte
}

func (s segment) bytes(from, to netip.Addr) []byte {
	b := binary.BigEndian.AppendUint16(nil, s.fromPort)
	b = binary.BigEndian.AppendUint16(b, s.toPort)
	b = binary.BigEndian.AppendUint32(b, s.seq)
	b = binary.BigEndian.AppendUint32(b, s.ack)
	b = append(b, tcpLength/4<<4, s.flags)
	b = binary.BigEndian.AppendUint16(b, 65535) // window
	b = append(append(b, 0, 0, 0, 0), s.payload...)
	binary.BigEndian.PutUint16(b[16:], transportSum(from, to, protocolTCP, b))
	return ipv4Packet(from, to, protocolTCP, b)
}

func parseTCP(b []byte) (segment, bool) {
	if len(b) < tcpLength {
		return segment{}, false
	}
	header := int(b[12]>>4) * 4
	if header < tcpLength || header > len(b) {
		return segment{}, false
	}
	return segment{
		fromPort: binary.BigEndian.Uint16(b), toPort: binary.BigEndian.Uint16(b[2:]),
		seq: binary.BigEndian.Uint32(b[4:]), ack: binary.BigEndian.Uint32(b[8:]),
		flags: b[13], payload: b[header:],
	}, true
}

// transportSum is the checksum of UDP and TCP, which covers the addresses too.
func transportSum(from, to netip.Addr, protocol byte, b []byte) uint16 {
	pseudo := append(from.AsSlice(), to.AsSlice()...)
	pseudo = append(pseudo, 0, protocol)
	pseudo = binary.BigEndian.AppendUint16(pseudo, uint16(len(b)))
	return ^sum(uint32(sum(0, pseudo)), b)
}

// sum adds 16-bit words in one's complement.
func sum(start uint32, b []byte) uint16 {
	for i := 0; i+1 < len(b); i += 2 {
		start += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	if len(b)%2 == 1 {
		start += uint32(b[len(b)-1]) << 8
	}
	for start>>16 != 0 {
		start = start&0xffff + start>>16
	}
	return uint16(start)
}
