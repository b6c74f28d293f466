package observed

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Project is a project that has containers on an engine.
type Project struct {
	Name   string
	Files  []string           // absolute paths, as it was brought up from
	States map[plan.State]int // how many replicas there are, by state
}

// Projects lists the projects that containers are of, by name. One-off
// containers make a project, but do not count.
func Projects(containers []Container) []Project {
	byName := map[string]*Project{}
	var names []string
	for _, c := range containers {
		p := byName[c.Project]
		if p == nil {
			p = &Project{Name: c.Project, States: map[plan.State]int{}}
			byName[c.Project] = p
			names = append(names, c.Project)
		}
		if c.OneOff {
			continue
		}
		p.States[c.State]++
		if len(c.Files) > 0 && p.Files == nil {
			p.Files = c.Files
		}
	}
	slices.Sort(names)
	list := make([]Project, len(names))
	for i, name := range names {
		list[i] = *byName[name]
	}
	return list
}

// Running counts the replicas that are up.
func (p Project) Running() int {
	up := 0
	for state, n := range p.States {
		if state.Up() {
			up += n
		}
	}
	return up
}

// Status says in one word for each state how many replicas there are:
// running(3), exited(1).
func (p Project) Status() string {
	var words []string
	for state, n := range p.States {
		words = append(words, fmt.Sprintf("%s(%s)", state, strconv.Itoa(n)))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}
