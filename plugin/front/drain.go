package front

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Drain asks a front to give a replica no new connection, and to wait for the end
// of those that there are.
type Drain struct {
	Address netip.Addr    // of the replica
	Timeout time.Duration // to wait at most
}

// Args is the command line that asks the front of a container, run in it, after
// the program.
func (d Drain) Args() []string {
	return []string{Command, Drains, d.Address.String(), d.Timeout.String()}
}

// ParseDrain reads what Args writes, from what follows Drains on.
func ParseDrain(args []string) (Drain, error) {
	if len(args) != 2 {
		return Drain{}, fmt.Errorf("usage: %s %s ADDRESS TIMEOUT", Command, Drains)
	}
	addr, err := netip.ParseAddr(args[0])
	if err != nil {
		return Drain{}, fmt.Errorf("%q is no address", args[0])
	}
	timeout, err := time.ParseDuration(args[1])
	if err != nil || timeout < 0 {
		return Drain{}, fmt.Errorf("%q is no time to wait", args[1])
	}
	return Drain{Address: addr.Unmap(), Timeout: timeout}, nil
}

// Silence is for how long nothing must have moved on a connection for it to be idle,
// once a part of the timeout of a drain has passed: idle, and in the last quarter half
// of that for each further fortieth.
func Silence(idle, passed, timeout time.Duration) time.Duration {
	quarter := timeout / 4
	if quarter <= 0 || passed <= timeout-quarter {
		return idle
	}
	return idle >> min(10, 10*(passed-(timeout-quarter))/quarter)
}

// Left says how many connections a drained replica still has.
func Left(n int) string {
	if n == 1 {
		return "1 connection left"
	}
	return fmt.Sprintf("%d connections left", n)
}

// ParseLeft reads what Left says.
func ParseLeft(s string) (int, error) {
	number, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || Left(n) != strings.TrimSpace(s) {
		return 0, fmt.Errorf("a front's answer can't be read: %q", s)
	}
	return n, nil
}
