package swarm

import (
	"fmt"
	"reflect"
	"time"

	"github.com/docker/docker/api/types/events"
	types "github.com/docker/docker/api/types/swarm"
)

// updater replaces the tasks of services that have changed.
type updater struct{ *Swarm }

// update replaces the tasks of a service that were made from an earlier specification,
// as many at once as it says, until one fails.
func (s updater) update(x *service) {
	dirty, pending, failed := s.progress(x)
	if x.UpdateStatus == nil && len(dirty) == 0 {
		return
	}
	if x.UpdateStatus == nil {
		s.noteUpdate(x, types.UpdateStateUpdating, "update in progress")
	}
	back := x.UpdateStatus.State == types.UpdateStateRollbackStarted
	if !back && x.UpdateStatus.State != types.UpdateStateUpdating {
		return
	}
	config := x.Spec.UpdateConfig
	if back {
		config = x.Spec.RollbackConfig
	}
	if config == nil {
		config = &types.UpdateConfig{Parallelism: 1}
	}
	if failed != nil && config.FailureAction != types.UpdateFailureActionContinue {
		s.stopUpdate(x, config, failed, back)
		return
	}
	if len(dirty) == 0 && pending == 0 {
		state, message := types.UpdateStateCompleted, "update completed"
		if back {
			state, message = types.UpdateStateRollbackCompleted, "rollback completed"
		}
		s.noteUpdate(x, state, message)
		return
	}
	for _, t := range dirty {
		if config.Parallelism > 0 && pending >= int(config.Parallelism) {
			return
		}
		pending++
		s.renew(t)
	}
}

// progress is how far an update has come: the tasks that are to be replaced, how many
// of the new ones do not run yet, and one that has failed.
func (s updater) progress(x *service) (dirty []*task, pending int, failed *task) {
	for _, t := range s.tasksOf(x) {
		switch {
		case t.dirty():
			if t.runnable() || t.done {
				dirty = append(dirty, t)
			}
		case t.ended() && x.UpdateStatus != nil && !t.CreatedAt.Before(*x.UpdateStatus.StartedAt):
			failed = t
		case t.runnable() && t.Status.State != types.TaskStateRunning && t.pause == nil:
			pending++
		}
	}
	return dirty, pending, failed
}

// dirty reports whether a task was made from another specification than its service has.
func (t *task) dirty() bool {
	now := copied(t.service.Spec.TaskTemplate)
	now.Runtime = ""
	return !reflect.DeepEqual(copied(t.Spec), now) || !reflect.DeepEqual(t.endpoint, t.service.Endpoint.Spec)
}

// renew makes a new task in the place of one.
func (s updater) renew(t *task) {
	s.desire(t, types.TaskStateShutdown)
	t.done = false
	agent(s).giveUp(t)
	on := t.node
	if !t.service.everywhere() {
		on = nil
	}
	s.addTask(t.service, t.Slot, on, types.TaskStateRunning)
}

// stopUpdate is for an update of which a task has failed.
func (s updater) stopUpdate(x *service, config *types.UpdateConfig, failed *task, back bool) {
	why := fmt.Sprintf("due to failure or early termination of task %s", failed.ID)
	switch {
	case back:
		s.noteUpdate(x, types.UpdateStateRollbackPaused, "rollback paused "+why)
	case config.FailureAction == types.UpdateFailureActionRollback && x.PreviousSpec != nil:
		now := time.Now().UTC()
		x.Spec, x.PreviousSpec = *x.PreviousSpec, nil
		x.UpdateStatus = &types.UpdateStatus{State: types.UpdateStateRollbackStarted, StartedAt: &now, Message: "update rolled back " + why}
		allocator(s).settleEndpoint(x)
		s.touch(&x.Meta)
	default:
		s.noteUpdate(x, types.UpdateStatePaused, "update paused "+why)
	}
}

// noteUpdate notes how far an update has come.
func (s updater) noteUpdate(x *service, state types.UpdateState, message string) {
	now := time.Now().UTC()
	changes := []string{"updatestate.new", string(state)}
	if x.UpdateStatus == nil {
		x.UpdateStatus = &types.UpdateStatus{StartedAt: &now}
	} else {
		changes = append(changes, "updatestate.old", string(x.UpdateStatus.State))
	}
	x.UpdateStatus.State, x.UpdateStatus.Message = state, message
	if state == types.UpdateStateCompleted || state == types.UpdateStateRollbackCompleted {
		x.UpdateStatus.CompletedAt = &now
	}
	s.touch(&x.Meta)
	s.emitService(x, events.ActionUpdate, changes...)
}
