package swarm

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"github.com/docker/docker/api/types/events"
	types "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// Swarm is a swarm as its managers know it.
type Swarm struct {
	setup    Setup
	info     types.Swarm
	nodes    shelf[node]
	services shelf[service]
	tasks    shelf[task]
	secrets  shelf[types.Secret]
	configs  shelf[types.Secret] // see fileKind
	attached []types.Task        // containers of no service; no list has them

	index    uint64 // of the last change: what an object has as its version
	ids      int
	settling bool // see settle
	changed  bool
}

// Setup is what a swarm stands on.
type Setup struct {
	Lock     *api.Lock
	Networks Networks
	// Emit writes down an event of the swarm.
	Emit func(kind events.Type, action events.Action, id string, attributes ...string)
	// RefuseFilter is the answer to a filter that is not known.
	RefuseFilter func(name string) error
}

// New makes a swarm without nodes.
func New(s Setup) *Swarm {
	made := &Swarm{
		setup:    s,
		nodes:    shelf[node]{kind: "node", id: func(n *node) (string, string) { return n.ID, n.Description.Hostname }},
		services: shelf[service]{kind: "service", id: func(x *service) (string, string) { return x.ID, x.Spec.Name }},
		tasks:    shelf[task]{kind: "task", id: func(t *task) (string, string) { return t.ID, t.name() }},
		secrets:  shelf[types.Secret]{kind: "secret", id: func(x *types.Secret) (string, string) { return x.ID, x.Spec.Name }},
		configs:  shelf[types.Secret]{kind: "config", id: func(x *types.Secret) (string, string) { return x.ID, x.Spec.Name }},
	}
	retention, keep := int64(5), uint64(0)
	made.info.ID = made.NewID()
	made.touch(&made.info.Meta)
	made.info.Spec = types.Spec{
		Annotations:   types.Annotations{Name: "default", Labels: map[string]string{}},
		Orchestration: types.OrchestrationConfig{TaskHistoryRetentionLimit: &retention},
		Raft: types.RaftConfig{
			SnapshotInterval: 10000, KeepOldSnapshots: &keep, LogEntriesForSlowFollowers: 500, ElectionTick: 10, HeartbeatTick: 1,
		},
		Dispatcher: types.DispatcherConfig{HeartbeatPeriod: 5 * time.Second},
		CAConfig:   types.CAConfig{NodeCertExpiry: 90 * 24 * time.Hour},
	}
	made.info.DataPathPort, made.info.SubnetSize = 4789, 24
	made.info.JoinTokens = types.JoinTokens{
		Worker: "SWMTKN-1-" + made.NewID() + "-worker", Manager: "SWMTKN-1-" + made.NewID() + "-manager",
	}
	return made
}

// Cluster is what managers say of the swarm as a whole.
func (s *Swarm) Cluster() types.ClusterInfo { return s.info.ClusterInfo }

// NewID makes an identifier as a swarm's: 25 digits and letters. Each swarm makes the
// same ones.
func (s *Swarm) NewID() string {
	s.ids++
	sum := sha256.Sum256(fmt.Appendf(nil, "object %d", s.ids))
	text := new(big.Int).SetBytes(sum[:]).Text(36)
	return text[:25]
}

// touch notes that an object changes.
func (s *Swarm) touch(m *types.Meta) {
	s.index++
	m.Version.Index = s.index
	m.UpdatedAt = time.Now().UTC()
	if m.CreatedAt.IsZero() {
		m.CreatedAt = m.UpdatedAt
	}
	s.changed = true
	s.setup.Lock.Notify()
}

// settle lets the manager do what follows from a change, until nothing does any more.
// What happens meanwhile is another change.
func (s *Swarm) settle() {
	s.changed = true
	if s.settling {
		return
	}
	s.settling = true
	for s.changed {
		s.changed = false
		for _, x := range s.services.all {
			orchestrator{s}.reconcile(x)
		}
		for _, t := range s.tasks.all {
			agent{s}.advance(t)
		}
	}
	s.settling = false
	agent{s}.forgetOldTasks()
	s.setup.Lock.Notify()
}

// copied is a value like another, which shares nothing with it.
func copied[T any](v T) (other T) {
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &other)
	}
	if err != nil {
		panic(err) // what came out of JSON goes into it
	}
	return other
}
