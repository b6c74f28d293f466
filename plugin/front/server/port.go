package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/stack-lite/stack-lite/plugin/front"
	"github.com/stack-lite/stack-lite/plugin/front/pool"
)

// port is a port of a front, with what is known of the replicas there.
type port struct {
	front.Port
	*server
	at      netip.AddrPort // where it listens
	sockets []*udpSocket   // of UDP

	lock    sync.Mutex
	pool    *pool.Pool
	watched map[netip.Addr]bool // by a goroutine that tries them
	news    chan struct{}       // closed where a replica may answer that did not
}

func newPort(s *server, p front.Port) *port {
	return &port{
		Port: p, server: s, pool: pool.New(s.config.Algorithm, p.Proto),
		watched: map[netip.Addr]bool{}, news: make(chan struct{}),
	}
}

// target is the port of a replica.
func (p *port) target(a netip.Addr) netip.AddrPort { return netip.AddrPortFrom(a, p.Target) }

// setMembers takes what a look-up has found.
func (p *port) setMembers(addrs []netip.Addr, failure error) (joined, left []netip.Addr) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if failure != nil {
		addrs = p.pool.Answering()
	}
	joined, left = p.pool.SetMembers(addrs)
	if len(joined) > 0 {
		p.tell()
	}
	return joined, left
}

// prove tries replicas that have joined, so that no client has to.
func (p *port) prove(ctx context.Context, joined []netip.Addr) {
	p.lock.Lock()
	defer p.lock.Unlock()
	for _, a := range joined {
		p.watch(ctx, a)
	}
}

// tell wakes the connections that wait for a replica. The lock is held.
func (p *port) tell() {
	close(p.news)
	p.news = make(chan struct{})
}

// choose gives a conversation the replica whose turn it is, of those that it has not
// tried yet. Where there is none, news is closed once it is worthwhile to ask again.
// From here on a drain of the replica waits for it.
func (p *port) choose(c chooser, tried []netip.Addr, drained bool) (a netip.Addr, ok bool, news <-chan struct{}) {
	p.lock.Lock()
	defer p.lock.Unlock()
	var room [8]netip.Addr
	for _, a := range p.pool.Order(room[:0], drained, time.Now()) {
		if !slices.Contains(tried, a) {
			p.pool.Opened(a)
			c.choose(a)
			return a, true, nil
		}
	}
	return netip.Addr{}, false, p.news
}

func (p *port) closed(a netip.Addr) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.pool.Closed(a)
}

// tried takes what came of an attempt to reach a replica.
func (p *port) tried(ctx context.Context, a netip.Addr, err error) {
	if ctx.Err() != nil || ownFailure(err) {
		return
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	event := pool.Nothing
	if err != nil {
		event = p.pool.Failed(a, isRefusal(err), time.Now())
	} else {
		event = p.pool.Answered(a, time.Now())
	}
	at := p.target(a).String()
	if p.Proto == front.UDP {
		at += "/udp"
	}
	switch event {
	case pool.Answers:
		p.say("%s answers", at)
		p.tell()
	case pool.Fails:
		p.say("%s does not answer: %v", at, reason(err))
		p.look()
	case pool.AnswersAgain:
		p.say("%s answers again", at)
		p.tell()
	case pool.GoesAway:
		p.say("%s is away", at)
	case pool.DrainEnds:
		p.say("%s gets connections again", at)
		p.tell()
	}
	p.watch(ctx, a)
}

// drain gives a replica nothing new for now.
func (p *port) drain(ctx context.Context, a netip.Addr, timeout time.Duration) bool {
	p.lock.Lock()
	defer p.lock.Unlock()
	is := p.pool.Drain(a, timeout, time.Now())
	p.watch(ctx, a)
	return is
}

// watch tries a replica as long as the pool wants to know how it is. The lock is
// held.
func (p *port) watch(ctx context.Context, a netip.Addr) {
	if _, wanted := p.pool.Next(a, time.Now()); !wanted || p.watched[a] {
		return
	}
	p.watched[a] = true
	go func() {
		for {
			p.lock.Lock()
			at, wanted := p.pool.Next(a, time.Now())
			if !wanted || ctx.Err() != nil {
				delete(p.watched, a)
				p.lock.Unlock()
				return
			}
			drained := p.pool.Drained(a)
			p.lock.Unlock()
			limit := p.limits.connect
			if drained {
				limit = p.limits.probe
			}
			if !pause(ctx, time.Until(at)) {
				continue
			}
			conn, err := p.probe(ctx, a, limit)
			p.tried(ctx, a, err)
			if drained {
				p.hold(ctx, conn)
			}
			if conn != nil {
				conn.Close()
			}
		}
	}()
}

// hold lets the time pass until a replica that is drained is tried again. One that is
// made again may be away for a moment only, between two attempts. But the connection
// that the last one made ends with its program: then it is tried at once.
func (p *port) hold(ctx context.Context, conn *net.TCPConn) {
	if conn == nil {
		pause(ctx, p.limits.drained)
		return
	}
	_ = conn.SetReadDeadline(time.Now().Add(p.limits.drained))
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	_, err := io.Copy(io.Discard, conn)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		pause(ctx, p.limits.ended) // a program may end each connection at once
	}
}

// probe finds out whether a replica answers. Nobody but a client knows what to send
// to a port of UDP. There it is asked for whether the replica is there at all: it
// refuses a connection then. The connection, where there is one, is to be closed.
func (p *port) probe(ctx context.Context, a netip.Addr, limit time.Duration) (*net.TCPConn, error) {
	conn, err := p.dial(ctx, a, limit)
	if err != nil {
		if p.Proto == front.UDP && errors.Is(err, syscall.ECONNREFUSED) {
			return nil, nil
		}
		return nil, err
	}
	if p.Proto == front.TCP && p.config.ProxyProtocol != "" {
		_, err = conn.Write(noClient(p.config.ProxyProtocol))
	}
	return conn, err
}

func (p *port) dial(ctx context.Context, a netip.Addr, limit time.Duration) (*net.TCPConn, error) {
	d := net.Dialer{Timeout: limit, KeepAliveConfig: keepAlive()}
	return d.DialTCP(ctx, "tcp", netip.AddrPort{}, p.target(a))
}

// isRefusal reports whether an error is an answer: nobody listens, or nobody is
// there.
func isRefusal(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH)
}

// ownFailure reports whether an error says nothing about who was to be reached:
// this side has no files, ports or memory left.
func ownFailure(err error) bool {
	for _, own := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL} {
		if errors.Is(err, own) {
			return true
		}
	}
	return false
}

// reason is an error without the addresses, which are said beside it.
func reason(err error) string {
	var number syscall.Errno
	var timeout net.Error
	switch {
	case errors.As(err, &number):
		return number.Error()
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	}
	return err.Error()
}
