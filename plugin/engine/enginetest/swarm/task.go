package swarm

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	types "github.com/docker/docker/api/types/swarm"
)

// task is one try to run a replica of a service.
type task struct {
	types.Task
	service *service
	node    *node // nil: none was found yet

	endpoint  types.EndpointSpec      // of the service when it was made
	labels    map[string]string       // likewise: a task is found by them
	networks  map[string]netip.Prefix // its addresses, by network
	container string
	pause     *time.Timer // before it is started; nil: there is none
	done      bool        // it has ended, and no other is to take its place
	leaving   bool        // its node is stopping it
	gone      bool        // it has been removed
}

// order is how far a state is in the life of a task.
func order(state types.TaskState) int {
	return slices.Index([]types.TaskState{
		types.TaskStateNew, types.TaskStatePending, types.TaskStateAssigned, types.TaskStateAccepted, types.TaskStatePreparing,
		types.TaskStateReady, types.TaskStateStarting, types.TaskStateRunning, types.TaskStateComplete, types.TaskStateShutdown,
		types.TaskStateFailed, types.TaskStateRejected, types.TaskStateRemove, types.TaskStateOrphaned,
	}, state)
}

// runnable reports whether it is to run, or to come to its end by itself.
func (t *task) runnable() bool { return order(t.DesiredState) <= order(types.TaskStateComplete) }

// ended reports whether its process has ended, or will never be.
func (t *task) ended() bool { return order(t.Status.State) > order(types.TaskStateRunning) }

// name is that of its container: the slot, or of a service on each node the node.
func (t *task) name() string {
	at := fmt.Sprint(t.Slot)
	if t.Slot == 0 {
		at = t.NodeID
	}
	return t.service.Spec.Name + "." + at + "." + t.ID
}

// tasksOf are the tasks of a service, the oldest first.
func (s *Swarm) tasksOf(x *service) []*task {
	var all []*task
	for _, t := range s.tasks.all {
		if t.service == x {
			all = append(all, t)
		}
	}
	return all
}

// addTask makes a task of a service, for a slot or a node.
func (s *Swarm) addTask(x *service, slot int, on *node, desired types.TaskState) *task {
	t := &task{service: x, networks: map[string]netip.Prefix{}}
	t.ID, t.ServiceID, t.Slot, t.DesiredState = s.NewID(), x.ID, slot, desired
	t.Labels = map[string]string{}
	t.Spec = copied(x.Spec.TaskTemplate)
	t.Spec.Runtime = ""
	t.endpoint, t.labels = copied(x.Endpoint.Spec), maps.Clone(x.Spec.Labels)
	if x.isJob() {
		iteration := x.JobStatus.JobIteration
		t.JobIteration = &iteration
	}
	if on != nil {
		t.node, t.NodeID = on, on.ID
	}
	for _, id := range x.networks(s) {
		n, _ := s.setup.Networks.Attachable(id)
		attachment := types.NetworkAttachment{Network: n}
		if address := s.setup.Networks.Allot(id); address.IsValid() {
			t.networks[id] = address
			attachment.Addresses = []string{address.String()}
		}
		t.NetworksAttachments = append(t.NetworksAttachments, attachment)
	}
	s.tasks.add(t)
	s.report(t, types.TaskStatePending, "pending task scheduling", "")
	return t
}

// report notes how far a task has come.
func (s *Swarm) report(t *task, state types.TaskState, message, why string) {
	t.Status.Timestamp, t.Status.State, t.Status.Message, t.Status.Err = time.Now().UTC(), state, message, why
	s.touch(&t.Meta)
}

// agent lets nodes run tasks.
type agent struct{ *Swarm }

// advance brings a task as far as it can come now.
func (s agent) advance(t *task) {
	if t.gone {
		return
	}
	if !t.runnable() {
		s.giveUp(t)
		return
	}
	if t.Status.State == types.TaskStatePending {
		scheduler(s).place(t)
	}
	if t.node == nil || t.node.Status.State != types.NodeStateReady {
		return
	}
	if t.Status.State == types.TaskStateAssigned {
		s.prepare(t)
	}
	if t.Status.State == types.TaskStateReady && t.DesiredState != types.TaskStateReady {
		s.start(t)
	}
}

// prepare lets the node of a task make its container.
func (s agent) prepare(t *task) {
	id, err := t.node.engine.Make(t.asContainer())
	t.Status.ContainerStatus = &types.ContainerStatus{ContainerID: id}
	if err != nil {
		s.report(t, types.TaskStateRejected, "preparing", err.Error())
		if t.pause == nil { // else when it is to start
			restarts(s).replace(t)
		}
		return
	}
	t.container = id
	t.Status.ContainerStatus = nil
	s.report(t, types.TaskStateReady, "prepared", "")
}

// start lets its node start it.
func (s agent) start(t *task) {
	t.Status.ContainerStatus = &types.ContainerStatus{ContainerID: t.container}
	s.report(t, types.TaskStateStarting, "starting", "")
	pid, err := t.node.engine.Start(t.container)
	switch {
	case err != nil:
		t.Status.ContainerStatus.ExitCode = 127
		s.report(t, types.TaskStateFailed, "starting", "starting container failed: "+err.Error())
		restarts(s).replace(t)
	case !t.ended():
		t.Status.ContainerStatus.PID = pid
		for _, p := range t.service.Endpoint.Ports {
			if p.PublishMode == types.PortConfigPublishModeHost {
				t.Status.PortStatus.Ports = append(t.Status.PortStatus.Ports, p)
			}
		}
		s.report(t, types.TaskStateRunning, "started", "")
	}
}

// asContainer is what is to become of a task on its node.
func (t *task) asContainer() Container {
	c := Container{
		Name: t.name(), Task: t.ID, Service: t.service.Spec.Name,
		Spec: t.Spec.ContainerSpec, Resources: t.Spec.Resources,
		Labels: map[string]string{
			"com.docker.swarm.node.id":      t.NodeID,
			"com.docker.swarm.service.id":   t.ServiceID,
			"com.docker.swarm.service.name": t.service.Spec.Name,
			"com.docker.swarm.task":         "",
			"com.docker.swarm.task.id":      t.ID,
			"com.docker.swarm.task.name":    t.name(),
		},
	}
	aliases := map[string][]string{}
	for _, attachment := range t.Spec.Networks {
		aliases[attachment.Target] = attachment.Aliases
	}
	for _, attachment := range t.NetworksAttachments {
		id := attachment.Network.ID
		c.Attachments = append(c.Attachments, Attachment{
			Network: id, Address: t.networks[id], Aliases: aliases[id], VIP: t.service.vips[id].Addr(),
		})
	}
	for _, p := range t.service.Endpoint.Ports {
		if p.PublishMode == types.PortConfigPublishModeHost {
			c.Ports = append(c.Ports, p)
		}
	}
	return c
}

// Ended is for a container of a task that has ended.
func (s *Swarm) Ended(container string, code int) {
	for _, t := range s.tasks.all {
		if t.container != container || t.ended() {
			continue
		}
		t.Status.ContainerStatus.ExitCode, t.Status.ContainerStatus.PID = code, 0
		if t.leaving {
			return
		}
		t.Status.PortStatus.Ports = nil
		if code == 0 {
			s.report(t, types.TaskStateComplete, "finished", "")
		} else {
			s.report(t, types.TaskStateFailed, "started", fmt.Sprintf("task: non-zero exit (%d)", code))
		}
		restarts{s}.replace(t)
		s.settle()
		return
	}
}

// giveUp stops a task that is not to run any more, where its node hears of it.
func (s agent) giveUp(t *task) {
	if t.pause != nil {
		t.pause.Stop()
		t.pause = nil
	}
	reached := t.node == nil || t.node.Status.State == types.NodeStateReady
	if reached && t.container != "" && !t.ended() {
		t.leaving = true
		t.node.engine.Stop(t.container)
		if t.Status.ContainerStatus != nil {
			t.Status.ContainerStatus.PID = 0
		}
		t.Status.PortStatus.Ports = nil
		s.report(t, types.TaskStateShutdown, "shutdown", "")
	}
	if reached && t.DesiredState == types.TaskStateRemove {
		s.discard(t)
	}
	if t.ended() || t.node == nil {
		s.release(t)
	}
}

// release gives the addresses of a task back.
func (s *Swarm) release(t *task) {
	for id, address := range t.networks {
		s.setup.Networks.Release(id, address)
		delete(t.networks, id)
	}
}

// discard removes a task, and its container where the node hears of it.
func (s agent) discard(t *task) {
	if t.pause != nil {
		t.pause.Stop()
	}
	if t.container != "" && t.node.Status.State == types.NodeStateReady {
		t.leaving = true
		t.node.engine.Stop(t.container)
		t.node.engine.Remove(t.container)
	}
	s.release(t)
	t.gone = true
	s.tasks.drop(t)
	s.changed = true
}

// forgetOldTasks removes those of each slot that ended longest ago.
func (s agent) forgetOldTasks() {
	type place struct {
		service *service
		slot    int
		node    string
	}
	inSlot := map[place][]*task{}
	for _, t := range s.tasks.all {
		at := place{service: t.service, slot: t.Slot}
		if t.service.everywhere() {
			at.node = t.NodeID
		}
		inSlot[at] = append(inSlot[at], t)
	}
	for _, tasks := range inSlot {
		surplus := len(tasks) - int(*s.info.Spec.Orchestration.TaskHistoryRetentionLimit)
		for _, t := range tasks {
			if surplus > 0 && t.ended() && !t.runnable() {
				s.discard(t)
				surplus--
			}
		}
	}
}
