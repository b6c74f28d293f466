package session

import (
	"context"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/desired"
)

// listen opens a port that is free.
func listen(t *testing.T, network, address string, v6only int) netip.AddrPort {
	t.Helper()
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		if v6only < 0 {
			return nil
		}
		return c.Control(func(fd uintptr) {
			_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY, v6only)
		})
	}}
	if network == "udp" {
		l, err := config.ListenPacket(context.Background(), network, address)
		if err != nil {
			t.Skip(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return l.LocalAddr().(*net.UDPAddr).AddrPort()
	}
	l, err := config.Listen(context.Background(), network, address)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().(*net.TCPAddr).AddrPort()
}

func TestWhoListensIsFoundWithItsProcess(t *testing.T) {
	for name, c := range map[string]struct {
		network, address string
		v6only           int
		keeps, leaves    string // who else can't listen, and who can
	}{
		"one address":           {"tcp", "127.0.0.1:0", -1, "127.0.0.1", "127.0.0.2"},
		"all addresses":         {"tcp4", "0.0.0.0:0", -1, "127.0.0.1", "::1"},
		"both kinds":            {"tcp", "[::]:0", 0, "127.0.0.1", ""},
		"IPv6, one address":     {"tcp", "[::1]:0", -1, "::", "127.0.0.1"},
		"IPv6 alone, which may": {"tcp", "[::]:0", 1, "", "127.0.0.1"},
		"datagrams":             {"udp", "127.0.0.1:0", -1, "0.0.0.0", "127.0.0.2"},
	} {
		t.Run(name, func(t *testing.T) {
			port := int(listen(t, c.network, c.address, c.v6only).Port())
			keeps := func(ip string) *listener {
				for _, l := range localListeners() {
					if l.ports().Meets(desired.HostPorts{IP: ip, First: port, Last: port, Proto: c.network[:3]}) {
						return &l
					}
				}
				return nil
			}
			if l := keeps(c.keeps); c.keeps != "" && (l == nil || l.program().pid != os.Getpid() || l.program().name == "" || l.program().engines) {
				t.Errorf("%s is free: %v", c.keeps, l)
			}
			if l := keeps(c.leaves); c.leaves != "" && l != nil {
				t.Errorf("%s is taken: %v", c.leaves, l)
			}
		})
	}
}

func TestAConnectionThatIsOpenTakesNoPort(t *testing.T) {
	at := listen(t, "tcp", "127.0.0.1:0", -1)
	conn, err := net.Dial("tcp", at.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, l := range localListeners() {
		if l.port == conn.LocalAddr().(*net.TCPAddr).Port && l.proto == "tcp" {
			t.Errorf("%v", l)
		}
	}
}

// Whatever else has opened a socket, such as what forwards it from another machine, is
// not an engine that is here.
func TestASocketThatAnotherProgramHasOpenedIsNoEngineHere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "docker.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if name, pid := openedBy(path); pid != os.Getpid() || name == "" {
		t.Errorf("opened by %q, %d", name, pid)
	}
	table, err := os.Open("/proc/net/unix")
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	if !listensHere(table, func(p string) bool { return p == path }) {
		t.Error("it is not of this network")
	}
	for _, host := range []string{"unix://" + path, "unix:///no/such.sock", "tcp://127.0.0.1:2375", "ssh://there", ""} {
		if engineIsHere(host) {
			t.Errorf("an engine is at %s", host)
		}
	}
}
