package prober

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"github.com/stack-lite/stack-lite/plugin/probe"
)

// lookUp asks the container's own name servers and hosts file, for IPv4 and for
// IPv6 by themselves: what comes back for one counts, though the other is never
// answered.
func lookUp(ctx context.Context, name string) probe.Answer {
	var found [2][]net.IP
	var both sync.WaitGroup
	for i, family := range []string{"ip4", "ip6"} {
		both.Go(func() { found[i], _ = net.DefaultResolver.LookupIP(ctx, family, name) })
	}
	both.Wait()
	var a probe.Answer
	for _, ip := range slices.Concat(found[0], found[1]) {
		a.Addresses = append(a.Addresses, ip.String())
	}
	slices.Sort(a.Addresses)
	// The engine's name server knows its containers at once. What it does not
	// know it passes on, to servers that may never answer.
	if a.Result = probe.Found; len(a.Addresses) == 0 {
		a.Result = probe.Unknown
	}
	return a
}

func connect(ctx context.Context, address string) probe.Answer {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err == nil {
		conn.Close()
		return probe.Answer{Result: probe.Connected}
	}
	return verdict(address, err)
}

// verdict distinguishes the ways in which a try of an address can fail.
func verdict(address string, err error) probe.Answer {
	var slow net.Error
	six := strings.Count(address, ":") > 1
	switch {
	case six && (errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT)): // no IPv6 here
		return probe.Answer{Result: probe.NoWay}
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ECONNRESET):
		return probe.Answer{Result: probe.Refused}
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH),
		errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return probe.Answer{Result: probe.NoWay}
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded),
		errors.As(err, &slow) && slow.Timeout():
		return probe.Answer{Result: probe.Silent}
	}
	return probe.Answer{Result: probe.Failed, Error: err.Error()}
}

// echo sends two requests, half the time apart, and takes one answer for
// enough. It takes the unprivileged kind of socket where the kernel allows it
// and a raw one where not.
func echo(ctx context.Context, address string) probe.Answer {
	ip := net.ParseIP(address)
	of := echoesTo(ip)
	var to net.Addr = &net.UDPAddr{IP: ip}
	conn, err := icmp.ListenPacket(of.unprivileged, of.anywhere)
	if err != nil {
		to = &net.IPAddr{IP: ip}
		if conn, err = icmp.ListenPacket(of.raw, of.anywhere); err != nil {
			return verdict(address, err)
		}
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	half := time.Now().Add(time.Until(deadline) / 2)
	for seq, until := range []time.Time{half, deadline} {
		if err := conn.SetDeadline(until); err != nil {
			return probe.Answer{Result: probe.Failed, Error: err.Error()}
		}
		if err = of.request(conn, to, seq); err == nil {
			err = of.reply(conn, ip)
		}
		if err == nil {
			return probe.Answer{Result: probe.Answered}
		}
	}
	return verdict(address, err)
}

// echoes is the ICMP of one family of addresses.
type echoes struct {
	unprivileged, raw string // the networks of sockets, as package icmp calls them
	anywhere          string // the address that they listen on
	protocol          int
	ask, answer       icmp.Type
}

func echoesTo(ip net.IP) echoes {
	if ip.To4() != nil {
		return echoes{"udp4", "ip4:icmp", "0.0.0.0", ipv4.ICMPTypeEcho.Protocol(), ipv4.ICMPTypeEcho, ipv4.ICMPTypeEchoReply}
	}
	return echoes{"udp6", "ip6:ipv6-icmp", "::", ipv6.ICMPTypeEchoRequest.Protocol(), ipv6.ICMPTypeEchoRequest, ipv6.ICMPTypeEchoReply}
}

// request sends an echo request. Each has a number of its own, because a
// firewall that has let one of a flow pass lets the next one pass too.
func (e echoes) request(conn *icmp.PacketConn, to net.Addr, seq int) error {
	msg := icmp.Message{Type: e.ask, Body: &icmp.Echo{ID: rand.IntN(1 << 16), Seq: seq, Data: make([]byte, 32)}}
	b, err := msg.Marshal(nil)
	if err != nil {
		return err
	}
	_, err = conn.WriteTo(b, to)
	return err
}

// reply waits for an echo reply of the address. A raw socket sees the replies
// to others too, which do no harm: the address answers.
func (e echoes) reply(conn *icmp.PacketConn, ip net.IP) error {
	buf := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return err
		}
		msg, err := icmp.ParseMessage(e.protocol, buf[:n])
		if err == nil && msg.Type == e.answer && ip.Equal(addressOf(from)) {
			return nil
		}
	}
}

func addressOf(a net.Addr) net.IP {
	switch a := a.(type) {
	case *net.UDPAddr:
		return a.IP
	case *net.IPAddr:
		return a.IP
	}
	return nil
}
