package swarm

import (
	"slices"

	types "github.com/docker/docker/api/types/swarm"
)

// orchestrator compares what services want with the tasks that there are.
type orchestrator struct{ *Swarm }

// reconcile makes the tasks that a service lacks, and gives up those that it has too many.
func (s orchestrator) reconcile(x *service) {
	for _, t := range s.tasksOf(x) {
		if t.node != nil && t.runnable() && !t.node.keeps() && !(t.JobIteration != nil && t.ended()) {
			restarts(s).move(t)
		}
	}
	switch m := x.Spec.Mode; {
	case m.Replicated != nil:
		s.reconcileReplicas(x, int(*m.Replicated.Replicas))
		updater(s).update(x)
	case m.Global != nil:
		s.reconcileNodes(x)
		updater(s).update(x)
	case m.ReplicatedJob != nil:
		s.leaveIteration(x)
		s.reconcileCompletions(x, int(*m.ReplicatedJob.MaxConcurrent), int(*m.ReplicatedJob.TotalCompletions))
	case m.GlobalJob != nil:
		s.leaveIteration(x)
		s.reconcileNodes(x)
	}
}

// slots are the places of a service that are filled, each with its tasks, the newest
// last: there a task is to run, or has ended for good.
func (s orchestrator) slots(x *service) map[int][]*task {
	all := map[int][]*task{}
	for _, t := range s.tasksOf(x) {
		all[t.Slot] = append(all[t.Slot], t)
	}
	for slot, tasks := range all {
		if !slices.ContainsFunc(tasks, (*task).runnable) && !tasks[len(tasks)-1].done {
			delete(all, slot)
		}
	}
	return all
}

func (s orchestrator) reconcileReplicas(x *service, want int) {
	filled := s.slots(x)
	for slot := 1; len(filled) < want; slot++ {
		if _, taken := filled[slot]; !taken {
			filled[slot] = []*task{s.addTask(x, slot, nil, types.TaskStateRunning)}
		}
	}
	if len(filled) <= want {
		return
	}
	var order []int
	for slot := range filled {
		order = append(order, slot)
	}
	runs := func(slot int) int {
		if slices.ContainsFunc(filled[slot], func(t *task) bool { return t.Status.State == types.TaskStateRunning && t.runnable() }) {
			return 1
		}
		return 0
	}
	slices.SortFunc(order, func(a, b int) int {
		if d := runs(b) - runs(a); d != 0 {
			return d
		}
		return a - b
	})
	for _, slot := range order[want:] {
		for _, t := range filled[slot] {
			s.desire(t, types.TaskStateRemove)
		}
	}
}

// desire changes what a task is to come to.
func (s *Swarm) desire(t *task, state types.TaskState) {
	if t.DesiredState != state {
		t.DesiredState = state
		s.touch(&t.Meta)
	}
}

// reconcileNodes is for a service on each node.
func (s orchestrator) reconcileNodes(x *service) {
	tasks := s.tasksOf(x)
	for _, n := range s.nodes.all {
		here := slices.DeleteFunc(slices.Clone(tasks), func(t *task) bool {
			return t.node != n || x.isJob() && t.JobIteration.Index != x.JobStatus.JobIteration.Index
		})
		if !n.meets(x.Spec.TaskTemplate.Placement) {
			for _, t := range here {
				if t.runnable() && !t.ended() {
					s.desire(t, types.TaskStateShutdown)
				}
			}
			continue
		}
		filled := slices.ContainsFunc(here, (*task).runnable) || len(here) > 0 && here[len(here)-1].done
		if n.takesNew() && !filled {
			s.addTask(x, 0, n, x.ambition())
		}
	}
}

// ambition is what a task of a service is to come to.
func (x *service) ambition() types.TaskState {
	if x.isJob() {
		return types.TaskStateComplete
	}
	return types.TaskStateRunning
}

// leaveIteration gives up the tasks of an earlier run of a job.
func (s orchestrator) leaveIteration(x *service) {
	for _, t := range s.tasksOf(x) {
		if t.JobIteration.Index != x.JobStatus.JobIteration.Index && !t.ended() {
			s.desire(t, types.TaskStateRemove)
		}
	}
}

// reconcileCompletions lets tasks of a job run until enough are complete. Their slots
// are counted from 0.
func (s orchestrator) reconcileCompletions(x *service, atOnce, total int) {
	taken, running, complete := map[int]bool{}, 0, 0
	for _, t := range s.tasksOf(x) {
		switch {
		case t.JobIteration.Index != x.JobStatus.JobIteration.Index:
		case t.Status.State == types.TaskStateComplete:
			taken[t.Slot] = true
			complete++
		case t.runnable() || t.done:
			taken[t.Slot] = true
			running++
		}
	}
	for slot := 0; running < atOnce && complete+running < total; slot++ {
		if !taken[slot] {
			s.addTask(x, slot, nil, types.TaskStateComplete)
			running++
		}
	}
}
