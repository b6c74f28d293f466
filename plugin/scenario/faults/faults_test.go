package faults_test

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// Each call of a command meets each fault, in turn. A change that fails has to
// be reported, and afterwards the same command finishes the work. With -short a
// call meets one of the faults only.
func TestAnyCallMayFailOnce(t *testing.T) {
	faults := []struct {
		what  string
		fault enginetest.Fault
	}{
		{"answered with an error", enginetest.Answer(500, "out of order")},
		{"cut off before it began", enginetest.CutBefore},
		{"cut off when done", enginetest.CutAfter},
	}
	nothing := func(*scenario.Stage) {}
	isUp := func(s *scenario.Stage) {
		s.T.Helper()
		s.Must(s.Stacklite("up", "-d"))
	}
	for _, test := range []struct {
		name    string
		before  func(*scenario.Stage)
		command []string
		after   func(*scenario.Stage)
	}{
		{"up", nothing, []string{"up", "-d"}, (*scenario.Stage).Whole},
		{"replace", isUp, []string{"up", "-d", "--force-recreate"}, (*scenario.Stage).Whole},
		{"scale", isUp, []string{"scale", "db=3"}, func(s *scenario.Stage) {
			s.T.Helper()
			s.Say("running", "db", "3")
			s.Say("resolves", "web", "db", "3")
		}},
		{"down", isUp, []string{"down"}, func(s *scenario.Stage) {
			s.T.Helper()
			s.Say("nothing-left")
		}},
	} {
		for _, version := range scenario.Versions() {
			t.Run(test.name+"/"+version, func(t *testing.T) {
				t.Parallel()
				count := scenario.NewStage(t, version, scenario.Chain)
				test.before(count)
				count.Memory.ResetCalls()
				count.Must(count.Stacklite(test.command...))
				calls := len(slices.DeleteFunc(count.Memory.Calls(), harmless))
				for k := range calls {
					for i, f := range faults {
						if scenario.Part() && i != k%len(faults) {
							continue
						}
						s := scenario.NewStage(t, version, scenario.Chain)
						test.before(s)
						struck := strike(s, k, f.fault)
						err := s.Stacklite(test.command...)
						s.Memory.Fail(nil)
						switch call := struck(); {
						case err != nil || !call.Changes():
						case f.fault == enginetest.CutAfter: // what was asked for is so
							test.after(s)
						default:
							t.Errorf("%v was %s, and that is called success", call, f.what)
						}
						if err := s.Stacklite(test.command...); err != nil {
							t.Fatalf("after %v was %s: %v", struck(), f.what, err)
						}
						test.after(s)
					}
				}
			})
		}
	}
}

// An engine that has stopped answering does not block the program: an
// interruption ends the command, and once the engine is back the command
// finishes the work.
func TestAnInterruptionEndsACommandWhoseEngineHangs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no interruptions to send")
	}
	for _, path := range []string{"/containers/json", "/networks/create", "/containers/create"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := scenario.NewStage(t, "1.51", scenario.Chain)
			hangs := make(chan struct{}, 100)
			s.Memory.Fail(func(c enginetest.Call) enginetest.Fault {
				if c.Path != path {
					return enginetest.None
				}
				hangs <- struct{}{}
				return enginetest.Hang
			})
			up := s.Command("up", "-d")
			s.Must(up.Start())
			ended := make(chan error, 1)
			go func() { ended <- up.Wait() }()
			select {
			case <-hangs:
			case err := <-ended:
				t.Fatalf("up made no such call: %v", err)
			}
			s.Must(up.Process.Signal(os.Interrupt))
			exit := (*exec.ExitError)(nil)
			if err := <-ended; !errors.As(err, &exit) || exit.ExitCode() != 130 {
				t.Errorf("interrupted, up ends with %v, want status 130", err)
			}
			s.Memory.Fail(nil)
			s.Must(s.Stacklite("up", "-d"))
			s.Whole()
		})
	}
}

// strike lets the call number k meet a fault, from 0 and without those that are
// harmless. What it returns says which call that was.
func strike(s *scenario.Stage, k int, fault enginetest.Fault) (struck func() enginetest.Call) {
	var call enginetest.Call
	seen := 0
	s.Memory.Fail(func(c enginetest.Call) enginetest.Fault {
		if harmless(c) {
			return enginetest.None
		}
		seen++
		if seen != k+1 {
			return enginetest.None
		}
		call = c
		return fault
	})
	return func() enginetest.Call { return call }
}

// harmless calls may fail without an effect: the version is settled without
// their answer.
func harmless(c enginetest.Call) bool {
	return c.Path == "/_ping" || c.Path == "/info" || c.Path == "/version"
}
