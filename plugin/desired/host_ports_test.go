package desired_test

import (
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// twoServices is a file of two services, each with one item of ports.
func twoServices(blue, green string) string {
	return "blue: {image: i, ports: ['" + blue + "']}\ngreen: {image: i, ports: ['" + green + "']}\n"
}

func checkPorts(t *testing.T, text string, goal plan.Goal, scale desired.Scale) string {
	t.Helper()
	p, topology := loaded(t, text)
	in := desired.Inputs{Project: p, Topology: topology, Scale: desired.KeepScale(p, plan.Have{}, scale)}
	err := desired.CheckPorts(in, goal)
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(err.Error(), p.Dir+"/", "")
}

func TestOnePortOfTheHostIsOneService(t *testing.T) {
	for _, c := range []struct {
		blue, green string
		clash       bool
	}{
		{"80:80", "80:8080", true},
		{"80:80", "81:80", false},
		{"80:80", "80", false},
		{"80:80/udp", "80:80", false},
		{"80:80/udp", "80:53/udp", true},
		{"127.0.0.1:80:80", "80:80", true},
		{"0.0.0.0:80:80", "10.0.0.1:80:80", true},
		{"127.0.0.1:80:80", "192.168.1.1:80:80", false},
		{"0.0.0.0:80:80", "[::1]:80:80", false},
		{"[::]:80:80", "[::1]:80:80", true},
		{"[0:0::1]:80:80", "[::1]:80:80", true},
		{"[::]:80:80", "0.0.0.0:80:80", false}, // the engine knows whether these are two
		{"[::1]:80:80", "80:80", true},
		{"8000-8010:8000-8010", "8010:80", true},
		{"8000-8010:8000-8010", "8011:80", false},
		{"8000-8010:8000-8010", "7990-8000:7990-8000", true},
		{"8000-8010:80", "8005:80", false}, // the engine chooses another one
		{"8000-8001:80", "8000-8001:80", false},
		{"8000-8001:80", "8000-8001:8000-8001", true},
	} {
		got := checkPorts(t, twoServices(c.blue, c.green), plan.Goal{}, nil)
		if (got != "") != c.clash {
			t.Errorf("%s and %s: %q", c.blue, c.green, got)
		}
		if back := checkPorts(t, twoServices(c.green, c.blue), plan.Goal{}, nil); (back != "") != c.clash {
			t.Errorf("%s and %s: %q", c.green, c.blue, back)
		}
		if one := checkPorts(t, twoServices(c.blue, c.green), plan.Goal{Services: []string{"green"}}, nil); one != "" {
			t.Errorf("%s alone: %q", c.green, one)
		}
		if one := checkPorts(t, twoServices(c.blue, c.green), plan.Goal{}, desired.Scale{"blue": 0}); one != "" {
			t.Errorf("%s beside none: %q", c.green, one)
		}
	}
}

func TestRangesThatCanNotBeSharedOutAreToldWithThoseThatShareThem(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		scale desired.Scale
		want  string
	}{
		"as many as fit": {twoServices("8000-8003:80", "8002-8005:80"), desired.Scale{"blue": 3, "green": 3}, ""},
		"one too many": {twoServices("8000-8003:80", "8002-8005:80"), desired.Scale{"blue": 4, "green": 3},
			"fig.yml:2:27: green.ports[0]: host ports 8002-8005 are not enough for green and others that publish them: blue at fig.yml:1:26"},
		"around what is fixed": {twoServices("8000-8002:80", "8001:80"), desired.Scale{"blue": 2}, ""},
		"with what is fixed": {twoServices("8000-8002:80", "8001:80"), desired.Scale{"blue": 3},
			"fig.yml:1:26: blue.ports[0]: host ports 8000-8002 are not enough for blue and others that publish them: green at fig.yml:2:27"},
		"on another address": {twoServices("127.0.0.1:8000-8002:80", "127.0.0.2:8001:80"), desired.Scale{"blue": 3}, ""},
		"on all addresses": {twoServices("8000-8002:80", "127.0.0.2:8001:80"), desired.Scale{"blue": 3},
			"fig.yml:1:26: blue.ports[0]: host ports 8000-8002 are not enough for blue and others that publish them: green at fig.yml:2:27"},
		"the narrow range first": {twoServices("8000-8009:80", "8000-8001:80"), desired.Scale{"blue": 8, "green": 2}, ""},
		"two of one service": {"blue: {image: i, ports: ['8000-8002:80', '8000-8002:81']}\n", desired.Scale{"blue": 2},
			"fig.yml:1:42: blue.ports[1]: host ports 8000-8002 are not enough for all containers of blue"},
		"none of its own network": {"blue: {image: i, net: none, ports: ['80:80']}\ngreen: {image: i, ports: ['80:80']}\n", nil, ""},
	} {
		if got := checkPorts(t, c.file, plan.Goal{}, c.scale); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestWhatRangesOfAllPortsNeedIsFoundOutFast(t *testing.T) {
	var file strings.Builder
	for range 200 {
		file.WriteString("'1-65535:80', ")
	}
	if got := checkPorts(t, "blue: {image: i, ports: ["+file.String()+"'1-65535:1-65535/udp']}\n", plan.Goal{}, desired.Scale{"blue": 300}); got != "" {
		t.Error(got)
	}
}

func TestServicesThatShareARangeStartOneAfterAnother(t *testing.T) {
	want, err := wantOf(t, `
a: {image: i, ports: ['8000-8005:80']}
b: {image: i, ports: ['8005-8009:80']}
c: {image: i, ports: ['8009-8012:80', '9000-9002:81']}
d: {image: i, ports: ['9002-9003:80']}
udp: {image: i, ports: ['8000-8005:80/udp']}
apart: {image: i, ports: ['8100-8105:80']}
fixed: {image: i, ports: ['8200-8205:8200-8205', '80']}
`, plan.Have{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range want.Containers {
		got[c.Service] = c.PortRange
	}
	if got["a"] == "" || got["a"] != got["b"] || got["a"] != got["c"] || got["a"] != got["d"] ||
		got["udp"] == "" || got["udp"] == got["a"] || got["apart"] == "" || got["apart"] == got["a"] || got["fixed"] != "" {
		t.Errorf("got %v", got)
	}
}

// TestARangeIsNotUsedUpByThePortsOfTheOtherKindOfAddresses: an Engine 20.10 gives a
// container 0.0.0.0:8000 and [::]:8003 of one range.
func TestARangeIsNotUsedUpByThePortsOfTheOtherKindOfAddresses(t *testing.T) {
	p, _ := loaded(t, "web: {image: i, ports: ['8000-8003:80']}\n")
	var list []desired.Publishing
	for _, name := range []string{"web_3", "web_4"} {
		list = append(list, desired.PublishedBy(p.Services[0], name)...)
	}
	on := func(ip string, ports ...int) (held []desired.HostPorts) {
		for _, n := range ports {
			held = append(held, desired.HostPorts{IP: ip, First: n, Last: n, Proto: "tcp"})
		}
		return held
	}
	for _, c := range []struct {
		held  []desired.HostPorts
		short int
	}{
		{append(on("0.0.0.0", 8000, 8001), on("::", 8002, 8003)...), 0},
		{on("0.0.0.0", 8000, 8001, 8002), 1},
		{on("::1", 8000, 8001, 8002, 8003), 0},
		{on("", 8000, 8001, 8002, 8003), 1},
		{on("127.0.0.1", 8000, 8003, 8002), 1},
	} {
		if got := desired.Shortages(list, c.held); len(got) != c.short {
			t.Errorf("%v: %v", c.held, got)
		}
		for _, h := range c.held {
			if counts := h.Meets(list[0].Decisive()); counts == (h.IP == "::" || h.IP == "::1") {
				t.Errorf("%v: counts %v", h, counts)
			}
		}
	}
}
