package swarm

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// When what is waited for has come, or never will.
const (
	steady       = time.Second      // for how long a task is seen to run before it counts
	settling     = 2 * time.Second  // within which a manager makes the tasks that it is asked for
	noNode       = 15 * time.Second // for how long no node may be suitable
	noAddresses  = 15 * time.Second // likewise a network have no addresses: the manager gives them at once where it has any
	mostFailed   = 3                // times that a replica may fail
	mostHopeless = 2                // likewise, for a reason that stays
)

// watch waits for a service. It decides by what it is shown, and by how long ago that was
// shown first: clocks of nodes are not compared with the one here.
type watch struct {
	completes bool

	looked  bool
	rolling bool                       // the last change, if it is undone, is undone now and not earlier
	before  map[string]bool            // tasks that had ended when it was first looked at
	runs    map[string]time.Duration   // by task: since when it is seen to run
	failed  map[string]map[string]bool // by replica: its tasks that have failed
	no      map[string]time.Duration   // by replica: since when no node is suitable
	gone    map[string]time.Duration   // by replica: since when it has ended, though it is to run
	waits   map[string]time.Duration   // by replica: since when a network of it has no addresses
	said    map[string]string          // by replica
	job     bool                       // the service is one, at the last look
	starved []string                   // networks without addresses at the last look
}

func newWatch(completes bool) *watch {
	return &watch{
		completes: completes, before: map[string]bool{}, runs: map[string]time.Duration{}, failed: map[string]map[string]bool{},
		no: map[string]time.Duration{}, waits: map[string]time.Duration{}, gone: map[string]time.Duration{}, said: map[string]string{},
	}
}

// states are those of tasks, in their order.
var states = []string{"new", "pending", "assigned", "accepted", "preparing", "ready", "starting", "running", "complete", "shutdown", "failed", "rejected", "remove", "orphaned"}

func order(state string) int { return slices.Index(states, state) }

// replica is one of a service, with its tasks, the newest first.
type replica struct {
	name    string // web.1
	current []observed.Task
	ending  []observed.Task // of whatever specification, that are being stopped
}

// replicas groups tasks.
func replicas(s sight) []replica {
	var list []replica
	for _, t := range s.tasks {
		name := shortName(s.service, t)
		if len(list) == 0 || list[len(list)-1].name != name {
			list = append(list, replica{name: name})
		}
		r := &list[len(list)-1]
		if s.current[t.ID] {
			r.current = append(r.current, t)
		}
		if !t.Meant() && !t.Over() && order(t.State) > order("pending") && !s.down[t.Node] {
			r.ending = append(r.ending, t)
		}
	}
	return list
}

// shortName is the name of a replica as the files name its service.
func shortName(s observed.Service, t observed.Task) string {
	number := strings.TrimPrefix(t.Name, s.Name)
	if s.Everywhere && t.NodeName != "" {
		number = "." + t.NodeName
	}
	return cmp.Or(s.Service, s.Name) + number
}

// active is the task of a replica that runs or is about to; nil: there is none.
func (r *replica) active() *observed.Task {
	for i, t := range r.current {
		if t.Meant() && !t.Over() {
			return &r.current[i]
		}
	}
	return nil
}

// look takes what is shown a while after the beginning. It reports whether the service is
// as it was asked to be, and what of it has changed; the error says why it will not be.
func (w *watch) look(at time.Duration, s sight) (done bool, told []plan.Progress, err error) {
	w.starved, w.job = s.starved, s.service.Job
	if !w.looked {
		for _, t := range s.tasks {
			w.before[t.ID] = t.Over()
		}
	}
	all := replicas(s)
	var progress []plan.Progress
	var n tally
	for i := range all {
		if t := all[i].active(); !w.looked && t != nil && t.State == "running" {
			w.said[all[i].name] = w.text(&all[i]) // that is no news
		}
		w.tell(&progress, all[i].name, w.text(&all[i]))
		w.count(&n, at, &all[i])
	}
	w.looked = true
	wanted := s.service.Replicas
	if s.service.Everywhere {
		wanted = max(s.service.Wanted, n.run+n.complete)
	}
	// To a manager a task that ends soon after a change has failed, also where it is to end.
	if w.completes && s.service.Update.State == "paused" && wanted > 0 && (n.complete >= wanted || at < settling) {
		return n.complete >= wanted, progress, nil
	}
	if err := w.hopeless(at, s, all, n.active+n.complete < wanted || s.service.Everywhere); err != nil {
		return false, progress, err
	}
	switch {
	case s.service.Everywhere && wanted == 0 && at < settling && !s.service.Stopped: // it has not chosen yet
		return false, progress, nil
	case n.ending > 0 || n.run > wanted:
		return false, progress, nil
	case isUpdating(s.service.Update):
		if n.steady >= wanted && wanted > 0 {
			w.tell(&progress, "", "runs, and is watched for failures")
		}
		return false, progress, nil
	case s.service.Job:
		return n.complete >= wanted, progress, nil
	}
	return n.steady+n.complete >= wanted, progress, nil
}

// tally is what has become of the replicas of a service.
type tally struct{ active, run, steady, complete, ending int }

// count adds a replica to the tally.
func (w *watch) count(n *tally, at time.Duration, r *replica) {
	n.ending += len(r.ending)
	t := r.active()
	if t == nil {
		// What had ended before may be begun again in a moment.
		if (w.completes || w.job) && r.hasCompleted() && (!w.before[r.current[0].ID] || at >= settling) {
			n.complete++
		}
		return
	}
	n.active++
	if t.State != "running" {
		return
	}
	n.run++
	if since, seen := w.runs[t.ID]; !seen {
		w.runs[t.ID] = at
	} else if at-since >= steady {
		n.steady++
	}
}

// hopeless says why a service will not be as it was asked to be; nil: it may.
func (w *watch) hopeless(at time.Duration, s sight, all []replica, missed bool) error {
	if err := w.update(s); err != nil {
		return err
	}
	for i := range all {
		if err := w.failure(at, s, &all[i], missed); err != nil {
			return err
		}
	}
	return nil
}

// isUpdating reports whether the manager is at a change of a service, or at undoing one.
func isUpdating(u observed.Update) bool {
	return u.State == "updating" || u.State == "rollback_started"
}

// tell adds to the progress what a part has come to, where that is new.
func (w *watch) tell(progress *[]plan.Progress, part, text string) {
	if text != "" && w.said[part] != text {
		w.said[part] = text
		*progress = append(*progress, plan.Progress{Part: part, Text: text})
	}
}

// hasEnded reports whether a task has ended by itself.
func hasEnded(t observed.Task) bool {
	return t.State == "failed" || t.State == "rejected" || t.State == "complete"
}

// hasCompleted reports whether a replica has ended well and is not begun again.
func (r *replica) hasCompleted() bool {
	return len(r.current) > 0 && r.current[0].State == "complete" && order(r.current[0].Desired) > order("running")
}

// text says what a replica has come to; empty: nothing worth telling.
func (w *watch) text(r *replica) string {
	t := r.active()
	switch {
	case t == nil && len(r.ending) > 0:
		return "stopping" + on(r.ending[0])
	case t == nil && r.hasCompleted():
		return "completed" + on(r.current[0])
	case t == nil && len(r.current) > 0 && !w.before[r.current[0].ID] && reasonOf(r.current[0]).text() == "":
		return "stopped" + on(r.current[0])
	case t == nil && len(r.current) > 0 && !w.before[r.current[0].ID]:
		return reasonOf(r.current[0]).text() + on(r.current[0])
	case t == nil:
		return ""
	case t.State == "new" && len(w.starved) > 0:
		return "waits for addresses on " + strings.Join(w.starved, ", ")
	case t.State == "new":
		return "waits for the manager"
	case t.State == "pending" && t.Err != "":
		return reasonOf(*t).text()
	case t.State == "pending":
		return "waits for a node"
	case t.Desired == "ready" && len(r.current) > 1 && hasEnded(r.current[1]): // its time has not come
		return "tried again: " + reasonOf(r.current[1]).text() + on(r.current[1])
	case t.State == "assigned", t.State == "accepted":
		return "assigned to " + place(*t)
	}
	return t.State + on(*t)
}

func place(t observed.Task) string { return cmp.Or(t.NodeName, t.Node, "a node") }

func on(t observed.Task) string {
	if t.Node == "" {
		return ""
	}
	return " on " + place(t)
}

// failure says why a replica will not run; nil: it may. Where there are fewer than wanted,
// one that has ended and is not begun again is missed.
func (w *watch) failure(at time.Duration, s sight, r *replica, missed bool) error {
	failed := func(t observed.Task, what string) error {
		return &Failed{Service: s.service.Service, Replica: r.name, Node: place(t), What: what, Reason: reasonOf(t)}
	}
	hopeless := 0
	for i, t := range r.current {
		bad := t.State == "failed" || t.State == "rejected" || t.State == "complete" && i > 0 && !w.completes && !s.service.Job
		if !bad || w.before[t.ID] {
			continue
		}
		if w.failed[r.name] == nil {
			w.failed[r.name] = map[string]bool{}
		}
		w.failed[r.name][t.ID] = true
		if reasonOf(t).stays() {
			hopeless++
		}
	}
	t := r.active()
	last := slices.IndexFunc(r.current, func(t observed.Task) bool { return w.failed[r.name][t.ID] })
	switch n := len(w.failed[r.name]); {
	case last < 0 || isUpdating(s.service.Update): // then the manager counts, and may undo it
	case hopeless >= mostHopeless:
		return failed(r.current[last], "")
	case n >= mostFailed:
		return failed(r.current[last], fmt.Sprintf("%d times", n))
	}
	// What had ended before may be begun again in a moment.
	if missed && t == nil && len(r.current) > 0 && !isUpdating(s.service.Update) && (last == 0 || at >= settling) {
		if now := r.current[0]; !now.Meant() && (now.State == "failed" || now.State == "rejected") {
			return failed(now, "and is not begun again")
		}
	}
	switch {
	case lasts(w.no, r.name, at, noNode, t != nil && reasonOf(*t).isNoNode() && len(r.ending) == 0):
		return failed(*t, "")
	case lasts(w.gone, r.name, at, settling, t == nil && missed && !w.completes && !w.job && !isUpdating(s.service.Update) && r.hasCompleted()):
		return failed(r.current[0], "and is not begun again: where it has a health check, it may have been stopped for that")
	case lasts(w.waits, r.name, at, noAddresses, t != nil && t.State == "new" && len(s.starved) > 0):
		return starved(s, r)
	}
	return nil
}

// lasts notes since when something is so of a replica, and reports whether that is too long.
func lasts(since map[string]time.Duration, name string, at, most time.Duration, so bool) bool {
	if !so {
		delete(since, name)
		return false
	}
	if _, known := since[name]; !known {
		since[name] = at
	}
	return at-since[name] >= most
}

// starved says that a manager has no addresses for a network of a replica: it says so itself
// in its log alone.
func starved(s sight, r *replica) error {
	return &Failed{
		Service: s.service.Service, Replica: r.name, Node: "",
		What: "can't start: the manager has no addresses left for the network " + strings.Join(s.starved, ", ") + ", as each takes a subnet of its address pools",
		Advice: []string{
			"to see the pools: docker info; and who takes subnets: docker network ls --filter scope=swarm",
			"larger ones, or smaller subnets, are set where a swarm is made: docker swarm init --default-addr-pool 10.0.0.0/8 --default-addr-pool-mask-length 26",
		},
	}
}

// update says whether the manager has given the last change up.
func (w *watch) update(s sight) error {
	u := s.service.Update
	w.rolling = w.rolling || u.State == "rollback_started"
	what := map[string]string{"paused": "the update was stopped halfway", "rollback_paused": "the update failed, and so did undoing it"}[u.State]
	if u.State == "rollback_completed" && w.rolling {
		what = "the update failed and was undone"
	}
	if what == "" {
		return nil
	}
	f := &Failed{Service: cmp.Or(s.service.Service, s.service.Name), Node: "", What: what, Said: u.Message}
	for _, t := range s.tasks { // "update paused due to failure or early termination of task ID"
		if strings.Contains(u.Message, t.ID) {
			f.Replica, f.Node, f.Reason = shortName(s.service, t), place(t), reasonOf(t)
		}
	}
	var last *observed.Task // of those that failed, where the manager names none
	for i, t := range s.tasks {
		if f.Replica == "" && (t.State == "failed" || t.State == "rejected") && (last == nil || t.Created.After(last.Created)) {
			last = &s.tasks[i]
		}
	}
	if last != nil {
		f.Replica, f.Node, f.Reason = shortName(s.service, *last), place(*last), reasonOf(*last)
	}
	return f
}
