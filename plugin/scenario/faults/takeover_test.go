package faults_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
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

// newOldStack is a stage in memory with a stack that docker-compose made.
func newOldStack(t *testing.T, version string) *scenario.Stage {
	t.Helper()
	s := scenario.NewStage(t, version, "")
	makeOldStack(s)
	return s
}

func makeOldStack(s *scenario.Stage) {
	s.T.Helper()
	s.WriteNamed(oldStack)
	s.Must(s.DockerCompose("up", "-d"))
	s.Say("writes", "db", "/data/file", "one")
	s.Say("writes", "db", "/named/file", "two")
	s.Say("remember-volumes")
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
				if scenario.Part() && k%3 != 0 {
					continue
				}
				// docker-compose replaces nothing on newer engines.
				killed(newOldStack(t, version), k, version == scenario.Versions()[0])
			}
		})
	}
}

// A takeover that is killed is cleared by down as well, which leaves all data.
func TestATakeoverKilledAfterAnyChangeIsClearedByDown(t *testing.T) {
	t.Parallel()
	version := scenario.Versions()[1]
	count := newOldStack(t, version)
	changes := count.Changes("up", "-d")
	for k := 1; k < changes; k++ {
		if scenario.Part() && k%3 != 1 {
			continue
		}
		s := newOldStack(t, version)
		if err := s.CutOff(k, func(string) error { return s.Stacklite("up", "-d") }); err == nil {
			t.Fatalf("cut off after change %d of %d, up claims success", k, changes)
		}
		if err := s.Stacklite("down"); err != nil {
			t.Fatalf("cut off after change %d of %d: %v", k, changes, err)
		}
		s.Say("nothing-left")
		s.Say("volumes-kept")
	}
}

// Whatever docker-compose leaves when it is killed while it replaces a stack is
// taken over: containers that are stopped, that have its temporary names, and new
// ones beside them that were never started.
func TestWhatAKilledDockerComposeLeavesIsTakenOver(t *testing.T) {
	t.Parallel()
	const changes = 4 * 5 // to stop, rename, make, start and remove
	for k := 1; k < changes; k++ {
		if scenario.Part() && k%3 != 2 {
			continue
		}
		s := newOldStack(t, scenario.Versions()[0])
		if err := s.CutOff(k, func(string) error { return s.DockerCompose("up", "-d", "-t", "1", "--force-recreate") }); err == nil {
			t.Fatalf("cut off after change %d of %d, docker-compose claims success", k, changes)
		}
		if err := s.Stacklite("up", "-d"); err != nil {
			t.Fatalf("docker-compose was cut off after change %d of %d: %v", k, changes, err)
		}
		taken(s)
		if n := s.Changes("up", "-d"); n != 0 {
			t.Errorf("docker-compose was cut off after change %d of %d: another up changes %d things", k, changes, n)
		}
	}
}

func TestATakeoverKilledOnTheEngineKeepsTheDataForwardAndBack(t *testing.T) {
	if os.Getenv("STACKLITE_SLOW") == "" {
		t.Skip("takes minutes: set STACKLITE_SLOW=1")
	}
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	for k := 1; k <= 19; k += 2 {
		for _, back := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d, back: %v", k, back), func(t *testing.T) {
				s := scenario.New(t, cli.DaemonHost(), nil).Stage(t, "")
				makeOldStack(s)
				killed(s, k, back)
			})
		}
	}
}

// killed lets a takeover be cut off after so many changes, and finishes it; before
// that docker-compose may bring the old stack up.
func killed(s *scenario.Stage, k int, back bool) {
	s.T.Helper()
	err := s.CutOff(k, func(host string) error {
		up := s.Command("up", "-d")
		up.Env = append(up.Env, "DOCKER_HOST="+host)
		return up.Run()
	})
	if err == nil {
		s.T.Fatalf("cut off after change %d, up claims success", k)
	}
	s.Say("volumes-kept")
	servesOn(s, k)
	if back {
		wentBack(s, k)
	}
	if err := s.Stacklite("up", "-d"); err != nil {
		s.T.Fatalf("cut off after change %d, back: %v: %v", k, back, err)
	}
	taken(s)
	s.Say("remember", "web", "db", "cache", "backup")
	s.Must(s.Stacklite("up", "-d"))
	s.Say("kept", "web", "db", "cache", "backup")
}

// servesOn claims that one service at most is away, and that who runs finds what it
// is linked to, be it old or new, where that runs.
func servesOn(s *scenario.Stage, k int) {
	s.T.Helper()
	list, err := s.Client.ContainerList(s.T.Context(), container.ListOptions{})
	s.Must(err)
	running := map[string]bool{}
	for _, c := range list {
		if c.Labels[scenario.LabelProject] == s.Project {
			running[c.Labels[scenario.LabelService]] = true
		}
	}
	if len(running) < 3 {
		s.T.Errorf("after change %d only these run: %v", k, running)
	}
	for _, link := range [][]string{{"web", "db"}, {"web", "cache", "memory"}} {
		if !running[link[0]] || !running[link[1]] {
			continue
		}
		if err := s.Scene.Say("reaches", link...); err != nil {
			s.T.Errorf("after change %d: %v", k, err)
		}
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
	hasData(s)
	// It leaves a consumer as it is whose targets it replaces, with links that lead
	// nowhere, as ever.
	s.Must(s.DockerCompose("up", "-d", "-t", "1", "--force-recreate"))
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
