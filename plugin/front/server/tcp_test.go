package server

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/front"
)

func TestConnectionsGoToEachReplicaInTurn(t *testing.T) {
	port := freePort(t, "tcp")
	for n := byte(2); n < 5; n++ {
		listen(t, replica(n), port, named(n))
	}
	r := start(t, front.TCP, port, replicas(2, 3, 4), nil)
	if got := r.who(t, 7); got != "2 3 4 2 3 4 2" {
		t.Errorf("got %s", got)
	}
	r.leads(replicas(3, 4), nil)
	r.log.await(t, 1, "127.0.0.2 leaves")
	if got := r.who(t, 3); got != "3 4 3" {
		t.Errorf("got %s", got)
	}
	r.leads(replicas(2, 3, 4), nil)
	r.log.await(t, 2, r.target(2)+" answers")
	if got := r.who(t, 3); got != "4 2 3" {
		t.Errorf("got %s", got)
	}
}

func TestConnectionsGoToWhereThereAreFewest(t *testing.T) {
	target := freePort(t, "tcp")
	for n := byte(2); n < 4; n++ {
		listen(t, replica(n), target, echo(n))
	}
	r := start(t, front.TCP, target, replicas(2, 3), func(s *server) {
		s.config.Algorithm = front.LeastConnections
		s.ports = []*port{newPort(s, s.config.Ports[0])}
	})
	first := r.dial(t)
	at := say(t, first, "a")[:1]
	other := map[string]string{"2": "3", "3": "2"}[at]
	second := r.dial(t)
	if got := say(t, second, "b"); got != other+":b" {
		t.Errorf("got %s, want one of %s", got, other)
	}
	for range 3 {
		second.Close()
		awaitOpen(t, r, 1)
		second = r.dial(t)
		if got := say(t, second, "b"); got != other+":b" {
			t.Errorf("got %s, want one of %s", got, other)
		}
	}
}

// awaitOpen waits until a front has so many conversations.
func awaitOpen(t *testing.T, r *running, want int) {
	t.Helper()
	for deadline := time.Now().Add(patience); r.table.count(anyReplica) != want; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("there are %d connections, want %d", r.table.count(anyReplica), want)
		}
	}
}

func TestMuchPassesBothWaysAtOnce(t *testing.T) {
	port := freePort(t, "tcp")
	listen(t, replica(2), port, func(conn *net.TCPConn) {
		_, _ = io.Copy(conn, conn)
		_ = conn.CloseWrite()
	})
	r := start(t, front.TCP, port, replicas(2), nil)
	text := strings.Repeat("all that was said ", 1<<19) // 9 MB
	conn := r.dial(t)
	go func() {
		_, _ = io.WriteString(conn, text)
		_ = conn.CloseWrite()
	}()
	got, err := io.ReadAll(conn)
	if err != nil || string(got) != text {
		t.Errorf("%d bytes of %d came back: %v", len(got), len(text), err)
	}
	awaitOpen(t, r, 0)
}

// That a client may end first is what all tests rely on that ask who answers.
func TestAReplicaThatHasSaidAllMayGoOnListening(t *testing.T) {
	port := freePort(t, "tcp")
	heard := make(chan string, 2)
	listen(t, replica(2), port, func(conn *net.TCPConn) {
		_, _ = io.WriteString(conn, "hello")
		_ = conn.CloseWrite()
		text, _ := io.ReadAll(conn)
		heard <- string(text)
	})
	r := start(t, front.TCP, port, replicas(2), nil)
	conn := r.dial(t)
	if text, err := io.ReadAll(conn); err != nil || string(text) != "hello" {
		t.Errorf("the client got %q, %v", text, err)
	}
	if _, err := io.WriteString(conn, "and goodbye"); err != nil {
		t.Fatal(err)
	}
	_ = conn.CloseWrite()
	got := receive(t, heard)
	if got == "" { // that the front asked itself
		got = receive(t, heard)
	}
	if got != "and goodbye" {
		t.Errorf("the replica got %q", got)
	}
}

func TestWhatBreaksOffDoesNotLookLikeAnEnd(t *testing.T) {
	port := freePort(t, "tcp")
	broken := make(chan error, 1)
	listen(t, replica(2), port, func(conn *net.TCPConn) {
		b := make([]byte, 1)
		if _, err := conn.Read(b); err != nil || b[0] == 'r' {
			_ = conn.SetLinger(0)
			return
		}
		_, _ = conn.Write(b)
		_, err := conn.Read(b)
		broken <- err
	})
	r := start(t, front.TCP, port, replicas(2), nil)
	conn := r.dial(t)
	_, _ = io.WriteString(conn, "r")
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client got %v", err)
	}
	conn = r.dial(t)
	say(t, conn, "c")
	_ = conn.SetLinger(0)
	conn.Close()
	if err := receive(t, broken); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the replica got %v", err)
	}
}

func TestAReplicaThatDoesNotAnswerIsLeftOutAndTakenBack(t *testing.T) {
	port := freePort(t, "tcp")
	listen(t, replica(2), port, named(2))
	away := listen(t, replica(3), port, named(3))
	r := start(t, front.TCP, port, replicas(2, 3), nil)
	if got := r.who(t, 4); got != "2 3 2 3" {
		t.Fatalf("got %s", got)
	}
	away.Close()
	if got := r.who(t, 4); got != "2 2 2 2" {
		t.Errorf("got %s", got)
	}
	r.log.await(t, 1, "web: "+r.target(3)+" does not answer: connection refused")
	listen(t, replica(3), port, named(3))
	r.log.await(t, 1, "web: "+r.target(3)+" answers again")
	if got := r.who(t, 3); got != "3 2 3" {
		t.Errorf("got %s", got)
	}
	if lines, _ := r.log.lines(); len(lines) != 7 {
		t.Errorf("it says more than it has to:\n%s", strings.Join(lines, "\n"))
	}
}

// target is where a replica is expected.
func (r *running) target(n byte) string { return r.ports[0].target(replica(n)).String() }

// A queue that is full takes no connection, and says nothing.
func TestAReplicaThatIsSilentIsLeftOut(t *testing.T) {
	port := freePort(t, "tcp")
	listen(t, replica(3), port, named(3))
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Port: int(port), Addr: replica(2).As4()}), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	queued, err := net.Dial("tcp", netip.AddrPortFrom(replica(2), port).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { queued.Close() })
	r := start(t, front.TCP, port, replicas(2, 3), func(s *server) { s.limits.connect = 100 * time.Millisecond })
	if got := r.who(t, 3); got != "3 3 3" {
		t.Errorf("got %s", got)
	}
	r.log.await(t, 1, r.target(2)+" does not answer: timeout")
}

func TestAClientWaitsForAReplica(t *testing.T) {
	port := freePort(t, "tcp")
	for name, comes := range map[string]func(r *running){
		"that begins to answer": func(r *running) {
			r.log.await(t, 1, "does not answer")
			listen(t, replica(2), port, named(2))
		},
		"that joins": func(r *running) {
			listen(t, replica(3), port, named(3))
			r.leads(replicas(2, 3), nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, front.TCP, port, replicas(2), func(s *server) { s.limits.hold = patience })
			answers := make(chan string, 3)
			for range cap(answers) {
				conn := r.dial(t)
				if _, err := io.WriteString(conn, "who"); err != nil {
					t.Fatal(err)
				}
				_ = conn.CloseWrite()
				go func() {
					text, err := io.ReadAll(conn)
					if err != nil {
						text = []byte(err.Error())
					}
					answers <- string(text)
				}()
			}
			comes(r)
			for range cap(answers) {
				if got := receive(t, answers); got != "2" && got != "3" {
					t.Errorf("got %q", got)
				}
			}
		})
	}
}

func TestAClientThatWaitedInVainIsLetGo(t *testing.T) {
	r := start(t, front.TCP, freePort(t, "tcp"), nil, func(s *server) { s.limits.hold = 20 * time.Millisecond })
	isOver(t, r.dial(t))
	r.leads(replicas(2), nil)
	r.log.await(t, 1, "joins")
	isOver(t, r.dial(t))
	awaitOpen(t, r, 0)
}

func TestAReplicaIsToldTheClientsAddress(t *testing.T) {
	for _, version := range front.ProxyProtocols() {
		t.Run(string(version), func(t *testing.T) {
			port := freePort(t, "tcp")
			got := make(chan string, 10)
			listen(t, replica(2), port, func(conn *net.TCPConn) {
				text, _ := io.ReadAll(conn)
				got <- string(text)
			})
			r := start(t, front.TCP, port, replicas(2), func(s *server) { s.config.ProxyProtocol = version })
			// What the front itself asks has no client.
			if text, want := receive(t, got), string(noClient(version)); text != want {
				t.Errorf("got %q, want %q", text, want)
			}
			conn := r.dial(t)
			_, _ = io.WriteString(conn, "hello")
			conn.Close()
			want := string(clientHeader(version, addrPort(conn.LocalAddr()), addrPort(conn.RemoteAddr()))) + "hello"
			if text := receive(t, got); text != want {
				t.Errorf("got %q, want %q", text, want)
			}
		})
	}
}

func TestALackOfFilesIsNoFaultOfReplicas(t *testing.T) {
	port := freePort(t, "tcp")
	listen(t, replica(2), port, named(2))
	r := start(t, front.TCP, port, replicas(2), nil)
	for _, number := range []syscall.Errno{syscall.EMFILE, syscall.EADDRNOTAVAIL, syscall.EHOSTUNREACH} {
		r.ports[0].tried(t.Context(), replica(2), &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", number)})
	}
	r.log.await(t, 1, "answers again")
	lines, _ := r.log.lines()
	if text := strings.Join(lines, "\n"); strings.Count(text, "does not answer") != 1 || !strings.Contains(text, "does not answer: no route to host") {
		t.Errorf("it says:\n%s", text)
	}
}

func TestAFrontThatIsStoppedLetsConnectionsEnd(t *testing.T) {
	port := freePort(t, "tcp")
	listen(t, replica(2), port, echo(2))
	r := start(t, front.TCP, port, replicas(2), func(s *server) { s.config.Grace, s.limits.idle = patience, patience })
	conn := r.dial(t)
	say(t, conn, "a")
	r.stop()
	r.log.await(t, 1, "web: stops, 1 connection left")
	if other, err := net.Dial("tcp", r.address()); err == nil {
		other.Close()
		t.Error("it takes another one")
	}
	if got := say(t, conn, "b"); got != "2:b" {
		t.Errorf("got %s", got)
	}
	conn.Close()
	if err := receive(t, r.ended); err != nil {
		t.Error(err)
	}
	r.log.await(t, 1, "web: ends, 0 connections left")
}

func TestAFrontThatIsStoppedEndsIdleConnectionsAndGoesAfterItsGrace(t *testing.T) {
	port := freePort(t, "tcp")
	listen(t, replica(2), port, func(conn *net.TCPConn) {
		b := make([]byte, 1)
		for {
			if _, err := conn.Read(b); err != nil {
				return
			}
			if b[0] == 'a' {
				_, _ = conn.Write(b)
			}
		}
	})
	r := start(t, front.TCP, port, replicas(2), func(s *server) { s.config.Grace, s.limits.idle = 500*time.Millisecond, 10*time.Millisecond })
	idle, waits := r.dial(t), r.dial(t)
	say(t, idle, "a")
	say(t, waits, "a")
	if _, err := io.WriteString(waits, "hello?"); err != nil {
		t.Fatal(err)
	}
	r.stop()
	isOver(t, idle)
	if err := receive(t, r.ended); err != nil {
		t.Error(err)
	}
	r.log.await(t, 1, "web: ends, 1 connection left")
}
