package main

import (
	"fmt"
	"net"
	"net/netip"
	"time"
)

// arpTimeout is how long the hardware address of a neighbour is waited for.
const arpTimeout = 2 * time.Second

// A port is an interface of the container, with its address on that network.
type port struct {
	index  int
	name   string
	mac    net.HardwareAddr
	prefix netip.Prefix
}

// ports lists the interfaces that lead out.
func ports() ([]port, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var list []port
	for _, i := range interfaces {
		if len(i.HardwareAddr) != len(broadcast) || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addrs, err := i.Addrs()
		if err != nil {
			return nil, err
		}
		for _, a := range addrs {
			prefix, err := netip.ParsePrefix(a.String())
			if err == nil && prefix.Addr().Is4() {
				list = append(list, port{i.Index, i.Name, i.HardwareAddr, prefix})
			}
		}
	}
	return list, nil
}

// A neighbour is who has an address on the network of a port.
type neighbour struct {
	on   port
	addr netip.Addr
	mac  net.HardwareAddr
}

// openWireTo opens the wire, and finds the ports of this container and who has
// the addresses on their networks. The caller closes it.
func openWireTo(addrs []netip.Addr) (w *wire, on []port, found []neighbour, err error) {
	if on, err = ports(); err != nil {
		return nil, nil, nil, err
	}
	if w, err = openWire(); err != nil {
		return nil, nil, nil, err
	}
	if found, err = w.neighbours(on, addrs); err != nil {
		_ = w.close()
		return nil, nil, nil, err
	}
	return w, on, found, nil
}

// neighbours asks by ARP who has addresses; one that nobody has on any network
// of the container is an error.
func (w *wire) neighbours(on []port, addrs []netip.Addr) ([]neighbour, error) {
	var asked []neighbour
	for _, addr := range addrs {
		before := len(asked)
		for _, p := range on {
			if p.prefix.Contains(addr) {
				asked = append(asked, neighbour{on: p, addr: addr})
			}
		}
		if len(asked) == before {
			return nil, &exitError{exitNoName, fmt.Errorf("%s is an address of no network of this container", addr)}
		}
	}
	for _, n := range asked {
		question := arp{arpRequest, n.on.mac, n.on.prefix.Addr(), make(net.HardwareAddr, len(broadcast)), n.addr}
		if err := w.send(n.on.index, frame(broadcast, n.on.mac, untagged, etherARP, question.bytes())); err != nil {
			return nil, err
		}
	}
	for open, deadline := len(asked), time.Now().Add(arpTimeout); open > 0; {
		index, b, err := w.receive(time.Until(deadline))
		if err != nil {
			return nil, err
		}
		if b == nil || time.Now().After(deadline) {
			return nil, &exitError{exitNoAnswer, fmt.Errorf("nobody says where one of %v is", addrs)}
		}
		e, ok := parseFrame(b)
		answer, isARP := parseARP(e.payload)
		if !ok || e.etherType != etherARP || !isARP || answer.operation != arpReply {
			continue
		}
		for i, n := range asked {
			if n.on.index == index && n.addr == answer.sender && n.mac == nil {
				asked[i].mac = answer.senderMAC
				open--
			}
		}
	}
	return asked, nil
}

// addressList is a flag that may be given several times.
type addressList []netip.Addr

func (l *addressList) String() string { return fmt.Sprint(*l) }

func (l *addressList) Set(s string) error {
	addr, err := netip.ParseAddr(s)
	*l = append(*l, addr)
	return err
}
