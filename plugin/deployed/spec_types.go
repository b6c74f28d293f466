// Package deployed is what a project wants of a swarm, in the terms of its manager, and what
// it has there: pure. It is to services what package desired is to containers.
package deployed

import (
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
)

// NetworkSpec is the Spec of a plan.Network over the nodes of a swarm.
type NetworkSpec struct{ Options network.CreateOptions }

// ServiceSpec is the Spec of a plan.Managed.
type ServiceSpec struct {
	Spec    swarm.ServiceSpec
	Secrets []swarm.SecretSpec // that its tasks see, and that are made where they are not there
	Configs []swarm.ConfigSpec // likewise
}
