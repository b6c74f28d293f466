package enginetest

import (
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// Node is a machine of a swarm, with an engine of its own.
type Node struct {
	Name string
	// Worker is one that is no manager.
	Worker bool
	// Availability is active, which is the default, pause or drain.
	Availability string
	Labels       map[string]string
	// Images are on this node besides those that are on all.
	Images []Image
	// MissingFolders are not there, besides those that no machine has.
	MissingFolders []string
}

// newSwarm starts the engines of a swarm. The first is what a test talks to.
func newSwarm(t testing.TB, opts Options, release release, lock *api.Lock) *Engine {
	t.Helper()
	engines := map[string]*Engine{}
	var first *Engine
	for i, n := range opts.Swarm {
		if n.Name == "" || engines[n.Name] != nil || i == 0 && n.Worker {
			t.Fatalf("enginetest: node %d: each has a name of its own, and the first is a manager", i)
		}
		own := opts
		own.Images = append(append([]Image{}, opts.Images...), n.Images...)
		e := newEngine(own, release, lock)
		e.member.name, e.member.missing = n.Name, append(append([]string{}, opts.MissingFolders...), n.MissingFolders...)
		e.serve(t)
		engines[n.Name] = e
		if first == nil {
			first = e
			e.member.found()
		} else {
			e.member.images.registry = first.member.images.registry
		}
		e.member.join(first.member.cluster, n)
		e.nodes = engines
	}
	t.Cleanup(lock.End)
	return first
}

// Node is the engine of a node of the swarm that the engine was started in.
func (e *Engine) Node(name string) *Engine { return e.nodes[name] }

// KillNode turns a node off: its engine does not answer, its containers have ended,
// and the managers hear nothing of it.
func (e *Engine) KillNode(name string) { e.change(name, func(m *membership) { m.die() }) }

// CutNode takes a node off the network: its engine answers and its containers run, but
// neither the managers nor the containers of other nodes can be reached from there.
func (e *Engine) CutNode(name string) { e.change(name, func(m *membership) { m.cut = true }) }

// MendNode turns a node on again, and connects it. What it is not to run any more it stops.
func (e *Engine) MendNode(name string) {
	e.change(name, func(m *membership) { m.cut, m.dead = false, false })
}

func (e *Engine) change(name string, how func(*membership)) {
	e.hold(func() {
		m := e.nodes[name].member
		how(m)
		if m.cut || m.dead {
			m.cluster.Lose(m.node)
		} else {
			m.cluster.Find(m.node)
		}
	})
}

// EndPauses lets tasks start at once that wait to be started again.
func (e *Engine) EndPauses() { e.hold(e.member.cluster.EndPauses) }

// isOff reports whether the machine of an engine is turned off.
func (e *Engine) isOff() (off bool) {
	if e.nodes != nil {
		e.hold(func() { off = e.member.dead })
	}
	return off
}

func (e *Engine) hold(f func()) { _ = e.lock.Hold(func() error { f(); return nil }) }
