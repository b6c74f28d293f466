package swarm

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/containerd/errdefs"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// Options are what a Manager needs to know besides its client.
type Options struct {
	Host string // where the engine is, for messages; empty: as the client says

	// RegistryAuth gives the credentials for the registry of an image, in the form of the
	// header that has them. The manager passes them on to the nodes; nil: there are none.
	RegistryAuth func(ref string) (string, error)
}

// Manager is an engine that is asked about the swarm that it is in. Whether it manages one
// shows when it is asked.
type Manager struct {
	client  engine.Client
	options Options

	mu       sync.Mutex
	local    string          // id of the node that the engine is; empty: not asked yet
	unpinned map[string]bool // images of which it was told that they have no digest
	changed  map[string]bool // services that it has changed, by name: what is undone of them was undone since
}

// New returns the manager behind c.
func New(c engine.Client, o Options) *Manager {
	if o.Host == "" {
		o.Host = c.DaemonHost()
	}
	return &Manager{client: c, options: o, unpinned: map[string]bool{}, changed: map[string]bool{}}
}

// errNoID is an answer that does not say what was made.
var errNoID = errors.New("an answer without an id")

// explain makes the client's error one that a user can act on.
func (m *Manager) explain(ctx context.Context, err error) error {
	if err = engine.Explain(err, m.options.Host); err == nil {
		return nil
	}
	if isNoManager(err) {
		return m.notManager(ctx, err)
	}
	return err
}

// explainLook is explain for a look at the manager, which is no step of which the name
// stands before the error.
func (m *Manager) explainLook(ctx context.Context, at string, err error) error {
	err = m.explain(ctx, err)
	if err == nil || !strings.HasPrefix(err.Error(), refusal.Daemon) {
		return err
	}
	if r := refusal.Read(err, nil); r.Kind != "" {
		return r
	}
	return fmt.Errorf("the manager does not list %s: %w", at, &words{err})
}

// words is an error of the client with the words of the engine alone.
type words struct{ err error }

func (w *words) Error() string { return refusal.Words(w.err.Error()) }
func (w *words) Unwrap() error { return w.err }

// ignoreNotFound takes "no such thing" for success. What is no engine says that of
// everything, but that shows before anything is changed.
func ignoreNotFound(err error) error {
	if errdefs.IsNotFound(err) {
		return nil
	}
	return err
}
