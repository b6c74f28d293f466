package process

import (
	"flag"
	"io"
	"path"
	"slices"
	"time"

	"github.com/docker/go-connections/nat"
)

// A CommandLine is what a command line means to the model.
type CommandLine struct {
	argv  []string
	probe bool   // the program of folder probe, wherever it stands in the image
	front bool   // package front of the program, or a question to it
	verb  string // of the probe or of the front
}

// Parse reads a command line.
func Parse(argv []string) CommandLine {
	l := CommandLine{argv: argv}
	if isFront(argv) {
		l.front, l.verb = true, argv[2]
		return l
	}
	if len(argv) == 0 || path.Base(argv[0]) != "probe" {
		return l
	}
	l.probe = true
	if len(argv) > 1 {
		l.verb = argv[1]
	}
	return l
}

func (l CommandLine) args() []string {
	from := 2
	if l.front {
		from = 3
	}
	if len(l.argv) < from {
		return nil
	}
	return l.argv[from:]
}

// Serves lists the TCP ports the program listens on, in a container that
// exposes some.
func (l CommandLine) Serves(exposed nat.PortSet) []string {
	if l.front {
		return l.frontServes()
	}
	if l.probe {
		switch {
		case l.verb != "serve":
			return nil
		case len(l.args()) == 0:
			return []string{"80"}
		}
		return l.args()
	}
	var ports []string
	for port := range exposed {
		if port.Proto() == "tcp" {
			ports = append(ports, port.Port())
		}
	}
	slices.Sort(ports)
	return ports
}

// OnSignal says whether a signal ends the program and with which status. The
// probe ends cleanly on TERM and INT and dies on HUP and QUIT as Go programs
// do; any other server is taken to end cleanly on its stop signal as well.
func (l CommandLine) OnSignal(name, stopSignal string) (code int, ends bool) {
	switch name {
	case "TERM", "INT":
		return 0, true
	case "QUIT", "HUP":
		if l.probe {
			return 2, true
		}
	}
	return 0, !l.probe && name == SignalName(stopSignal)
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
