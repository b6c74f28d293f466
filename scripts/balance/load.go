package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

// request and response are all that is said. Both are short, so that what is measured
// is the way.
const request = "GET / HTTP/1.1\r\nHost: web\r\n\r\n"

// body is what a replica answers with.
var body = bytes.Repeat([]byte("x"), 1<<10)

// load is how a way is asked.
type load struct {
	clients int
	time    time.Duration
	keep    bool // the connection for the next request
}

// ask asks at an address and adds what came of it to f. It is an error if nothing
// was answered.
func ask(ctx context.Context, address string, l load, f *figures) error {
	var mu sync.Mutex
	var took []time.Duration
	var last error
	var group sync.WaitGroup
	begin := time.Now()
	for range l.clients {
		group.Go(func() {
			c := client{address: address}
			defer c.close()
			var own []time.Duration
			failed := 0
			var err error
			for at := time.Now(); at.Sub(begin) < l.time && ctx.Err() == nil; at = time.Now() {
				if e := c.ask(); e != nil {
					failed, err = failed+1, e
					c.close()
					continue
				}
				own = append(own, time.Since(at))
				if !l.keep {
					c.close()
				}
			}
			mu.Lock()
			defer mu.Unlock()
			took, f.failed = append(took, own...), f.failed+failed
			last = errors.Join(last, err)
		})
	}
	group.Wait()
	total := time.Since(begin)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if len(took) == 0 {
		return errors.Join(errors.New("nothing was answered"), last)
	}
	slices.Sort(took)
	f.perSecond = append(f.perSecond, float64(len(took))/total.Seconds())
	f.half = append(f.half, quantile(took, 0.5))
	f.most = append(f.most, quantile(took, 0.99))
	return nil
}

// quantile is the shortest time than which a part of sorted ones are no longer.
func quantile(sorted []time.Duration, part float64) time.Duration {
	return sorted[max(0, min(len(sorted)-1, int(float64(len(sorted))*part+0.999999)-1))]
}

// client asks over one connection.
type client struct {
	address string
	conn    net.Conn
	in      *bufio.Reader
}

func (c *client) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// ask sends a request and reads the answer, over a new connection where there is
// none.
func (c *client) ask() error {
	if c.conn == nil {
		conn, err := net.DialTimeout("tcp", c.address, 5*time.Second)
		if err != nil {
			return err
		}
		c.conn, c.in = conn, bufio.NewReader(conn)
		_ = conn.SetDeadline(time.Now().Add(time.Minute))
	}
	if _, err := io.WriteString(c.conn, request); err != nil {
		return err
	}
	if err := skipHeader(c.in); err != nil {
		return err
	}
	_, err := c.in.Discard(len(body))
	return err
}

// skipHeader reads up to the empty line.
func skipHeader(in *bufio.Reader) error {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return nil
		}
	}
}

// serveReplica answers requests until it can't, and does as little as possible for
// them.
func serveReplica(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	answer := append([]byte("HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n"), body...)
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			in := bufio.NewReader(conn)
			for skipHeader(in) == nil {
				if _, err := conn.Write(answer); err != nil {
					return
				}
			}
		}()
	}
}
