package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// only starts an engine of one version.
func only(t *testing.T, version string) (*enginetest.Engine, session) {
	t.Helper()
	e := enginetest.New(t, enginetest.Options{
		APIVersion: version,
		Images:     []enginetest.Image{enginetest.Probe("probe"), enginetest.Probe(contractImage)},
	})
	return e, session{t, connect(t, e.Host())}
}

func (s session) createOnBoth() error {
	_, err := s.cli.ContainerCreate(context.Background(), &container.Config{Image: "probe"},
		&container.HostConfig{NetworkMode: "one"},
		&network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{
			"one": {Aliases: []string{"first"}}, "two": {Aliases: []string{"second"}},
		}}, nil, "both")
	return err
}

func TestBeforeAPI144OneNetworkGoesIntoTheCreateCall(t *testing.T) {
	_, s := only(t, "1.43")
	err := s.createOnBoth()
	if !errdefs.IsInvalidArgument(err) || !strings.Contains(err.Error(), "cannot be connected to network endpoints") {
		t.Errorf("creation on two networks ends with %v", err)
	}
}

func TestFromAPI144AllNetworksGoIntoTheCreateCall(t *testing.T) {
	_, s := only(t, "1.44")
	s.network("one", nil)
	s.network("two", nil)
	if err := s.createOnBoth(); err != nil {
		t.Fatal(err)
	}
	if err := s.cli.ContainerStart(t.Context(), "both", container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	s.run("a1", "one", nil)
	s.run("a2", "two", nil)
	s.expect("a1", []string{"/probe", "dial", "first:80"}, "", 0)
	s.expect("a2", []string{"/probe", "dial", "second:80"}, "", 0)
	s.expect("a1", []string{"/probe", "dial", "second:80"}, "", 2)
}

func TestNamesOfNetworksAreUniqueFromAPI144(t *testing.T) {
	_, s := only(t, "1.51")
	s.network("one", nil)
	if _, err := s.cli.NetworkCreate(t.Context(), "one", network.CreateOptions{}); !errdefs.IsConflict(err) {
		t.Errorf("a second network of the name ends with %v, want a conflict", err)
	}
}

func TestTheShortIDIsAmongTheAliasesBeforeAPI145(t *testing.T) {
	for version, want := range map[string]bool{"1.44": true, "1.45": false} {
		_, s := only(t, version)
		s.network("one", nil)
		id := s.run("web", "one", &network.EndpointSettings{Aliases: []string{"www"}})
		c, err := s.cli.ContainerInspect(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		endpoint := c.NetworkSettings.Networks["one"]
		if got := fmt.Sprint(endpoint.Aliases) == fmt.Sprintf("[www %s]", id[:12]); got != want {
			t.Errorf("%s: the aliases are %v", version, endpoint.Aliases)
		}
		if got := len(endpoint.DNSNames) == 0; got != want {
			t.Errorf("%s: the names are %v", version, endpoint.DNSNames)
		}
		s.expect("web", []string{"/probe", "dial", id[:12] + ":80"}, "", 0)
	}
}

func TestAVersionOutOfRangeIsRefused(t *testing.T) {
	for _, version := range []string{"1.52", "1.11"} {
		e, _ := only(t, "1.51")
		cli, err := client.NewClientWithOpts(client.WithHost(e.Host()), client.WithVersion(version))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cli.ContainerList(t.Context(), container.ListOptions{}); !errdefs.IsInvalidArgument(err) {
			t.Errorf("API %s ends with %v", version, err)
		}
	}
}

func TestTheDefaultPoolsHaveRoomForThirtyNetworks(t *testing.T) {
	for version, words := range map[string]string{
		"1.41": "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
		"1.51": "all predefined address pools have been fully subnetted",
	} {
		_, s := only(t, version)
		for i := range 30 {
			s.network(fmt.Sprintf("net%d", i), nil)
		}
		_, err := s.cli.NetworkCreate(t.Context(), "more", network.CreateOptions{})
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: the network after the last ends with %v", version, err)
		}
		if err := s.cli.NetworkRemove(t.Context(), "net7"); err != nil {
			t.Fatal(err)
		}
		s.network("more", nil)
	}
}

func TestWhatIsNotKnownIsNotGuessed(t *testing.T) {
	e, s := only(t, "1.51")
	if _, err := s.cli.DiskUsage(t.Context(), types.DiskUsageOptions{}); err == nil || !strings.Contains(err.Error(), "enginetest does not know GET /system/df") {
		t.Errorf("a call that is not known ends with %v", err)
	}
	calls := e.Calls()
	if last := calls[len(calls)-1]; last.Method != http.MethodGet || last.Path != "/system/df" {
		t.Errorf("the last call is %v", last)
	}
}

func TestANetworkNeedsAName(t *testing.T) {
	for version, words := range map[string]string{
		"1.41": "invalid name:", "1.51": "invalid name: name is empty",
	} {
		_, s := only(t, version)
		_, err := s.cli.NetworkCreate(t.Context(), "", network.CreateOptions{})
		if err == nil || !strings.HasSuffix(err.Error(), words) {
			t.Errorf("%s: a network without a name ends with %q", version, err)
		}
	}
}

func TestTheMACAddressBelongsToTheConnectionFromAPI144(t *testing.T) {
	const mac, other = "02:42:ac:11:65:43", "02:42:ac:11:65:44"
	for version, perEndpoint := range map[string]bool{"1.41": false, "1.44": true, "1.51": true, "1.54": true} {
		e, s := only(t, version)
		newest, err := client.NewClientWithOpts(client.WithHost(e.Host()), client.WithVersion(version))
		if err != nil {
			t.Fatal(err)
		}
		s.cli = newest
		ctx := t.Context()
		s.network("one", nil)
		s.network("two", nil)
		shown := func() (container.InspectResponse, string) {
			c, err := s.cli.ContainerInspect(ctx, "web")
			if err != nil {
				t.Fatal(err)
			}
			return c, c.NetworkSettings.Networks["one"].MacAddress
		}
		again := func(settings *network.EndpointSettings) {
			if err := errors.Join(s.cli.NetworkDisconnect(ctx, "one", "web", false), s.cli.NetworkConnect(ctx, "one", "web", settings)); err != nil {
				t.Fatal(err)
			}
		}
		// The client leaves out the address that the call does not know.
		config, endpoint := &container.Config{Image: "probe", MacAddress: mac}, &network.EndpointSettings{}
		if perEndpoint {
			endpoint.MacAddress = mac
		}
		if _, err := s.cli.ContainerCreate(ctx, config, &container.HostConfig{NetworkMode: "one"},
			&network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{"one": endpoint}}, nil, "web"); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.cli.NetworkConnect(ctx, "two", "web", nil), s.cli.ContainerStart(ctx, "web", container.StartOptions{})); err != nil {
			t.Fatal(err)
		}
		c, got := shown()
		if got != mac || c.Config.MacAddress != mac || c.NetworkSettings.Networks["two"].MacAddress == mac {
			t.Errorf("%s: made with it, the container has %q, on the network %q, on the other %q",
				version, c.Config.MacAddress, got, c.NetworkSettings.Networks["two"].MacAddress)
		}
		again(nil)
		if _, got := shown(); (got == mac) == perEndpoint {
			t.Errorf("%s: attached again without it, it has %q", version, got)
		}
		again(&network.EndpointSettings{MacAddress: other})
		gives := version == "1.54"
		if _, got := shown(); (got == other) != gives {
			t.Errorf("%s: attached again with another, it has %q", version, got)
		}
		if err := errors.Join(s.cli.ContainerStop(ctx, "web", container.StopOptions{}), s.cli.ContainerStart(ctx, "web", container.StartOptions{})); err != nil {
			t.Fatal(err)
		}
		if _, got := shown(); (got == other) != gives {
			t.Errorf("%s: started again, it has %q", version, got)
		}
	}
}

func TestAMACAddressOfTheContainerIsMovedOrRefused(t *testing.T) {
	const body = `{"Image": "probe", "MacAddress": "02:42:ac:11:65:43", "HostConfig": {"NetworkMode": %q}}`
	for _, c := range []struct {
		engine, call, mode string
		status             int
		warns              bool
	}{
		{"1.41", "1.41", "host", http.StatusBadRequest, false},
		{"1.41", "1.41", "none", http.StatusCreated, false},
		{"1.51", "1.41", "none", http.StatusBadRequest, false},
		{"1.51", "1.41", "bridge", http.StatusCreated, false},
		{"1.51", "1.51", "host", http.StatusCreated, true},
		{"1.51", "1.51", "bridge", http.StatusCreated, true},
		{"1.56", "1.56", "bridge", http.StatusBadRequest, false},
	} {
		e, _ := only(t, c.engine)
		http := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", strings.TrimPrefix(e.Host(), "unix://"))
		}}}
		resp, err := http.Post("http://engine/v"+c.call+"/containers/create", "application/json", strings.NewReader(fmt.Sprintf(body, c.mode)))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		http.CloseIdleConnections()
		if err != nil || resp.StatusCode != c.status || strings.Contains(string(answer), "now deprecated") != c.warns {
			t.Errorf("engine %s, call %s, on %s: %d %s %v", c.engine, c.call, c.mode, resp.StatusCode, answer, err)
		}
	}
}
