package prober_test

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"os"
	"slices"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/probe"
	"github.com/stack-lite/stack-lite/plugin/probe/prober"
)

func ask(t *testing.T, questions ...probe.Question) map[string]probe.Answer {
	t.Helper()
	args := []string{"5s"}
	for _, q := range questions {
		args = append(args, q.String())
	}
	var out bytes.Buffer
	if err := prober.Run(context.Background(), args, &out); err != nil {
		t.Fatal(err)
	}
	answers, err := probe.Parse(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions: %v", len(answers), len(questions), answers)
	}
	return answers
}

func TestAListenerConnectsAndAClosedPortRefuses(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	closed, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	open := probe.AskTCP(netip.MustParseAddrPort(l.Addr().String()))
	shut := probe.AskTCP(netip.MustParseAddrPort(closed.Addr().String()))
	answers := ask(t, open, shut)
	if got := answers[open.String()].Result; got != probe.Connected {
		t.Errorf("the listener: %s", got)
	}
	if got := answers[shut.String()].Result; got != probe.Refused {
		t.Errorf("the closed port: %s", got)
	}
	for _, a := range answers {
		if !a.Result.Arrived() {
			t.Errorf("%s: packets went there and back, and it says %s", a.Question, a.Result)
		}
	}
}

func TestAnEchoComesBackByBothFamilies(t *testing.T) {
	for family, address := range map[string]string{"udp4": "127.0.0.1", "udp6": "::1"} {
		here, err := net.ListenPacket(family, net.JoinHostPort(address, "0"))
		if err != nil {
			t.Skipf("this machine has no %s: %v", address, err)
		}
		here.Close()
		q := probe.AskEcho(netip.MustParseAddr(address))
		switch a := ask(t, q)[q.String()]; {
		case a.Result == probe.NoWay && os.Getuid() != 0:
			t.Skip("this kernel has no ICMP for users without privileges")
		case a.Result != probe.Answered:
			t.Errorf("%s: %+v", address, a)
		}
	}
}

func TestANameLeadsToItsAddresses(t *testing.T) {
	q := probe.AskName("localhost")
	a := ask(t, q)[q.String()]
	if a.Result != probe.Found || !slices.Contains(a.Addresses, "127.0.0.1") {
		t.Errorf("got %+v", a)
	}
}

func TestNoQuestionThatCannotBeAskedIsTakenForAnAnswer(t *testing.T) {
	for _, args := range [][]string{
		{}, {"soon"}, {"-1s"}, {"1s", "name/"}, {"1s", "tcp/10.0.0.1"}, {"1s", "tcp/db:80"}, {"1s", "echo/db"}, {"1s", "tls/10.0.0.1:1"},
	} {
		var out bytes.Buffer
		if err := prober.Run(context.Background(), args, &out); err == nil || out.Len() > 0 {
			t.Errorf("%v: %v, %s", args, err, out.String())
		}
	}
}
