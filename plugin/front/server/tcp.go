package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// connection is one of a client, and the one to a replica that goes with it.
type connection struct {
	*activity
	port    *port
	client  *net.TCPConn
	replica atomic.Pointer[net.TCPConn] // none while it is being made
	once    sync.Once
	halves  atomic.Int32 // that have ended
}

// pass takes a client's connection and passes all on, both ways.
func (p *port) pass(ctx context.Context, client *net.TCPConn) {
	c := &connection{activity: newActivity(p.began), port: p, client: client}
	if !p.table.add(c) {
		client.Close()
		return
	}
	replica, err := c.connect(ctx)
	if err != nil {
		client.Close()
		p.table.remove(c)
		return
	}
	c.replica.Store(replica)
	// What it took to get here has made this goroutine's stack grow: two new ones are
	// smaller.
	go c.half(replica, client, &c.asked)
	go c.half(client, replica, &c.answered)
}

// errNobody says that no replica answers.
var errNobody = errors.New("no replica answers")

// connect connects to the first replica that answers. Where none does it waits for
// one, and takes in the end one that is drained.
func (c *connection) connect(ctx context.Context) (*net.TCPConn, error) {
	held, cancel := context.WithTimeout(ctx, c.port.limits.hold)
	defer cancel()
	for {
		replica, news := c.attempt(ctx, held, false)
		if replica != nil {
			return replica, nil
		}
		c.port.look()
		select {
		case <-news:
			continue
		case <-held.Done():
		}
		if replica, _ = c.attempt(ctx, ctx, true); replica != nil {
			return replica, nil
		}
		return nil, errNobody
	}
}

// attempt tries every replica once, for as long as it is held.
func (c *connection) attempt(ctx, held context.Context, drained bool) (*net.TCPConn, <-chan struct{}) {
	var room [8]netip.Addr
	for tried := room[:0]; ; {
		a, ok, news := c.port.choose(c, tried, drained)
		if !ok {
			return nil, news
		}
		replica, err := c.port.dial(held, a, c.port.limits.connect)
		if err == nil && c.port.config.ProxyProtocol != "" {
			_, err = replica.Write(c.header())
		}
		if held.Err() == nil {
			c.port.tried(ctx, a, err)
		}
		if err == nil {
			return replica, nil
		}
		c.choose(netip.Addr{})
		c.port.closed(a)
		tried = append(tried, a)
	}
}

func (c *connection) header() []byte {
	return clientHeader(c.port.config.ProxyProtocol, addrPort(c.client.RemoteAddr()), addrPort(c.client.LocalAddr()))
}

func addrPort(a net.Addr) netip.AddrPort { return a.(*net.TCPAddr).AddrPort() }

// half passes on what comes from one side until that ends, and then its end. The
// other half goes on: who has sent all may still wait for the answer.
func (c *connection) half(to, from *net.TCPConn, read *atomic.Int64) {
	err := c.copy(to, from, read)
	if err == nil {
		_ = to.CloseWrite()
	} else if !errors.Is(err, errWrite) && !errors.Is(err, net.ErrClosed) {
		// What broke off has to look so on the other side too, and not like an end.
		_ = to.SetLinger(0)
		c.end()
	}
	if c.halves.Add(1) == 2 {
		c.end()
		c.port.table.remove(c)
		c.port.closed(c.with())
	}
}

// errWrite says that a side takes nothing any more. What it has sent before is still
// to be passed on.
var errWrite = errors.New("can't be passed on")

func (c *connection) copy(to, from *net.TCPConn, read *atomic.Int64) error {
	r, err := c.port.streams.reader(from, &c.held)
	if err != nil {
		return err
	}
	for {
		b, err := r.read()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		read.Store(c.now())
		_, err = to.Write(b)
		c.passed.Store(c.now())
		r.release()
		if err != nil {
			return errWrite
		}
	}
}

// quiet reports whether nothing has moved for a while, nothing is under way, and
// the client does not wait for an answer.
func (c *connection) quiet(idle time.Duration) bool {
	replica := c.replica.Load()
	if c.awaits() || c.silence() < idle {
		return false
	}
	// And then in this order: what waits here is held next, and has moved just now in
	// the end.
	return replica != nil && !waiting(c.client) && !waiting(replica) && c.held.Load() == 0 && !c.awaits() && c.silence() >= idle
}

// end closes both sides.
func (c *connection) end() {
	c.once.Do(func() {
		c.client.Close()
		if replica := c.replica.Load(); replica != nil {
			replica.Close()
		}
	})
}

var _ conversation = (*connection)(nil)
