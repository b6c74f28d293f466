package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// server is a front.
type server struct {
	config  front.Config
	resolve func(ctx context.Context) (found []netip.Addr, err error)
	limits  limits
	began   time.Time

	ports     []*port
	table     *table
	need      chan struct{} // to look the name up before it is time to
	streams   *buffers
	datagrams *buffers

	mu  sync.Mutex
	out io.Writer
}

// limits are how long a front waits for what, and how much it remembers.
type limits struct {
	lookUp   time.Duration // between two look-ups of the name
	soonest  time.Duration // the same, where one is needed
	connect  time.Duration // for a replica to answer
	probe    time.Duration // the same, for one that is drained
	drained  time.Duration // between two attempts to reach one that is drained
	ended    time.Duration // the same, where the connection of the first has ended
	hold     time.Duration // of a client, for a replica that answers
	session  time.Duration // of UDP, for the next datagram
	idle     time.Duration // front.Idle
	accepted time.Duration // after a failure to accept
	sessions int           // of a port of UDP, see udpSocket
}

func usualLimits() limits {
	return limits{
		lookUp: time.Second, soonest: 200 * time.Millisecond, connect: 1500 * time.Millisecond, probe: 150 * time.Millisecond,
		drained: 100 * time.Millisecond, ended: 10 * time.Millisecond,
		hold: 5 * time.Second, session: time.Minute, idle: front.Idle, accepted: 50 * time.Millisecond, sessions: 4096,
	}
}

func newServer(c front.Config, resolve func(context.Context) ([]netip.Addr, error), out io.Writer) *server {
	s := &server{
		config: c, resolve: resolve, limits: usualLimits(), began: time.Now(),
		table: newTable(), need: make(chan struct{}, 1), streams: newBuffers(streamSize), datagrams: newBuffers(datagramSize), out: out,
	}
	for _, p := range c.Ports {
		s.ports = append(s.ports, newPort(s, p))
	}
	return s
}

// say writes a line about what has happened.
func (s *server) say(format string, a ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = s.out.Write([]byte(s.config.Service + ": " + fmt.Sprintf(format, a...) + "\n"))
}

// serve serves until ctx is over, and then what there is until it has ended, or
// for the grace. It takes questions at socket.
func (s *server) serve(ctx context.Context, socket string) error {
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	opened, err := s.open(life, socket)
	defer func() {
		for _, l := range opened {
			l.Close()
		}
	}()
	if err != nil {
		return err
	}
	var names []string
	for _, p := range s.config.Ports {
		names = append(names, p.String())
	}
	s.say("serves %s by %s", strings.Join(names, ", "), s.config.Algorithm)
	go s.follow(life)
	<-ctx.Done()
	s.stop(opened)
	return nil
}

// listener is something that is closed to get nothing new.
type listener interface {
	io.Closer
	// last reports whether what there is needs it to the end.
	last() bool
}

type acceptor struct{ net.Listener }

func (acceptor) last() bool { return false }

// open opens all ports and the socket for questions, and serves them.
func (s *server) open(ctx context.Context, socket string) (opened []listener, err error) {
	control, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	opened = append(opened, acceptor{control})
	go accept(control, s.limits.accepted, func(conn net.Conn) { s.answer(ctx, conn) })
	for _, p := range s.ports {
		if p.Proto == front.UDP {
			sockets, err := p.listenUDP(ctx)
			if err != nil {
				return opened, err
			}
			opened = append(opened, sockets...)
			continue
		}
		config := net.ListenConfig{KeepAliveConfig: keepAlive()}
		l, err := config.Listen(ctx, "tcp", ":"+strconv.Itoa(int(p.Listen)))
		if err != nil {
			return opened, err
		}
		opened = append(opened, acceptor{l})
		p.at = l.Addr().(*net.TCPAddr).AddrPort()
		go accept(l, s.limits.accepted, func(conn net.Conn) { p.pass(ctx, conn.(*net.TCPConn)) })
	}
	return opened, nil
}

// accept serves each connection in a goroutine of its own, until the listener is
// closed. Where there are too many to take another one it waits a little.
func accept(l net.Listener, pause time.Duration, serve func(net.Conn)) {
	for {
		conn, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			time.Sleep(pause)
		default:
			go serve(conn)
		}
	}
}

// keepAlive finds out within a minute and a half that the other end has gone without
// a word. Connections on which nothing moves stay.
func keepAlive() net.KeepAliveConfig {
	return net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 6}
}

// stop takes nothing new and lets what there is end.
func (s *server) stop(opened []listener) {
	for _, l := range opened {
		if !l.last() {
			l.Close()
		}
	}
	s.table.refuse()
	grace := s.config.Grace
	if grace == 0 {
		grace = front.DefaultGrace
	}
	s.say("stops, %s", front.Left(s.table.count(anyReplica)))
	left := s.await(context.Background(), anyReplica, grace)
	s.say("ends, %s", front.Left(left))
}

// follow looks the name up, over and over.
func (s *server) follow(ctx context.Context) {
	for ctx.Err() == nil {
		found, err := s.resolve(ctx)
		s.found(ctx, found, err)
		if !pause(ctx, s.limits.soonest) {
			return
		}
		regular := time.NewTimer(s.limits.lookUp - s.limits.soonest)
		select {
		case <-regular.C:
		case <-s.need:
			regular.Stop()
		case <-ctx.Done():
		}
	}
}

// pause waits and reports whether the whole time has passed.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// look has the name looked up soon.
func (s *server) look() {
	select {
	case s.need <- struct{}{}:
	default:
	}
}

// found takes what a look-up has found. Where there was no answer, what there was
// stays, except for replicas that do not answer either: their addresses may soon be
// somebody else's.
func (s *server) found(ctx context.Context, addrs []netip.Addr, err error) {
	var joined, left []netip.Addr
	for _, p := range s.ports {
		in, out := p.setMembers(addrs, err)
		p.loseSessions(ctx, out)
		joined, left = append(joined, in...), append(left, out...)
	}
	for _, a := range distinct(joined) {
		s.say("%s joins", a)
	}
	for _, a := range distinct(left) {
		s.say("%s leaves", a)
	}
	for _, p := range s.ports {
		p.prove(ctx, joined)
	}
}

func distinct(list []netip.Addr) []netip.Addr {
	slices.SortFunc(list, netip.Addr.Compare)
	return slices.Compact(list)
}
