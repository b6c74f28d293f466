package session

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/desired"
)

// listener is a port of this machine that a program takes connections or datagrams at.
type listener struct {
	ip    netip.Addr
	port  int
	proto string // tcp or udp
	inode string // of the socket
}

// ports is what others can't have because of it. Of those who listen at all addresses of
// IPv6 only such are known that listen at those of IPv4, too.
func (l listener) ports() desired.HostPorts {
	ip := l.ip.String()
	if l.ip == netip.IPv6Unspecified() {
		ip = ""
	}
	return desired.HostPorts{IP: ip, First: l.port, Last: l.port, Proto: l.proto}
}

// program is a process of this machine; with no number it is not known which.
type program struct {
	name    string
	pid     int
	engines bool // it is a part of the engine that publishes a port
}

func (p program) String() string { return fmt.Sprintf("%s (process %d)", p.name, p.pid) }

// What states of sockets the kernel's tables show, as they write them.
const (
	stateListening   = "0A"
	stateUnconnected = "07"
)

// parseListeners reads a table of the kernel's, such as /proc/net/tcp6, for the ports
// at which programs listen. Connections that are open, or were until a moment ago, keep
// nobody from listening.
func parseListeners(table io.Reader, proto string) []listener {
	const address, state, inode = 1, 3, 9
	wanted := stateListening
	if proto == "udp" {
		wanted = stateUnconnected
	}
	var found []listener
	for lines := bufio.NewScanner(table); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) <= inode || fields[state] != wanted {
			continue
		}
		at, number, _ := strings.Cut(fields[address], ":")
		ip, ok := parseKernelAddress(at)
		port, err := strconv.ParseUint(number, 16, 16)
		if ok && err == nil {
			found = append(found, listener{ip: ip, port: int(port), proto: proto, inode: fields[inode]})
		}
	}
	return found
}

// parseKernelAddress reads an address as the kernel's tables have it: in words of four
// bytes, each in the order of the machine, which is the lowest first.
func parseKernelAddress(text string) (netip.Addr, bool) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b)%4 != 0 {
		return netip.Addr{}, false
	}
	for i := 0; i < len(b); i += 4 {
		b[i], b[i+1], b[i+2], b[i+3] = b[i+3], b[i+2], b[i+1], b[i]
	}
	ip, ok := netip.AddrFromSlice(b)
	return ip.Unmap(), ok
}

// listensHere reports whether the kernel's table of the sockets of this network
// (/proc/net/unix) has one that listens at a path. Those of programs in another
// network, such as that of a container, are not in it.
func listensHere(table io.Reader, at func(path string) bool) bool {
	const flags, kind, path = 3, 4, 7
	const accepts, stream = "00010000", "0001"
	for lines := bufio.NewScanner(table); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > path && fields[flags] == accepts && fields[kind] == stream && at(fields[path]) {
			return true
		}
	}
	return false
}

// isProxyFor reports whether a command line, whose words end with zeros, is that of
// the engine's proxy for a port of the host.
func isProxyFor(cmdline string, port int, proto string) bool {
	words := strings.Split(cmdline, "\x00")
	if !strings.HasSuffix(words[0], "docker-proxy") {
		return false
	}
	has := map[string]string{}
	for i := 1; i+1 < len(words); i++ {
		has[words[i]] = words[i+1]
	}
	return has["-host-port"] == strconv.Itoa(port) && has["-proto"] == proto
}
