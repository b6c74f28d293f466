package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// patience is how long tests wait for what has to happen: never as long as that on a
// machine that works.
const patience = 20 * time.Second

// journal is what a front has said.
type journal struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{}
}

func newJournal() *journal { return &journal{grown: make(chan struct{})} }

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	close(j.grown)
	j.grown = make(chan struct{})
	return j.text.Write(b)
}

// lines are the lines so far, and what is closed when there are more.
func (j *journal) lines() ([]string, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Split(strings.TrimSuffix(j.text.String(), "\n"), "\n"), j.grown
}

// await waits until a line with a text was said so many times.
func (j *journal) await(t *testing.T, times int, text string) {
	t.Helper()
	timeout := time.After(patience)
	for {
		lines, grown := j.lines()
		n := 0
		for _, l := range lines {
			if strings.Contains(l, text) {
				n++
			}
		}
		if n >= times {
			return
		}
		select {
		case <-grown:
		case <-timeout:
			t.Fatalf("it was not said %d times that %q, but:\n%s", times, text, strings.Join(lines, "\n"))
		}
	}
}

// running is a front of a test, whose replicas are on addresses of the loopback
// interface.
type running struct {
	*server
	log    *journal
	socket string
	stop   context.CancelFunc
	ended  chan error

	found sync.Mutex
	addrs []netip.Addr
	err   error
}

// start starts a front before replicas at a port; adjust may change it before that.
func start(t *testing.T, proto front.Proto, target uint16, replicas []netip.Addr, adjust func(*server)) *running {
	t.Helper()
	r := &running{log: newJournal(), addrs: replicas, ended: make(chan error, 1), socket: "@" + strings.ReplaceAll(t.Name(), "/", "-")}
	c := front.Config{Service: "web", Algorithm: front.RoundRobin, Ports: []front.Port{{Proto: proto, Target: target}}}
	r.server = newServer(c, func(context.Context) ([]netip.Addr, error) {
		r.found.Lock()
		defer r.found.Unlock()
		return slices.Clone(r.addrs), r.err
	}, r.log)
	r.limits.lookUp, r.limits.soonest = 20*time.Millisecond, 5*time.Millisecond
	if adjust != nil {
		adjust(r.server)
	}
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	go func() { r.ended <- r.serve(ctx, r.socket) }()
	t.Cleanup(func() {
		r.config.Grace = time.Nanosecond
		stop()
	})
	r.log.await(t, 1, "serves")
	r.log.await(t, len(replicas), "joins")
	if proto == front.TCP { // whose turn it is depends on who has answered
		r.log.await(t, len(replicas), "answer")
	}
	return r
}

// leads has the name lead to other addresses, or not be answered.
func (r *running) leads(addrs []netip.Addr, err error) {
	r.found.Lock()
	defer r.found.Unlock()
	r.addrs, r.err = addrs, err
}

// address is where the front listens.
func (r *running) address() string {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), r.ports[0].at.Port()).String()
}

// dial connects a client.
func (r *running) dial(t *testing.T) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", r.address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn.(*net.TCPConn)
}

// ask says something, ends, and gives all that comes back.
func (r *running) ask(t *testing.T, text string) string {
	t.Helper()
	conn := r.dial(t)
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatalf("after %q: %v", answer, err)
	}
	return string(answer)
}

// who gives who answers so many clients, one after another.
func (r *running) who(t *testing.T, clients int) string {
	t.Helper()
	var list []string
	for range clients {
		list = append(list, r.ask(t, "who"))
	}
	return strings.Join(list, " ")
}

// drains asks for a drain, as another process does.
func (r *running) drains(t *testing.T, a netip.Addr, timeout time.Duration) <-chan int {
	t.Helper()
	left := make(chan int, 1)
	go func() {
		n, err := ask(context.Background(), r.socket, front.Drain{Address: a, Timeout: timeout})
		if err != nil {
			t.Error(err)
		}
		left <- n
	}()
	return left
}

func receive[T any](t *testing.T, c <-chan T) (x T) {
	t.Helper()
	select {
	case x = <-c:
	case <-time.After(patience):
		t.Fatal("nothing came")
	}
	return x
}

// replica is an address of the loopback interface: 127.0.0.N.
func replica(n byte) netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 0, n}) }

func replicas(numbers ...byte) (list []netip.Addr) {
	for _, n := range numbers {
		list = append(list, replica(n))
	}
	return list
}

// freePort is a port that is free on all addresses of replicas.
func freePort(t *testing.T, network string) uint16 {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has a loopback interface with many addresses")
	}
	if network == "udp" {
		conn, err := net.ListenPacket("udp4", ":0")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return uint16(conn.LocalAddr().(*net.UDPAddr).Port)
	}
	l, err := net.Listen("tcp4", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

// listen has a replica serve each connection at a port until it is closed.
func listen(t *testing.T, a netip.Addr, port uint16, serve func(conn *net.TCPConn)) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", netip.AddrPortFrom(a, port).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go accept(l, time.Millisecond, func(conn net.Conn) {
		defer conn.Close()
		serve(conn.(*net.TCPConn))
	})
	return l
}

// named answers a client that has said all with the replica's number.
func named(n byte) func(*net.TCPConn) {
	return func(conn *net.TCPConn) {
		if text, err := io.ReadAll(conn); err == nil && len(text) > 0 {
			_, _ = io.WriteString(conn, strconv.Itoa(int(n)))
		}
	}
}

// echo sends everything back, each time with the replica's number.
func echo(n byte) func(*net.TCPConn) {
	return func(conn *net.TCPConn) {
		b := make([]byte, 1<<10)
		for {
			m, err := conn.Read(b)
			if err != nil {
				return
			}
			if _, err := fmt.Fprintf(conn, "%d:%s", n, b[:m]); err != nil {
				return
			}
		}
	}
}

// say says something on a connection and gives what comes back.
func say(t *testing.T, conn net.Conn, text string) string {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1<<10)
	n, err := conn.Read(b)
	if err != nil {
		t.Fatalf("no answer to %q: %v", text, err)
	}
	return string(b[:n])
}

// isOver waits for the end of a connection.
func isOver(t *testing.T, conn net.Conn) {
	t.Helper()
	if b, err := io.ReadAll(conn); err != nil || len(b) > 0 {
		t.Errorf("got %q, %v, want an end", b, err)
	}
}
