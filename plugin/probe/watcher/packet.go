package watcher

import (
	"encoding/binary"
	"net/netip"
)

// What packets are made of, as far as they are looked at.
const (
	protocolTCP = 6
	protocolUDP = 17

	flagSYN = 0x02
	flagRST = 0x04
	flagACK = 0x10

	header4   = 20 // shortest header of IPv4
	header6   = 40
	headerTCP = 14 // as far as the flags
	headerUDP = 8
)

// packet is what is looked at of a TCP segment or a UDP datagram.
type packet struct {
	protocol byte
	from, to netip.AddrPort
	flags    byte   // of TCP
	seq, ack uint32 // of TCP
}

// parse reads a packet from its IP header on. It may be cut off behind the flags of TCP.
func parse(b []byte) (packet, bool) {
	if len(b) == 0 {
		return packet{}, false
	}
	var p packet
	var from, to netip.Addr
	switch b[0] >> 4 {
	case 4:
		size := int(b[0]&0xf) * 4
		if size < header4 || len(b) < size || binary.BigEndian.Uint16(b[6:])&0x1fff != 0 { // the rest of a packet in parts
			return packet{}, false
		}
		p.protocol = b[9]
		from, to = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
		b = b[size:]
	case 6:
		if len(b) < header6 {
			return packet{}, false
		}
		p.protocol = b[6]
		from, to = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
		b = b[header6:]
	default:
		return packet{}, false
	}
	switch {
	case p.protocol == protocolTCP && len(b) >= headerTCP:
		p.seq, p.ack, p.flags = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:]), b[13]
	case p.protocol == protocolUDP && len(b) >= headerUDP:
	default:
		return packet{}, false
	}
	p.from = netip.AddrPortFrom(from, binary.BigEndian.Uint16(b))
	p.to = netip.AddrPortFrom(to, binary.BigEndian.Uint16(b[2:]))
	return p, true
}
