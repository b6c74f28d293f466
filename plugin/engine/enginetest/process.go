package enginetest

import (
	"flag"
	"io"
	"path"
	"slices"
	"time"
)

// program is what a command line means to the model.
type program struct {
	argv  []string
	probe bool   // scripts/probe, whatever its folder
	verb  string // of the probe
}

func programOf(argv []string) program {
	p := program{argv: argv}
	if len(argv) == 0 || path.Base(argv[0]) != "probe" {
		return p
	}
	p.probe = true
	if len(argv) > 1 {
		p.verb = argv[1]
	}
	return p
}

func (c *container) program() program { return programOf(c.argv()) }

func (p program) args() []string {
	if len(p.argv) < 2 {
		return nil
	}
	return p.argv[2:]
}

// serves lists the TCP ports the program listens on.
func (p program) serves(c *container) []string {
	if p.probe {
		switch {
		case p.verb != "serve":
			return nil
		case len(p.args()) == 0:
			return []string{"80"}
		}
		return p.args()
	}
	var ports []string
	for port := range c.config.ExposedPorts {
		if port.Proto() == "tcp" {
			ports = append(ports, port.Port())
		}
	}
	slices.Sort(ports)
	return ports
}

// onSignal says whether a signal ends the program and with which status. The
// probe ends cleanly on TERM and INT and dies on HUP and QUIT as Go programs
// do; any other server is taken to end cleanly on its stop signal as well.
func (p program) onSignal(name, stopSignal string) (code int, ends bool) {
	switch name {
	case "TERM", "INT":
		return 0, true
	case "QUIT", "HUP":
		if p.probe {
			return 2, true
		}
	}
	return 0, !p.probe && name == signalName(stopSignal)
}

// runProcess lets the program of a container that was just started do what it
// does at once, and ends the container if that is all.
func (e *Engine) runProcess(c *container) {
	p := c.program()
	if out, code, known := e.runProgram(c, p.argv, c.config.Env); known {
		e.printAndEnd(c, out, code)
		return
	}
	switch {
	case !p.probe:
		return
	case p.verb == "sleep", p.verb == "hold":
		return // whether a connection outlives a change is for a real engine to tell
	case p.verb == "serve":
		for _, port := range p.serves(c) {
			e.print(c, false, "serving on "+port)
		}
		return
	case p.verb == "say":
		e.say(c, p.args())
		return
	}
	out, code := e.ask(c, p, c.config.Env)
	e.printAndEnd(c, out, code)
}

func (e *Engine) printAndEnd(c *container, out []logLine, code int) {
	for _, line := range out {
		e.print(c, line.stderr, line.text)
	}
	e.ended(c, code)
}

// print adds a line to the log of a container.
func (e *Engine) print(c *container, stderr bool, text string) {
	c.log = append(c.log, logLine{stderr: stderr, at: time.Now().UTC(), text: text})
	e.lock.notify()
}

// speech is the command line of say.
type speech struct {
	lines  []string
	every  time.Duration
	exit   int
	stderr bool
}

func parseSpeech(args []string) (speech, error) {
	flags := flag.NewFlagSet("say", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	times := flags.Int("n", 1, "")
	s := speech{}
	flags.DurationVar(&s.every, "every", 0, "")
	flags.IntVar(&s.exit, "exit", 0, "")
	flags.BoolVar(&s.stderr, "stderr", false, "")
	err := flags.Parse(args)
	for range *times {
		s.lines = append(s.lines, flags.Args()...)
	}
	return s, err
}

func (e *Engine) say(c *container, args []string) {
	s, err := parseSpeech(args)
	if err != nil {
		e.print(c, true, "probe: say: "+err.Error())
		e.ended(c, exitUsage)
		return
	}
	e.sayNext(c, s, c.runs)
}

// sayNext prints the lines that are due and comes back for the rest, unless
// the container has been stopped or started anew meanwhile.
func (e *Engine) sayNext(c *container, s speech, run int) {
	for len(s.lines) > 0 {
		e.print(c, s.stderr, s.lines[0])
		s.lines = s.lines[1:]
		if s.every > 0 && len(s.lines) > 0 {
			e.lock.after(s.every, func() {
				if c.running() && c.runs == run {
					e.sayNext(c, s, run)
				}
			})
			return
		}
	}
	e.ended(c, s.exit)
}
