package tasks

import "github.com/stack-lite/stack-lite/plugin/observed"

// failure is the exit code of a task that has none: it was never begun.
const failure = 1

// ended gives the exit codes of the replicas of services, by name and number, and
// reports whether all have ended and are not begun again. A replica that has failed
// may be: then the swarm has made another task for it, or is about to.
func ended(seen *observed.Swarm, services []observed.Service) (codes []int, over bool) {
	over = true
	for _, r := range replicas(seen, services) {
		if !r.isWanted() {
			continue
		}
		t := r.tasks[0]
		for _, other := range r.tasks {
			over = over && (isOver(other) && !(isMeant(other) && hasFailed(other)) || !isMeant(other) && onLostNode(seen, other))
		}
		code := t.ExitCode
		if code == 0 && (hasFailed(t) || onLostNode(seen, t)) {
			code = failure
		}
		codes = append(codes, code)
	}
	return codes, over
}

// first is the first exit code that is not 0, or 0.
func first(codes []int) int {
	for _, code := range codes {
		if code != 0 {
			return code
		}
	}
	return 0
}
