package enginetest

import (
	"net/netip"
	"slices"

	containertypes "github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/process"
)

// A Program stands for an executable of images; see [process.Program].
type Program = process.Program

// Process is one run of a [Program]; see [process.Process].
type Process = process.Process

// processes runs the programs of containers.
type processes struct {
	programs   process.Programs
	containers *containerStore
	reach      *reachability
	files      *fileStore
	lastPid    int
}

func (p *processes) nextPid() int {
	p.lastPid++
	return 1000 + p.lastPid
}

// main runs the command line of a container.
func (p *processes) main(c *container) process.Outcome {
	return p.programs.Main(c.commandLine(), c.config.Env, c.config.ExposedPorts, p.around(c))
}

// exec runs a command line in a container whose main process runs. Only what is
// asked of the model has a process ID.
func (p *processes) exec(c *container, argv, env []string) (o process.Outcome, pid int) {
	o, asked := p.programs.Exec(process.Parse(argv), c.commandLine(), slices.Concat(c.config.Env, env), p.around(c))
	if asked {
		pid = p.nextPid()
	}
	return o, pid
}

func (p *processes) around(c *container) surroundings {
	return surroundings{reach: p.reach, files: p.files, containers: p.containers, c: c}
}

// surroundings are what the processes of a container find in it and on its
// networks.
type surroundings struct {
	reach      *reachability
	files      *fileStore
	containers *containerStore
	c          *container
}

// Resolve asks the engine's name server.
func (n surroundings) Resolve(name string) []netip.Addr { return n.reach.resolve(n.c, name) }

// Ping is answered by every container but a paused one.
func (n surroundings) Ping(addr netip.Addr) bool {
	there := n.reach.receiver(n.c, addr, true)
	return there != nil && there.status != containertypes.StatePaused
}

// Dial is answered where a process listens.
func (n surroundings) Dial(addr netip.Addr, port string) bool {
	return n.reach.dial(n.c, addr, port).server != nil
}

// Get is answered with the host name of the server, which prints the address of
// the client.
func (n surroundings) Get(addr netip.Addr, port string) (body string, ok bool) {
	a := n.reach.dial(n.c, addr, port)
	if a.server == nil {
		return "", false
	}
	n.containers.print(a.server, false, "GET / from "+n.reach.sourceAddress(a.from, a.to))
	return a.there.config.Hostname, true
}

// Read gives what was written into a file of the container or its volumes.
func (n surroundings) Read(file string) (string, bool) { return n.files.read(n.c, file) }

// Write fails where the file is on a mount that is read-only.
func (n surroundings) Write(file, text string) bool { return n.files.write(n.c, file, text) }
