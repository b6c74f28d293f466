package watcher

import (
	"encoding/json"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stack-lite/stack-lite/plugin/probe"
)

// lookAgain is how long addresses of the container are taken for known, while packets
// come in that are for none of them: networks can be attached at any time.
const lookAgain = 100 * time.Millisecond

// gather is how long packets may gather before they are counted: a flood of them is
// counted in batches.
const gather = 5 * time.Millisecond

// watch counts until standard input ends, or for longest, and tells every now and then.
func watch(longest, every time.Duration, names []string, out io.Writer) error {
	r, err := openRing()
	if err != nil {
		return err
	}
	defer r.close()
	began := time.Now()
	t := newTally()
	t.wanted = map[string]bool{}
	for _, name := range names {
		t.wanted[strings.ToLower(name)] = true
	}
	t.ephemeral = firstEphemeral(t.ephemeral)
	looked := look(t)
	countOpen(t, began)
	lines := json.NewEncoder(out)
	if err := lines.Encode(probe.Report{Begun: &began}); err != nil {
		return err
	}
	take := func(b []byte, at time.Time) {
		if name, asked := lookedUp(b); asked {
			t.lookup(name, at)
			return
		}
		p, ok := parse(b)
		if !ok || t.take(p, at) || time.Since(looked) < lookAgain {
			return
		}
		looked = look(t)
		t.take(p, at)
	}
	for next, over := began.Add(every), false; !over; {
		over = wait(r.fd, min(time.Until(next), time.Until(began.Add(longest)))) || time.Since(began) >= longest
		r.each(take)
		if !over {
			time.Sleep(gather)
		}
		if !over && time.Now().Before(next) {
			continue
		}
		next = time.Now().Add(every)
		t.lost += r.dropped()
		if report := t.report(); len(report.Flows)+len(report.Names)+report.Lost > 0 {
			if err := lines.Encode(report); err != nil {
				return err
			}
		}
		looked = look(t)
	}
	return lines.Encode(probe.Report{End: true})
}

// wait waits for packets, for the end of standard input, which it reports, or for a
// time.
func wait(fd int, longest time.Duration) (ended bool) {
	set := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: 0, Events: unix.POLLIN}}
	if n, err := unix.Poll(set, int(max(longest, 0)/time.Millisecond)+1); err != nil || n == 0 || set[1].Revents == 0 {
		return false
	}
	var ignored [64]byte
	n, err := unix.Read(0, ignored[:])
	return n == 0 || err != nil
}

// look finds out which addresses and networks the container has.
func look(t *tally) time.Time {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return time.Now()
	}
	clear(t.here)
	t.networks = t.networks[:0]
	for _, a := range addresses {
		n, err := netip.ParsePrefix(a.String())
		if err != nil || n.Addr().IsLoopback() || n.Addr().IsLinkLocalUnicast() {
			continue
		}
		t.here[n.Addr()] = true
		t.networks = append(t.networks, n.Masked())
	}
	return time.Now()
}

// countOpen counts the connections that are open.
func countOpen(t *tally, at time.Time) {
	s := sockets{listening: map[uint16]bool{}}
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		f, err := os.Open(name)
		if err != nil {
			continue // a kernel without IPv6
		}
		s.read(f)
		_ = f.Close()
	}
	for _, e := range s.open {
		client, server := s.sides(e)
		t.open(protocolTCP, client, server, at)
	}
}

// firstEphemeral is the first of the ports that clients get; otherwise where the kernel
// does not say.
func firstEphemeral(otherwise uint16) uint16 {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return otherwise
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\t")
	n, err := strconv.ParseUint(first, 10, 16)
	if err != nil {
		return otherwise
	}
	return uint16(n)
}
