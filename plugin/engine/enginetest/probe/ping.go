package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
)

const pingInterval = time.Second

// ping sends echo requests to the first address of a name and prints what
// ping(8) would; one answer is enough for status 0.
func ping(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("ping", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	count := flags.Int("c", 3, "")
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 || *count < 1 {
		return wrongUsage("ping takes one name")
	}
	name := flags.Arg(0)
	ips, err := addresses(ctx, name)
	if err != nil {
		return err
	}
	p, err := newPinger(ips[0])
	if err != nil {
		return err
	}
	defer p.conn.Close()
	fmt.Printf("PING %s (%s): 56 data bytes\n", name, ips[0])
	sent, received := 0, 0
	for seq := range *count {
		if seq > 0 && !pause(ctx, pingInterval) {
			break
		}
		sent++
		took, err := p.echo(seq)
		if err != nil {
			continue
		}
		received++
		fmt.Printf("64 bytes from %s: seq=%d time=%.3f ms\n", ips[0], seq, float64(took.Microseconds())/1000)
	}
	fmt.Printf("\n--- %s ping statistics ---\n", name)
	fmt.Printf("%d packets transmitted, %d packets received, %d%% packet loss\n",
		sent, received, (sent-received)*100/max(sent, 1))
	if received == 0 {
		return &exitError{code: exitNoAnswer}
	}
	return nil
}

// A pinger asks one address. id is checked only where the socket sees the
// answers to other processes as well.
type pinger struct {
	conn *icmp.PacketConn
	to   net.Addr
	id   int
	raw  bool
}

// newPinger takes the unprivileged kind of socket where the kernel allows it
// and a raw one, for which containers usually have the right, where not.
func newPinger(ip net.IP) (*pinger, error) {
	id := os.Getpid() & 0xffff
	conn, err := icmp.ListenPacket("udp4", "0.0.0.0")
	if err == nil {
		return &pinger{conn: conn, to: &net.UDPAddr{IP: ip}, id: id}, nil
	}
	conn, rawErr := icmp.ListenPacket("ip4:icmp", "0.0.0.0")
	if rawErr == nil {
		return &pinger{conn: conn, to: &net.IPAddr{IP: ip}, id: id, raw: true}, nil
	}
	return nil, errors.Join(err, rawErr)
}

// echo sends one request and waits up to pingInterval for its answer.
func (p *pinger) echo(seq int) (time.Duration, error) {
	msg := icmp.Message{
		Type: ipv4.ICMPTypeEcho,
		Body: &icmp.Echo{ID: p.id, Seq: seq, Data: make([]byte, 56)},
	}
	b, err := msg.Marshal(nil)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := p.conn.SetReadDeadline(start.Add(pingInterval)); err != nil {
		return 0, err
	}
	if _, err := p.conn.WriteTo(b, p.to); err != nil {
		return 0, err
	}
	buf := make([]byte, 1500)
	for {
		n, _, err := p.conn.ReadFrom(buf)
		if err != nil {
			return 0, err
		}
		reply, err := icmp.ParseMessage(ipv4.ICMPTypeEcho.Protocol(), buf[:n])
		if err != nil {
			continue
		}
		echo, ok := reply.Body.(*icmp.Echo)
		if ok && reply.Type == ipv4.ICMPTypeEchoReply && echo.Seq == seq && (!p.raw || echo.ID == p.id) {
			return time.Since(start), nil
		}
	}
}
