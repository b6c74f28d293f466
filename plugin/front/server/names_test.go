package server

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// nameServer answers look-ups of a name with what reply makes of a question.
func nameServer(t *testing.T, reply func(q dnsmessage.Question, m *dnsmessage.Message)) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		b := make([]byte, 1<<10)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(b[:n]) != nil {
				continue
			}
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			reply(m.Questions[0], &m)
			if text, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(text, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func TestANameLeadsToTheReplicasOnTheFrontsNetworks(t *testing.T) {
	type question = dnsmessage.Question
	type message = dnsmessage.Message
	answer := func(q question, m *message, body dnsmessage.ResourceBody) {
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: body})
	}
	for name, c := range map[string]struct {
		reply  func(q question, m *message)
		want   []string
		failed bool
	}{
		"two, one of them elsewhere, and the front itself": {reply: func(q question, m *message) {
			if q.Type == dnsmessage.TypeA && q.Name.String() == "web." {
				for _, last := range []byte{5, 2, 4} {
					answer(q, m, &dnsmessage.AResource{A: [4]byte{10, 222, 0, last}})
				}
				answer(q, m, &dnsmessage.AResource{A: [4]byte{192, 0, 2, 1}})
			}
		}, want: []string{"10.222.0.4", "10.222.0.5"}},
		"a network of IPv6 alone": {reply: func(q question, m *message) {
			if q.Type == dnsmessage.TypeAAAA {
				answer(q, m, &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr("fd00::5").As16()})
			}
		}, want: []string{"fd00::5"}},
		"nowhere":                    {reply: func(_ question, m *message) { m.RCode = dnsmessage.RCodeNameError }},
		"nowhere, and nobody to ask": {reply: func(_ question, m *message) { m.RCode = dnsmessage.RCodeServerFailure }},
		"no answer in time":          {reply: func(_ question, m *message) { m.Response = false }, failed: true},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNames("web")
			n.resolver = nameServer(t, c.reply)
			n.networks = func() ([]net.Addr, error) {
				_, loopback, _ := net.ParseCIDR("0.0.0.0/1")
				loopback.IP = net.IPv4(127, 0, 0, 1)
				_, v6, _ := net.ParseCIDR("fd00::/64")
				v6.IP = net.ParseIP("fd00::2")
				return []net.Addr{loopback, &net.IPNet{IP: net.IPv4(10, 222, 0, 2), Mask: net.CIDRMask(28, 32)}, v6}, nil
			}
			ctx := t.Context()
			if c.failed {
				limited, cancel := context.WithCancel(ctx)
				cancel()
				ctx = limited
			}
			for range 2 { // what was found is kept
				found, err := n.resolve(ctx)
				if (err != nil) != c.failed {
					t.Fatal(err)
				}
				var got []string
				for _, a := range found {
					got = append(got, a.String())
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("got %v, want %v", got, c.want)
				}
			}
		})
	}
}

func TestWithoutAnAnswerAboutTheNameOnlyThoseLeaveThatDoNotAnswer(t *testing.T) {
	port := freePort(t, "tcp")
	listen(t, replica(2), port, named(2))
	r := start(t, front.TCP, port, replicas(2, 3), nil)
	r.who(t, 2)
	r.log.await(t, 1, "does not answer")
	r.leads(nil, errors.New("no answer"))
	r.log.await(t, 1, "127.0.0.3 leaves")
	if got := r.who(t, 2); got != "2 2" {
		t.Errorf("got %s", got)
	}
	r.leads(nil, nil)
	r.log.await(t, 1, "127.0.0.2 leaves")
	if lines, _ := r.log.lines(); strings.Count(strings.Join(lines, "\n"), "leaves") != 2 {
		t.Errorf("got %q", lines)
	}
}
