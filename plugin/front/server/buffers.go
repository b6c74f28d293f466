package server

import "sync"

const (
	// streamSize is how much of a connection is passed on at once. More makes long
	// answers no faster.
	streamSize = 32 << 10
	// datagramSize is more than any datagram has bytes.
	datagramSize = 64 << 10
)

// buffers hold what was read until it was passed on.
type buffers struct{ pool sync.Pool }

func newBuffers(size int) *buffers {
	return &buffers{pool: sync.Pool{New: func() any { b := make([]byte, size); return &b }}}
}

func (b *buffers) get() *[]byte  { return b.pool.Get().(*[]byte) }
func (b *buffers) put(x *[]byte) { b.pool.Put(x) }
