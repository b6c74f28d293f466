package realengine_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/front"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// balanced is a service with a front, made by hand.
type balanced struct {
	t    *testing.T
	cli  *client.Client
	name string // of the network; names of containers begin with it
	ref  string // the front's image
	port string // of the host
}

// newBalanced makes the network and the image of a front.
func newBalanced(t *testing.T) *balanced {
	t.Helper()
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	port, err := scenario.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	name := strings.ToLower("fronted-" + rand.Text()[:8])
	b := &balanced{t: t, cli: cli, name: name, ref: front.Images + name, port: port}
	scenario.UseProber(t, "github.com/stack-lite/stack-lite/cmd/docker-stacklite")
	if err := engine.MakeFrontImage(t.Context(), b.engine(), b.ref, os.Getenv("STACKLITE_PROBER")); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	t.Cleanup(func() {
		if _, err := cli.ImageRemove(ctx, b.ref, image.RemoveOptions{PruneChildren: true}); err != nil {
			t.Error(err)
		}
	})
	if _, err := cli.NetworkCreate(ctx, name, network.CreateOptions{IPAM: &network.IPAM{Config: []network.IPAMConfig{{Subnet: "10.231.250.0/28"}}}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cli.NetworkRemove(ctx, name); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *balanced) engine() *engine.Engine { return engine.New(b.cli, engine.Options{}) }

// run makes and starts a container, and gives its ID.
func (b *balanced) run(name string, config container.Config, host container.HostConfig, endpoint network.EndpointSettings) string {
	b.t.Helper()
	ctx := context.Background()
	host.NetworkMode = container.NetworkMode(b.name)
	made, err := b.cli.ContainerCreate(ctx, &config, &host,
		&network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{b.name: &endpoint}}, nil, b.name+"-"+name)
	if err == nil {
		err = b.cli.ContainerStart(ctx, made.ID, container.StartOptions{})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return made.ID
}

// replica runs one of the service, at an address.
func (b *balanced) replica(n int) string {
	b.t.Helper()
	return b.run(fmt.Sprint(n), container.Config{Image: scenario.ProbeImage, Hostname: fmt.Sprint(n), Cmd: []string{"/probe", "serve", "8080"}}, container.HostConfig{},
		network.EndpointSettings{Aliases: []string{"web"}, IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: address(n)}})
}

func address(n int) string { return fmt.Sprintf("10.231.250.%d", 4+n) }

// remove removes a container; it may be gone.
func (b *balanced) remove(name string) {
	_ = b.cli.ContainerRemove(context.Background(), b.name+"-"+name, container.RemoveOptions{Force: true})
}

// front runs the front with nothing that it does not need.
func (b *balanced) front(c front.Config) string {
	b.t.Helper()
	var ports nat.PortMap
	for _, p := range c.Ports {
		ports = nat.PortMap{nat.Port(fmt.Sprintf("%d/tcp", p.Listen)): {{HostIP: "127.0.0.1", HostPort: b.port}}}
	}
	exposed := nat.PortSet{}
	for p := range ports {
		exposed[p] = struct{}{}
	}
	id := b.run("front", container.Config{Image: b.ref, Cmd: c.Args(), ExposedPorts: exposed}, container.HostConfig{
		PortBindings: ports, ReadonlyRootfs: true, CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges"},
	}, network.EndpointSettings{})
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(b.logs(), " joins"); {
		if time.Now().After(deadline) {
			b.t.Fatalf("it does not serve:\n%s", b.logs())
		}
	}
	return id
}

// ask gives who answers a request by the published port, over a connection of its own.
func (b *balanced) ask() (string, error) {
	return b.askOver(&http.Transport{DisableKeepAlives: true})
}

// askOver does that over a connection that there may be already.
func (b *balanced) askOver(t *http.Transport) (string, error) {
	c := http.Client{Transport: t, Timeout: 30 * time.Second}
	resp, err := c.Get("http://127.0.0.1:" + b.port + "/")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return strings.TrimSpace(string(text)), err
}

// becomes waits until so many requests, one after another, are answered by who in
// turn, from whomever on.
func (b *balanced) becomes(who ...string) {
	b.t.Helper()
	var got []string
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		got = nil
		for range 2 * len(who) {
			text, err := b.ask()
			if err != nil {
				b.t.Fatalf("a request failed: %v\n%s", err, b.logs())
			}
			got = append(got, text)
		}
		first := slices.Index(who, got[0])
		turn := first >= 0
		for i, text := range got {
			turn = turn && text == who[(first+i)%len(who)]
		}
		if turn {
			return
		}
	}
	b.t.Fatalf("got %v, want %v in turn\n%s", got, who, b.logs())
}

// answers waits until a replica answers a request.
func (b *balanced) answers(n int) {
	b.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		who, err := b.ask()
		time.Sleep(20 * time.Millisecond) // see pace
		if err != nil {
			b.t.Fatalf("a request failed: %v\n%s", err, b.logs())
		}
		if who == fmt.Sprint(n) {
			return
		}
	}
	b.t.Fatalf("%d does not answer\n%s", n, b.logs())
}

// logs is what the front has said.
func (b *balanced) logs() string {
	out, err := b.cli.ContainerLogs(context.Background(), b.name+"-front", container.LogsOptions{ShowStdout: true, ShowStderr: true, Timestamps: true})
	if err != nil {
		return err.Error()
	}
	defer out.Close()
	var text bytes.Buffer
	_, _ = stdcopy.StdCopy(&text, &text, out)
	return text.String()
}

func TestAFrontSpreadsConnectionsOverReplicasOnTheEngine(t *testing.T) {
	b := newBalanced(t)
	for _, name := range []string{"front", "1", "2", "3"} {
		t.Cleanup(func() { b.remove(name) })
	}
	b.replica(1)
	b.replica(2)
	id := b.front(front.Config{Service: "web", Ports: []front.Port{{Proto: front.TCP, Listen: 80, Target: 8080}}})
	b.becomes("1", "2")
	b.replica(3)
	b.becomes("1", "2", "3")

	// Two ask all the time, one of them over one connection as long as it lasts, and
	// always get an answer.
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for _, keep := range []bool{false, true} {
		clients.Go(func() {
			over := &http.Transport{DisableKeepAlives: !keep}
			defer over.CloseIdleConnections()
			// An engine forgets each of a container's connections by itself when that is
			// removed: more of them and it takes half a minute.
			pace := time.NewTicker(20 * time.Millisecond)
			defer pace.Stop()
			for {
				select {
				case <-stop:
					return
				case <-pace.C:
					if _, err := b.askOver(over); err != nil {
						t.Errorf("a request failed: %v\n%s", err, b.logs())
						return
					}
				}
			}
		})
	}
	ctx := context.Background()
	drain := func(n int) {
		t.Helper()
		if err := engine.Drain(ctx, b.engine(), id, address(n), 4*time.Second); err != nil {
			t.Error(err)
		}
	}
	for n := 1; n <= 3; n++ {
		drain(n)
		b.remove(fmt.Sprint(n))
		b.replica(n) // at the same address
		b.answers(n)
	}
	drain(2)
	b.remove("2")
	close(stop)
	clients.Wait()
	b.becomes("1", "3")
	if err := engine.Drain(ctx, b.engine(), b.name+"-1", address(1), time.Second); err == nil {
		t.Error("a replica was taken for a front")
	}
	if err := b.cli.ContainerStop(ctx, id, container.StopOptions{}); err != nil {
		t.Fatal(err)
	}
	if ended, err := b.cli.ContainerInspect(ctx, id); err != nil || ended.State.ExitCode != 0 {
		t.Errorf("it ended with %d (%v)", ended.State.ExitCode, err)
	}
	if err := engine.Drain(ctx, b.engine(), id, address(1), time.Second); err != nil {
		t.Errorf("a front that does not run: %v", err)
	}
}
