package server

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// longestLine is more than any question or answer has bytes.
const longestLine = 256

// answer takes a question at the front's socket, and answers it once it is done.
// The one who asks may have gone: the drain goes on.
func (s *server) answer(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(time.Second))
	line, err := bufio.NewReader(io.LimitReader(conn, longestLine)).ReadString('\n')
	if err != nil {
		return
	}
	d, err := front.ParseDrain(strings.Fields(line))
	if err != nil {
		return
	}
	_, _ = conn.Write([]byte(front.Left(s.drain(ctx, d)) + "\n"))
}

// drain gives a replica nothing new, and waits until nothing old is left.
func (s *server) drain(ctx context.Context, d front.Drain) (left int) {
	known := false
	for _, p := range s.ports {
		known = p.drain(ctx, d.Address, d.Timeout) || known
	}
	if known {
		s.say("%s gets no new connections", d.Address)
	}
	left = s.await(ctx, only(d.Address), d.Timeout)
	if known {
		s.say("%s is drained, %s", d.Address, front.Left(left))
	}
	return left
}
