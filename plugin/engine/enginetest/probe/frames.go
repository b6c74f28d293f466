package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"
)

// discard is the UDP port that marked datagrams go to.
const discard = 9

// drain is how long frames that are under way are still waited for.
const drain = 200 * time.Millisecond

// vlans are the tags that a frame is sent with: none, priority only, the VLAN
// that all ports of a bridge are in unless somebody says otherwise, and another.
var vlans = []int{untagged, 0, 1, 7}

// frames sends datagrams to addresses that are not meant to be reached, from
// each interface, in frames that the kernel would not make: to the hardware
// address of the target, to everybody, and to those who may pass packets on
// (-via), each without a tag and with some. Each holds the mark and a line that
// says what kind it is.
func frames(_ context.Context, args []string) error {
	flags := flag.NewFlagSet("frames", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var routers addressList
	flags.Var(&routers, "via", "")
	if err := flags.Parse(args); err != nil || flags.NArg() < 2 {
		return wrongUsage("frames takes [-via IP]... MARK IP=MAC...")
	}
	var targets []neighbour // on a network of theirs
	for _, arg := range flags.Args()[1:] {
		t, err := parseTarget(arg)
		if err != nil {
			return wrongUsage("frames: %v", err)
		}
		targets = append(targets, t)
	}
	w, from, ways, err := openWireTo(routers)
	if err != nil {
		return err
	}
	defer w.close()
	sent := 0
	for _, p := range from {
		for _, t := range targets {
			for _, to := range destinations(p, t, ways) {
				for _, vlan := range vlans {
					packet := udpDatagram(netip.AddrPortFrom(p.prefix.Addr(), discard), netip.AddrPortFrom(t.addr, discard),
						[]byte(flags.Arg(0)+" "+to.kind+tagName(vlan)+"\n"))
					if err := w.send(p.index, frame(to.mac, p.mac, vlan, etherIPv4, packet)); err != nil {
						return err
					}
					sent++
				}
			}
		}
	}
	if sent == 0 {
		return &exitError{exitNoAnswer, errors.New("this container is on no network")}
	}
	fmt.Printf("sent %d frames\n", sent)
	return nil
}

// A destination is a hardware address, and the kind of frame that goes there.
type destination struct {
	mac  net.HardwareAddr
	kind string
}

func destinations(on port, target neighbour, ways []neighbour) []destination {
	list := []destination{{target.mac, "frame"}, {broadcast, "broadcast"}}
	for _, w := range ways {
		if w.on.index == on.index {
			list = append(list, destination{w.mac, "via " + w.addr.String()})
		}
	}
	return list
}

func parseTarget(arg string) (neighbour, error) {
	ip, mac, _ := strings.Cut(arg, "=")
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return neighbour{}, err
	}
	hardware, err := net.ParseMAC(mac)
	return neighbour{addr: addr, mac: hardware}, err
}

func tagName(vlan int) string {
	if vlan == untagged {
		return ""
	}
	return fmt.Sprintf(" with tag %d", vlan)
}

// hear prints what it hears of the marked datagrams that frames sends, each
// kind once, until its input ends and what is under way has had time to arrive.
func hear(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return wrongUsage("hear takes one mark")
	}
	w, err := openWire()
	if err != nil {
		return err
	}
	defer w.close()
	fmt.Println("hearing")
	ended := inputEnds(ctx)
	said := map[string]bool{}
	for until := (time.Time{}); until.IsZero() || time.Now().Before(until); {
		_, b, err := w.receive(drain / 4)
		if err != nil {
			return err
		}
		if _, rest, ok := bytes.Cut(b, []byte(args[0]+" ")); ok {
			kind, _, _ := bytes.Cut(rest, []byte("\n"))
			if text := string(kind); !said[text] {
				said[text] = true
				fmt.Println(text)
			}
		}
		select {
		case <-ended:
			until, ended = time.Now().Add(drain), nil
		default:
		}
	}
	return nil
}

// inputEnds is closed when the standard input ends, or ctx.
func inputEnds(ctx context.Context) <-chan struct{} {
	ended := make(chan struct{})
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	go func() {
		defer close(ended)
		select {
		case <-read:
		case <-ctx.Done():
		}
	}()
	return ended
}
