package enginetest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/docker/docker/api/types/events"
	networktypes "github.com/docker/docker/api/types/network"
	swarmtypes "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/swarm"
)

// cluster is a swarm with what its engines share.
type cluster struct {
	*swarm.Swarm
	*overlays
	members []*membership
	release release
}

// membership is the part of an engine in a swarm.
type membership struct {
	base
	name      string   // of the machine
	missing   []string // folders that it has not
	images    *imageStore
	networks  *networkStore
	lifecycle *lifecycle

	cluster *cluster // nil: it is in none
	node    string   // its ID there
	manager bool
	cut     bool // off from the others
	dead    bool
}

func (m *membership) routes() api.Routes {
	known := swarm.Routes(func() (*swarm.Swarm, error) {
		if err := m.checkManager(); err != nil {
			return nil, err
		}
		return m.cluster.Swarm, nil
	})
	known.Atomic["POST /swarm/init"] = m.postInit
	known.Atomic["POST /swarm/leave"] = m.postLeave
	return known
}

const noManager = "This node is not a swarm manager. " +
	`Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.`

// checkManager refuses what only managers do.
func (m *membership) checkManager() error {
	switch {
	case m.cluster == nil:
		return api.Errorf(http.StatusServiceUnavailable, noManager)
	case !m.manager:
		return api.Errorf(http.StatusServiceUnavailable, "This node is not a swarm manager. Worker nodes can't be used to view or "+
			"modify cluster state. Please run this command on a manager node or promote the current node to a manager.")
	}
	return nil
}

func (m *membership) postInit(w http.ResponseWriter, r *http.Request) error {
	var req swarmtypes.InitRequest
	if err := api.ReadJSON(r, &req, true); err != nil {
		return err
	}
	switch {
	case m.cluster != nil:
		return api.Errorf(http.StatusServiceUnavailable, "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and join another one.")
	case req.ListenAddr == "":
		return api.BadRequest(`invalid ListenAddr "": invalid empty address`)
	}
	m.found()
	m.join(m.cluster, Node{Name: m.name})
	return api.WriteJSON(w, http.StatusOK, m.node)
}

// found makes a swarm without nodes.
func (m *membership) found() {
	c := &cluster{release: m.release}
	c.Swarm = swarm.New(swarm.Setup{
		Lock: m.lock, Networks: c,
		Emit: func(kind events.Type, action events.Action, id string, attributes ...string) {
			for _, member := range c.members {
				if member.manager {
					member.journal.emitFrom("swarm", kind, action, id, nil, attributes...)
				}
			}
		},
		RefuseFilter: func(name string) error { return m.release.refusals.filterUnknown.about(name) },
	})
	c.overlays = newOverlays(c)
	m.cluster = c
}

// join makes an engine a node of a swarm.
func (m *membership) join(c *cluster, n Node) {
	c.members = append(c.members, m)
	role := swarmtypes.NodeRoleManager
	if n.Worker {
		role = swarmtypes.NodeRoleWorker
	}
	m.cluster, m.manager = c, !n.Worker
	m.node = c.Join(swarmtypes.Node{
		Spec: swarmtypes.NodeSpec{
			Annotations: swarmtypes.Annotations{Labels: n.Labels}, Role: role, Availability: swarmtypes.NodeAvailability(n.Availability),
		},
		Description: swarmtypes.NodeDescription{
			Hostname: n.Name, Engine: swarmtypes.EngineDescription{EngineVersion: m.release.version},
		},
		Status: swarmtypes.NodeStatus{Addr: fmt.Sprintf("192.168.65.%d", len(c.members))},
	}, m)
	m.addGateway()
	c.made[0].overlay.balancer(c.made[0], m.networks)
}

func (m *membership) postLeave(_ http.ResponseWriter, r *http.Request) error {
	switch {
	case m.cluster == nil:
		return api.Errorf(http.StatusServiceUnavailable, "This node is not part of a swarm")
	case !m.manager || len(m.cluster.members) > 1:
		return api.Errorf(http.StatusNotImplemented, "enginetest takes no node off a swarm of several")
	case !api.BoolParam(r, "force"):
		return api.Errorf(http.StatusServiceUnavailable, "You are attempting to leave the swarm on a node that is participating as a manager. "+
			"Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. ")
	}
	m.removeTasks()
	m.cluster, m.manager, m.node = nil, false, ""
	return nil
}

// info is what the engine says of its part.
func (m *membership) info() swarmtypes.Info {
	if m.cluster == nil {
		return swarmtypes.Info{LocalNodeState: swarmtypes.LocalNodeStateInactive}
	}
	i := swarmtypes.Info{
		NodeID: m.node, NodeAddr: m.address(), LocalNodeState: swarmtypes.LocalNodeStateActive,
		ControlAvailable: m.manager, RemoteManagers: m.cluster.Managers(),
	}
	if m.manager {
		i.Nodes, i.Managers = m.cluster.Nodes()
		shared := m.cluster.Cluster()
		i.Cluster = &shared
	}
	return i
}

func (m *membership) address() string {
	return fmt.Sprintf("192.168.65.%d", 1+slices.Index(m.cluster.members, m))
}

// with adds the networks of the swarm that an engine shows to its own.
func (m *membership) with(own map[string]*network) map[string]*network {
	shown := m.visible()
	if len(shown) == 0 {
		return own
	}
	all := maps.Clone(own)
	for _, n := range shown {
		all[n.id] = n
	}
	return all
}

// network finds a network by its ID, also one of the swarm that is not shown.
func (m *membership) network(id string) (*network, bool) {
	n, ok := m.networks.byID[id]
	if !ok && m.cluster != nil {
		n = m.cluster.get(id)
	}
	return n, n != nil
}

// visible are the networks of its swarm that an engine shows: all, or those that its
// containers are on.
func (m *membership) visible() []*network {
	if m.cluster == nil {
		return nil
	}
	var shown []*network
	for _, n := range m.cluster.made {
		if m.manager || len(m.networks.members.membersOf(n)) > 0 {
			shown = append(shown, n)
		}
	}
	return shown
}

// storesWith are the containers of the engines from which one is reached that holds some.
func (c *cluster) storesWith(own *containerStore) []*containerStore {
	reached := []*containerStore{own}
	at := slices.IndexFunc(c.members, func(m *membership) bool { return m.lifecycle.containers == own })
	for i, m := range c.members {
		if i != at && at >= 0 && !m.cut && !c.members[at].cut {
			reached = append(reached, m.lifecycle.containers)
		}
	}
	return reached
}

// addGateway makes the bridge by which tasks on overlays reach the outside.
func (m *membership) addGateway() {
	const name = "docker_gwbridge"
	if _, err := m.networks.find(name); err == nil {
		return
	}
	no := false
	_, _, err := m.networks.add(networktypes.CreateRequest{Name: name, CreateOptions: networktypes.CreateOptions{
		Driver: "bridge", EnableIPv6: &no,
		Options: map[string]string{
			optionICC: "false", "com.docker.network.bridge.enable_ip_masquerade": "true", "com.docker.network.bridge.name": name,
		},
	}}, apiVersion{})
	if err != nil {
		panic(err) // only if the pools were exhausted
	}
}
