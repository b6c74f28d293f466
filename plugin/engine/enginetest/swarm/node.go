package swarm

import (
	"net/http"
	"slices"

	"github.com/docker/docker/api/types/events"
	types "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// node is a machine of the swarm.
type node struct {
	types.Node
	engine Engine
}

// Join adds a node. What its description leaves open is filled in.
func (s *Swarm) Join(n types.Node, e Engine) (id string) {
	made := &node{Node: n, engine: e}
	made.ID = s.NewID()
	made.Spec.Labels = nonNil(made.Spec.Labels)
	made.Status.State = types.NodeStateReady
	if made.Spec.Availability == "" {
		made.Spec.Availability = types.NodeAvailabilityActive
	}
	if made.Spec.Role == types.NodeRoleManager {
		made.ManagerStatus = &types.ManagerStatus{
			Leader: len(s.nodes.all) == 0, Reachability: types.ReachabilityReachable, Addr: n.Status.Addr + ":2377",
		}
	}
	made.Description.Platform = types.Platform{Architecture: "x86_64", OS: "linux"}
	made.Description.Resources = types.Resources{NanoCPUs: 4e9, MemoryBytes: 8 << 30}
	s.touch(&made.Meta)
	s.nodes.add(made)
	s.emitNode(made, events.ActionCreate)
	s.settle()
	return made.ID
}

// Nodes counts the nodes, and the managers among them.
func (s *Swarm) Nodes() (all, managers int) {
	for _, n := range s.nodes.all {
		if n.Spec.Role == types.NodeRoleManager {
			managers++
		}
	}
	return len(s.nodes.all), managers
}

// Managers are the addresses of the managers.
func (s *Swarm) Managers() []types.Peer {
	var peers []types.Peer
	for _, n := range s.nodes.all {
		if n.ManagerStatus != nil {
			peers = append(peers, types.Peer{NodeID: n.ID, Addr: n.ManagerStatus.Addr})
		}
	}
	return peers
}

// Lose lets the managers hear nothing of a node any more; Find lets them hear of it
// again, and tell it what to stop.
func (s *Swarm) Lose(id string) { s.hear(id, types.NodeStateDown, "heartbeat failure") }

// Find is for a node that was lost.
func (s *Swarm) Find(id string) { s.hear(id, types.NodeStateReady, "") }

func (s *Swarm) hear(id string, state types.NodeState, message string) {
	n, err := s.nodes.find(id)
	if err != nil || n.Status.State == state {
		return
	}
	old := n.Status.State
	n.Status.State, n.Status.Message = state, message
	s.touch(&n.Meta)
	s.emitNode(n, events.ActionUpdate, "state.new", string(state), "state.old", string(old))
	s.settle()
}

// takesNew reports whether a node is there and takes new tasks.
func (n *node) takesNew() bool {
	return n.Status.State == types.NodeStateReady && n.Spec.Availability == types.NodeAvailabilityActive
}

// keeps reports whether tasks may stay on a node.
func (n *node) keeps() bool {
	return n.Status.State == types.NodeStateReady && n.Spec.Availability != types.NodeAvailabilityDrain
}

func getNodes(s *Swarm, w http.ResponseWriter, r *http.Request) error {
	want, err := s.filters(r, "id", "label", "name", "node.label", "membership", "role")
	if err != nil {
		return err
	}
	list := []types.Node{}
	for _, n := range s.nodes.sorted() {
		if want.prefix("id", n.ID) && want.prefix("name", n.Description.Hostname) &&
			want.MatchKVList("node.label", n.Spec.Labels) && want.MatchKVList("label", n.Description.Engine.Labels) &&
			want.ExactMatch("role", string(n.Spec.Role)) && want.ExactMatch("membership", "accepted") {
			list = append(list, n.Node)
		}
	}
	return api.WriteJSON(w, http.StatusOK, list)
}

func getNode(_ *Swarm, n *node, w http.ResponseWriter, _ *http.Request) error {
	return api.WriteJSON(w, http.StatusOK, n.Node)
}

func postNodeUpdate(s *Swarm, n *node, _ http.ResponseWriter, r *http.Request) error {
	var spec types.NodeSpec
	if err := api.ReadJSON(r, &spec, true); err != nil {
		return err
	}
	version, err := readVersion(r, "node")
	if err != nil {
		return err
	}
	switch {
	case version != n.Version.Index:
		return errSequence
	case !slices.Contains([]types.NodeAvailability{types.NodeAvailabilityActive, types.NodeAvailabilityPause, types.NodeAvailabilityDrain}, spec.Availability):
		return api.BadRequest("invalid Availability: %q", spec.Availability)
	case !slices.Contains([]types.NodeRole{types.NodeRoleManager, types.NodeRoleWorker}, spec.Role):
		return api.BadRequest("invalid Role: %q", spec.Role)
	case spec.Role != n.Spec.Role:
		return api.Errorf(http.StatusNotImplemented, "enginetest does not promote and demote nodes")
	}
	var changes []string
	if old := n.Spec.Availability; old != spec.Availability {
		changes = []string{"availability.new", string(spec.Availability), "availability.old", string(old)}
	}
	spec.Labels = nonNil(spec.Labels)
	n.Spec = spec
	s.touch(&n.Meta)
	s.emitNode(n, events.ActionUpdate, changes...)
	s.settle()
	return nil
}

func deleteNode(s *Swarm, n *node, _ http.ResponseWriter, r *http.Request) error {
	if n.ManagerStatus != nil {
		return precondition("node %s is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal", n.ID)
	}
	if n.Status.State == types.NodeStateReady && !api.BoolParam(r, "force") {
		return precondition("node %s is not down and can't be removed", n.ID)
	}
	s.nodes.drop(n)
	s.emitNode(n, events.ActionRemove)
	s.settle()
	return nil
}

func (s *Swarm) emitNode(n *node, action events.Action, changes ...string) {
	s.setup.Emit(events.NodeEventType, action, n.ID, append([]string{"name", n.Description.Hostname}, changes...)...)
}

// nonNil makes empty labels of none.
func nonNil(labels map[string]string) map[string]string {
	if labels == nil {
		return map[string]string{}
	}
	return labels
}
