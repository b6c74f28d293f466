package adhoc

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/observed"
)

// NoSuchContainer is a name that no container has.
type NoSuchContainer struct {
	Word  string
	Known []string // names, sorted
}

func (n *NoSuchContainer) Error() string { return fmt.Sprintf("no such container: %s", n.Word) }

// Hints lists the containers that exist.
func (n *NoSuchContainer) Hints() []string {
	if len(n.Known) == 0 {
		return nil
	}
	return []string{"there are: " + strings.Join(n.Known, ", ")}
}

// Find finds a container by its name or the beginning of its id. The error is a
// *NoSuchContainer.
func (p Planner) Find(word string) (*observed.Container, error) {
	if c := p.Snapshot.Container("", word); c != nil && word != "" {
		return c, nil
	}
	none := &NoSuchContainer{Word: word}
	for _, c := range p.Snapshot.Containers {
		none.Known = append(none.Known, c.Name)
	}
	slices.Sort(none.Known)
	return nil, none
}

// FindTarget reads TARGET[:ALIAS]. As with docker run --link, a target that is
// given by anything but its name gets what was given as its alias. The error is
// a *NoSuchContainer.
func (p Planner) FindTarget(word string) (Target, error) {
	name, alias, _ := CutTarget(word)
	c, err := p.Find(name)
	return Target{Container: c, Alias: cmp.Or(alias, name)}, err
}
