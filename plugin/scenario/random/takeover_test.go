package random_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// oldStack is a stack of docker-compose: links without a cycle, which it refuses,
// replicas, and volumes that some have and others take over.
type oldStack struct {
	links
	replicas []int
	volume   []bool
	from     []int // whose volumes a service takes over, -1 for none
	stopped  []bool
}

func randomOldStack(r *rand.Rand, size int) oldStack {
	o := oldStack{links: randomLinks(r, size)}
	for pair := range o.to {
		if pair[0] > pair[1] {
			delete(o.to, pair)
		}
	}
	for n := range size {
		o.replicas = append(o.replicas, 1+r.IntN(3))
		o.volume = append(o.volume, r.IntN(2) == 0)
		o.stopped = append(o.stopped, r.IntN(4) == 0)
		from := n + 1 + r.IntN(3)
		if from >= size {
			from = -1
		}
		o.from = append(o.from, from)
	}
	return o
}

// file writes the stack as a file, in which all services change with the mode.
func (o oldStack) file(mode string) string {
	var b strings.Builder
	for line := range strings.Lines(o.links.file()) {
		b.WriteString(line)
		var n int
		if _, err := fmt.Sscanf(line, "s%d:", &n); err != nil {
			continue
		}
		fmt.Fprintf(&b, "  environment: {MODE: %s}\n", mode)
		if o.volume[n] {
			fmt.Fprintf(&b, "  volumes: [%s]\n", own(n))
		}
		if o.from[n] >= 0 {
			fmt.Fprintf(&b, "  volumes_from: [%s]\n", service(o.from[n]))
		}
	}
	return b.String()
}

// up is the command line that brings the stack up with its replicas.
func (o oldStack) up() []string {
	args := []string{"up", "-d", "-t", "1"}
	for n, replicas := range o.replicas {
		args = append(args, "--scale", fmt.Sprintf("%s=%d", service(n), replicas))
	}
	return args
}

// own is where a service has a volume, apart from those that it takes over.
func own(n int) string { return fmt.Sprintf("/own-%s", service(n)) }

// each calls with the name of every container that has a volume of its own, with a
// file there, and with what is to be in it.
func (o oldStack) each(s *scenario.Stage, do func(container, file, word string)) {
	for n := range o.size {
		for replica := 1; replica <= o.replicas[n]; replica++ {
			if o.volume[n] {
				name := fmt.Sprintf("%s_%s_%d", s.Project, service(n), replica)
				do("/"+name, own(n)+"/file", "data-of-"+name)
			}
		}
	}
}

// shared claims what those find there who take over the volumes of a container.
func (o oldStack) shared(s *scenario.Stage) {
	s.T.Helper()
	for n, from := range o.from {
		if from >= 0 && o.volume[from] && o.replicas[from] == 1 {
			s.Say("holds", service(n), own(from)+"/file", fmt.Sprintf("data-of-%s_%s_1", s.Project, service(from)))
		}
	}
}

// Whatever stack docker-compose made, and whatever of it runs, up makes of it what
// the file says, with the data of each container; and once more after the way back.
func TestAnyStackOfDockerComposeIsTakenOver(t *testing.T) {
	stacks := 5
	if testing.Short() {
		stacks = 2
	}
	for seed := range stacks {
		for _, version := range scenario.Versions() {
			t.Run(fmt.Sprintf("%d/%s", seed, version), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(uint64(seed), 1))
				o := randomOldStack(r, 3+r.IntN(4))
				s := scenario.NewStage(t, version, o.file("old"))
				s.Must(s.DockerCompose(o.up()...))
				o.each(s, func(container, file, word string) { s.Say("writes", container, file, word) })
				o.shared(s)
				for n, stopped := range o.stopped {
					if stopped {
						s.Must(s.DockerCompose("stop", "-t", "1", service(n)))
					}
				}
				o.takenOver(s)
				if version != scenario.Versions()[0] {
					return // docker-compose replaces nothing there
				}
				s.Must(s.DockerCompose(o.up()...))
				o.each(s, func(container, file, word string) { s.Say("holds", container, file, word) })
				s.Write(o.file("new"))
				o.takenOver(s)
			})
		}
	}
}

func (o oldStack) takenOver(s *scenario.Stage) {
	s.T.Helper()
	s.Must(s.Stacklite("up", "-d"))
	for n := range o.size {
		s.Say("made-by", "stacklite", service(n))
		s.Say("running", service(n), fmt.Sprint(o.replicas[n]))
		s.Say("stopped", service(n), "0")
	}
	o.check(s)
	o.each(s, func(container, file, word string) { s.Say("holds", container, file, word) })
	o.shared(s)
	if n := s.Changes("up", "-d"); n != 0 {
		s.T.Errorf("another up changes %d things", n)
	}
}
