package random_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// links is a stack of services that link to each other at random.
type links struct {
	size int
	to   map[[2]int]bool
}

func randomLinks(r *rand.Rand, size int) links {
	l := links{size, map[[2]int]bool{}}
	// From hardly any link to every second one.
	density := r.Float64() / 2
	for a := range size {
		for b := range size {
			if a != b && r.Float64() < density {
				l.to[[2]int{a, b}] = true
			}
		}
	}
	return l
}

func service(n int) string { return fmt.Sprintf("s%d", n) }

// file writes the stack as a file.
func (l links) file() string {
	var b strings.Builder
	for a := range l.size {
		fmt.Fprintf(&b, "%s:\n  image: %s\n", service(a), scenario.ProbeImage)
		var targets []string
		for b := range l.size {
			if l.to[[2]int{a, b}] {
				targets = append(targets, fmt.Sprintf("%s, %q", service(b), service(b)+":alias-of-"+service(b)))
			}
		}
		if len(targets) > 0 {
			fmt.Fprintf(&b, "  links: [%s]\n", strings.Join(targets, ", "))
		}
	}
	return b.String()
}

// check claims of every pair of services what its links promise.
func (l links) check(s *scenario.Stage) {
	s.T.Helper()
	for a := range l.size {
		for b := range l.size {
			if a == b {
				continue
			}
			linked, neighbours := l.to[[2]int{a, b}], l.to[[2]int{a, b}] || l.to[[2]int{b, a}]
			if linked {
				s.Say("reaches", service(a), service(b))
				s.Say("reaches", service(a), service(b), "alias-of-"+service(b))
			}
			if !neighbours && a < b {
				s.Say("isolated", service(a), service(b))
			}
		}
	}
}

// Whatever links there are, services that are linked are reached and no others
// are, from nothing and from any other stack of the same services.
func TestAnyStackReachesItsLinksAndNothingElse(t *testing.T) {
	stacks := 12
	if testing.Short() {
		stacks = 4
	}
	for seed := range stacks {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(seed), 0))
			size := 2 + r.IntN(8)
			l := randomLinks(r, size)
			s := scenario.NewStage(t, scenario.Versions()[seed%len(scenario.Versions())], l.file())
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the file:\n%s", l.file())
				}
			})
			for round := range 3 {
				if round > 0 {
					l = randomLinks(r, size)
					s.Write(l.file())
				}
				s.Must(s.Stacklite("up", "-d"))
				l.check(s)
				if n := s.Changes("up", "-d"); n != 0 {
					t.Fatalf("another up changes %d things", n)
				}
			}
			s.Must(s.Stacklite("down"))
			s.Say("nothing-left")
		})
	}
}
