package adhoc

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// networkPrefix begins the names of networks of links by hand, and anotherName
// is the end of one whose name was taken.
const networkPrefix = "stacklite_"

var anotherName = regexp.MustCompile(`-[0-9a-f]{8}$`)

// NoSuchContainer is a name that no container has.
type NoSuchContainer struct {
	Word  string
	Known []string // names, sorted
}

func (n *NoSuchContainer) Error() string { return fmt.Sprintf("no such container: %s", n.Word) }

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

// FindEnd finds a container of a link, which may be gone: then it is nil, and the
// word has to be the name that it had. Else the name is its own. The error is a
// *NoSuchContainer.
func (p Planner) FindEnd(word string) (c *observed.Container, name string, err error) {
	c, err = p.Find(word)
	switch {
	case err == nil && c.Name == word:
	case len(p.leftOf(word)) > 0: // and the id of another may begin like that
		return nil, word, nil
	case err != nil:
		return nil, word, err
	}
	return c, c.Name, nil
}

// wasBetween reports whether a network was made for two containers, by the names
// that they had. One of an earlier version does not say; its own name does.
func wasBetween(n *observed.Network, one, other string) bool {
	if n.Ends != nil {
		return slices.Contains(n.Ends, one) && slices.Contains(n.Ends, other) && one != other
	}
	name := networkPrefix + linking.NetworkName(one, other)
	return n.Name == name || anotherName.ReplaceAllString(n.Name, "") == name
}

// wasOf reports whether a network was made for a container and another, by the
// name that it had. What the name of a network of an earlier version does not
// say plainly is not found.
func wasOf(n *observed.Network, name string) bool {
	if n.Ends != nil {
		return slices.Contains(n.Ends, name)
	}
	words := strings.TrimPrefix(n.Name, networkPrefix)
	return slices.Contains(strings.Split(words, "."), name) ||
		slices.Contains(strings.Split(anotherName.ReplaceAllString(words, ""), "."), name)
}

// FindTarget reads TARGET[:ALIAS]. As with docker run --link, a target that is
// given by anything but its name gets what was given as its alias. The error is
// a *NoSuchContainer.
func (p Planner) FindTarget(word string) (Target, error) {
	name, alias, _ := CutTarget(word)
	c, err := p.Find(name)
	return Target{Container: c, Alias: cmp.Or(alias, name)}, err
}
