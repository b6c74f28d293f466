package server

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// listenUDP has a replica answer each datagram with its number and the text, "no" with
// nothing.
func listenUDP(t *testing.T, n byte, port uint16) net.PacketConn {
	t.Helper()
	conn, err := net.ListenPacket("udp", netip.AddrPortFrom(replica(n), port).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		b := make([]byte, datagramSize)
		for {
			m, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			if string(b[:m]) != "no" {
				_, _ = conn.WriteTo(append([]byte{'0' + n, ':'}, b[:m]...), from)
			}
		}
	}()
	return conn
}

// sender is a client of UDP.
func (r *running) sender(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("udp", r.address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn
}

func TestDatagramsOfAClientGoToOneReplicaAndAnswersBack(t *testing.T) {
	port := freePort(t, "udp")
	listenUDP(t, 2, port)
	listenUDP(t, 3, port)
	r := start(t, front.UDP, port, replicas(2, 3), nil)
	for _, want := range []string{"2", "3", "2"} {
		client := r.sender(t)
		for _, text := range []string{"a", "b", ""} {
			if got := say(t, client, text+" "); got != want+":"+text+" " {
				t.Errorf("got %q, want it of %s", got, want)
			}
		}
	}
	// Answers come from where the question went.
	other := r.sender(t)
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := net.Dial("udp", netip.AddrPortFrom(replica(9), r.ports[0].at.Port()).String())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	_ = other.SetDeadline(time.Now().Add(patience))
	if got := say(t, other, "a"); got != "3:a" {
		t.Errorf("got %q", got)
	}
}

func TestADatagramThatIsRefusedGoesToAnotherReplica(t *testing.T) {
	port := freePort(t, "udp")
	listenUDP(t, 3, port)
	away := listenUDP(t, 2, port)
	r := start(t, front.UDP, port, replicas(2, 3), func(s *server) { s.limits.session = patience })
	old := r.sender(t)
	if got := say(t, old, "a"); got != "2:a" {
		t.Fatalf("got %q", got)
	}
	r.sender(t).Close()
	away.Close()
	for range 3 {
		if got := say(t, r.sender(t), "a"); got != "3:a" {
			t.Errorf("got %q", got)
		}
	}
	if got := say(t, old, "b"); got != "3:b" {
		t.Errorf("one that had an answer of the other: got %q", got)
	}
	r.log.await(t, 1, "web: "+r.target(2)+"/udp does not answer: connection refused")
}

func TestWhereAllRefuseAnotherDatagramIsAnotherAttempt(t *testing.T) {
	port := freePort(t, "udp")
	r := start(t, front.UDP, port, replicas(2), nil)
	client := r.sender(t)
	_, _ = client.Write([]byte("a"))
	r.log.await(t, 1, "does not answer")
	awaitOpen(t, r, 0)
	listenUDP(t, 2, port)
	if got := say(t, client, "b"); got != "2:b" {
		t.Errorf("got %q", got)
	}
	r.log.await(t, 1, "answers again")
}

func TestAReplicaThatLeavesLosesItsClients(t *testing.T) {
	port := freePort(t, "udp")
	listenUDP(t, 2, port)
	listenUDP(t, 3, port)
	r := start(t, front.UDP, port, replicas(2, 3), nil)
	client := r.sender(t)
	if got := say(t, client, "a"); got != "2:a" {
		t.Errorf("got %q", got)
	}
	r.leads(replicas(3), nil)
	r.log.await(t, 1, "127.0.0.2 leaves")
	if got := say(t, client, "b"); got != "3:b" {
		t.Errorf("got %q", got)
	}
}

func TestWhatAReplicaThatLeavesHasNotAnsweredAnotherOneGets(t *testing.T) {
	port := freePort(t, "udp")
	listenUDP(t, 3, port)
	silent, err := net.ListenPacket("udp", netip.AddrPortFrom(replica(2), port).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	_ = silent.SetDeadline(time.Now().Add(patience))
	r := start(t, front.UDP, port, replicas(2, 3), nil)
	client := r.sender(t)
	if _, err := client.Write([]byte("a")); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 10)
	if n, _, err := silent.ReadFrom(b); err != nil || string(b[:n]) != "a" {
		t.Fatalf("got %q, %v", b[:n], err)
	}
	r.leads(replicas(3), nil)
	if n, err := client.Read(b); err != nil || string(b[:n]) != "3:a" {
		t.Errorf("got %q, %v", b[:n], err)
	}
	r.leads(nil, nil)
	awaitOpen(t, r, 0)
}

func TestClientsAreForgotten(t *testing.T) {
	port := freePort(t, "udp")
	listenUDP(t, 2, port)
	t.Run("that are silent", func(t *testing.T) {
		r := start(t, front.UDP, port, replicas(2), func(s *server) { s.limits.session = 20 * time.Millisecond })
		say(t, r.sender(t), "a")
		awaitOpen(t, r, 0)
	})
	t.Run("that are too many", func(t *testing.T) {
		r := start(t, front.UDP, port, replicas(2), func(s *server) { s.limits.session, s.limits.sessions = patience, 10 })
		first := r.sender(t)
		for range 30 {
			if got := say(t, r.sender(t), "a"); got != "2:a" {
				t.Errorf("got %q", got)
			}
			say(t, first, "b") // so it is never the one that has been silent longest
		}
		if n := r.table.count(anyReplica); n != 10 {
			t.Errorf("%d are remembered", n)
		}
		u := r.ports[0].sockets[0]
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.sessions[client{from: first.LocalAddr().(*net.UDPAddr).AddrPort(), to: replica(1)}] == nil {
			t.Error("the wrong one was forgotten")
		}
	})
}

func TestADrainedReplicaLosesItsSilentClients(t *testing.T) {
	port := freePort(t, "udp")
	listenUDP(t, 2, port)
	listenUDP(t, 3, port)
	r := start(t, front.UDP, port, replicas(2, 3), func(s *server) { s.limits.idle = 50 * time.Millisecond })
	asks, sends := r.sender(t), r.sender(t)
	say(t, asks, "a")
	say(t, r.sender(t), "a") // so that the next one is of 2 again
	if _, err := sends.Write([]byte("no")); err != nil {
		t.Fatal(err)
	}
	awaitOpen(t, r, 3)
	if n := receive(t, r.drains(t, replica(2), patience)); n != 0 {
		t.Errorf("%d left", n)
	}
	for _, client := range []net.Conn{asks, sends} {
		if got := say(t, client, "b"); got != "3:b" {
			t.Errorf("got %q", got)
		}
	}
}

func TestDatagramsOfAnyLengthPass(t *testing.T) {
	port := freePort(t, "udp")
	listenUDP(t, 2, port)
	r := start(t, front.UDP, port, replicas(2), nil)
	client := r.sender(t)
	text := make([]byte, 65000)
	if _, err := client.Write(text); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, datagramSize)
	if n, err := client.Read(b); err != nil || n != len(text)+2 {
		t.Errorf("%d bytes of %d: %v", n, len(text)+2, err)
	}
	if _, err := client.Write(nil); err != nil {
		t.Fatal(err)
	}
	if n, err := client.Read(b); err != nil || string(b[:n]) != "2:" {
		t.Errorf("an empty one: got %q, %v", b[:n], err)
	}
}
