package probe

import (
	"fmt"
	"net/netip"
	"strings"
)

// Command is the argument by which the program becomes a prober.
const Command = "__probe"

// Kind is what is asked for.
type Kind string

// The kinds.
const (
	Name Kind = "name" // to which addresses a name leads
	TCP  Kind = "tcp"  // whether an address takes, or refuses, a connection to a port
	Echo Kind = "echo" // whether an address answers an ICMP echo request
)

// Question is one thing to find out.
type Question struct {
	Kind   Kind
	Target string // a name, address:port or an address
}

// AskName asks to which addresses a name leads.
func AskName(name string) Question { return Question{Name, name} }

// AskTCP asks whether a port of an address takes or refuses connections.
func AskTCP(to netip.AddrPort) Question { return Question{TCP, to.String()} }

// AskEcho asks whether an address answers ICMP.
func AskEcho(to netip.Addr) Question { return Question{Echo, to.String()} }

// String is the question as an argument.
func (q Question) String() string { return string(q.Kind) + "/" + q.Target }

// ParseQuestion reads a question as String writes it.
func ParseQuestion(s string) (Question, error) {
	kind, target, _ := strings.Cut(s, "/")
	q := Question{Kind(kind), target}
	var err error
	switch q.Kind {
	case Name:
		if target == "" {
			err = fmt.Errorf("no name")
		}
	case TCP:
		_, err = netip.ParseAddrPort(target)
	case Echo:
		_, err = netip.ParseAddr(target)
	default:
		err = fmt.Errorf("no such kind of question")
	}
	if err != nil {
		return q, fmt.Errorf("%s: %w", s, err)
	}
	return q, nil
}
