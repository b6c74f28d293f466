package swarm

import (
	"net/http"
	"slices"
	"strings"

	types "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

func getTask(s *Swarm, w http.ResponseWriter, r *http.Request) error {
	for _, t := range s.attached {
		if t.ID == r.PathValue("id") {
			return api.WriteJSON(w, http.StatusOK, t)
		}
	}
	t, err := s.tasks.find(r.PathValue("id"))
	if err != nil {
		return err
	}
	return api.WriteJSON(w, http.StatusOK, t.Task)
}

// Attach notes that a container of no service is on a network: to the swarm that is a task.
func (s *Swarm) Attach(container, network, node string) (taskID string) {
	t := types.Task{
		ID: s.NewID(), NodeID: node, DesiredState: types.TaskStateRunning,
		Spec: types.TaskSpec{
			NetworkAttachmentSpec: &types.NetworkAttachmentSpec{ContainerID: container},
			Networks:              []types.NetworkAttachmentConfig{{Target: network}},
			Runtime:               types.RuntimeNetworkAttachment,
		},
		Status: types.TaskStatus{State: types.TaskStateRunning},
	}
	s.touch(&t.Meta)
	s.attached = append(s.attached, t)
	return t.ID
}

// Detach is for a container that has left a network.
func (s *Swarm) Detach(taskID string) {
	s.attached = slices.DeleteFunc(s.attached, func(t types.Task) bool { return t.ID == taskID })
}

func getTasks(s *Swarm, w http.ResponseWriter, r *http.Request) error {
	want, err := s.filters(r, "desired-state", "id", "label", "name", "node", "service", "_up-to-date", "runtime")
	if err != nil {
		return err
	}
	services, err := idsOf(want.Get("service"), &s.services)
	if err != nil {
		return err
	}
	nodes, err := idsOf(want.Get("node"), &s.nodes)
	if err != nil {
		return err
	}
	for _, state := range want.Get("desired-state") {
		if order(types.TaskState(strings.ToLower(state))) < 0 {
			return api.Errorf(http.StatusInternalServerError, "Invalid desired-state filter: '%s'", state)
		}
	}
	list := []types.Task{}
	for _, t := range s.tasks.sorted() {
		if want.prefix("id", t.ID) && want.prefix("name", t.name()) && want.MatchKVList("label", t.labels) &&
			want.ExactMatch("desired-state", string(t.DesiredState)) &&
			(!want.Contains("service") || slices.Contains(services, t.ServiceID)) &&
			(len(want.Get("_up-to-date")) == 0 || !t.dirty()) &&
			(!want.Contains("node") || slices.Contains(nodes, t.NodeID)) {
			list = append(list, t.Task)
		}
	}
	return api.WriteJSON(w, http.StatusOK, list)
}

// idsOf are the IDs of objects that a filter names.
func idsOf[T any](refs []string, on *shelf[T]) (ids []string, err error) {
	for _, ref := range refs {
		x, err := on.find(ref)
		if err != nil {
			return nil, err
		}
		id, _ := on.id(x)
		ids = append(ids, id)
	}
	return ids, nil
}

// Source is a container whose output belongs to a task.
type Source struct {
	Engine              Engine
	Container           string
	Task, Service, Node string // IDs
	TTY                 bool
}

// SourcesOf are the containers of a service, or of a task, whose nodes can be asked.
func (s *Swarm) SourcesOf(kind, ref string) ([]Source, error) {
	var tasks []*task
	if kind == "tasks" {
		t, err := s.tasks.find(ref)
		if err != nil {
			return nil, err
		}
		tasks = []*task{t}
	} else {
		x, err := s.services.find(ref)
		if err != nil {
			return nil, err
		}
		tasks = s.tasksOf(x)
	}
	var all []Source
	for _, t := range tasks {
		if t.container != "" && t.node.Status.State == types.NodeStateReady {
			all = append(all, Source{
				Engine: t.node.engine, Container: t.container, Task: t.ID, Service: t.ServiceID, Node: t.NodeID,
				TTY: t.Spec.ContainerSpec.TTY,
			})
		}
	}
	return all, nil
}
