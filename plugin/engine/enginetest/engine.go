package enginetest

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"testing"
)

// Options say what kind of engine to start. The zero value is an Engine 20.10
// without images.
type Options struct {
	// APIVersion is the newest API version spoken: "1.41" (the default) makes
	// an Engine 20.10, "1.44" to "1.51" an Engine 28, a later one an Engine 29
	// ("1.56" is what 29.8 speaks).
	APIVersion string
	// Images are on the engine from the start.
	Images []Image
	// Registry holds what a pull finds.
	Registry []Image
	// Programs are executables besides the probe, by the last element of their
	// path, in whatever image. A command that is neither is taken for a server.
	Programs map[string]Program
	// ContainerdStore lets containerd keep the images, as it does on a new Engine 29.
	ContainerdStore bool
	// Trace, when set, is called with each call as it comes in.
	Trace func(Call)
}

// Engine is a Docker Engine in memory. It runs until its test ends.
type Engine struct {
	*Faults
	host    string
	release release
	lock    *stateLock
	mux     *http.ServeMux
	trace   func(Call)
}

// New starts an engine on a socket of its own and stops it when the test ends.
// Several engines may run at once.
func New(t testing.TB, opts Options) *Engine {
	t.Helper()
	if opts.APIVersion == "" {
		opts.APIVersion = "1.41"
	}
	release, err := releaseOf(opts.APIVersion)
	if err != nil {
		t.Fatalf("enginetest: %v", err)
	}
	lock := newStateLock()
	e := &Engine{
		Faults:  NewFaults(),
		release: release,
		lock:    lock,
		mux:     newMux(lock, newStores(opts, release, lock)),
		trace:   opts.Trace,
	}
	e.host = Serve(t, e)
	t.Cleanup(func() { // before its connections are closed
		close(e.lock.ended)
		e.End()
	})
	return e
}

// newStores makes the stores of an engine and joins them: which may call which
// is decided here and in the comment of the package.
func newStores(opts Options, r release, lock *stateLock) []store {
	b := base{release: r, lock: lock, journal: &journal{lock: lock}}
	images := newImageStore(b, opts)
	files := newFileStore()
	volumes := newVolumeStore(b, files)
	ports := newHostPorts(r)
	networks := newNetworkStore(b, ports)
	containers := newContainerStore(b, images, volumes, networks)
	processes := &processes{
		programs:   opts.Programs,
		containers: containers,
		files:      files,
		reach:      &reachability{containers: containers, networks: networks, turns: map[string]int{}},
	}
	execs := newExecStore(b, containers, processes)
	images.users, volumes.users, networks.members, containers.execs = containers, containers, containers, execs
	return []store{
		&system{release: r, containers: containers, images: images},
		b.journal, images, volumes, networks, containers, execs,
		&containerLogs{base: b, containers: containers},
		&lifecycle{
			base: b, containers: containers, networks: networks, volumes: volumes,
			ports: ports, processes: processes,
		},
	}
}

// Host is the address of the engine in the form of DOCKER_HOST.
func (e *Engine) Host() string { return e.host }

// newID makes an identifier as the engine's: 64 hexadecimal digits.
func newID() string {
	var b [32]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// shortID is the form of an identifier that people are shown.
func shortID(id string) string { return id[:12] }

// A store holds one kind of the engine's objects, and answers the calls about
// them. [New] makes the stores and joins them; a further kind of object, such
// as the services of a swarm, is a further store there.
type store interface {
	routes() routes
}

// base is what every store has.
type base struct {
	release release
	lock    *stateLock
	journal *journal
}
