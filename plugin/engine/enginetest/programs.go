package enginetest

import (
	containertypes "github.com/docker/docker/api/types/container"
	"net/netip"
	"path"
	"slices"
	"strings"
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

	e   *Engine
	c   *container
	out []logLine
}

// Print writes lines to the standard output.
func (p *Process) Print(text string) { p.write(false, text) }

// Complain writes lines to the standard error.
func (p *Process) Complain(text string) { p.write(true, text) }

func (p *Process) write(stderr bool, text string) {
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		p.out = append(p.out, logLine{stderr: stderr, text: line})
	}
}

// Resolve gives the addresses that a name has in the container, in order; none
// means that there is no such name.
func (p *Process) Resolve(name string) []netip.Addr { return p.e.resolve(p.c, name) }

// Dial reports whether a TCP port of an address can be connected to.
func (p *Process) Dial(addr netip.Addr, port string) bool {
	there := p.e.reach(p.c, addr)
	return there != nil && p.e.listener(there, port) != nil
}

// Ping reports whether an address answers an ICMP echo request.
func (p *Process) Ping(addr netip.Addr) bool {
	there := p.e.reach(p.c, addr)
	return there != nil && there.status != containertypes.StatePaused
}

// runProgram runs the Program that a command line names, if there is one.
func (e *Engine) runProgram(c *container, argv, env []string) (out []logLine, code int, known bool) {
	if len(argv) == 0 {
		return nil, 0, false
	}
	run, known := e.opts.Programs[path.Base(argv[0])]
	if !known {
		return nil, 0, false
	}
	p := &Process{Args: slices.Clone(argv), Env: slices.Clone(env), e: e, c: c}
	code = run(p)
	return p.out, code, true
}
