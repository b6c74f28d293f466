package process

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/docker/go-connections/nat"
)

// oneServer is a network on which "web" serves on port 80, and nothing else is.
type oneServer struct{}

var web = netip.MustParseAddr("10.0.0.2")

func (oneServer) Resolve(name string) []netip.Addr {
	if name != "web" {
		return nil
	}
	return []netip.Addr{web}
}

func (oneServer) Ping(addr netip.Addr) bool { return addr == web }

func (oneServer) Dial(addr netip.Addr, port string) bool { return addr == web && port == "80" }

func (n oneServer) Get(addr netip.Addr, port string) (string, bool) {
	return "host of web", n.Dial(addr, port)
}

func (oneServer) Read(file string) (string, bool) { return "word", file == "/data/a" }

func (oneServer) Write(file, _ string) bool { return file == "/data/a" }

func TestTheProbeAnswersFromWhatTheNetworkKnows(t *testing.T) {
	for _, c := range []struct {
		argv []string
		out  string
		code int
	}{
		{[]string{"/probe", "resolve", "web"}, "10.0.0.2", 0},
		{[]string{"/probe", "resolve", "db"}, `probe: no such name "db"`, exitNoName},
		{[]string{"/probe", "dial", "web:80"}, "connected to 10.0.0.2:80", 0},
		{[]string{"/probe", "dial", "web:81"}, "probe: web:81: no answer", exitNoAnswer},
		{[]string{"/probe", "get", "http://web"}, "host of web", 0},
		{[]string{"/probe", "get", "http://web:81"}, "probe: http://web:81: no answer", exitNoAnswer},
		{[]string{"/probe", "read", "/data/a"}, "word", 0},
		{[]string{"/probe", "read", "/data/b"}, "probe: open /data/b: no such file or directory", exitNoAnswer},
		{[]string{"/probe", "write", "/data/b", "word"}, "probe: open /data/b: read-only file system", exitNoAnswer},
		{[]string{"/probe", "each", "dial", "web:80"}, "0 dial web:80", 0},
		{[]string{"/bin/probe", "env", "A"}, "2", 0},
		{[]string{"/probe", "fly"}, `probe: no command "fly"`, exitUsage},
	} {
		o, asked := Programs{}.Exec(Parse(c.argv), CommandLine{}, []string{"A=1", "A=2"}, oneServer{})
		if len(o.Lines) != 1 || o.Lines[0].Text != c.out || o.Code != c.code || o.Stays || !asked {
			t.Errorf("%v: %+v, asked: %v", c.argv, o, asked)
		}
	}
}

func TestExecFindsOnlyTheProbeAndThePrograms(t *testing.T) {
	own := Programs{"own": func(p *Process) int { p.Print(p.Args[1]); return 3 }}
	if o, asked := own.Exec(Parse([]string{"/bin/own", "word"}), CommandLine{}, nil, oneServer{}); o.Code != 3 || o.Lines[0].Text != "word" || asked {
		t.Errorf("own: %+v", o)
	}
	if o, _ := own.Exec(Parse([]string{"redis-cli"}), CommandLine{}, nil, oneServer{}); o.Code != 126 {
		t.Errorf("what the image lacks is run by exec: %+v", o)
	}
	exposed := nat.PortSet{"6379/tcp": {}, "53/udp": {}}
	server := Parse([]string{"redis-server"})
	if o := own.Main(server, nil, exposed, oneServer{}); !o.Stays || len(o.Lines) > 0 {
		t.Errorf("a server: %+v", o)
	}
	if ports := server.Serves(exposed); !slices.Equal(ports, []string{"6379"}) {
		t.Errorf("a server listens on %v", ports)
	}
}

func TestAFrontStaysAndDrains(t *testing.T) {
	line := func(words string) CommandLine { return Parse(strings.Fields(words)) }
	own := Programs{"docker-stacklite": func(*Process) int { return 9 }} // which a front is not
	serving := line("/docker-stacklite __front serve web tcp:80:8080 udp:53:53 tcp:443:8443")
	if o := own.Main(serving, nil, nil, oneServer{}); !o.Stays {
		t.Errorf("got %+v", o)
	}
	if ports := serving.Serves(nat.PortSet{"1/tcp": {}}); !slices.Equal(ports, []string{"443", "80"}) {
		t.Errorf("it listens on %v", ports)
	}
	if code, ends := serving.OnSignal("TERM", ""); !ends || code != 0 {
		t.Errorf("SIGTERM ends it: %t, %d", ends, code)
	}
	for _, c := range []struct {
		words string
		main  CommandLine
		code  int
		said  string
	}{
		{"/docker-stacklite __front drain 10.0.0.2 1s", serving, 0, "0 connections left"},
		{"/docker-stacklite __front drain 10.0.0.2 1s", line("/probe serve"), exitNoFront, "no front runs here"},
		{"/docker-stacklite __front drain web 1s", serving, exitNoFront, `"web" is no address`},
	} {
		o, asked := own.Exec(line(c.words), c.main, nil, oneServer{})
		if o.Code != c.code || len(o.Lines) != 1 || o.Lines[0].Text != c.said || o.Stays || asked {
			t.Errorf("%s: got %+v", c.words, o)
		}
	}
	if o := own.Main(line("/docker-stacklite __front serve web"), nil, nil, oneServer{}); o.Stays || o.Code != exitNoFront {
		t.Errorf("a front without ports: got %+v", o)
	}
}

func TestWhatASignalDoes(t *testing.T) {
	for _, c := range []struct {
		program, signal, stop string
		code                  int
		ends                  bool
	}{
		{"probe", "TERM", "", 0, true},
		{"probe", "QUIT", "", 2, true},
		{"probe", "USR1", "SIGUSR1", 0, false},
		{"nginx", "QUIT", "SIGQUIT", 0, true},
		{"nginx", "HUP", "SIGQUIT", 0, false},
	} {
		if code, ends := Parse([]string{c.program}).OnSignal(c.signal, c.stop); code != c.code || ends != c.ends {
			t.Errorf("%s with stop signal %q on %s: %d, %v", c.program, c.stop, c.signal, code, ends)
		}
	}
}
