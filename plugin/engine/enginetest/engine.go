package enginetest

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
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
	// Missing are commands that no image has, as they are called: what they are to
	// run does not start.
	Missing []string
	// MissingFolders are those that are on no machine: what is to bind them is refused.
	MissingFolders []string
	// Swarm are the nodes of the swarm that the engine is in. The first is the engine
	// itself; the others are engines too, which have the same images. Without any
	// it is in no swarm, until a client makes one.
	Swarm []Node
	// Trace, when set, is called with each call as it comes in.
	Trace func(Call)
}

// Engine is a Docker Engine in memory. It runs until its test ends.
type Engine struct {
	*Faults
	host    string
	release release
	lock    *api.Lock
	mux     *http.ServeMux
	trace   func(Call)
	member  *membership
	nodes   map[string]*Engine // of the swarm that it was started in, by name
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
	lock := api.NewLock()
	if len(opts.Swarm) > 0 {
		return newSwarm(t, opts, release, lock)
	}
	e := newEngine(opts, release, lock)
	e.serve(t)
	t.Cleanup(lock.End)
	return e
}

// newEngine makes an engine that does not answer yet. Those of a swarm share a lock.
func newEngine(opts Options, release release, lock *api.Lock) *Engine {
	member, all := newStores(opts, release, lock)
	return &Engine{
		Faults: NewFaults(), release: release, lock: lock, trace: opts.Trace,
		mux: api.NewMux(lock, all), member: member,
	}
}

// serve lets an engine answer until the test ends.
func (e *Engine) serve(t testing.TB) {
	e.host = Serve(t, e)
	t.Cleanup(e.End) // before its connections are closed
}

// newStores makes the stores of an engine and joins them: which may call which
// is decided here and in the comment of the package.
func newStores(opts Options, r release, lock *api.Lock) (*membership, []api.Routes) {
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
	lifecycle := &lifecycle{
		base: b, containers: containers, networks: networks, volumes: volumes,
		ports: ports, processes: processes, missing: opts.Missing,
	}
	logs := &containerLogs{base: b, containers: containers}
	member := &membership{base: b, name: "enginetest", missing: opts.MissingFolders, images: images, lifecycle: lifecycle, networks: networks}
	lifecycle.tasks, networks.member = member, member
	var all []api.Routes
	for _, s := range []store{
		&system{release: r, containers: containers, images: images, member: member},
		b.journal, images, volumes, networks, containers, execs, logs, lifecycle, member,
		&taskLogs{base: b, logs: logs, member: member},
	} {
		all = append(all, s.routes())
	}
	return member, all
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
	routes() api.Routes
}

// base is what every store has.
type base struct {
	release release
	lock    *api.Lock
	journal *journal
}
