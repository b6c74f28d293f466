//go:build !unix

package server

import (
	"io"
	"net"
	"sync/atomic"
	"syscall"
)

// reader reads from a connection. No front runs on such a system: there are no
// containers of it.
type reader struct {
	buffers *buffers
	conn    io.Reader
	buffer  *[]byte
}

func (b *buffers) reader(conn syscall.Conn, _ *atomic.Int32) (*reader, error) {
	return &reader{buffers: b, conn: conn.(net.Conn)}, nil
}

func (r *reader) read() ([]byte, error) {
	r.buffer = r.buffers.get()
	n, err := r.conn.Read(*r.buffer)
	return (*r.buffer)[:n], err
}

func (r *reader) release() { r.buffers.put(r.buffer) }
