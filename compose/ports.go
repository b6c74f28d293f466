package compose

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/docker/go-connections/nat"
)

// portForm is the grammar of one item of ports.
const portForm = "[[IP:]HOST:]CONTAINER[/tcp|udp|sctp], where HOST and CONTAINER are a port or a range such as 8000-8010"

// parsePort reads one item of ports. Base-60 numbers of YAML 1.1, such as an
// unquoted 22:22, arrive as they are written.
func parsePort(_ *scope, v value) (Port, *invalid) {
	p := Port{Pos: v.pos}
	if m := portNumbers(v.text); m != nil {
		return p, m
	}
	noPort := invalidf("write "+portForm, "%q is not a port", v.text).as(KindBadPort)
	rest, container, hosted := cutLast(v.text, ":")
	if !hosted {
		rest, container = "", v.text
	}
	ip, host, addressed := cutLast(rest, ":")
	if !addressed {
		ip, host = "", rest
	}
	p.Proto, container = nat.SplitProtoPort(container)
	var err error
	if falls(container) || falls(host) {
		return p, noPort.as(KindUnevenPorts)
	}
	if p.First, p.Last, err = nat.ParsePortRangeToInt(container); err != nil || container == "" {
		return p, noPort
	}
	if p.HostFirst, p.HostLast, err = nat.ParsePortRangeToInt(host); err != nil {
		return p, noPort
	}
	if p.IP = ip; ip != "" {
		if p.IP = strings.TrimSuffix(strings.TrimPrefix(ip, "["), "]"); net.ParseIP(p.IP) == nil {
			return p, invalidf("write an address, with [ and ] around one of IPv6, or remove it for all addresses", "%q: the part before the ports is not an IP address", v.text).as(KindBadPort)
		}
	}
	switch p.Proto = strings.ToLower(p.Proto); {
	case p.Proto != "tcp" && p.Proto != "udp" && p.Proto != "sctp":
		return p, invalidf("", "%q: the protocol is tcp, udp or sctp", v.text).as(KindBadPort)
	case p.HostFirst == 0 && p.HostLast != 0:
		return p, invalidf("", "%q: a range of host ports begins at 1 or later", v.text)
	case p.First == 0:
		return p, invalidf("", "%q: 0 is not a port of a container", v.text)
	case p.HostFirst != 0 && p.First != p.Last && p.HostLast-p.HostFirst != p.Last-p.First:
		return p, invalidf("write as many host ports as container ports", "%q: the ranges differ in length", v.text).as(KindUnevenPorts)
	}
	return p, nil
}

// falls reports whether a range ends before it begins.
func falls(span string) bool {
	first, last, _ := strings.Cut(span, "-")
	from, err := strconv.Atoi(first)
	to, bad := strconv.Atoi(last)
	return err == nil && bad == nil && to < from
}

// portNumbers reports numbers that are too large, which the grammar alone would
// call "no port".
func portNumbers(t string) *invalid {
	if i := strings.LastIndexByte(t, ']'); i >= 0 {
		t = t[i+1:]
	}
	t, _, _ = strings.Cut(t, "/")
	for _, part := range strings.FieldsFunc(t, func(r rune) bool { return r == ':' || r == '-' }) {
		if n, err := strconv.ParseUint(part, 10, 64); err == nil && n > 65535 {
			return invalidf("", "%d is not a port: the highest is 65535", n)
		}
	}
	return nil
}

// ports prints the numbers of a range.
func ports(first, last int) string {
	if first == last {
		return strconv.Itoa(first)
	}
	return fmt.Sprintf("%d-%d", first, last)
}

// String is the port as a file says it.
func (p Port) String() string {
	s := ports(p.First, p.Last) + proto(p.Proto)
	switch {
	case p.HostFirst != 0:
		s = ports(p.HostFirst, p.HostLast) + ":" + s
	case p.IP != "":
		s = ":" + s
	}
	if p.IP == "" {
		return s
	}
	return net.JoinHostPort(p.IP, s)
}

func proto(p string) string {
	if p == "tcp" {
		return ""
	}
	return "/" + p
}

// parseExpose reads one item of expose.
func parseExpose(_ *scope, v value) (Expose, *invalid) {
	e := Expose{Pos: v.pos}
	if m := portNumbers(v.text); m != nil {
		return e, m
	}
	if host, container, ok := cutLast(v.text, ":"); ok {
		return e, invalidf(fmt.Sprintf("write %q here, or %q under ports: to publish it", container, host+":"+container), "%q: expose takes ports of the container alone", v.text).as(KindBadPort)
	}
	p, m := parsePort(nil, v)
	if m != nil {
		if len(m.hints) > 0 {
			m.hints = []string{"write a port or a range such as 8000-8010, with or without /udp after it"}
		}
		return e, m
	}
	e.First, e.Last, e.Proto = p.First, p.Last, p.Proto
	return e, nil
}

// String is the port as a file says it.
func (e Expose) String() string { return ports(e.First, e.Last) + proto(e.Proto) }

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
