package enginetest

import (
	"fmt"
	containertypes "github.com/docker/docker/api/types/container"
	networktypes "github.com/docker/docker/api/types/network"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"
)

// The exit statuses of the probe.
const (
	exitNoAnswer = 1
	exitNoName   = 2
	exitUsage    = 64
)

// resolve gives the addresses that the engine's name server answers a
// container with. The endpoint's links come first, on whatever network, then
// the names on its networks in the order of the networks' names. A name may
// be qualified with the name of a network.
func (e *Engine) resolve(c *container, name string) []netip.Addr {
	if addr, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{addr}
	}
	owner, err := e.networkOwner(c)
	if err != nil {
		return nil
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == "localhost" || name == strings.ToLower(owner.config.Hostname) {
		return e.ownAddress(owner, name)
	}
	names := slices.Sorted(maps.Keys(owner.endpoints))
	for _, private := range []bool{true, false} {
		for _, on := range names {
			settings := owner.endpoints[on]
			n, ok := e.networks.byID[settings.NetworkID]
			if !ok || predefined(n.name) || settings.EndpointID == "" {
				continue // the default bridge has no name server
			}
			target, linked := linkTarget(settings, name)
			switch {
			case private && !linked, !private && linked:
				continue
			case !linked:
				target = strings.TrimSuffix(name, "."+strings.ToLower(n.name))
			}
			if addrs := e.lookup(n, target); len(addrs) > 0 {
				return addrs
			}
		}
	}
	return nil
}

// ownAddress is what /etc/hosts of a container says.
func (e *Engine) ownAddress(c *container, name string) []netip.Addr {
	if name == "localhost" {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	for _, on := range slices.Sorted(maps.Keys(c.endpoints)) {
		if addr, err := netip.ParseAddr(c.endpoints[on].IPAddress); err == nil {
			return []netip.Addr{addr}
		}
	}
	return nil
}

// linkTarget is the name behind an alias that is private to an endpoint.
func linkTarget(settings *networktypes.EndpointSettings, name string) (string, bool) {
	for _, link := range settings.Links {
		target, alias, ok := strings.Cut(link, ":")
		if !ok {
			alias = path.Base(target)
		}
		if strings.ToLower(alias) == name {
			return strings.ToLower(target), true
		}
	}
	return "", false
}

// lookup finds the running containers that have a name on a network.
func (e *Engine) lookup(n *network, name string) []netip.Addr {
	var addrs []netip.Addr
	for _, c := range e.membersOf(n) {
		settings := c.endpointOn(n)
		if !slices.ContainsFunc(c.dnsNames(settings), func(own string) bool {
			return strings.ToLower(own) == name
		}) {
			continue
		}
		if addr, err := netip.ParseAddr(settings.IPAddress); err == nil {
			addrs = append(addrs, addr)
		}
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	return addrs
}

// reach finds the container that a packet to an address arrives at: the
// sender itself, or one that it shares a network with that carries traffic.
func (e *Engine) reach(from *container, to netip.Addr) *container {
	owner, err := e.networkOwner(from)
	if err != nil {
		return nil
	}
	if to.IsLoopback() {
		return owner
	}
	for _, settings := range owner.endpoints {
		n, ok := e.networks.byID[settings.NetworkID]
		if !ok || settings.EndpointID == "" {
			continue
		}
		for _, c := range e.membersOf(n) {
			if c.endpointOn(n).IPAddress == to.String() && (c == owner || n.carries()) {
				return c
			}
		}
	}
	return nil
}

// listener is the container that listens on a port of the network of c; several
// may share one network.
func (e *Engine) listener(c *container, port string) *container {
	for _, other := range e.sortedContainers() {
		if other.status != containertypes.StateRunning {
			continue
		}
		if owner, err := e.networkOwner(other); err == nil && owner == c &&
			slices.Contains(other.program().serves(other), port) {
			return other
		}
	}
	return nil
}

// ask runs one of the probe's questions in a container.
func (e *Engine) ask(c *container, p program, env []string) (out []logLine, code int) {
	say := func(format string, a ...any) { out = append(out, logLine{text: fmt.Sprintf(format, a...)}) }
	fail := func(code int, format string, a ...any) ([]logLine, int) {
		return append(out, logLine{stderr: true, text: "probe: " + fmt.Sprintf(format, a...)}), code
	}
	target := ""
	if args := p.args(); len(args) > 0 {
		target = args[len(args)-1]
	}
	switch p.verb {
	case "env":
		return printEnv(env, target)
	case "resolve", "ping", "dial", "get":
		if target == "" {
			return fail(exitUsage, "%s takes one name", p.verb)
		}
	default:
		return fail(exitUsage, "no command %q", p.verb)
	}
	host, port := target, ""
	switch p.verb {
	case "dial":
		var err error
		if host, port, err = net.SplitHostPort(target); err != nil {
			return fail(exitUsage, "dial: %v", err)
		}
	case "get":
		u, err := url.Parse(target)
		if err != nil {
			return fail(exitUsage, "get: %v", err)
		}
		if host, port = u.Hostname(), u.Port(); port == "" {
			port = "80"
		}
	}
	addrs := e.resolve(c, host)
	if len(addrs) == 0 {
		return fail(exitNoName, "no such name %q", host)
	}
	switch p.verb {
	case "resolve":
		for _, addr := range addrs {
			say("%s", addr)
		}
		return out, 0
	case "ping":
		say("PING %s (%s): 56 data bytes", host, addrs[0])
		if !(&Process{e: e, c: c}).Ping(addrs[0]) {
			return out, exitNoAnswer
		}
		say("64 bytes from %s: seq=0 time=0.100 ms", addrs[0])
		return out, 0
	}
	for _, addr := range addrs {
		other := e.reach(c, addr)
		if other == nil {
			continue
		}
		server := e.listener(other, port)
		if server == nil {
			continue
		}
		if p.verb == "dial" {
			say("connected to %s:%s", addr, port)
			return out, 0
		}
		e.print(server, false, "GET / from "+e.sourceAddress(c, addr))
		say("%s", other.config.Hostname)
		return out, 0
	}
	return fail(exitNoAnswer, "%s: no answer", target)
}

// sourceAddress is the address a container sends from to another.
func (e *Engine) sourceAddress(c *container, to netip.Addr) string {
	if owner, err := e.networkOwner(c); err == nil {
		for _, settings := range owner.endpoints {
			if p, err := netip.ParsePrefix(cidr(settings)); err == nil && p.Contains(to) {
				return settings.IPAddress
			}
		}
	}
	return to.String()
}

func printEnv(env []string, name string) (out []logLine, code int) {
	// The last of several values holds.
	values := map[string]string{}
	for _, line := range env {
		key, value, _ := strings.Cut(line, "=")
		values[key] = value
	}
	if name != "" {
		value, ok := values[name]
		if !ok {
			return nil, exitNoAnswer
		}
		return []logLine{{text: value}}, 0
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		out = append(out, logLine{text: key + "=" + values[key]})
	}
	return out, 0
}
