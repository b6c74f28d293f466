package watcher

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// The states of sockets in the kernel's tables, as they write them.
const (
	stateOpen      = "01"
	stateListening = "0A"
)

// mostSockets is how many lines of a table are read.
const mostSockets = 1 << 16

// sockets are the TCP sockets of a network at one moment.
type sockets struct {
	listening map[uint16]bool // ports
	open      []ends
}

// ends are the two ends of a connection, as the container has them.
type ends struct{ here, there netip.AddrPort }

// read adds a table such as /proc/net/tcp6. What can't be read of it is left out.
func (s *sockets) read(table io.Reader) {
	const local, remote, state = 1, 2, 3
	lines := bufio.NewScanner(table)
	for n := 0; lines.Scan() && n < mostSockets; n++ {
		fields := strings.Fields(lines.Text())
		if len(fields) <= state {
			continue
		}
		here, ok := parseEnd(fields[local])
		if !ok {
			continue
		}
		switch fields[state] {
		case stateListening:
			s.listening[here.Port()] = true
		case stateOpen:
			if there, ok := parseEnd(fields[remote]); ok {
				s.open = append(s.open, ends{here, there})
			}
		}
	}
}

// sides says which of the ends is the client: the container is the server where it
// listens at its end.
func (s *sockets) sides(e ends) (client, server netip.AddrPort) {
	if s.listening[e.here.Port()] {
		return e.there, e.here
	}
	return e.here, e.there
}

// parseEnd reads an address and a port as the kernel's tables have them: in words of four
// bytes, each in the order of the machine.
func parseEnd(text string) (netip.AddrPort, bool) {
	at, number, _ := strings.Cut(text, ":")
	b, err := hex.DecodeString(at)
	if err != nil || len(b)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(b); i += 4 {
		binary.NativeEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
	}
	ip, ok := netip.AddrFromSlice(b)
	port, err := strconv.ParseUint(number, 16, 16)
	return netip.AddrPortFrom(ip.Unmap(), uint16(port)), ok && err == nil
}
