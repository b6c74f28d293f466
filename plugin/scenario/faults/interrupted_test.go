package faults_test

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// A command that is killed after any of its changes has to leave nothing
// that the next up does not finish and the next down does not clear.
func TestUpKilledAfterAnyChangeIsFinishedByUpAndClearedByDown(t *testing.T) {
	for _, version := range scenario.Versions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			count := scenario.NewStage(t, version, scenario.Chain)
			changes := count.Changes("up", "-d")
			if changes < 8 {
				t.Fatalf("up made %d changes, fewer than it takes", changes)
			}
			for k := 1; k < changes; k++ {
				s := scenario.NewStage(t, version, scenario.Chain)
				s.Memory.Fail(scenario.CutOffAfter(k))
				if err := s.Stacklite("up", "-d"); err == nil {
					t.Fatalf("cut off after change %d of %d, up claims success", k, changes)
				}
				s.Memory.Fail(nil)
				if k%2 == 0 {
					s.Must(s.Stacklite("up", "-d"))
					s.Whole()
				}
				s.Must(s.Stacklite("down", "--volumes"))
				s.Say("nothing-left")
			}
		})
	}
}

// The same for a change of a stack that runs: another image setting for db,
// the link to cache gone, one to alone come.
func TestAChangeKilledHalfWayIsFinishedByUp(t *testing.T) {
	const changed = `web:
  image: stacklite-probe:test
  links: [db, alone]
db:
  image: stacklite-probe:test
  volumes: [/data]
  environment: {MODE: new}
cache:
  image: stacklite-probe:test
alone:
  image: stacklite-probe:test
`
	for _, version := range scenario.Versions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			count := scenario.NewStage(t, version, scenario.Chain)
			count.Must(count.Stacklite("up", "-d"))
			count.Write(changed)
			changes := count.Changes("up", "-d")
			for k := 1; k < changes; k++ {
				s := scenario.NewStage(t, version, scenario.Chain)
				s.Must(s.Stacklite("up", "-d"))
				s.Say("remember", "web", "alone", "cache")
				s.Write(changed)
				s.Memory.Fail(scenario.CutOffAfter(k))
				if err := s.Stacklite("up", "-d"); err == nil {
					t.Fatalf("cut off after change %d of %d, up claims success", k, changes)
				}
				s.Memory.Fail(nil)
				s.Must(s.Stacklite("up", "-d"))
				for _, service := range []string{"web", "db", "cache", "alone"} {
					s.Say("running", service, "1")
					s.Say("stopped", service, "0")
				}
				s.Say("kept", "web", "alone", "cache")
				s.Say("reaches", "web", "db")
				s.Say("reaches", "web", "alone")
				s.Say("isolated", "web", "cache")
				s.Say("environment", "db", "MODE", "new")
				if n := s.Changes("up", "-d"); n != 0 {
					t.Errorf("cut off after change %d of %d: a third up changes %d things", k, changes, n)
				}
				s.Must(s.Stacklite("down"))
				s.Say("nothing-left")
			}
		})
	}
}
