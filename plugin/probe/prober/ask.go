package prober

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"

	"github.com/stack-lite/stack-lite/plugin/probe"
)

// lookUp asks the container's own name servers and hosts file.
func lookUp(ctx context.Context, name string) probe.Answer {
	ips, err := net.DefaultResolver.LookupIP(ctx, "ip4", name)
	var a probe.Answer
	for _, ip := range ips {
		a.Addresses = append(a.Addresses, ip.String())
	}
	slices.Sort(a.Addresses)
	// The engine's name server knows its containers at once. What it does not
	// know it passes on, to servers that may never answer.
	if a.Result = probe.Found; err != nil || len(ips) == 0 {
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
	return verdict(err)
}

// verdict distinguishes the ways in which a try can fail.
func verdict(err error) probe.Answer {
	var slow net.Error
	switch {
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
	var to net.Addr = &net.UDPAddr{IP: ip}
	conn, err := icmp.ListenPacket("udp4", "0.0.0.0")
	if err != nil {
		to = &net.IPAddr{IP: ip}
		if conn, err = icmp.ListenPacket("ip4:icmp", "0.0.0.0"); err != nil {
			return probe.Answer{Result: probe.Failed, Error: err.Error()}
		}
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	half := time.Now().Add(time.Until(deadline) / 2)
	for seq, until := range []time.Time{half, deadline} {
		if err := conn.SetDeadline(until); err != nil {
			return probe.Answer{Result: probe.Failed, Error: err.Error()}
		}
		if err = request(conn, to, seq); err == nil {
			err = reply(conn, ip)
		}
		if err == nil {
			return probe.Answer{Result: probe.Answered}
		}
	}
	return verdict(err)
}

// request sends an echo request. Each has a number of its own, because a
// firewall that has let one of a flow pass lets the next one pass too.
func request(conn *icmp.PacketConn, to net.Addr, seq int) error {
	msg := icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{ID: rand.IntN(1 << 16), Seq: seq, Data: make([]byte, 32)}}
	b, err := msg.Marshal(nil)
	if err != nil {
		return err
	}
	_, err = conn.WriteTo(b, to)
	return err
}

// reply waits for an echo reply of the address. A raw socket sees the replies
// to others too, which do no harm: the address answers.
func reply(conn *icmp.PacketConn, ip net.IP) error {
	buf := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return err
		}
		msg, err := icmp.ParseMessage(ipv4.ICMPTypeEcho.Protocol(), buf[:n])
		if err == nil && msg.Type == ipv4.ICMPTypeEchoReply && ip.Equal(addressOf(from)) {
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
