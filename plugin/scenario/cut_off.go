package scenario

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/scenario/faulty"
)

// Faults are the calls of a program to an engine, and what they meet there.
type Faults interface {
	Fail(fault func(enginetest.Call) enginetest.Fault)
	Strike(k int, which func(enginetest.Call) bool, fault enginetest.Fault) (struck func() (enginetest.Call, bool))
	Calls() []enginetest.Call
	ResetCalls()
}

// Faults lets what the program asks of the engine from now on meet faults: an engine
// in memory sees to that itself; before a real one there stands somebody, until the
// test ends, at the scene's Host. What the words of scripts ask meets them in memory
// only, so that faults have to end before.
func (s *Scene) Faults(t testing.TB) Faults {
	t.Helper()
	if s.Memory != nil {
		return s.Memory
	}
	before, err := faulty.Before(s.Host)
	if err != nil {
		t.Fatal(err)
	}
	host := s.Host
	s.Host = before.Host()
	t.Cleanup(func() {
		before.Close()
		s.Host = host
	})
	return before
}

// CutOff does something that talks to the engine, and cuts it off after so many
// changes: a real engine by standing between, an engine in memory by itself. It
// is given where the engine is to be found meanwhile.
func (s *Scene) CutOff(after int, do func(host string) error) error {
	if s.Memory != nil {
		s.Memory.Fail(CutOffAfter(after))
		defer s.Memory.Fail(nil)
		return do(s.Host)
	}
	before, err := faulty.Before(s.Host)
	if err != nil {
		return err
	}
	defer before.Close()
	before.Fail(CutOffAfter(after))
	return do(before.Host())
}
