package adhoc

import (
	"fmt"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/observed"
)

// checkTarget refuses a target that can't be linked to, and a name that the
// consumer has for something else.
func (p Planner) checkTarget(consumer *observed.Container, t Target) error {
	if t.Container == consumer {
		return &Unlinkable{consumer.Name, "cannot link to itself", "it answers to its own name without a link"}
	}
	if err := Linkable(t.Container); err != nil {
		return err
	}
	want := t.name(t.Alias)
	for _, of := range pairsOf(p.Snapshot) {
		endpoint := p.Snapshot.EndpointOn(consumer, of.network)
		if endpoint == nil || of.other(consumer) == t.Container {
			continue
		}
		for _, l := range endpoint.Links {
			if strings.EqualFold(l.Alias, want.Alias) {
				return &Unlinkable{consumer.Name, fmt.Sprintf("calls %s %q already", l.Target, l.Alias),
					fmt.Sprintf("choose another name for %s, or: docker stacklite link rm %s %s:%s", t.Container.Name, consumer.Name, l.Target, l.Alias)}
			}
		}
	}
	return nil
}
