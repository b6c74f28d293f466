//go:build unix

package server

import (
	"errors"
	"io"
	"sync/atomic"
	"syscall"
)

// reader reads from a connection and takes a buffer for it only once there is
// something to be read.
type reader struct {
	buffers *buffers
	conn    syscall.RawConn
	try     func(fd uintptr) bool
	held    *atomic.Int32 // of a stream, counts readers that hold something; nil for datagrams

	buffer *[]byte // what was read, if it was not released
	n      int
	err    error
}

// reader reads from a connection: a stream, or with nil for held datagrams, which may
// be empty. What is held counts from before it is read.
func (b *buffers) reader(conn syscall.Conn, held *atomic.Int32) (*reader, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	r := &reader{buffers: b, conn: raw, held: held}
	r.try = r.attempt
	return r, nil
}

// attempt reads, and reports that there was something, or an error.
func (r *reader) attempt(fd uintptr) bool {
	r.buffer = r.buffers.get()
	if r.held != nil {
		r.held.Add(1)
	}
	for {
		r.n, r.err = syscall.Read(int(fd), *r.buffer)
		if !errors.Is(r.err, syscall.EINTR) {
			break
		}
	}
	if r.err == nil && (r.n > 0 || r.held == nil) {
		return true
	}
	r.release()
	return !errors.Is(r.err, syscall.EAGAIN)
}

// read waits for something and gives it, until release.
func (r *reader) read() ([]byte, error) {
	if err := r.conn.Read(r.try); err != nil {
		return nil, err
	}
	switch {
	case r.err != nil:
		return nil, r.err
	case r.buffer == nil:
		return nil, io.EOF
	}
	return (*r.buffer)[:r.n], nil
}

func (r *reader) release() {
	r.buffers.put(r.buffer)
	r.buffer = nil
	if r.held != nil {
		r.held.Add(-1)
	}
}
