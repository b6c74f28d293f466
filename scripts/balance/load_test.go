package main

import (
	"net"
	"testing"
	"time"
)

func TestQuantilesAreOfWhatWasMeasured(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	for _, c := range []struct {
		times []time.Duration
		part  float64
		want  time.Duration
	}{{hundred, 0.5, 50}, {hundred, 0.99, 99}, {hundred, 1, 100}, {hundred[:1], 0.5, 1}, {hundred[:1], 0.99, 1}, {hundred[:3], 0.5, 2}} {
		if got := quantile(c.times, c.part); got != c.want {
			t.Errorf("%g of %d: got %d, want %d", c.part, len(c.times), got, c.want)
		}
	}
}

func TestAReplicaIsAskedOverOneConnectionOrMany(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	go serveReplica(free.Addr().String()) // until the process ends
	for deadline := time.Now().Add(10 * time.Second); ; {
		conn, err := net.Dial("tcp", free.Addr().String())
		if err == nil {
			conn.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	for _, keep := range []bool{true, false} {
		var f figures
		if err := ask(t.Context(), free.Addr().String(), load{clients: 2, time: 20 * time.Millisecond, keep: keep}, &f); err != nil {
			t.Fatal(err)
		}
		if len(f.perSecond) != 1 || f.perSecond[0] <= 0 || f.half[0] <= 0 || f.most[0] < f.half[0] || f.failed > 0 {
			t.Errorf("keep %t: got %+v", keep, f)
		}
	}
	if err := ask(t.Context(), "127.0.0.1:1", load{clients: 1, time: time.Millisecond}, &figures{}); err == nil {
		t.Error("where nobody listens something was answered")
	}
}
