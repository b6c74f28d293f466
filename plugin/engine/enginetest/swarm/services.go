package swarm

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	types "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

func postService(s *Swarm, w http.ResponseWriter, r *http.Request) error {
	var spec types.ServiceSpec
	if err := api.ReadJSON(r, &spec, true); err != nil {
		return err
	}
	if spec.Name == "" {
		spec.Name = "unnamed_" + strconv.Itoa(s.ids)
	}
	if err := (validator{s}).check(&spec); err != nil {
		return err
	}
	if err := (validator{s}).checkPorts(spec, nil); err != nil {
		return err
	}
	for _, other := range s.services.all {
		if strings.EqualFold(other.Spec.Name, spec.Name) {
			return exists("name conflicts with an existing object: service %s already exists", spec.Name)
		}
	}
	x := &service{}
	x.ID, x.Spec = s.NewID(), spec
	if x.isJob() {
		x.JobStatus = &types.JobStatus{LastExecution: time.Now().UTC()}
	}
	s.touch(&x.Meta)
	s.services.add(x)
	allocator{s}.settleEndpoint(x)
	s.emitService(x, events.ActionCreate)
	s.settle()
	return api.WriteJSON(w, http.StatusCreated, types.ServiceCreateResponse{ID: x.ID})
}

func getService(_ *Swarm, x *service, w http.ResponseWriter, r *http.Request) error {
	shown := copied(x.Service)
	if api.BoolParam(r, "insertDefaults") {
		insertDefaults(&shown.Spec)
	}
	return api.WriteJSON(w, http.StatusOK, shown)
}

// insertDefaults fills in what a manager does where a specification says nothing.
func insertDefaults(spec *types.ServiceSpec) {
	var none uint64
	grace, delay := 10*time.Second, 5*time.Second
	t := &spec.TaskTemplate
	if t.ContainerSpec.StopGracePeriod == nil {
		t.ContainerSpec.StopGracePeriod = &grace
	}
	if t.ContainerSpec.DNSConfig == nil {
		t.ContainerSpec.DNSConfig = &types.DNSConfig{}
	}
	if t.Resources == nil {
		t.Resources = &types.ResourceRequirements{}
	}
	if t.Placement == nil {
		t.Placement = &types.Placement{}
	}
	if t.RestartPolicy == nil {
		t.RestartPolicy = &types.RestartPolicy{}
	}
	if t.RestartPolicy.Condition == "" {
		t.RestartPolicy.Condition = types.RestartPolicyConditionAny
	}
	if t.RestartPolicy.Delay == nil {
		t.RestartPolicy.Delay = &delay
	}
	if t.RestartPolicy.MaxAttempts == nil {
		t.RestartPolicy.MaxAttempts = &none
	}
	for _, c := range []**types.UpdateConfig{&spec.UpdateConfig, &spec.RollbackConfig} {
		if *c == nil {
			*c = &types.UpdateConfig{
				Parallelism: 1, FailureAction: types.UpdateFailureActionPause, Monitor: 5 * time.Second, Order: types.UpdateOrderStopFirst,
			}
		}
	}
}

func postServiceUpdate(s *Swarm, x *service, w http.ResponseWriter, r *http.Request) error {
	var spec types.ServiceSpec
	if err := api.ReadJSON(r, &spec, true); err != nil {
		return err
	}
	back := r.FormValue("rollback") == "previous"
	if back {
		if x.PreviousSpec == nil {
			return precondition("service %s does not have a previous spec", x.ID)
		}
		spec = copied(*x.PreviousSpec)
	}
	if err := (validator{s}).checkUpdate(x, &spec, r); err != nil {
		return err
	}
	previous := x.Spec
	x.Spec, x.PreviousSpec, x.UpdateStatus = spec, &previous, nil
	if back {
		now := time.Now().UTC()
		x.UpdateStatus = &types.UpdateStatus{
			State: types.UpdateStateRollbackStarted, Message: "manually requested rollback", StartedAt: &now,
		}
	}
	if x.isJob() {
		x.JobStatus.JobIteration.Index++
		x.JobStatus.LastExecution = time.Now().UTC()
	}
	s.touch(&x.Meta)
	allocator{s}.settleEndpoint(x)
	s.emitService(x, events.ActionUpdate, changedReplicas(previous, spec)...)
	s.settle()
	return api.WriteJSON(w, http.StatusOK, types.ServiceUpdateResponse{})
}

// checkUpdate refuses a change that can't be made of a service.
func (s validator) checkUpdate(x *service, spec *types.ServiceSpec, r *http.Request) error {
	version, err := readVersion(r, "service")
	if err != nil {
		return err
	}
	if err := s.check(spec); err != nil {
		return err
	}
	if err := s.checkPorts(*spec, x); err != nil {
		return err
	}
	switch {
	case spec.Name != x.Spec.Name:
		return api.Errorf(http.StatusNotImplemented, "rpc error: code = Unimplemented desc = renaming services is not supported")
	case kindOf(spec.Mode) != kindOf(x.Spec.Mode):
		return api.Errorf(http.StatusNotImplemented, "rpc error: code = Unimplemented desc = service mode change is not allowed")
	}
	if version != x.Version.Index {
		return errSequence
	}
	return nil
}

func changedReplicas(old, now types.ServiceSpec) []string {
	if old.Mode.Replicated == nil || *old.Mode.Replicated.Replicas == *now.Mode.Replicated.Replicas {
		return nil
	}
	return []string{
		"replicas.new", strconv.FormatUint(*now.Mode.Replicated.Replicas, 10), "replicas.old", strconv.FormatUint(*old.Mode.Replicated.Replicas, 10),
	}
}

func deleteService(s *Swarm, x *service, _ http.ResponseWriter, _ *http.Request) error {
	s.services.drop(x)
	for _, t := range s.tasksOf(x) {
		agent{s}.discard(t)
	}
	for id, address := range x.vips {
		s.setup.Networks.Release(id, address)
	}
	s.emitService(x, events.ActionRemove)
	s.settle()
	return nil
}

func getServices(s *Swarm, w http.ResponseWriter, r *http.Request) error {
	want, err := s.filters(r, "id", "label", "mode", "name", "runtime")
	if err != nil {
		return err
	}
	list := []types.Service{}
	for _, x := range s.services.sorted() {
		if !want.prefix("id", x.ID) || !want.prefix("name", x.Spec.Name) ||
			!want.MatchKVList("label", x.Spec.Labels) || !want.ExactMatch("mode", kindOf(x.Spec.Mode)) {
			continue
		}
		shown := x.Service
		if api.BoolParam(r, "status") {
			shown.ServiceStatus = x.count(s)
		}
		list = append(list, shown)
	}
	return api.WriteJSON(w, http.StatusOK, list)
}

// count counts the tasks of a service.
func (x *service) count(s *Swarm) *types.ServiceStatus {
	var c types.ServiceStatus
	for _, t := range s.tasksOf(x) {
		if t.Status.State == types.TaskStateRunning {
			c.RunningTasks++
		}
		if x.isJob() && t.JobIteration.Index != x.JobStatus.JobIteration.Index {
			continue
		}
		if x.isJob() && t.Status.State == types.TaskStateComplete {
			c.CompletedTasks++
		}
		switch {
		case x.Spec.Mode.Global != nil && t.runnable(), x.Spec.Mode.GlobalJob != nil && !t.ended():
			c.DesiredTasks++
		}
	}
	switch m := x.Spec.Mode; {
	case m.Replicated != nil:
		c.DesiredTasks = *m.Replicated.Replicas
	case m.ReplicatedJob != nil:
		c.DesiredTasks = *m.ReplicatedJob.MaxConcurrent
	}
	return &c
}

// kindOf is a mode as a filter has it.
func kindOf(m types.ServiceMode) string {
	switch {
	case m.Global != nil:
		return "global"
	case m.GlobalJob != nil:
		return "global-job"
	case m.ReplicatedJob != nil:
		return "replicated-job"
	}
	return "replicated"
}

func (x *service) isJob() bool {
	return x.Spec.Mode.ReplicatedJob != nil || x.Spec.Mode.GlobalJob != nil
}

func (x *service) everywhere() bool { return x.Spec.Mode.Global != nil || x.Spec.Mode.GlobalJob != nil }

func (s *Swarm) emitService(x *service, action events.Action, changes ...string) {
	s.setup.Emit(events.ServiceEventType, action, x.ID, append([]string{"name", x.Spec.Name}, changes...)...)
}
