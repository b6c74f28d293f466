package scenario

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// calls runs stacklite and counts what it asks of an engine in memory.
func calls(ts *testscript.TestScript, neg bool, args []string) {
	s, n, command := limited(ts, neg, args, "calls N stacklite ARG...")
	if s.Memory == nil {
		ts.Check(runCommand(ts, command))
		return
	}
	s.Memory.ResetCalls()
	ts.Check(runCommand(ts, command))
	if made := s.Memory.Calls(); len(made) > n {
		ts.Fatalf("%d calls, want %d at most: %v", len(made), n, made)
	}
}

// exits runs stacklite and looks at its exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	_, want, command := limited(ts, neg, args, "exits STATUS stacklite ARG...")
	code := 0
	err := runCommand(ts, command)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("%v exits with status %d, want %d", command, code, want)
	}
}

// prints waits until a file, which what runs in the background writes, has the text.
func prints(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: prints FILE TEXT")
	}
	name := ts.MkAbs(args[0])
	ts.Check(Of(ts).Await(func() error {
		data, err := os.ReadFile(name)
		if err == nil && !strings.Contains(string(data), args[1]) {
			err = fmt.Errorf("%s has no %q:\n%s", args[0], args[1], data)
		}
		return err
	}))
}

// changes runs stacklite and counts what it changes on an engine in memory.
func changes(ts *testscript.TestScript, neg bool, args []string) {
	s, n, command := limited(ts, neg, args, "changes N stacklite ARG...")
	if s.Memory == nil {
		ts.Check(runCommand(ts, command))
		return
	}
	s.Memory.ResetCalls()
	ts.Check(runCommand(ts, command))
	made := slices.DeleteFunc(s.Memory.Calls(), func(c enginetest.Call) bool { return !c.Changes() })
	if len(made) > n {
		ts.Fatalf("%d changes, want %d at most: %v", len(made), n, made)
	}
}

// killAfter runs stacklite or docker-compose and cuts it off from the engine after
// its Nth change.
func killAfter(ts *testscript.TestScript, neg bool, args []string) {
	s, n, command := limited(ts, neg, args, "kill-after N PROGRAM ARG...")
	host := ts.Getenv("DOCKER_HOST")
	err := s.CutOff(n, func(between string) error {
		ts.Setenv("DOCKER_HOST", between)
		defer ts.Setenv("DOCKER_HOST", host)
		return runCommand(ts, command)
	})
	if err == nil {
		ts.Fatalf("%v made %d changes or fewer", command, n)
	}
}

func limited(ts *testscript.TestScript, neg bool, args []string, usage string) (*Scene, int, []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: %s", usage)
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	return Of(ts), n, args[1:]
}

// CutOffAfter lets n changes have their effect and then cuts the client off:
// from then on the engine sees as much of it as of a killed process.
func CutOffAfter(n int) func(enginetest.Call) enginetest.Fault {
	changes := 0
	return func(c enginetest.Call) enginetest.Fault {
		if changes >= n {
			return enginetest.CutBefore
		}
		if c.Changes() {
			changes++
			if changes == n {
				return enginetest.CutAfter
			}
		}
		return enginetest.None
	}
}
