package adhoc

import (
	"strings"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// What plan says of networks that containers were made on holds here too: an
// engine of API 1.44 or later starts and attaches a container only while the
// network exists that it was made on. link run makes its container on a link's
// network, so that stays when the link goes, empty, as long as the container is
// there.

// madeOn is a container that was made on a network and needs it to start; nil:
// there is none.
func madeOn(s *observed.Snapshot, n *observed.Network) *observed.Container {
	if !s.AttachAll {
		return nil
	}
	for i := range s.Containers {
		if on := s.Containers[i].CreatedOn; on == n.Name || on == n.ID {
			return &s.Containers[i]
		}
	}
	return nil
}

// remakeCreatedOn plans to make the network that a container was made on for a
// link again, where it is missing and the engine would refuse to attach the
// container to any. It gives the step to wait for. A network of others is for
// them to make.
func (b *builder) remakeCreatedOn(c *observed.Container) (made int, missing bool) {
	name := c.CreatedOn
	if !b.snapshot.AttachAll || name == "" || b.snapshot.NetworkCalled(name) != nil {
		return 0, false
	}
	if !strings.HasPrefix(name, networkPrefix) {
		if b.err == nil {
			b.err = &Unlinkable{c.Name, "can be attached to no network: the one that it was made on is gone", "docker network create " + name}
		}
		return 0, false
	}
	return b.create(plan.Network{Name: name, Size: 2, Spec: desired.NetworkSpec{
		Kind: linking.Linked, Labels: map[string]string{labels.Link: "", labels.Version: b.planner.Version},
	}}, c.Name+" was made on it"), true
}
