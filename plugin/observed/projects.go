package observed

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Project is a project that has containers on an engine.
type Project struct {
	Name   string
	MadeBy []string           // what made its containers, each once, where that was not this tool
	Dir    string             // likewise, the directory that they were made from; empty: not known
	Files  []string           // absolute paths, as it was brought up from
	States map[plan.State]int // how many replicas there are, by state
}

// Projects lists the projects that containers are of, by name; what other tools
// made of a project, and from which directory, are others. One-off containers make
// a project, but do not count.
func Projects(containers []Container) []Project {
	type key struct {
		name  string
		other bool
		dir   string // where other
	}
	byKey := map[key]*Project{}
	for _, c := range containers {
		of := key{c.Project, c.MadeBy != "", ""}
		if of.other {
			of.dir = c.Dir
		}
		p := byKey[of]
		if p == nil {
			p = &Project{Name: c.Project, Dir: of.dir, States: map[plan.State]int{}}
			byKey[of] = p
		}
		if of.other && !slices.Contains(p.MadeBy, c.MadeBy) {
			p.MadeBy = append(p.MadeBy, c.MadeBy)
			slices.Sort(p.MadeBy)
		}
		if c.OneOff {
			continue
		}
		p.States[c.State]++
		if len(c.Files) > 0 && p.Files == nil {
			p.Files = c.Files
		}
	}
	var list []Project
	for _, p := range byKey {
		list = append(list, *p)
	}
	slices.SortFunc(list, func(a, b Project) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), slices.Compare(a.MadeBy, b.MadeBy), cmp.Compare(a.Dir, b.Dir))
	})
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
