package watcher

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// at is the container of web, or of db, on a network of both.
func at(address string) *tally {
	t := newTally()
	t.here[netip.MustParseAddr(address)] = true
	t.here[netip.MustParseAddr("fd00::2")] = true
	t.networks = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/24"), netip.MustParsePrefix("fd00::/64")}
	return t
}

type step struct {
	from, to string
	flags    byte
	seq, ack uint32
}

func (s step) packet(protocol byte) packet {
	return packet{protocol, netip.MustParseAddrPort(s.from), netip.MustParseAddrPort(s.to), s.flags, s.seq, s.ack}
}

// told is what a tally reports, a line a flow.
func told(t *tally) string {
	var lines []string
	for _, f := range t.report().Flows {
		lines = append(lines, fmt.Sprintf("%s %s>%s:%d tried %d answered %d refused %d open %d", f.Protocol, f.Client, f.Server, f.Port, f.Tried, f.Answered, f.Refused, f.Open))
	}
	return strings.Join(lines, "\n")
}

func TestConnectionsAreCountedOnce(t *testing.T) {
	const syn, answer, refuse = flagSYN, flagSYN | flagACK, flagRST | flagACK
	for name, test := range map[string]struct {
		protocol byte
		steps    []step
		want     string
	}{
		"answered":          {protocolTCP, []step{{web, db, syn, 7, 0}, {db, web, answer, 9, 8}}, "tcp 10.1.0.2>10.1.0.3:5432 tried 1 answered 1 refused 0 open 0"},
		"sent again":        {protocolTCP, []step{{web, db, syn, 7, 0}, {web, db, syn, 7, 0}, {db, web, answer, 9, 8}, {db, web, answer, 9, 8}}, "tcp 10.1.0.2>10.1.0.3:5432 tried 1 answered 1 refused 0 open 0"},
		"the port again":    {protocolTCP, []step{{web, db, syn, 7, 0}, {db, web, answer, 9, 8}, {web, db, syn, 77, 0}, {db, web, answer, 99, 78}}, "tcp 10.1.0.2>10.1.0.3:5432 tried 2 answered 2 refused 0 open 0"},
		"refused":           {protocolTCP, []step{{web, db, syn, 7, 0}, {db, web, refuse, 0, 8}}, "tcp 10.1.0.2>10.1.0.3:5432 tried 1 answered 0 refused 1 open 0"},
		"silence":           {protocolTCP, []step{{web, db, syn, 7, 0}}, "tcp 10.1.0.2>10.1.0.3:5432 tried 1 answered 0 refused 0 open 0"},
		"broken later":      {protocolTCP, []step{{web, db, syn, 7, 0}, {db, web, answer, 9, 8}, {db, web, refuse, 10, 8}}, "tcp 10.1.0.2>10.1.0.3:5432 tried 1 answered 1 refused 0 open 0"},
		"broken before":     {protocolTCP, []step{{db, web, refuse, 10, 8}, {web, db, flagRST, 10, 0}}, ""},
		"begun before":      {protocolTCP, []step{{db, web, answer, 9, 8}}, "tcp 10.1.0.2>10.1.0.3:5432 tried 1 answered 1 refused 0 open 0"},
		"IPv6":              {protocolTCP, []step{{web6, db6, syn, 7, 0}, {db6, web6, answer, 9, 8}}, "tcp fd00::2>fd00::3:5432 tried 1 answered 1 refused 0 open 0"},
		"to the world":      {protocolTCP, []step{{web, "93.184.216.34:443", syn, 7, 0}, {"93.184.216.34:443", web, answer, 9, 8}}, ""},
		"to itself":         {protocolTCP, []step{{web, "10.1.0.2:80", syn, 7, 0}}, ""},
		"question":          {protocolUDP, []step{{from: web, to: "10.1.0.4:9999"}, {from: "10.1.0.4:9999", to: web}}, "udp 10.1.0.2>10.1.0.4:9999 tried 1 answered 1 refused 0 open 0"},
		"answer alone":      {protocolUDP, []step{{from: "10.1.0.4:53", to: web}}, "udp 10.1.0.2>10.1.0.4:53 tried 0 answered 1 refused 0 open 0"},
		"equals":            {protocolUDP, []step{{from: "10.1.0.4:7946", to: "10.1.0.2:7946"}, {from: "10.1.0.2:7946", to: "10.1.0.4:7946"}}, "udp 10.1.0.4>10.1.0.2:7946 tried 1 answered 1 refused 0 open 0"},
		"high ports":        {protocolUDP, []step{{from: web, to: "10.1.0.4:50000"}, {from: "10.1.0.4:50000", to: web}}, "udp 10.1.0.2>10.1.0.4:50000 tried 1 answered 1 refused 0 open 0"},
		"one after another": {protocolUDP, []step{{from: web, to: "10.1.0.4:53"}, {from: web, to: "10.1.0.4:53"}}, "udp 10.1.0.2>10.1.0.4:53 tried 2 answered 0 refused 0 open 0"},
	} {
		counts := at("10.1.0.2")
		for _, s := range test.steps {
			counts.take(s.packet(test.protocol), time.Now())
		}
		if got := told(counts); got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, test.want)
		}
	}
}

func TestAPacketOfNobodyHereIsToldApart(t *testing.T) {
	counts := at("10.1.0.9")
	p := step{web, db, flagSYN, 7, 0}.packet(protocolTCP)
	if counts.take(p, time.Now()) {
		t.Error("it was taken")
	}
	counts.here[p.from.Addr()] = true
	if !counts.take(p, time.Now()) || told(counts) == "" {
		t.Error("it was not taken, though its address is known by now")
	}
}

func TestAReportTellsOfWhatIsNew(t *testing.T) {
	counts := at("10.1.0.2")
	first := time.Unix(1700000000, 0)
	counts.take(step{web, db, flagSYN, 7, 0}.packet(protocolTCP), first)
	f := counts.report().Flows[0]
	if !f.First.Equal(first) || !f.Last.Equal(first) {
		t.Errorf("%+v", f)
	}
	if got := told(counts); got != "" {
		t.Errorf("told again: %s", got)
	}
	counts.take(step{db, web, flagSYN | flagACK, 9, 8}.packet(protocolTCP), first.Add(time.Second))
	if got := told(counts); got != "tcp 10.1.0.2>10.1.0.3:5432 tried 0 answered 1 refused 0 open 0" {
		t.Errorf("the answer that came later: %s", got)
	}
}

// However many ports are tried, from however many, what is remembered stays small.
func TestAFloodTakesNoMoreMemory(t *testing.T) {
	counts := at("10.1.0.2")
	const many = 200000
	for i := range uint32(many) {
		from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, 0, byte(3 + i%200)}), uint16(1024+i%60000))
		counts.take(packet{protocolTCP, from, netip.AddrPortFrom(netip.MustParseAddr("10.1.0.2"), uint16(i/3)), flagSYN, i, 0}, time.Now())
	}
	if n := len(counts.recent) + len(counts.older); n > 2*mostRecent || len(counts.flows) > mostFlows {
		t.Errorf("%d connections and %d flows are remembered", n, len(counts.flows))
	}
	r := counts.report()
	seen := r.Lost
	for _, f := range r.Flows {
		seen += f.Tried
	}
	if seen != many {
		t.Errorf("%d of %d are counted, %d of these as lost", seen, many, r.Lost)
	}
}

func TestOpenConnectionsAreReadFromTheKernelsTables(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0200010A:9C40 0300010A:0050 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1
   2: 0200010A:1538 0400010A:C350 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1
   3: 0200010A:9C42 0300010A:0050 06 00000000:00000000 00:00000000 00000000     0        0 0 3 0
   4: 0200010A:9C44 22D8B85D:01BB 01 00000000:00000000 00:00000000 00000000     0        0 4 1 0
   5: nonsense
`
	const table6 = `  sl  local_address                         remote_address                        st
   0: 0000000000000000FFFF00000200010A:1538 0000000000000000FFFF00000500010A:C351 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0
   1: 000000FD000000000000000002000000:9C46 000000FD000000000000000003000000:0050 01
`
	s := sockets{listening: map[uint16]bool{}}
	s.read(strings.NewReader(table))
	s.read(strings.NewReader(table6))
	counts := at("10.1.0.2")
	for _, e := range s.open {
		client, server := s.sides(e)
		counts.open(protocolTCP, client, server, time.Now())
	}
	want := map[string]bool{
		"tcp 10.1.0.2>10.1.0.3:80 tried 0 answered 0 refused 0 open 1": true, "tcp 10.1.0.4>10.1.0.2:5432 tried 0 answered 0 refused 0 open 1": true,
		"tcp 10.1.0.5>10.1.0.2:5432 tried 0 answered 0 refused 0 open 1": true, "tcp fd00::2>fd00::3:80 tried 0 answered 0 refused 0 open 1": true,
	}
	lines := strings.Split(told(counts), "\n")
	for _, line := range lines {
		if !want[line] {
			t.Errorf("%s", line)
		}
	}
	if len(lines) != len(want) {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
}

func TestAWatcherRefusesWhatIsNoTime(t *testing.T) {
	for _, args := range [][]string{{}, {"1s"}, {"soon", "1s"}, {"1s", "-1s"}, {"1s", "soon", "db"}} {
		var out strings.Builder
		if err := Run(t.Context(), args, &out); err == nil || out.Len() > 0 {
			t.Errorf("%v: %v %s", args, err, out.String())
		}
	}
}
