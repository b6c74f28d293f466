package process

import (
	"path"
	"slices"
	"strconv"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// exitNoFront is the exit status of a front that could not do what it was told.
const exitNoFront = 2

// isFront reports whether a command line is that of a front, or a question to one.
func isFront(argv []string) bool {
	return len(argv) > 2 && path.Base(argv[0]) == path.Base(front.Program) && argv[1] == front.Command
}

// Front is what the program passes on, if it is a front.
func (l CommandLine) Front() (front.Config, bool) {
	if !l.front || l.verb != front.Serve {
		return front.Config{}, false
	}
	c, err := front.ParseConfig(l.args())
	return c, err == nil
}

// frontServes lists the TCP ports of a front.
func (l CommandLine) frontServes() []string {
	c, _ := l.Front()
	var ports []string
	for _, p := range c.Ports {
		if p.Proto == front.TCP {
			ports = append(ports, strconv.Itoa(int(p.Listen)))
		}
	}
	slices.Sort(ports)
	return ports
}

// mainFront is what a front does as the main process of a container.
func (l CommandLine) mainFront() Outcome {
	if _, is := l.Front(); is {
		return Outcome{Stays: true}
	}
	_, err := front.ParseConfig(l.args())
	return failedFront(err)
}

// execFront answers a question to a front that runs in the container as main. No
// connection lasts in the model, so a replica is drained as soon as that is asked for.
func (l CommandLine) execFront(main CommandLine) Outcome {
	_, err := front.ParseDrain(l.args())
	if _, is := main.Front(); !is || l.verb != front.Drains || err != nil {
		return failedFront(err)
	}
	return Outcome{Lines: []Line{{Text: front.Left(0)}}}
}

func failedFront(err error) Outcome {
	text := "no front runs here"
	if err != nil {
		text = err.Error()
	}
	return Outcome{Code: exitNoFront, Lines: []Line{{Stderr: true, Text: text}}}
}
