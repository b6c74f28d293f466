package engine

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"sync"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// Client is the part of the docker client that an Engine uses.
type Client = client.APIClient

// Options are what an Engine needs to know besides its client.
type Options struct {
	Host  string         // where the engine is, for messages; empty: as the client says
	Pool  netip.Prefix   // where subnets are taken from; zero: the engine chooses where it can, else DefaultPool
	Avoid []netip.Prefix // addresses that no subnet may overlap: routes of this machine

	Program string // a file of this machine: the program that fronts are made of
}

// Engine is one Docker Engine.
type Engine struct {
	client  Client
	host    string
	subnets *subnetSource
	created createdIDs
	facts   *factsCache
	program string
}

// New returns the engine behind c.
func New(c Client, o Options) *Engine {
	c = whole{c}
	return &Engine{client: c, host: o.Host, subnets: newSubnetSource(c, o.Pool, o.Avoid), facts: &factsCache{client: c}, program: o.Program}
}

// whole is a client whose answers have all parts. Those of a container are in one that
// is absent where an engine, or a proxy before it, answers with something else.
type whole struct{ Client }

func (w whole) ContainerInspect(ctx context.Context, id string) (container.InspectResponse, error) {
	c, err := w.Client.ContainerInspect(ctx, id)
	if err == nil && c.ContainerJSONBase == nil {
		c.ContainerJSONBase = &container.ContainerJSONBase{}
	}
	return c, err
}

// Host is the address of the engine, as the Docker CLI is set to.
func (e *Engine) Host() string {
	if e.host != "" {
		return e.host
	}
	return e.client.DaemonHost()
}

// attachesAll reports whether a container can be attached to all its networks
// at creation (API 1.44) or to one only.
func attachesAll(c Client) bool {
	return versions.GreaterThanOrEqualTo(c.ClientVersion(), "1.44")
}

// Ping makes sure that the engine answers and settles the API version.
func (e *Engine) Ping(ctx context.Context) error {
	e.client.NegotiateAPIVersion(ctx)
	_, err := e.client.Ping(ctx)
	return e.explain(err)
}

// createdIDs are the ids of the containers that were created, by the names that
// they were created under: plans address them by these (see plan.Action).
type createdIDs struct {
	mu     sync.Mutex
	byName map[string]string
}

func (c *createdIDs) note(name, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byName == nil {
		c.byName = map[string]string{}
	}
	c.byName[name] = id
}

// id gives the id behind the address of a container.
func (c *createdIDs) id(address string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id, ok := c.byName[address]; ok {
		return id
	}
	return address
}

// Unreachable is an engine that does not answer, or does not any more.
type Unreachable struct {
	Host string
	Err  error
}

// why says what is known about the reason.
func (u Unreachable) why() *refusal.Refusal {
	if u.Err == nil {
		return &refusal.Refusal{}
	}
	return refusal.Way(u.Err, refusal.Facts{"host": u.Host, "ssh": sshCommand(u.Host)})
}

func (u Unreachable) Error() string {
	if why := u.why(); why.Kind != "" {
		return why.Msg
	}
	return fmt.Sprintf("no docker engine answers at %s", u.Host)
}

// Unwrap gives the client's error.
func (u Unreachable) Unwrap() error { return u.Err }

// Hints says what to try.
func (u Unreachable) Hints() []string {
	if why := u.why(); why.Kind != "" {
		return why.Advice
	}
	return []string{"is it running? try: docker info"}
}

// sshCommand reaches by hand the machine of an address such as ssh://me@there:2222;
// empty where it is of another kind.
func sshCommand(host string) string {
	at, err := url.Parse(host)
	if err != nil || at.Scheme != "ssh" || at.Hostname() == "" {
		return ""
	}
	command := "ssh "
	if at.Port() != "" {
		command += "-p " + at.Port() + " "
	}
	if at.User != nil {
		command += at.User.Username() + "@"
	}
	return command + at.Hostname()
}
