package enginetest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// Where the engine takes ports from when it may choose.
const (
	firstEphemeralPort = 32768
	lastEphemeralPort  = 60999
)

// hostPorts are the ports of the host that containers have published.
type hostPorts struct {
	unexposed bool // are published too
	taken     map[hostPort]bool
	next      int
}

type hostPort struct {
	proto, ip string
	port      int
}

func newHostPorts(r release) *hostPorts {
	return &hostPorts{unexposed: r.publishesUnexposed, taken: map[hostPort]bool{}, next: firstEphemeralPort}
}

// isFree reports whether a port may be bound. An address that stands for all of
// them conflicts with each.
func (t *hostPorts) isFree(p hostPort) bool {
	if p.ip != everywhere {
		return !t.taken[p] && !t.taken[hostPort{p.proto, everywhere, p.port}]
	}
	for other := range t.taken {
		if other.proto == p.proto && other.port == p.port {
			return false
		}
	}
	return true
}

const everywhere = "0.0.0.0"

// choose finds a free port: the one asked for, the first of a range, or any.
func (t *hostPorts) choose(proto, ip, want string) (int, bool) {
	if want == "" || want == "0" {
		for range lastEphemeralPort - firstEphemeralPort + 1 {
			port := t.next
			if t.next++; t.next > lastEphemeralPort {
				t.next = firstEphemeralPort
			}
			if t.isFree(hostPort{proto, ip, port}) {
				return port, true
			}
		}
		return 0, false
	}
	first, last, err := nat.ParsePortRangeToInt(want)
	if err != nil {
		return 0, false
	}
	for port := first; port <= last; port++ {
		if t.isFree(hostPort{proto, ip, port}) {
			return port, true
		}
	}
	return first, false
}

// release frees the ports of a container that ended.
func (t *hostPorts) release(c *container) {
	t.free(c.bound)
	c.bound = nil
}

func (t *hostPorts) free(bound nat.PortMap) {
	for port, bindings := range bound {
		for _, b := range bindings {
			n, err := nat.ParsePort(b.HostPort)
			if err == nil {
				delete(t.taken, hostPort{port.Proto(), b.HostIP, n})
			}
		}
	}
}

// publish publishes the ports of a container that starts, or that gets its first
// network while it runs. Before Engine 29 only exposed ports can be published; the
// rest of the wishes is passed over, as the engine does.
func (t *hostPorts) publish(c *container) error {
	mode := c.host.NetworkMode
	if mode.IsHost() || mode.IsNone() || mode.IsContainer() || len(c.endpoints) == 0 || c.bound != nil {
		return nil
	}
	bound := nat.PortMap{}
	for _, port := range t.publishable(c) {
		bindings := c.host.PortBindings[port]
		if len(bindings) == 0 && c.host.PublishAllPorts {
			bindings = []nat.PortBinding{{}}
		}
		for _, b := range bindings {
			ip := b.HostIP
			if ip == "" {
				ip = everywhere
			}
			n, ok := t.choose(port.Proto(), ip, b.HostPort)
			if !ok {
				t.free(bound)
				return portTaken(c, ip, b.HostPort, n)
			}
			t.taken[hostPort{port.Proto(), ip, n}] = true
			bound[port] = append(bound[port], nat.PortBinding{HostIP: ip, HostPort: strconv.Itoa(n)})
		}
	}
	c.bound = bound
	return nil
}

// publishable are the ports of a container that may be published, in order.
func (t *hostPorts) publishable(c *container) []nat.Port {
	ports := slices.Collect(maps.Keys(c.config.ExposedPorts))
	for port := range c.host.PortBindings {
		if t.unexposed && !slices.Contains(ports, port) {
			ports = append(ports, port)
		}
	}
	slices.SortFunc(ports, func(a, b nat.Port) int { return a.Int() - b.Int() })
	return ports
}

// portTaken says that a port is in use.
func portTaken(c *container, ip, want string, port int) error {
	text := "Bind for " + ip + ":" + strconv.Itoa(port) + " failed: port is already allocated"
	if strings.Contains(want, "-") {
		text = "all ports are allocated"
	}
	endpoint := ""
	for _, settings := range c.endpoints {
		endpoint = max(endpoint, settings.EndpointID)
	}
	return api.Errorf(http.StatusInternalServerError,
		"driver failed programming external connectivity on endpoint %s (%s): %s", c.name, endpoint, text)
}
