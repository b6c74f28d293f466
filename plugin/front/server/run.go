package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// socket is where a front takes questions: an abstract socket, which is no file
// and can be reached from nowhere but the front's own network namespace.
const socket = "@stacklite-front"

// garbagePercent is by how much of what is in use the memory may grow before it is
// cleaned up. A front makes little garbage, and is there to be small.
const garbagePercent = 25

// Run does what the arguments after front.Command say. What it serves it serves
// until it is told to stop by a signal, and then for as long as its grace lets it.
// What has happened, and what comes of a drain, it writes to out, a line each.
func Run(ctx context.Context, args []string, out io.Writer) error {
	verb, rest := "", args
	if len(args) > 0 {
		verb, rest = args[0], args[1:]
	}
	switch verb {
	case front.Serve:
		c, err := front.ParseConfig(rest)
		if err != nil {
			return err
		}
		debug.SetGCPercent(garbagePercent)
		debug.FreeOSMemory() // what the program did before it knew that it is a front
		ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
		defer stop()
		s := newServer(c, newNames(c.Service).resolve, out)
		return s.serve(ctx, socket)
	case front.Drains:
		d, err := front.ParseDrain(rest)
		if err != nil {
			return err
		}
		left, err := ask(ctx, socket, d)
		if err != nil {
			return err
		}
		_, err = out.Write([]byte(front.Left(left) + "\n"))
		return err
	}
	return fmt.Errorf("usage: %s %s|%s", front.Command, front.Serve, front.Drains)
}

// ask asks the front at a socket for a drain, and gives how many connections were
// left in the end.
func ask(ctx context.Context, socket string, d front.Drain) (left int, err error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return 0, fmt.Errorf("no front runs here: %w", err)
	}
	defer conn.Close()
	// It answers after the timeout, unless it was killed or stopped meanwhile.
	if err := conn.SetDeadline(time.Now().Add(d.Timeout + 5*time.Second)); err != nil {
		return 0, err
	}
	question := d.Args()[2:]
	if _, err := conn.Write([]byte(question[0] + " " + question[1] + "\n")); err != nil {
		return 0, err
	}
	line, err := bufio.NewReader(io.LimitReader(conn, longestLine)).ReadString('\n')
	if errors.Is(err, io.EOF) {
		return 0, errors.New("the front has ended")
	}
	if err != nil {
		return 0, err
	}
	return front.ParseLeft(line)
}
