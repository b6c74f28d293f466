package faults_test

import (
	"os"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// A stack of docker-compose with all that a takeover has to carry over.
const oldStack = `web:
  image: stacklite-probe:test
  links: [db, "cache:memory"]
db:
  image: stacklite-probe:test
  volumes: [/data, "NAME_named:/named"]
  restart: always
cache:
  image: stacklite-probe:test
backup:
  image: stacklite-probe:test
  volumes_from: ["db:ro"]
`

// newOldStack is a stage with a stack that docker-compose made.
func newOldStack(t *testing.T, version string) *scenario.Stage {
	t.Helper()
	if os.Getenv("STACKLITE_TAKEOVER") == "" {
		t.Skip("stacks of docker-compose are not taken over yet")
	}
	s := scenario.NewStage(t, version, "")
	s.WriteNamed(oldStack)
	s.Must(s.DockerCompose("up", "-d"))
	s.Say("writes", "db", "/data/file", "one")
	s.Say("writes", "db", "/named/file", "two")
	s.Say("remember-volumes")
	return s
}

// A takeover that is killed after any of its changes is finished by the next up.
// Until then docker-compose brings the old stack up again: it may complain, when it
// finds two containers of one number, but keeps all data, and so does another
// takeover after that.
func TestATakeoverKilledAfterAnyChangeKeepsTheDataForwardAndBack(t *testing.T) {
	for _, version := range scenario.Versions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			count := newOldStack(t, version)
			changes := count.Changes("up", "-d")
			taken(count)
			if changes < 10 {
				t.Fatalf("up made %d changes, fewer than it takes", changes)
			}
			for k := 1; k < changes; k++ {
				if testing.Short() && k%3 != 0 {
					continue
				}
				for _, back := range []bool{false, true} {
					s := newOldStack(t, version)
					if err := s.CutOff(k, func(string) error { return s.Stacklite("up", "-d") }); err == nil {
						t.Fatalf("cut off after change %d of %d, up claims success", k, changes)
					}
					s.Say("volumes-kept")
					if back {
						wentBack(s, k)
					}
					if err := s.Stacklite("up", "-d"); err != nil {
						t.Fatalf("cut off after change %d of %d, back: %v: %v", k, changes, back, err)
					}
					taken(s)
					if n := s.Changes("up", "-d"); n != 0 {
						t.Errorf("cut off after change %d of %d, back: %v: another up changes %d things", k, changes, back, n)
					}
				}
			}
		})
	}
}

// wentBack lets docker-compose bring the stack up, as often as it takes, and claims
// that no data is lost.
func wentBack(s *scenario.Stage, k int) {
	s.T.Helper()
	var err error
	for range 3 {
		err = s.DockerCompose("up", "-d", "-t", "1")
		s.Say("volumes-kept")
		if err == nil {
			break
		}
	}
	if err != nil {
		s.T.Fatalf("cut off after change %d, docker-compose does not bring the stack up: %v", k, err)
	}
	s.Say("made-by", "docker-compose", "web", "db", "cache", "backup")
	s.Say("reaches", "web", "db")
	hasData(s)
}

// taken claims that the stack is ours, whole and with its data.
func taken(s *scenario.Stage) {
	s.T.Helper()
	for _, service := range []string{"web", "db", "cache", "backup"} {
		s.Say("running", service, "1")
		s.Say("stopped", service, "0")
		s.Say("named", service, service+"_1")
		s.Say("made-by", "stacklite", service)
	}
	s.Say("reaches", "web", "db")
	s.Say("reaches", "web", "cache", "memory")
	s.Say("isolated", "db", "cache")
	s.Say("isolated", "backup", "db")
	hasData(s)
	s.Say("volumes", "2")
}

func hasData(s *scenario.Stage) {
	s.T.Helper()
	s.Say("holds", "db", "/data/file", "one")
	s.Say("holds", "db", "/named/file", "two")
	s.Say("holds", "backup", "/data/file", "one")
	s.Say("cannot-write", "backup", "/data/file")
	s.Say("volumes-kept")
}
