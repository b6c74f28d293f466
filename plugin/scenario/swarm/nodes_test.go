package swarm_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/client"
)

// A node is one engine of a swarm.
type node struct {
	name    string // node1
	number  string // as scripts/swarm.sh is told it
	host    string // where its engine answers
	address string // of the machine
	network string // the namespace of its network
	cli     *client.Client
}

// nodes are the engines of a swarm that scripts/swarm.sh has started; the first is a
// manager.
type nodes struct {
	t        *testing.T
	name     string // of the swarm
	registry string
	all      []node
}

// connect finds the swarm that STACKLITE_SWARM_NODES names. Where it names none the test is
// skipped; where that has not been started it fails.
func connect(t *testing.T) *nodes {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: engines in memory only")
	}
	name := os.Getenv("STACKLITE_SWARM_NODES")
	if name == "" {
		t.Skip("no swarm: make swarm starts one, or name one of scripts/swarm.sh in STACKLITE_SWARM_NODES")
	}
	about, err := os.ReadFile(filepath.Join("/run/stack-lite-swarm-"+name, "about"))
	if err != nil {
		t.Fatalf("scripts/swarm.sh has not started a swarm %s: %v", name, err)
	}
	n := &nodes{t: t, name: name}
	for line := range strings.Lines(string(about)) {
		words := strings.Fields(line)
		if registry, ok := strings.CutPrefix(line, "REGISTRY="); ok {
			n.registry = strings.TrimSpace(registry)
		} else if number, ok := strings.CutPrefix(words[0], "node"); ok && len(words) == 4 {
			n.all = append(n.all, node{name: words[0], number: number, host: words[1], address: words[2], network: words[3]})
		}
	}
	for i := range n.all {
		cli, err := client.NewClientWithOpts(client.WithHost(n.all[i].host), client.WithAPIVersionNegotiation())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cli.Close() })
		n.all[i].cli = cli
	}
	n.wait(time.Minute, n.allReady)
	return n
}

// manager is the engine that the program under test is pointed at.
func (n *nodes) manager() *client.Client { return n.all[0].cli }

// allReady says which node has not joined, or is not back from what another test did to it.
func (n *nodes) allReady(ctx context.Context) error {
	list, err := nodeList(ctx, n.manager())
	if err != nil {
		return err
	}
	for _, at := range n.all {
		if list[at.name] != "ready" {
			return fmt.Errorf("%s is %q", at.name, list[at.name])
		}
	}
	return nil
}

// wait asks again until there is no error.
func (n *nodes) wait(atMost time.Duration, ask func(context.Context) error) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(n.t.Context()), atMost)
	defer cancel()
	again := time.NewTicker(300 * time.Millisecond)
	defer again.Stop()
	var last error
	for {
		err := ask(ctx)
		switch {
		case err == nil:
			return
		case ctx.Err() == nil || last == nil: // else it is only that the time was over
			last = err
		}
		select {
		case <-ctx.Done():
			n.t.Fatalf("after %v: %v", atMost, last)
		case <-again.C:
		}
	}
}

// answering are the nodes whose engine answers: of one that is switched off there is
// nothing to be seen.
func (n *nodes) answering(ctx context.Context) []node {
	var on []node
	for _, at := range n.all {
		short, cancel := context.WithTimeout(ctx, 5*time.Second)
		if _, err := at.cli.Ping(short); err == nil {
			on = append(on, at)
		}
		cancel()
	}
	return on
}

// script has scripts/swarm.sh do something with the swarm.
func (n *nodes) script(args ...string) {
	n.t.Helper()
	cmd := exec.Command("sh", append([]string{"../../../scripts/swarm.sh"}, args...)...)
	cmd.Env = append(os.Environ(), "STACKLITE_PRIVATE="+n.name)
	// What it starts keeps its output open, so that is no pipe.
	said, err := os.CreateTemp(n.t.TempDir(), "said")
	if err != nil {
		n.t.Fatal(err)
	}
	defer said.Close()
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(said.Name())
		n.t.Fatalf("swarm.sh %v: %v\n%s", args, err, text)
	}
}

// killOne switches a node off in the middle, and has it switched on again when the test ends.
func (n *nodes) killOne(at node) {
	n.t.Helper()
	n.t.Cleanup(func() { n.powerOn() })
	n.script("kill-node", at.number)
}

// powerOn switches on what is off.
func (n *nodes) powerOn() {
	n.t.Helper()
	kind, err := os.ReadFile(filepath.Join("/run/stack-lite-swarm-"+n.name, "kind"))
	if err != nil {
		n.t.Fatal(err)
	}
	n.script("start", fmt.Sprint(len(n.all)), strings.TrimSpace(string(kind)))
	n.wait(time.Minute, n.allReady)
}

// cut takes the cable out of a node, and has it put in again when the test ends.
func (n *nodes) cut(at node) {
	n.t.Helper()
	n.t.Cleanup(func() { n.join(at) })
	n.script("cut", at.number)
}

func (n *nodes) join(at node) {
	n.t.Helper()
	n.script("join", at.number)
}

// output runs a command, two minutes at most, and gives what it prints.
func (n *nodes) output(dir string, env []string, words ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(n.t.Context()), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "DOCKER_HOST="+n.all[0].host, "NO_COLOR=1"), env...)
	out, err := cmd.CombinedOutput()
	return string(out), errors.Join(err, ctx.Err())
}
