package swarm

import (
	"context"
	"net"
	"slices"
	"strings"

	api "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// NotManager is an engine that manages no swarm.
type NotManager struct {
	Host     string
	Worker   bool     // it is a node of one
	Managers []string // of the swarm of a worker: addresses of machines, as far as it knows them
	Err      error    // that said so; nil: it was asked
}

func (n *NotManager) Error() string {
	if n.Worker {
		return "the engine at " + n.Host + " is a worker of a swarm, and only a manager takes services"
	}
	return "the engine at " + n.Host + " is in no swarm"
}

// Unwrap gives the client's error.
func (n *NotManager) Unwrap() error { return n.Err }

// Hints says what to type.
func (n *NotManager) Hints() []string {
	if !n.Worker {
		return []string{
			"to make a swarm, with this engine as its first node: docker swarm init",
			"or join one as a manager; a manager of it prints how: docker swarm join-token manager",
		}
	}
	at := "MANAGER"
	if len(n.Managers) > 0 {
		at = n.Managers[0]
	}
	return []string{
		"make a context of a manager: docker context create manager --docker host=ssh://" + at,
		"and use it: docker --context manager stacklite …",
	}
}

// isNoManager reports whether an engine answers that it manages no swarm. One that is
// about to, or has trouble with it, says that it does not manage one either.
func isNoManager(err error) bool {
	text := err.Error()
	return strings.Contains(text, "This node is not a swarm manager") && !strings.Contains(text, "Manager is being prepared")
}

// notManager is what an engine is that has said that it manages no swarm.
func (m *Manager) notManager(ctx context.Context, err error) error {
	n := &NotManager{Host: m.options.Host, Err: err, Worker: strings.Contains(err.Error(), "Worker nodes")}
	if n.Worker {
		if info, err := m.client.Info(ctx); err == nil {
			n.Managers = managers(info.Swarm)
		}
	}
	return n
}

// managers are the machines of the managers that a node knows.
func managers(of api.Info) (list []string) {
	for _, peer := range of.RemoteManagers {
		host, _, err := net.SplitHostPort(peer.Addr)
		if err == nil && !slices.Contains(list, host) {
			list = append(list, host)
		}
	}
	slices.Sort(list)
	return list
}

// Check makes sure that the engine manages a swarm; it makes one call. The error is a
// *NotManager where it is in none, or in one as a worker.
func (m *Manager) Check(ctx context.Context) error {
	info, err := m.client.Info(ctx)
	if err != nil {
		return m.explain(ctx, err)
	}
	m.mu.Lock()
	m.local = info.Swarm.NodeID
	m.mu.Unlock()
	switch of := info.Swarm; {
	case of.LocalNodeState == api.LocalNodeStateLocked:
		return refusal.Of(refusal.SwarmLocked, nil)
	case of.LocalNodeState == api.LocalNodeStatePending:
		return refusal.Of(refusal.SwarmJoining, nil)
	case of.LocalNodeState == api.LocalNodeStateError:
		return refusal.Of(refusal.SwarmBroken, refusal.Facts{"why": of.Error})
	case of.LocalNodeState != api.LocalNodeStateActive:
		return &NotManager{Host: m.options.Host}
	case !of.ControlAvailable:
		return &NotManager{Host: m.options.Host, Worker: true, Managers: managers(of)}
	case of.Error != "": // it is one, and there are too few of them
		return refusal.Read(&words{&said{of.Error}}, nil)
	}
	return nil
}

// said is what an engine says that is no answer to a call.
type said struct{ text string }

func (s *said) Error() string { return s.text }

// Local is the id of the node that the engine is: containers of tasks there are those that
// it reaches itself. It asks once.
func (m *Manager) Local(ctx context.Context) (string, error) {
	m.mu.Lock()
	local := m.local
	m.mu.Unlock()
	if local != "" {
		return local, nil
	}
	info, err := m.client.Info(ctx)
	if err != nil {
		return "", m.explain(ctx, err)
	}
	m.mu.Lock()
	m.local = info.Swarm.NodeID
	m.mu.Unlock()
	return info.Swarm.NodeID, nil
}
