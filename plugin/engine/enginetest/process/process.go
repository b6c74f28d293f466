// Package process models the programs of the containers of an engine in memory:
// what a command line means, what it prints, on which ports it listens and how
// it ends. No time passes meanwhile: a program has ended, or runs until it is
// stopped, once it has begun.
//
// The probe, the program of the folder beside this one, is known, and so are fronts; a test may
// bring Programs of its own; every other command is taken for a server.
package process

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// A Program stands for an executable of images. It gets to see what the model
// knows, prints, and ends with an exit status; it can't wait for anything. The
// engine stands still meanwhile: a Program must not call it.
type Program func(*Process) int

// Network is what a container finds on its networks.
type Network interface {
	// Resolve gives the addresses that a name has, in order.
	Resolve(name string) []netip.Addr
	// Ping reports whether an address answers an ICMP echo request.
	Ping(addr netip.Addr) bool
	// Dial reports whether a TCP port of an address can be connected to.
	Dial(addr netip.Addr, port string) bool
	// Get asks the HTTP server at a TCP port of an address, if there is one.
	Get(addr netip.Addr, port string) (body string, ok bool)
}

// Files are those of a container.
type Files interface {
	// Read gives the text of a file, if there is one.
	Read(file string) (text string, ok bool)
	// Write makes a file of a text, and reports whether it can be written to.
	Write(file, text string) bool
}

// Container is what a process finds in its container.
type Container interface {
	Network
	Files
}

// Process is one run of a [Program] in a container, as its main process or
// through exec.
type Process struct {
	// Args is the command line, the program included; Env is the environment.
	Args, Env []string

	container Container
	out       []Line
}

// Line is one line that a process prints, without its end.
type Line struct {
	Stderr bool
	Text   string
}

// Outcome is what comes of a command line.
type Outcome struct {
	Lines []Line
	Every time.Duration // passes between the lines
	Stays bool          // it goes on until it is stopped
	Code  int           // its exit status, if it ends
}

// run runs a program from its beginning to its end.
func run(program Program, argv, env []string, c Container) Outcome {
	p := &Process{Args: slices.Clone(argv), Env: slices.Clone(env), container: c}
	code := program(p)
	return Outcome{Lines: p.out, Code: code}
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
	p.out = append(p.out, Line{Stderr: stderr, Text: text})
}

// Resolve gives the addresses that a name has in the container, in order; none
// means that there is no such name.
func (p *Process) Resolve(name string) []netip.Addr { return p.container.Resolve(name) }

// Dial reports whether a TCP port of an address can be connected to.
func (p *Process) Dial(addr netip.Addr, port string) bool { return p.container.Dial(addr, port) }

// Ping reports whether an address answers an ICMP echo request.
func (p *Process) Ping(addr netip.Addr) bool { return p.container.Ping(addr) }
