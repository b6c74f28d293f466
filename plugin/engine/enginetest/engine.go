// Package enginetest is a Docker Engine in memory, as net/http/httptest is an
// HTTP server in memory. It speaks the Engine API on a unix socket, so the true
// client and the docker command drive it, and no code under test knows that
// nothing is ever run.
//
//	e := enginetest.New(t, enginetest.Options{
//		APIVersion: "1.51",
//		Images:     []enginetest.Image{enginetest.Probe("probe:latest")},
//	})
//	cli, err := client.NewClientWithOpts(client.WithHost(e.Host()), client.WithAPIVersionNegotiation())
//
// A container "runs" the program of scripts/probe: serve and sleep go on until
// stopped, say prints and exits, resolve, dial, ping and get answer from a model
// of the engine's bridges and of its name server. Any other command is taken
// for a server that runs until stopped and listens on its exposed TCP ports.
//
// Answers, status codes and error texts are those of Engine 20.10 for API
// 1.41 and of Engine 28 for API 1.44 and later, as far as a program under test
// can be expected to look; contract tests compare them with a real engine.
// A call the package does not know is answered with 501, never with a guess.
//
// Not modelled: image layers, files inside containers, IPv6, Swarm, the links
// of the default bridge, and traffic through ports published on the host.
package enginetest

import (
	"crypto/rand"
	"encoding/hex"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Options say what kind of engine to start. The zero value is an Engine 20.10
// without images.
type Options struct {
	// APIVersion is the newest API version spoken: "1.41" (the default) makes
	// an Engine 20.10, "1.44" to "1.51" an Engine 28.
	APIVersion string
	// Images are on the engine from the start.
	Images []Image
	// Registry holds what a pull finds.
	Registry []Image
	// Programs are executables besides the probe, by the last element of their
	// path, in whatever image. A command that is neither is taken for a server.
	Programs map[string]Program
	// Trace, when set, is called with each call as it comes in.
	Trace func(Call)
}

// Engine is a Docker Engine in memory. It lives until its test ends.
type Engine struct {
	base
	opts  Options
	host  string
	mux   *http.ServeMux
	calls recorder

	containers map[string]*container
	networks   *networkStore
	volumes    *volumeStore
	execs      map[string]*execution
	images     *imageStore
	ports      portTable
	lastPid    int
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
	// Not t.TempDir: the path of a unix socket must stay below 104 bytes.
	dir, err := os.MkdirTemp("", "engine")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "docker.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	lock := newStateLock()
	b := base{release: release, lock: lock, journal: &journal{lock: lock}}
	e := &Engine{
		opts:       opts,
		base:       b,
		host:       "unix://" + socket,
		containers: map[string]*container{},
		networks:   newNetworkStore(b),
		volumes:    newVolumeStore(b),
		execs:      map[string]*execution{},
		images:     newImageStore(b, opts.Images, opts.Registry),
		ports:      newPortTable(),
	}
	e.networks.members = e
	e.images.users = e
	e.volumes.users = e
	e.mux = newMux(e.lock, e.systemRoutes(), e.containerRoutes(), e.ioRoutes(), e.execRoutes(),
		e.networks.routes(), e.endpointRoutes(), e.images.routes(), e.volumes.routes(), e.journal.routes())
	server := &http.Server{Handler: e, ReadHeaderTimeout: time.Minute}
	go server.Serve(listener)
	t.Cleanup(func() {
		close(e.lock.ended)
		server.Close()
	})
	return e
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
