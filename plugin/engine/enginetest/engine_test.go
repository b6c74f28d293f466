package enginetest_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// engineVersions are the engines whose behaviour is modelled.
var engineVersions = []string{"1.41", "1.51"}

func connect(t *testing.T, host string) *client.Client {
	t.Helper()
	cli, err := client.NewClientWithOpts(client.WithHost(host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cli.Close() })
	return cli
}

// onEachVersion runs a test on an engine of each modelled version that holds
// the probe image.
func onEachVersion(t *testing.T, f func(t *testing.T, e *enginetest.Engine, cli *client.Client)) {
	for _, version := range engineVersions {
		t.Run(version, func(t *testing.T) {
			e := enginetest.New(t, enginetest.Options{
				APIVersion: version,
				Images:     []enginetest.Image{enginetest.Probe("probe"), enginetest.Probe(contractImage)},
			})
			f(t, e, connect(t, e.Host()))
		})
	}
}

// session is a client with the calls the tests make, failing the test on errors.
type session struct {
	t   *testing.T
	cli *client.Client
}

func (s session) network(name string, options map[string]string) string {
	s.t.Helper()
	resp, err := s.cli.NetworkCreate(context.Background(), name, network.CreateOptions{Options: options})
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.ID
}

// run makes a container of the probe on a network and starts it.
func (s session) run(name, net string, endpoint *network.EndpointSettings, cmd ...string) string {
	s.t.Helper()
	id := s.create(name, net, endpoint, cmd...)
	if err := s.cli.ContainerStart(context.Background(), id, container.StartOptions{}); err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s session) create(name, net string, endpoint *network.EndpointSettings, cmd ...string) string {
	s.t.Helper()
	if endpoint == nil {
		endpoint = &network.EndpointSettings{}
	}
	mode, config := container.NetworkMode(net), &network.NetworkingConfig{}
	if !mode.IsContainer() {
		config.EndpointsConfig = map[string]*network.EndpointSettings{net: endpoint}
	}
	resp, err := s.cli.ContainerCreate(context.Background(), &container.Config{Image: contractImage, Cmd: cmd},
		&container.HostConfig{NetworkMode: mode}, config, nil, name)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.ID
}

// exec runs a command in a container and gives what it printed and its status.
func (s session) exec(in string, cmd ...string) (stdout string, code int) {
	s.t.Helper()
	ctx := context.Background()
	x, err := s.cli.ContainerExecCreate(ctx, in, container.ExecOptions{Cmd: cmd, AttachStdout: true, AttachStderr: true})
	if err != nil {
		s.t.Fatal(err)
	}
	conn, err := s.cli.ContainerExecAttach(ctx, x.ID, container.ExecAttachOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	var out, errs bytes.Buffer
	if _, err := stdcopy.StdCopy(&out, &errs, conn.Reader); err != nil {
		s.t.Fatal(err)
	}
	state, err := s.cli.ContainerExecInspect(ctx, x.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return out.String(), state.ExitCode
}

// expect fails the test unless the command printed and ended as wanted.
func (s session) expect(in string, cmd []string, stdout string, code int) {
	s.t.Helper()
	out, got := s.exec(in, cmd...)
	if got != code || stdout != "" && out != stdout {
		s.t.Errorf("%v in %s: printed %q with status %d, want %q with %d", cmd, in, out, got, stdout, code)
	}
}

func TestNeighboursOnABridgeFindAndReachEachOther(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		s := session{t, cli}
		s.network("front", nil)
		s.network("back", nil)
		s.run("web", "front", nil)
		s.run("db-1", "front", &network.EndpointSettings{Aliases: []string{"db"}})
		s.run("db-2", "front", &network.EndpointSettings{Aliases: []string{"db"}})
		s.run("far", "back", nil)
		s.expect("web", []string{"/probe", "resolve", "db"}, "172.18.0.3\n172.18.0.4\n", 0)
		s.expect("web", []string{"/probe", "dial", "db:80"}, "", 0)
		s.expect("web", []string{"/probe", "dial", "db:81"}, "", 1)
		s.expect("web", []string{"/probe", "dial", "far:80"}, "", 2)
		s.expect("web", []string{"/probe", "dial", "172.19.0.2:80"}, "", 1)
		s.expect("web", []string{"/probe", "ping", "-c", "1", "db-1"}, "", 0)
	})
}

func TestAPrivateLinkWinsOverANetworkAlias(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		s := session{t, cli}
		s.network("front", nil)
		s.run("one", "front", &network.EndpointSettings{Aliases: []string{"db"}})
		s.run("two", "front", nil)
		s.run("web", "front", &network.EndpointSettings{Links: []string{"two:db"}})
		s.expect("web", []string{"/probe", "resolve", "db"}, "172.18.0.3\n", 0)
		s.expect("one", []string{"/probe", "resolve", "db"}, "172.18.0.2\n", 0)
	})
}

func TestABridgeWithoutTrafficStillResolves(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		s := session{t, cli}
		s.network("apart", map[string]string{"com.docker.network.bridge.enable_icc": "false"})
		s.run("one", "apart", nil)
		s.run("two", "apart", nil)
		s.expect("one", []string{"/probe", "resolve", "two"}, "172.18.0.3\n", 0)
		s.expect("one", []string{"/probe", "dial", "two:80"}, "", 1)
		s.expect("one", []string{"/probe", "ping", "-c", "1", "two"}, "", 1)
	})
}

func TestAContainerAtRestHasNoNameAndNoAddress(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		s := session{t, cli}
		s.network("front", nil)
		s.run("web", "front", nil)
		s.run("db", "front", nil)
		if err := cli.ContainerStop(context.Background(), "db", container.StopOptions{}); err != nil {
			t.Fatal(err)
		}
		s.expect("web", []string{"/probe", "resolve", "db"}, "", 2)
		s.expect("web", []string{"/probe", "dial", "172.18.0.3:80"}, "", 1)
	})
}
