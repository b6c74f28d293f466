package enginetest

import (
	"fmt"
	"path"
	"slices"
	"time"
)

// processes runs the programs of containers. No time passes meanwhile: a
// program has ended, or runs until it is stopped, once it has begun.
type processes struct {
	programs   map[string]Program
	containers *containerStore
	reach      *reachability
	lastPid    int
}

// outcome is what comes of a command line.
type outcome struct {
	lines []logLine
	every time.Duration // passes between the lines
	stays bool          // it goes on until it is stopped
	code  int           // its exit status, if it ends
}

func (p *processes) nextPid() int {
	p.lastPid++
	return 1000 + p.lastPid
}

// main runs the command line of a container.
func (p *processes) main(c *container) outcome {
	line := c.commandLine()
	if o, known := p.named(c, line.argv, c.config.Env); known {
		return o
	}
	switch {
	case !line.probe:
		return outcome{stays: true}
	case line.verb == "sleep", line.verb == "hold":
		return outcome{stays: true} // whether a connection outlives a change is for a real engine to tell
	case line.verb == "serve":
		o := outcome{stays: true}
		for _, port := range line.serves(c.config) {
			o.lines = append(o.lines, logLine{text: "serving on " + port})
		}
		return o
	case line.verb == "say":
		return say(line.args())
	}
	return p.ask(c, line, c.config.Env)
}

// exec runs a command line in a container whose main process runs. Images hold
// nothing but the probe and the engine's Programs, so no other command is found.
// Only what is asked of the model has a process ID.
func (p *processes) exec(c *container, argv, env []string) (o outcome, pid int) {
	env = slices.Concat(c.config.Env, env)
	if o, known := p.named(c, argv, env); known {
		return o, 0
	}
	line := parseCommandLine(argv)
	switch {
	case !line.probe:
		return outcome{code: 126, lines: []logLine{{text: fmt.Sprintf("OCI runtime exec failed: exec failed: "+
			"unable to start container process: exec: %q: executable file not found in $PATH: unknown\r", argv[0])}}}, 0
	case line.verb == "say":
		return say(line.args()), 0
	}
	return p.ask(c, line, env), p.nextPid()
}

// named runs the Program that a command line names, if there is one.
func (p *processes) named(c *container, argv, env []string) (o outcome, known bool) {
	if len(argv) == 0 {
		return outcome{}, false
	}
	run, known := p.programs[path.Base(argv[0])]
	if !known {
		return outcome{}, false
	}
	return p.run(c, run, argv, env), true
}

// ask runs one of the probe's questions.
func (p *processes) ask(c *container, line commandLine, env []string) outcome {
	return p.run(c, func(process *Process) int { return ask(process, line) }, line.argv, env)
}

func (p *processes) run(c *container, run Program, argv, env []string) outcome {
	process := &Process{
		Args: slices.Clone(argv), Env: slices.Clone(env),
		containers: p.containers, reach: p.reach, c: c,
	}
	code := run(process)
	return outcome{lines: process.out, code: code}
}
