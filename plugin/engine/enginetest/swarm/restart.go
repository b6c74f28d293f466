package swarm

import (
	"time"

	types "github.com/docker/docker/api/types/swarm"
)

// defaultPause passes before a task is started in the place of one that has ended.
const defaultPause = 5 * time.Second

// restarts makes tasks in the place of others.
type restarts struct{ *Swarm }

// replace makes a task in the place of one that has ended, where that is to be. It is
// started after a pause.
func (s restarts) replace(t *task) {
	if t.JobIteration == nil || t.Status.State != types.TaskStateComplete {
		t.DesiredState = types.TaskStateShutdown
	}
	s.release(t)
	if !t.wantsAnother(s.Swarm) {
		t.done = true
		return
	}
	on := t.node
	if !t.service.everywhere() {
		on = nil
	}
	other := s.addTask(t.service, t.Slot, on, types.TaskStateReady)
	other.pause = s.setup.Lock.After(t.restartPause(), func() { s.endPause(other) })
}

// restartPause is never nothing: who fails at once would be started again forever.
func (t *task) restartPause() time.Duration {
	pause := defaultPause
	if p := t.Spec.RestartPolicy; p != nil && p.Delay != nil {
		pause = *p.Delay
	}
	return max(pause, time.Millisecond)
}

// endPause lets a task start that has waited.
func (s restarts) endPause(t *task) {
	if t.pause == nil || t.DesiredState != types.TaskStateReady {
		return
	}
	t.pause.Stop()
	t.pause = nil
	if t.ended() { // it could not even be prepared
		s.replace(t)
		s.touch(&t.Meta)
		s.settle()
		return
	}
	t.DesiredState = types.TaskStateRunning
	if t.JobIteration != nil {
		t.DesiredState = types.TaskStateComplete
	}
	s.touch(&t.Meta)
	s.settle()
}

// EndPauses lets all tasks start that wait to be started again.
func (s *Swarm) EndPauses() {
	for _, t := range append([]*task{}, s.tasks.all...) {
		restarts{s}.endPause(t)
	}
}

// wantsAnother reports whether a task that has ended is to be replaced by one like it.
func (t *task) wantsAnother(s *Swarm) bool {
	policy := t.Spec.RestartPolicy
	if policy == nil {
		policy = &types.RestartPolicy{}
	}
	complete := t.Status.State == types.TaskStateComplete
	switch {
	case t.JobIteration != nil && (complete || t.JobIteration.Index != t.service.JobStatus.JobIteration.Index):
		return false
	case policy.Condition == types.RestartPolicyConditionNone,
		policy.Condition == types.RestartPolicyConditionOnFailure && complete:
		return false
	case policy.MaxAttempts == nil || *policy.MaxAttempts == 0:
		return true
	}
	tries := uint64(0)
	for _, other := range s.tasksOf(t.service) {
		recent := policy.Window == nil || *policy.Window == 0 || time.Since(other.CreatedAt) < *policy.Window
		if other != t && other.Slot == t.Slot && other.ended() && recent && (!t.service.everywhere() || other.node == t.node) {
			tries++
		}
	}
	return tries < *policy.MaxAttempts
}

// move makes a task in the place of one that its node has lost, or must give up.
func (s restarts) move(t *task) {
	t.DesiredState = types.TaskStateShutdown
	if t.pause != nil {
		t.pause.Stop()
		t.pause = nil
	}
	s.touch(&t.Meta)
	if !t.service.everywhere() {
		desired := types.TaskStateRunning
		if t.JobIteration != nil {
			desired = types.TaskStateComplete
		}
		s.addTask(t.service, t.Slot, nil, desired)
	}
}
