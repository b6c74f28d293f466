package deployed

import (
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
)

// NetworkSpec is what a network over the nodes of a swarm is made from: the Spec of a
// plan.Network.
type NetworkSpec struct{ Options network.CreateOptions }

// ServiceSpec is what a service is made from: the Spec of a plan.Managed. Its references of
// secrets and configs have names and no ids yet.
type ServiceSpec struct {
	Spec    swarm.ServiceSpec
	Secrets []swarm.SecretSpec // that its tasks see, and that are made where they are not there
	Configs []swarm.ConfigSpec // likewise
}
