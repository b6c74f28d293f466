package front

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Command is the argument by which the program becomes a front.
const Command = "__front"

// What a front is told to do, the argument after Command.
const (
	Serve  = "serve"
	Drains = "drain"
)

const (
	// Version is what a front does, as a number: another one makes another image, and
	// so another container of every front. It changes when what fronts do has to
	// change, and not with every version of the program.
	Version = 1

	// Images is what the names of images of fronts begin with.
	Images = "stacklite-front:"

	// ImageLabel is the label of such an image: its own name. A container is not known
	// by it, so it is none of those that containers get.
	ImageLabel = "io.stack-lite.front-image"

	// Program is where the program is in such an image.
	Program = "/docker-stacklite"

	// User is who a front is: nobody, who needs no right to listen on any port of a
	// container.
	User = "65534:65534"
)

// Image is the image that a front is made from.
func Image() string { return Images + strconv.Itoa(Version) }

// Idle is for how long nothing has moved on a connection that is idle: see the
// package's comment.
const Idle = time.Second

// DefaultGrace is for how long a front that is stopped lets connections end. The
// engine kills what has not ended after 10 seconds.
const DefaultGrace = 9 * time.Second

// Algorithm is how a replica is chosen for a connection.
type Algorithm string

// The algorithms.
const (
	RoundRobin       Algorithm = "round-robin"       // each in turn
	LeastConnections Algorithm = "least-connections" // the one with the fewest open, of several each in turn
)

// Algorithms lists them.
func Algorithms() []Algorithm { return []Algorithm{RoundRobin, LeastConnections} }

// ProxyProtocol is the version of the PROXY protocol by which a replica is told
// the client's address, at the beginning of a TCP connection; empty: it is not.
type ProxyProtocol string

// The versions.
const (
	ProxyV1 ProxyProtocol = "v1" // a line of text
	ProxyV2 ProxyProtocol = "v2" // binary
)

// ProxyProtocols lists them.
func ProxyProtocols() []ProxyProtocol { return []ProxyProtocol{ProxyV1, ProxyV2} }

// Proto is what a port is of.
type Proto string

// The protocols.
const (
	TCP Proto = "tcp"
	UDP Proto = "udp"
)

// Port is a port that a front serves.
type Port struct {
	Proto  Proto
	Listen uint16 // of the front
	Target uint16 // of the replicas
}

// String is the port as an argument: tcp:80:8080.
func (p Port) String() string { return fmt.Sprintf("%s:%d:%d", p.Proto, p.Listen, p.Target) }

// ParsePort reads a port as String writes it.
func ParsePort(s string) (Port, error) {
	words := strings.Split(s, ":")
	if len(words) != 3 {
		return Port{}, fmt.Errorf("%q is no port: tcp:80:8080 is one", s)
	}
	p := Port{Proto: Proto(words[0])}
	if p.Proto != TCP && p.Proto != UDP {
		return Port{}, fmt.Errorf("%q: the protocol of a port is %s or %s", s, TCP, UDP)
	}
	for i, number := range []*uint16{&p.Listen, &p.Target} {
		n, err := strconv.ParseUint(words[1+i], 10, 16)
		if err != nil || n == 0 {
			return Port{}, fmt.Errorf("%q: %q is no number of a port", s, words[1+i])
		}
		*number = uint16(n)
	}
	return p, nil
}

// Config is what a front serves.
type Config struct {
	// Service is the name that leads to the replicas on the front's network.
	Service string
	// Ports are those of the front; none has the protocol and the number of another.
	Ports []Port
	// Algorithm is RoundRobin where it is empty.
	Algorithm Algorithm
	// ProxyProtocol is for the ports of TCP.
	ProxyProtocol ProxyProtocol
	// Grace is for how long connections may go on once the front is stopped;
	// DefaultGrace where it is 0.
	Grace time.Duration
}

// Args is the command line of a front, after the program.
func (c Config) Args() []string {
	args := []string{Command, Serve, "--algorithm", string(cmp.Or(c.Algorithm, RoundRobin))}
	if c.ProxyProtocol != "" {
		args = append(args, "--proxy-protocol", string(c.ProxyProtocol))
	}
	if c.Grace != 0 {
		args = append(args, "--grace", c.Grace.String())
	}
	args = append(args, c.Service)
	for _, p := range c.Ports {
		args = append(args, p.String())
	}
	return args
}

// ParseConfig reads what Args writes, from what follows Serve on.
func ParseConfig(args []string) (Config, error) {
	var c Config
	flags := flag.NewFlagSet(Command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	algorithm := flags.String("algorithm", string(RoundRobin), "")
	protocol := flags.String("proxy-protocol", "", "")
	flags.DurationVar(&c.Grace, "grace", 0, "")
	if err := flags.Parse(args); err != nil {
		return Config{}, err
	}
	c.Algorithm, c.ProxyProtocol = Algorithm(*algorithm), ProxyProtocol(*protocol)
	switch {
	case !slices.Contains(Algorithms(), c.Algorithm):
		return Config{}, fmt.Errorf("no algorithm %q", c.Algorithm)
	case c.ProxyProtocol != "" && !slices.Contains(ProxyProtocols(), c.ProxyProtocol):
		return Config{}, fmt.Errorf("no PROXY protocol %q", c.ProxyProtocol)
	case c.Grace < 0:
		return Config{}, fmt.Errorf("%s is no time to wait", c.Grace)
	case flags.NArg() < 2:
		return Config{}, errors.New("usage: " + Command + " " + Serve + " [--algorithm ALGORITHM] [--proxy-protocol VERSION] [--grace TIME] SERVICE PORT [PORT...]")
	}
	c.Service = flags.Arg(0)
	if c.Service == "" || c.Service[0] == '-' {
		return Config{}, fmt.Errorf("%q is no name of a service", c.Service)
	}
	for _, arg := range flags.Args()[1:] {
		p, err := ParsePort(arg)
		if err != nil {
			return Config{}, err
		}
		if slices.ContainsFunc(c.Ports, func(o Port) bool { return o.Proto == p.Proto && o.Listen == p.Listen }) {
			return Config{}, fmt.Errorf("%q: port %d of %s is taken", arg, p.Listen, p.Proto)
		}
		c.Ports = append(c.Ports, p)
	}
	return c, nil
}
