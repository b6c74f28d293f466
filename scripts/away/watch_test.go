package main

import (
	"net"
	"testing"
	"time"
)

func TestAwayIsTheTimeFromQuestionsWithoutAnAnswerToThoseWithOne(t *testing.T) {
	start := time.Unix(1000, 0)
	at := func(ms int, ok bool) answer { return answer{start.Add(time.Duration(ms) * time.Millisecond), "db", ok} }
	for _, c := range []struct {
		list []answer
		want time.Duration
	}{
		{nil, 0},
		{[]answer{at(0, true), at(20, true)}, 0},
		{[]answer{at(0, true), at(900, true)}, 0}, // nobody asked
		{[]answer{at(0, true), at(20, false), at(40, false), at(60, true)}, 40 * time.Millisecond},
		{[]answer{at(40, false), at(60, true), at(0, true)}, 20 * time.Millisecond},
		{[]answer{at(0, false), at(20, true)}, 20 * time.Millisecond},
		{[]answer{at(0, true), at(20, false), at(40, true), at(60, false), at(100, true)}, 60 * time.Millisecond},
		{[]answer{{start, "cache", false}, at(20, true), at(40, true)}, 0},
		{[]answer{at(-40, false), at(0, true)}, 0}, // before
	} {
		if got := away(c.list, "db", start); got != c.want {
			t.Errorf("%v: away %v, want %v", c.list, got, c.want)
		}
	}
}

func TestAWatchNoticesThatNobodyAnswers(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go serve(listener)
	address := listener.Addr().String()
	if err := ask(address); err != nil {
		t.Fatal(err)
	}
	w := newWatch("web", func() error { return ask(address) })
	defer w.stop()
	if err := w.steady(t.Context()); err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if ask(address) == nil {
		t.Error("a closed port answers")
	}
}
