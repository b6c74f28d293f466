package pool_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/front"
	"github.com/stack-lite/stack-lite/plugin/front/pool"
)

func addr(last byte) netip.Addr { return netip.AddrFrom4([4]byte{10, 222, 0, last}) }

// run has a pool go through events, one a word, and gives what came of those that ask:
//
//	members=2,3   the name leads to 10.222.0.2 and .3
//	take          a connection goes to the first in order: its last number
//	late          the same for one that has waited in vain
//	order         all that a connection would try
//	close=2       one of .2 ends
//	fail=2        .2 refuses; silent=2: nothing comes back
//	answer=2      .2 answers
//	drain=2       .2 is drained, for ten seconds
//	next=2        when .2 is to be tried
//	open=2        how many connections .2 has
//	wait=100ms    time passes
func run(p *pool.Pool, events string) string {
	begin := time.Unix(0, 0)
	now := begin
	var said []string
	say := func(format string, a ...any) { said = append(said, fmt.Sprintf(format, a...)) }
	event := map[pool.Event]string{pool.Nothing: "-", pool.Answers: "answers", pool.Fails: "fails", pool.AnswersAgain: "again", pool.GoesAway: "away", pool.DrainEnds: "back"}
	for _, word := range strings.Fields(events) {
		verb, value, _ := strings.Cut(word, "=")
		var list []netip.Addr
		for text := range strings.SplitSeq(value, ",") {
			var n byte
			if _, err := fmt.Sscan(text, &n); err == nil {
				list = append(list, addr(n))
			}
		}
		switch verb {
		case "members":
			joined, left := p.SetMembers(list)
			say("+%d-%d", len(joined), len(left))
		case "take", "late":
			order := p.Order(nil, verb == "late", now)
			if len(order) == 0 {
				say("none")
				continue
			}
			p.Opened(order[0])
			say("%d", order[0].As4()[3])
		case "order":
			var numbers []string
			for _, a := range p.Order(nil, false, now) {
				numbers = append(numbers, fmt.Sprint(a.As4()[3]))
			}
			say("%s", strings.Join(numbers, ","))
		case "close":
			p.Closed(list[0])
		case "fail":
			say("%s", event[p.Failed(list[0], true, now)])
		case "silent":
			say("%s", event[p.Failed(list[0], false, now)])
		case "answer":
			say("%s", event[p.Answered(list[0], now)])
		case "drain":
			say("%t", p.Drain(list[0], 10*time.Second, now))
		case "next":
			if at, ok := p.Next(list[0], now); ok {
				say("%s", at.Sub(now))
			} else {
				say("never")
			}
		case "open":
			say("%d", p.Open(list[0]))
		case "wait":
			d, err := time.ParseDuration(value)
			if err != nil {
				panic(err)
			}
			now = now.Add(d)
		default:
			panic(word)
		}
	}
	return strings.Join(said, " ")
}

func TestWhoGetsAConnection(t *testing.T) {
	const rr, least = front.RoundRobin, front.LeastConnections
	for _, c := range []struct {
		name      string
		algorithm front.Algorithm
		proto     front.Proto
		events    string
		want      string
	}{
		{"nobody", rr, front.TCP, "take order members= take", "none  +0-0 none"},
		{"each in turn", rr, front.TCP, "members=4,2,3 take take take take", "+3-0 2 3 4 2"},
		{"the turn goes on where one leaves", rr, front.TCP, "members=2,3,4 take take members=2,4 take take", "+3-0 2 3 +0-1 4 2"},
		{"the turn goes on where one joins", rr, front.TCP, "members=2,4 take members=2,3,4 take take", "+2-0 2 +1-0 3 4"},
		{"a name with an address twice", rr, front.TCP, "members=2,2 take take", "+1-0 2 2"},
		{"the fewest", least, front.TCP, "members=2,3 take take take close=3 take close=3 close=2 take take", "+2-0 2 3 2 3 3 2"},
		{"those with as few in turn", least, front.TCP, "members=2,3,4 take close=2 take close=3 take close=4 take", "+3-0 2 3 4 2"},
		{"the others in order of their number", least, front.TCP, "members=2,3,4 take take take close=4 close=3 take order", "+3-0 2 3 4 3 4,2,3"},

		{"one that fails comes last", rr, front.TCP, "members=2,3,4 fail=3 order take take take", "+3-0 fails 2,4,3 2 4 2"},
		{"one that fails comes last however few it has", least, front.TCP, "members=2,3 take fail=3 order", "+2-0 2 fails 2,3"},
		{"all that fail are tried all the same", rr, front.TCP, "members=2,3 fail=2 fail=3 order", "+2-0 fails fails 2,3"},
		{"it fails once", rr, front.TCP, "members=2 fail=2 wait=1s fail=2 silent=2", "+1-0 fails - -"},
		{"one that answers was no news", rr, front.TCP, "members=2 answer=2 fail=2 answer=2 answer=2", "+1-0 answers fails again -"},
		{"one that is not there neither fails nor answers", rr, front.TCP, "fail=9 answer=9 next=9 drain=9", "- - never false"},
		{"the pauses double", rr, front.TCP, "members=2 answer=2 next=2 fail=2 next=2 wait=100ms fail=2 next=2 wait=200ms fail=2 next=2 wait=400ms fail=2 wait=800ms fail=2 wait=1600ms fail=2 next=2 wait=2s fail=2 next=2",
			"+1-0 answers never fails 100ms - 200ms - 400ms - - - 2s - 2s"},
		{"many that fail at once make no pause longer", rr, front.TCP, "members=2 fail=2 fail=2 fail=2 fail=2 next=2", "+1-0 fails - - - 100ms"},
		{"after an answer the pauses begin anew", rr, front.TCP, "members=2 fail=2 wait=1s fail=2 answer=2 fail=2 next=2", "+1-0 fails - again fails 100ms"},
		{"a new one with an old address is new", rr, front.TCP, "members=2,3 fail=2 members=3 members=2,3 order fail=2 next=2", "+2-0 fails +0-1 +1-0 2,3 fails 100ms"},

		{"one that has just joined is tried at once", rr, front.TCP, "members=2 fail=2 next=2 members=2,3 wait=1s answer=3 next=3 members=2 members=2,3 next=3", "+1-0 fails 100ms +1-0 answers never +0-1 +1-0 0s"},
		{"one that has just joined comes after those that answer", rr, front.TCP, "members=2,3 answer=3 order fail=2 order answer=2 order", "+2-0 answers 3,2 fails 3,2 again 2,3"},
		{"one that has just joined comes before those that fail", rr, front.TCP, "members=2,3 fail=2 order", "+2-0 fails 3,2"},
		{"udp that has joined is as good as any", rr, front.UDP, "members=2,3 answer=3 order next=2", "+2-0 answers 2,3 never"},

		{"udp is not tried by itself", rr, front.UDP, "members=2,3 fail=2 order next=2", "+2-0 fails 3,2 never"},
		{"udp is tried by a client after the pause", rr, front.UDP, "members=2,3 fail=2 wait=99ms order wait=1ms order", "+2-0 fails 3,2 2,3"},

		{"one that is drained gets nothing", rr, front.TCP, "members=2,3 drain=2 take take order", "+2-0 true 3 3 3"},
		{"one that waited in vain may have it", rr, front.TCP, "members=2 drain=2 take late", "+1-0 true none 2"},
		{"one that fails comes before one that is drained", rr, front.TCP, "members=2,3 drain=2 fail=3 late", "+2-0 true fails 3"},
		{"one that was refused and answers is back", rr, front.TCP, "members=2 drain=2 next=2 answer=2 take fail=2 take next=2 answer=2 take next=2", "+1-0 true 0s - none away none 0s back 2 never"},
		{"it goes away once", rr, front.TCP, "members=2 drain=2 silent=2 silent=2 fail=2 silent=2", "+1-0 true - away - -"},
		{"one silence may be chance", rr, front.TCP, "members=2 drain=2 silent=2 answer=2 silent=2 answer=2 silent=2 silent=2 answer=2", "+1-0 true - - - - - away back"},
		{"one that failed before is not back yet", rr, front.TCP, "members=2 fail=2 drain=2 answer=2 take", "+1-0 fails true - none"},
		{"one that leaves and comes again is back", rr, front.TCP, "members=2,3 drain=2 members=3 members=2,3 order", "+2-0 true +0-1 +1-0 2,3"},
		{"a drain is forgotten a minute after its timeout", rr, front.TCP, "members=2 drain=2 wait=69s answer=2 take wait=1s answer=2 take", "+1-0 true - none back 2"},
		{"another drain begins anew", rr, front.TCP, "members=2 drain=2 wait=69s drain=2 wait=1s answer=2 wait=69s answer=2", "+1-0 true true - back"},
		{"another drain does not forget that it was away", rr, front.TCP, "members=2 drain=2 fail=2 drain=2 answer=2", "+1-0 true away true back"},
		{"udp that is drained is tried", rr, front.UDP, "members=2 drain=2 next=2 fail=2 answer=2", "+1-0 true 0s away back"},

		{"connections outlive the membership", rr, front.TCP, "members=2 take members= open=2 members=2 open=2 close=2 open=2", "+1-0 2 +0-1 1 +1-0 1 0"},
		{"connections outlive the drain", rr, front.TCP, "members=2 take drain=2 fail=2 answer=2 open=2", "+1-0 2 true away back 1"},
	} {
		if got := run(pool.New(c.algorithm, c.proto), c.events); got != c.want {
			t.Errorf("%s: %s:\ngot  %s\nwant %s", c.name, c.events, got, c.want)
		}
	}
}

func TestWhereNobodyAnswersThoseStayThatDidSo(t *testing.T) {
	p := pool.New(front.RoundRobin, front.TCP)
	if got, want := run(p, "members=2,3,4 fail=2 drain=4 fail=4"), "+3-0 fails true away"; got != want {
		t.Fatalf("got %s", got)
	}
	// One that is drained is expected to be away for a while.
	if got, want := p.Answering(), []netip.Addr{addr(3), addr(4)}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if !p.Drained(addr(4)) || p.Drained(addr(3)) || p.Drained(addr(9)) {
		t.Error("the wrong ones are drained")
	}
}

// Whatever happens: each connection is offered all members that are not drained,
// each once, and none is counted that has ended.
func TestNothingGetsLostInRandomHistories(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		p := pool.New(front.Algorithms()[random.IntN(2)], []front.Proto{front.TCP, front.UDP}[random.IntN(2)])
		members, open := map[netip.Addr]bool{}, map[netip.Addr]int{}
		now := time.Unix(0, 0)
		for range 300 {
			now = now.Add(time.Duration(random.IntN(3000)) * time.Millisecond)
			a := addr(byte(1 + random.IntN(5)))
			switch random.IntN(6) {
			case 0:
				var list []netip.Addr
				clear(members)
				for n := range byte(5) {
					if random.IntN(3) > 0 {
						list, members[addr(n+1)] = append(list, addr(n+1)), true
					}
				}
				p.SetMembers(list)
			case 1:
				p.Failed(a, random.IntN(2) == 0, now)
			case 2:
				p.Answered(a, now)
			case 3:
				if got := p.Drain(a, time.Second, now); got != members[a] {
					t.Fatalf("draining %s: got %t", a, got)
				}
			case 4:
				if order := p.Order(nil, random.IntN(5) == 0, now); len(order) > 0 {
					p.Opened(order[0])
					open[order[0]]++
				}
			case 5:
				if open[a] > 0 {
					open[a]--
					p.Closed(a)
				}
			}
			var want []netip.Addr
			for m := range members {
				if !p.Drained(m) {
					want = append(want, m)
				}
			}
			got := p.Order(nil, false, now)
			slices.SortFunc(got, netip.Addr.Compare)
			slices.SortFunc(want, netip.Addr.Compare)
			if !slices.Equal(got, want) {
				t.Fatalf("a connection is offered %v of %v", got, want)
			}
			if p.Open(a) != open[a] {
				t.Fatalf("%s has %d connections, want %d", a, p.Open(a), open[a])
			}
		}
	}
}
