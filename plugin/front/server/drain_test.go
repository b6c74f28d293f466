package server

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/front"
)

func TestADrainedReplicaGetsNothingNewAndIsWaitedFor(t *testing.T) {
	port := freePort(t, "tcp")
	away := listen(t, replica(2), port, echo(2))
	listen(t, replica(3), port, named(3))
	r := start(t, front.TCP, port, replicas(2, 3), func(s *server) { s.limits.idle = patience })
	conn := r.dial(t)
	say(t, conn, "a")
	left := r.drains(t, replica(2), patience)
	r.log.await(t, 1, "web: 127.0.0.2 gets no new connections")
	if got := r.who(t, 3); got != "3 3 3" {
		t.Errorf("got %s", got)
	}
	if got := say(t, conn, "b"); got != "2:b" {
		t.Errorf("the connection that there was: got %s", got)
	}
	select {
	case n := <-left:
		t.Errorf("it was drained with %d left", n)
	default:
	}
	conn.Close()
	if n := receive(t, left); n != 0 {
		t.Errorf("%d left", n)
	}
	r.log.await(t, 1, "web: 127.0.0.2 is drained, 0 connections left")

	// It is back once it was away and answers again.
	if got := r.who(t, 2); got != "3 3" {
		t.Errorf("got %s", got)
	}
	away.Close()
	r.log.await(t, 1, "web: "+r.target(2)+" is away")
	listen(t, replica(2), port, named(2))
	r.log.await(t, 1, "web: "+r.target(2)+" gets connections again")
	if got := r.who(t, 2); got != "2 3" {
		t.Errorf("got %s", got)
	}
}

// A container that is made again at the same address may be away for less than the time
// between two attempts to reach it.
func TestAReplicaThatIsDrainedIsSeenAwayWhenItsProgramEnds(t *testing.T) {
	port := freePort(t, "tcp")
	taken := make(chan net.Conn, 10)
	away := listen(t, replica(2), port, func(conn *net.TCPConn) {
		taken <- conn
		_, _ = io.Copy(io.Discard, conn)
	})
	r := start(t, front.TCP, port, replicas(2), func(s *server) { s.limits.drained = 2 * patience })
	receive(t, taken) // the attempt to reach one that has joined
	receive(t, r.drains(t, replica(2), patience))
	program := receive(t, taken)
	away.Close()
	program.Close()
	r.log.await(t, 1, "web: "+r.target(2)+" is away")
}

// One whose program ends each connection at once is there all the same.
func TestAReplicaThatEndsEachConnectionStaysDrained(t *testing.T) {
	port := freePort(t, "tcp")
	ended := make(chan struct{}, 100)
	listen(t, replica(2), port, func(*net.TCPConn) {
		select {
		case ended <- struct{}{}:
		default:
		}
	})
	listen(t, replica(3), port, named(3))
	r := start(t, front.TCP, port, replicas(2, 3), nil)
	receive(t, r.drains(t, replica(2), patience))
	for range 10 {
		receive(t, ended)
	}
	if got := r.who(t, 3); got != "3 3 3" {
		t.Errorf("got %s", got)
	}
	if lines, _ := r.log.lines(); strings.Contains(strings.Join(lines, "\n"), "is away") {
		t.Errorf("it was taken to be away:\n%s", strings.Join(lines, "\n"))
	}
}

func TestADrainEndsAtItsTimeoutAndCutsNothing(t *testing.T) {
	port := freePort(t, "tcp")
	listen(t, replica(2), port, echo(2))
	r := start(t, front.TCP, port, replicas(2), func(s *server) { s.limits.idle = patience })
	one, other := r.dial(t), r.dial(t)
	say(t, one, "a")
	say(t, other, "a")
	if n := receive(t, r.drains(t, replica(2), time.Nanosecond)); n != 2 {
		t.Errorf("%d left", n)
	}
	for _, conn := range []net.Conn{one, other} {
		if got := say(t, conn, "b"); got != "2:b" {
			t.Errorf("got %s", got)
		}
	}
	if n := receive(t, r.drains(t, replica(9), patience)); n != 0 {
		t.Errorf("a replica that there is not has %d left", n)
	}
}

// Nothing moves on four connections. One of their clients waits for an answer, and
// another's answer is not through.
func TestADrainEndsWhatIsIdleAndNothingElse(t *testing.T) {
	port := freePort(t, "tcp")
	answer, much := make(chan struct{}), bytes.Repeat([]byte("much "), 4<<20)
	listen(t, replica(2), port, func(conn *net.TCPConn) {
		b := make([]byte, 100)
		for {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			switch string(b[:n]) {
			case "slowly":
				<-answer
			case "much":
				_, _ = conn.Write(much)
				return
			}
			_, _ = conn.Write(b[:n])
		}
	})
	r := start(t, front.TCP, port, replicas(2), func(s *server) { s.limits.idle = 30 * time.Millisecond })
	silent, idle, waits, slow := r.dial(t), r.dial(t), r.dial(t), r.dial(t)
	say(t, idle, "a")
	for conn, text := range map[net.Conn]string{waits: "slowly", slow: "much"} {
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
	}
	awaitOpen(t, r, 4)
	left := r.drains(t, replica(2), patience)
	isOver(t, idle)
	isOver(t, silent)
	awaitOpen(t, r, 2)
	close(answer)
	if b, err := io.ReadAll(waits); err != nil || string(b) != "slowly" {
		t.Errorf("who waited got %q, %v", b, err)
	}
	if b, err := io.ReadAll(slow); err != nil || !bytes.Equal(b, much) {
		t.Errorf("who is slow got %d bytes of %d: %v", len(b), len(much), err)
	}
	if n := receive(t, left); n != 0 {
		t.Errorf("%d left", n)
	}
}

// A client that sends one request after another over one connection is never silent
// for long. It loses the connection between two of them, and not in one.
func TestAClientThatAsksAllTheTimeIsSentAwayBetweenTwoRequests(t *testing.T) {
	port := freePort(t, "tcp")
	listen(t, replica(2), port, echo(2))
	r := start(t, front.TCP, port, replicas(2), nil)
	conn := r.dial(t)
	say(t, conn, "a")
	left := r.drains(t, replica(2), 10*time.Second) // a busy machine may take a while to find the moment
	b := make([]byte, 10)
	for {
		if _, err := io.WriteString(conn, "b"); err != nil {
			break
		}
		n, err := conn.Read(b)
		if err != nil && n == 0 {
			break // there was no part of an answer
		}
		if string(b[:n]) != "2:b" {
			t.Fatalf("got %q, %v", b[:n], err)
		}
		time.Sleep(25 * time.Millisecond) // what a client does between two requests: far less than what is idle, and more than a busy machine takes to look
	}
	if n := receive(t, left); n != 0 {
		t.Errorf("%d left", n)
	}
}

// The time between the choice of a replica and the connection to it belongs to the
// connection: what is drained then is waited for.
func TestNoConnectionSlipsIntoADrain(t *testing.T) {
	port := freePort(t, "tcp")
	var served atomic.Int64
	for n := byte(2); n < 4; n++ {
		listen(t, replica(n), port, func(conn *net.TCPConn) {
			if text, err := io.ReadAll(conn); err == nil && len(text) > 0 {
				if n == 2 {
					served.Add(1)
				}
				_, _ = conn.Write(text)
			}
		})
	}
	r := start(t, front.TCP, port, replicas(2, 3), nil)
	stop, ended := make(chan struct{}), make(chan struct{})
	for range 4 {
		go func() {
			defer func() { ended <- struct{}{} }()
			for {
				select {
				case <-stop:
					return
				default:
				}
				conn, err := net.Dial("tcp", r.address())
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.WriteString(conn, "x")
				_ = conn.(*net.TCPConn).CloseWrite()
				if b, err := io.ReadAll(conn); err != nil || string(b) != "x" {
					t.Errorf("got %q, %v", b, err)
				}
				conn.Close()
			}
		}()
	}
	for served.Load() < 10 {
		time.Sleep(time.Millisecond)
	}
	if n := receive(t, r.drains(t, replica(2), patience)); n != 0 {
		t.Errorf("%d left", n)
	}
	before := served.Load()
	for range 20 {
		r.ask(t, "x")
	}
	close(stop)
	for range 4 {
		receive(t, ended)
	}
	if after := served.Load(); after != before {
		t.Errorf("%d connections came after it was drained", after-before)
	}
}

func TestWhereNoFrontRunsThatIsSaid(t *testing.T) {
	_, err := ask(t.Context(), "@"+t.Name(), front.Drain{Address: replica(2)})
	if err == nil || !strings.Contains(err.Error(), "no front runs here") {
		t.Errorf("got %v", err)
	}
}

func TestWhoAsksInOtherWordsGetsNoAnswer(t *testing.T) {
	r := start(t, front.TCP, freePort(t, "tcp"), replicas(2), nil)
	for _, question := range []string{"127.0.0.2\n", "127.0.0.2 soon\n", strings.Repeat("x", 2*longestLine), "\n"} {
		conn, err := net.Dial("unix", r.socket)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, question)
		if b, _ := io.ReadAll(conn); len(b) > 0 {
			t.Errorf("%q: got %q", question, b)
		}
		conn.Close()
	}
}

func TestAFrontTakesAndSaysWhatItsCommandLineSays(t *testing.T) {
	var out bytes.Buffer
	for _, args := range [][]string{nil, {"stop"}, {front.Serve, "web"}, {front.Drains, "web", "1s"}} {
		if err := Run(t.Context(), args, &out); err == nil {
			t.Errorf("%q was accepted", args)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	log := newJournal()
	config := front.Config{Service: "web", Ports: []front.Port{{Proto: front.TCP, Listen: freePort(t, "tcp"), Target: 80}}}
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, config.Args()[1:], log) }()
	log.await(t, 1, "web: serves "+config.Ports[0].String()+" by round-robin")
	if err := Run(t.Context(), front.Drain{Address: replica(2), Timeout: time.Second}.Args()[1:], &out); err != nil {
		t.Error(err)
	}
	if got := out.String(); got != "0 connections left\n" {
		t.Errorf("got %q", got)
	}
	if err := Run(ctx, config.Args()[1:], io.Discard); err == nil {
		t.Error("two fronts at one place")
	}
	stop()
	if err := receive(t, ended); err != nil {
		t.Error(err)
	}
}
