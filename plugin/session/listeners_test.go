package session

import (
	"fmt"
	"strings"
	"testing"
)

const tcpTable = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5203 1 0000000000000000 100 0 0 10 0
   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 5204 1 0000000000000000 100 0 0 10 0
   2: 0100007F:0051 0100007F:C350 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000
   3: 0100007F:0052 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 5205 1 0000000000000000 20 4 30 10 -1
`

const tcp6Table = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5206 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000001000000:0051 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5207 1 0000000000000000 100 0 0 10 0
   2: 0000000000000000FFFF00000100007F:0052 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5208 1 0000000000000000 100 0 0 10 0
   3: 000080FE00000000FF005EFE01000000:0053 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5209 1 0000000000000000 100 0 0 10 0
`

const udpTable = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  100: 3500007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 5210 2 0000000000000000 0
  101: 0100007F:0036 0100007F:0035 01 00000000:00000000 00:00000000 00000000   101        0 5211 2 0000000000000000 0
cut off 1: 0100007F
  102: zz00007F:0036 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 5212 2 0000000000000000 0
`

func TestTheTablesOfTheKernelSayWhereProgramsListen(t *testing.T) {
	for _, c := range []struct{ table, proto, want string }{
		{tcpTable, "tcp", "127.0.0.1:8080/5203 0.0.0.0:80/5204"},
		{tcp6Table, "tcp", "[::]:80/5206 [::1]:81/5207 127.0.0.1:82/5208 [fe80::fe5e:ff:0:1]:83/5209"},
		{udpTable, "udp", "127.0.0.53:53/5210"},
		{"", "tcp", ""},
	} {
		var got []string
		for _, l := range parseListeners(strings.NewReader(c.table), c.proto) {
			at := l.ip.String()
			if l.ip.Is6() {
				at = "[" + at + "]"
			}
			got = append(got, fmt.Sprintf("%s:%d/%s", at, l.port, l.inode))
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s, want %s", text, c.want)
		}
	}
}

func TestASocketIsOfThisNetworkIfTheTableHasIt(t *testing.T) {
	const table = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01  5203 /var/run/docker.sock
0000000000000000: 00000003 00000000 00000000 0001 03  5204 /run/connected.sock
0000000000000000: 00000002 00000000 00000000 0002 01  5205 /run/datagrams.sock
0000000000000000: 00000003 00000000 00000000 0001 03  5206
`
	for path, want := range map[string]bool{
		"/var/run/docker.sock": true, "/run/connected.sock": false, "/run/datagrams.sock": false, "/run/other.sock": false, "": false,
	} {
		if got := listensHere(strings.NewReader(table), func(p string) bool { return p == path }); got != want {
			t.Errorf("%q: %v", path, got)
		}
	}
}

func TestTheProxyOfTheEngineIsKnownByHowItWasCalled(t *testing.T) {
	proxy := strings.ReplaceAll("/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-ip 172.17.0.2 -container-port 80 ", " ", "\x00")
	for _, c := range []struct {
		cmdline string
		port    int
		proto   string
		want    bool
	}{
		{proxy, 8080, "tcp", true}, {proxy, 80, "tcp", false}, {proxy, 8080, "udp", false},
		{strings.Replace(proxy, "docker-proxy", "proxy", 1), 8080, "tcp", false}, {"", 8080, "tcp", false},
		{"docker-proxy\x00-host-port", 8080, "tcp", false},
	} {
		if got := isProxyFor(c.cmdline, c.port, c.proto); got != c.want {
			t.Errorf("%q %d/%s: %v", c.cmdline, c.port, c.proto, got)
		}
	}
}
