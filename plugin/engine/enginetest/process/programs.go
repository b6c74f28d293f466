package process

import (
	"fmt"
	"path"

	"github.com/docker/go-connections/nat"
)

// Programs are the executables besides the probe, by the last element of their
// path, in whatever image.
type Programs map[string]Program

// Main runs the command line of a container that exposes some ports.
func (p Programs) Main(line CommandLine, env []string, exposed nat.PortSet, c Container) Outcome {
	if line.front {
		return line.mainFront()
	}
	if program, known := p.named(line); known {
		return run(program, line.argv, env, c)
	}
	switch {
	case !line.probe:
		return Outcome{Stays: true}
	case line.verb == "sleep", line.verb == "hold":
		return Outcome{Stays: true} // whether a connection outlives a change only a real engine can show
	case line.verb == "serve":
		o := Outcome{Stays: true}
		for _, port := range line.Serves(exposed) {
			o.Lines = append(o.Lines, Line{Text: "serving on " + port})
		}
		return o
	case line.verb == "say":
		return say(line.args())
	}
	return run(line.ask, line.argv, env, c)
}

// Exec runs a command line in a container whose main process runs. Images hold
// nothing but the probe, fronts and the Programs, so no other command is found. It
// reports whether the command asked something of the model, and so has a
// process ID.
func (p Programs) Exec(line, main CommandLine, env []string, c Container) (o Outcome, asked bool) {
	if line.front {
		return line.execFront(main), false
	}
	if program, known := p.named(line); known {
		return run(program, line.argv, env, c), false
	}
	switch {
	case !line.probe:
		return Outcome{Code: 126, Lines: []Line{{Text: fmt.Sprintf("OCI runtime exec failed: exec failed: "+
			"unable to start container process: exec: %q: executable file not found in $PATH: unknown\r", line.argv[0])}}}, false
	case line.verb == "say":
		return say(line.args()), false
	}
	return run(line.ask, line.argv, env, c), true
}

// named is the Program that a command line names, if there is one.
func (p Programs) named(line CommandLine) (program Program, known bool) {
	if len(line.argv) == 0 {
		return nil, false
	}
	program, known = p[path.Base(line.argv[0])]
	return program, known
}
