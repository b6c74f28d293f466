package server

import (
	"container/list"
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// longestKept is the longest datagram that is sent again to another replica where
// one refuses it: what fits into a packet of most networks.
const longestKept = 1500

// udpSocket is where datagrams of one family come in. It remembers limits.sessions
// clients. One more takes the place of the one that has been silent longest: whoever
// makes up addresses keeps nobody out.
type udpSocket struct {
	port *port
	conn *net.UDPConn
	six  bool

	mu       sync.Mutex
	sessions map[client]*session
	oldest   *list.List // of sessions, the one that has been silent longest in front
}

// client is who sends, and to which of our addresses: answers have to come from
// there.
type client struct {
	from netip.AddrPort
	to   netip.Addr
}

// listenUDP opens a port for IPv4, and for IPv6 where that is to be had.
func (p *port) listenUDP(ctx context.Context) ([]listener, error) {
	var opened []listener
	for _, network := range []string{"udp4", "udp6"} {
		conn, err := new(net.ListenConfig).ListenPacket(ctx, network, ":"+strconv.Itoa(int(p.Listen)))
		if err != nil {
			if network == "udp6" {
				break
			}
			return nil, err
		}
		u := &udpSocket{port: p, conn: conn.(*net.UDPConn), six: network == "udp6", sessions: map[client]*session{}, oldest: list.New()}
		if u.six {
			err = ipv6.NewPacketConn(conn).SetControlMessage(ipv6.FlagDst, true)
		} else {
			p.at = u.conn.LocalAddr().(*net.UDPAddr).AddrPort()
			err = ipv4.NewPacketConn(conn).SetControlMessage(ipv4.FlagDst, true)
		}
		if err != nil {
			conn.Close()
			return opened, err
		}
		opened = append(opened, u)
		p.sockets = append(p.sockets, u)
	}
	for _, u := range p.sockets {
		go u.receive(ctx)
	}
	return opened, nil
}

// Close closes the socket.
func (u *udpSocket) Close() error { return u.conn.Close() }

// last is true: answers are sent by it.
func (u *udpSocket) last() bool { return true }

// receive passes datagrams on until the socket is closed.
func (u *udpSocket) receive(ctx context.Context) {
	b, control := make([]byte, datagramSize), make([]byte, 128)
	for {
		n, m, _, from, err := u.conn.ReadMsgUDPAddrPort(b, control)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			if !pause(ctx, u.port.limits.accepted) {
				return
			}
			continue
		}
		who := client{from: from, to: u.destination(control[:m])}
		// A session may end between the two.
		for range 2 {
			s := u.session(ctx, who)
			if s == nil || s.send(ctx, b[:n]) {
				break
			}
		}
	}
}

// destination is the address of ours that a datagram was sent to.
func (u *udpSocket) destination(control []byte) netip.Addr {
	var ip net.IP
	if u.six {
		var m ipv6.ControlMessage
		if m.Parse(control) == nil {
			ip = m.Dst
		}
	} else {
		var m ipv4.ControlMessage
		if m.Parse(control) == nil {
			ip = m.Dst
		}
	}
	addr, _ := netip.AddrFromSlice(ip)
	if addr.IsMulticast() || addr == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return netip.Addr{}
	}
	return addr
}

// source is a message by which a datagram is sent from an address of ours.
func (u *udpSocket) source(addr netip.Addr) []byte {
	switch {
	case !addr.IsValid():
		return nil
	case u.six:
		return (&ipv6.ControlMessage{Src: addr.AsSlice()}).Marshal()
	}
	return (&ipv4.ControlMessage{Src: addr.AsSlice()}).Marshal()
}

// session is that of a client, a new one where it has none; nil where no replica is
// to be had.
func (u *udpSocket) session(ctx context.Context, who client) *session {
	u.mu.Lock()
	s, oldest := u.sessions[who], (*session)(nil)
	if s != nil {
		u.oldest.MoveToBack(s.place)
		u.mu.Unlock()
		return s
	}
	if len(u.sessions) >= u.port.limits.sessions {
		oldest = u.oldest.Front().Value.(*session)
	}
	u.mu.Unlock()
	if oldest != nil {
		oldest.end()
	}
	s = &session{activity: newActivity(u.port.began), socket: u, who: who, control: u.source(who.to)}
	if !u.port.table.add(s) {
		return nil
	}
	// Nothing but receive makes sessions, so this is still the only one of the client.
	u.mu.Lock()
	s.place = u.oldest.PushBack(s)
	u.sessions[who] = s
	u.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.turn(ctx) {
		return nil
	}
	go s.answers(ctx, s.conn)
	return s
}

// session is the datagrams of one client, and the replica that gets them.
type session struct {
	*activity
	socket  *udpSocket
	who     client
	control []byte
	place   *list.Element // in socket.oldest

	mu    sync.Mutex
	conn  *net.UDPConn // to the replica; nil: it has ended
	kept  []byte       // what was sent last and not answered; empty: nothing
	tried []netip.Addr // those that refused it
	over  bool
}

// turn turns to the next replica, or ends the session where there is none. The lock
// is held.
func (s *session) turn(ctx context.Context) bool {
	p := s.socket.port
	for !s.over {
		a, ok, _ := p.choose(s, s.tried, false)
		if !ok {
			p.look()
			s.finish()
			return false
		}
		conn, err := new(net.Dialer).DialUDP(ctx, "udp", netip.AddrPort{}, p.target(a))
		if err == nil {
			s.conn = conn
			return true
		}
		s.leave(ctx, err)
	}
	return false
}

// leave leaves a replica that did not take a datagram or, without an error, is not
// one any more. The lock is held.
func (s *session) leave(ctx context.Context, err error) {
	a := s.with()
	if err != nil {
		s.socket.port.tried(ctx, a, err)
	}
	s.choose(netip.Addr{})
	s.socket.port.closed(a)
	s.tried = append(s.tried, a)
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
}

// send passes a datagram on, and reports whether the session has not ended.
func (s *session) send(ctx context.Context, b []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.asked.Store(s.now())
	if _, err := s.conn.Write(b); isRefusal(err) {
		// It is about the one before.
		if !s.move(ctx, err) {
			return true
		}
		_, _ = s.conn.Write(b)
	}
	s.kept = s.kept[:0]
	if len(b) <= longestKept {
		s.kept = append(s.kept, b...)
	}
	return true
}

// move turns to another replica, because the one that there was refuses or has left,
// and sends it what is not answered. The lock is held.
func (s *session) move(ctx context.Context, err error) bool {
	s.leave(ctx, err)
	if !s.turn(ctx) {
		return false
	}
	if len(s.kept) > 0 {
		_, _ = s.conn.Write(s.kept)
	}
	go s.answers(ctx, s.conn)
	return true
}

// answers passes on what a replica answers, until the session ends or turns to
// another one.
func (s *session) answers(ctx context.Context, conn *net.UDPConn) {
	p := s.socket.port
	r, err := p.datagrams.reader(conn, nil)
	for err == nil {
		_ = conn.SetReadDeadline(time.Now().Add(p.limits.session))
		var b []byte
		if b, err = r.read(); err == nil {
			s.answer(ctx, conn, b)
			r.release()
			continue
		}
		if errors.Is(err, os.ErrDeadlineExceeded) && s.silence() < p.limits.session {
			err = nil
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.conn != conn:
	case isRefusal(err):
		s.move(ctx, err)
	default:
		s.finish()
	}
}

// answer passes one datagram on to the client.
func (s *session) answer(ctx context.Context, conn *net.UDPConn, b []byte) {
	s.mu.Lock()
	if s.conn != conn {
		s.mu.Unlock()
		return
	}
	first := s.answered.Load() == 0 || len(s.tried) > 0
	s.kept, s.tried = s.kept[:0], nil
	s.answered.Store(s.now())
	s.mu.Unlock()
	if first {
		s.socket.port.tried(ctx, s.with(), nil)
	}
	_, _, _ = s.socket.conn.WriteMsgUDPAddrPort(b, s.control, s.who.from)
}

// quiet reports whether nothing has moved for a while. A client that never gets an
// answer waits for none, and what it sends next can as well go to another replica.
func (s *session) quiet(idle time.Duration) bool {
	return s.silence() >= idle || s.answered.Load() == 0 && time.Duration(s.now()-s.opened) >= idle
}

// end ends the session. What the client sends next begins another one.
func (s *session) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finish()
}

// finish ends the session. The lock is held.
func (s *session) finish() {
	if s.over {
		return
	}
	s.over = true
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
	if a := s.with(); a.IsValid() {
		s.socket.port.closed(a)
	}
	s.socket.port.table.remove(s)
	s.socket.mu.Lock()
	defer s.socket.mu.Unlock()
	delete(s.socket.sessions, s.who)
	s.socket.oldest.Remove(s.place)
}

// lose takes a session from a replica that has left. What it has not answered another
// one gets; without that the next datagram is soon enough.
func (s *session) lose(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || len(s.kept) == 0 {
		s.finish()
		return
	}
	s.move(ctx, nil)
}

// loseSessions takes from replicas that have left what they have.
func (p *port) loseSessions(ctx context.Context, left []netip.Addr) {
	for _, u := range p.sockets {
		var lost []*session
		u.mu.Lock()
		for _, s := range u.sessions {
			if slices.Contains(left, s.with()) {
				lost = append(lost, s)
			}
		}
		u.mu.Unlock()
		for _, s := range lost {
			s.lose(ctx)
		}
	}
}

var _ conversation = (*session)(nil)
