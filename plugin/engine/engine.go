package engine

import (
	"context"
	"fmt"
	"net/netip"
	"sync"

	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
	"github.com/stack-lite/stack-lite/linking"
)

// Client is what the engine is spoken to through.
type Client = client.APIClient

// Options are what an Engine needs to know besides its client.
type Options struct {
	Version string         // of Stack Lite, for labels
	Host    string         // where the engine is, for messages; empty: as the client says
	Pool    netip.Prefix   // where subnets are taken from; zero: the engine chooses where it can, else DefaultPool
	Avoid   []netip.Prefix // addresses that no subnet may overlap: routes of this machine

	LinkEnv   linking.EnvMode // which link variables containers get
	Discovery Discovery       // how far discovery looks
}

// Engine is one Docker Engine.
type Engine struct {
	client  Client
	options Options

	poolGiven bool // by the user

	mu      sync.Mutex
	chooses *bool             // whether the engine chooses subnets; nil: not asked yet
	made    map[string]string // ids of containers made by Apply, by the name they were made under
	subnets *subnets          // nil until a network is made or observed
	images  imageCache
}

// New speaks to the engine behind c.
func New(c Client, o Options) *Engine {
	given := o.Pool.IsValid()
	if !given {
		o.Pool = DefaultPool
	}
	return &Engine{client: c, options: o, poolGiven: given, made: map[string]string{}}
}

// Host is the address of the engine, as the Docker CLI is set to.
func (e *Engine) Host() string {
	if e.options.Host != "" {
		return e.options.Host
	}
	return e.client.DaemonHost()
}

// attachesAll tells whether a container can be attached to all its networks at
// creation (API 1.44) or to one only.
func (e *Engine) attachesAll() bool {
	return versions.GreaterThanOrEqualTo(e.client.ClientVersion(), "1.44")
}

// Ping makes sure that the engine answers and settles the API version.
func (e *Engine) Ping(ctx context.Context) error {
	e.client.NegotiateAPIVersion(ctx)
	_, err := e.client.Ping(ctx)
	return e.explain(err)
}

// Unreachable is an engine that does not answer.
type Unreachable struct {
	Host string
	Err  error
}

func (u Unreachable) Error() string {
	return fmt.Sprintf("no docker engine answers at %s", u.Host)
}

// Unwrap gives the client's error.
func (u Unreachable) Unwrap() error { return u.Err }

// Hints says what to try.
func (u Unreachable) Hints() []string {
	return []string{"is it running? try: docker info"}
}
