package enginetest

import (
	"net/netip"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
)

// A Program stands for an executable of images. It gets to see what the model
// knows, prints, and ends with an exit status; it can't wait for anything. The
// engine stands still meanwhile: a Program must not call it.
type Program func(*Process) int

// Process is one run of a [Program] in a container, as its main process or
// through exec.
type Process struct {
	// Args is the command line, the program included; Env is the environment.
	Args, Env []string

	containers *containerStore
	reach      *reachability
	c          *container
	out        []logLine
}

// Print writes lines to the standard output.
func (p *Process) Print(text string) { p.write(false, text) }

// Complain writes lines to the standard error.
func (p *Process) Complain(text string) { p.write(true, text) }

func (p *Process) write(stderr bool, text string) {
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		p.line(stderr, line)
	}
}

func (p *Process) line(stderr bool, text string) {
	p.out = append(p.out, logLine{stderr: stderr, text: text})
}

// Resolve gives the addresses that a name has in the container, in order; none
// means that there is no such name.
func (p *Process) Resolve(name string) []netip.Addr { return p.reach.resolve(p.c, name) }

// Dial reports whether a TCP port of an address can be connected to.
func (p *Process) Dial(addr netip.Addr, port string) bool {
	_, server := p.reach.dial(p.c, addr, port)
	return server != nil
}

// Ping reports whether an address answers an ICMP echo request.
func (p *Process) Ping(addr netip.Addr) bool {
	there := p.reach.receiver(p.c, addr)
	return there != nil && there.status != containertypes.StatePaused
}
