package scenario

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
)

// Networks are made and removed by turns, as many at a time as there is room for
// on an engine that has others.
const turns, atATime = 5, 10

// TestWhatPassesWhileNetworksChangeOnTheEngine measures what gets from one plain
// network to another while the engine makes others, and while it removes them:
// nothing, except on engines that write their rules of isolation anew meanwhile.
// SECURITY.md has the figures, which -v prints.
func TestWhatPassesWhileNetworksChangeOnTheEngine(t *testing.T) {
	if os.Getenv("STACKLITE_SLOW") == "" {
		t.Skip("takes a minute: set STACKLITE_SLOW=1")
	}
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, ProbeImage)
	s := New(t, cli.DaemonHost(), nil)
	say := func(name string, args ...string) {
		t.Helper()
		if err := s.Say(name, args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"_a", "_b"} {
		say("external-network", s.Project+name)
	}
	for name, on := range map[string]string{"_far": "_a", "_near": "_b", "_target": "_b"} {
		say("external", s.Project+name, "net="+s.Project+on)
		say("running", "/"+s.Project+name, "1")
	}
	// On one network all arrives, so the way of counting does.
	near := s.passes(t, "_near", "_target", func() { s.removeNetworks(t, s.makeNetworks(t)) })
	if near.opened == 0 || near.arrived*2 < near.sent {
		t.Fatalf("on one network: %v", near)
	}
	var made, removed passage
	for range turns {
		var ids []string
		made.add(s.passes(t, "_far", "_target", func() { ids = s.makeNetworks(t) }))
		removed.add(s.passes(t, "_far", "_target", func() { s.removeNetworks(t, ids) }))
	}
	info, err := cli.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("Engine %s, Linux %s, %d networks made: %v", info.ServerVersion, info.KernelVersion, turns*atATime, made)
	t.Logf("Engine %s, Linux %s, %d networks removed: %v", info.ServerVersion, info.KernelVersion, turns*atATime, removed)
	made.add(removed)
	if versions.GreaterThanOrEqualTo(cli.ClientVersion(), "1.42") && (made.arrived > 0 || made.opened > 0) {
		t.Error("packets get from one network to another")
	}
}

// makeNetworks makes some networks.
func (s *Scene) makeNetworks(t *testing.T) (ids []string) {
	t.Helper()
	for i := range atATime {
		made, err := s.Client.NetworkCreate(t.Context(), fmt.Sprintf("%s_changes_%d", s.Project, i), network.CreateOptions{Driver: "bridge"})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, made.ID)
	}
	return ids
}

func (s *Scene) removeNetworks(t *testing.T, ids []string) {
	t.Helper()
	for _, id := range ids {
		if err := s.Client.NetworkRemove(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
}

// passage is what got from one container to another.
type passage struct {
	took                             time.Duration
	sent, arrived                    int
	rows                             []time.Duration // with no datagram missing, the shortest first
	tried, opened, answered, lasting int
}

func (p *passage) add(o passage) {
	p.took += o.took
	p.sent += o.sent
	p.arrived += o.arrived
	p.rows = append(p.rows, o.rows...)
	slices.Sort(p.rows)
	p.tried += o.tried
	p.opened += o.opened
	p.answered += o.answered
	p.lasting += o.lasting
}

func (p passage) String() string {
	text := fmt.Sprintf("in %v %d of %d datagrams arrive", p.took.Round(time.Second), p.arrived, p.sent)
	if len(p.rows) > 0 {
		text += fmt.Sprintf(", in %d rows of %v at the median and %v at most", len(p.rows), p.rows[len(p.rows)/2], p.rows[len(p.rows)-1])
	}
	return text + fmt.Sprintf("; of %d attempts to connect %d succeed, %d of these get an answer, and %d one at the end", p.tried, p.opened, p.answered, p.lasting)
}

// passes lets one container flood another and knock there while something is
// done.
func (s *Scene) passes(t *testing.T, from, to string, do func()) (p passage) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ends := map[string]replica{}
	for _, name := range []string{from, to} {
		list, err := s.living("/" + s.Project + name)
		must(err)
		ends[name] = list[0]
	}
	address := ends[to].addrs[0]
	counter, err := s.begin(ends[to], "count", "9999")
	must(err)
	began := time.Now()
	flood, err := s.begin(ends[from], "flood", address+":9999")
	must(err)
	knock, err := s.begin(ends[from], "knock", address+":80")
	must(err)
	do()
	printed, err := flood.end()
	must(err)
	_, err = fmt.Sscanf(printed, "sent %d", &p.sent)
	must(err)
	p.took = time.Since(began)
	printed, err = knock.end()
	must(err)
	_, err = fmt.Sscanf(printed, "tried %d\nopened %d\nanswered %d\nlasting %d", &p.tried, &p.opened, &p.answered, &p.lasting)
	must(err)
	printed, err = counter.end()
	must(err)
	for line := range strings.Lines(printed) {
		var first, n, micros int
		_, err := fmt.Sscanf(line, "row %d %d %d", &first, &n, &micros)
		must(err)
		p.arrived += n
		p.rows = append(p.rows, time.Duration(micros)*time.Microsecond)
	}
	return p
}
