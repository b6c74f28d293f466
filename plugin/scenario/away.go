package scenario

import (
	"fmt"
	"strconv"

	"github.com/docker/docker/api/types/events"
)

// atMostAway claims that no more than so many replicas of a service did not run at
// once: N SERVICE. One that did not run before does not count.
func atMostAway(s *Scene, args []string) error {
	most, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	project, service := s.split(args[1])
	var changes []change
	up := map[string]int{} // containers of each replica, by its number, that ran before
	for _, e := range s.events {
		of := e.Actor.Attributes
		if e.Type != events.ContainerEventType || of[LabelProject] != project || of[LabelService] != service {
			continue
		}
		number := of[LabelNumber]
		if _, known := up[number]; !known {
			up[number] = 1 // in the end
		}
		switch e.Action {
		case events.ActionStart:
			changes = append(changes, change{number, 1})
		case events.ActionDie:
			changes = append(changes, change{number, -1})
		}
	}
	if len(changes) == 0 {
		return fmt.Errorf("none of %d events is about a start or an end of %s", len(s.events), service)
	}
	for _, c := range changes {
		up[c.number] -= c.by
	}
	ran := map[string]bool{}
	for number, containers := range up {
		ran[number] = containers > 0
	}
	for _, c := range changes {
		up[c.number] += c.by
		away := 0
		for number, containers := range up {
			if ran[number] && containers == 0 {
				away++
			}
		}
		if away > most {
			return fmt.Errorf("%d containers of %s are away at once, want %d at most", away, service, most)
		}
	}
	return nil
}

// A change is that a container of a replica was started, 1, or has ended, -1.
type change struct {
	number string
	by     int
}
