package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
)

// The exit statuses of the probe.
const (
	answered = 0
	noAnswer = 1
	noName   = 2
)

func TestNamesAndReachInMemory(t *testing.T) {
	for _, version := range engineVersions {
		t.Run(version, func(t *testing.T) {
			e := enginetest.New(t, enginetest.Options{
				APIVersion: version,
				Images:     []enginetest.Image{enginetest.Probe("probe"), enginetest.Probe(contractImage)},
			})
			namesAndReach(t, session{t, connect(t, e.Host())})
		})
	}
}

func TestNamesAndReachOnTheRealEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, contractImage)
	t.Cleanup(func() {
		var errs []error
		for _, name := range []string{"web", "one", "two", "far", "mute", "deaf", "guest", "lone"} {
			errs = append(errs, cli.ContainerRemove(context.Background(), "hent-r-"+name, container.RemoveOptions{Force: true}))
		}
		for _, name := range []string{"front", "back", "apart"} {
			errs = append(errs, cli.NetworkRemove(context.Background(), "hent-r-"+name))
		}
		if err := errors.Join(errs...); err != nil {
			t.Error(err)
		}
	})
	namesAndReach(t, session{t, cli})
}

// namesAndReach asks which containers on several networks find and reach which.
// The answers are those of a real engine.
func namesAndReach(t *testing.T, s session) {
	const p = "hent-r-"
	on := func(net string, e network.EndpointSettings, name string, cmd ...string) string {
		return s.run(p+name, p+net, &e, cmd...)
	}
	s.network(p+"front", nil)
	s.network(p+"back", nil)
	s.network(p+"apart", map[string]string{"com.docker.network.bridge.enable_icc": "false"})
	one := on("front", network.EndpointSettings{Aliases: []string{"db", "Mixed"}}, "one")
	on("front", network.EndpointSettings{Aliases: []string{"db"}}, "two", "/probe", "serve", "80", "81")
	on("front", network.EndpointSettings{Links: []string{p + "two:second", "nobody:third", "db:pool"}}, "web")
	on("back", network.EndpointSettings{Aliases: []string{"db", "own"}}, "far")
	on("apart", network.EndpointSettings{Aliases: []string{"quiet"}}, "mute")
	on("apart", network.EndpointSettings{}, "deaf")
	s.run(p+"guest", "container:"+p+"web", nil, "/probe", "sleep")
	s.run(p+"lone", "none", nil, "/probe", "sleep")

	ask := func(from, question string, code int) {
		t.Helper()
		words := append([]string{"/probe"}, strings.Fields(question)...)
		out, got := s.exec(p+from, words...)
		if code == noAnswer && got == answered {
			// While it makes any network an Engine 20.10 lets packets through for a
			// moment, and other tests make networks.
			out, got = s.exec(p+from, words...)
		}
		if got != code {
			t.Errorf("%s asks %s: status %d, want %d\n%s", from, question, got, code, out)
		}
	}
	count := func(from, name string, want int) {
		t.Helper()
		out, _ := s.exec(p+from, "/probe", "resolve", name)
		if got := strings.Count(out, "\n"); got != want {
			t.Errorf("%s finds %d addresses of %s, want %d\n%s", from, got, name, want, out)
		}
	}

	// Names on one network, however written.
	for _, name := range []string{p + "one", "mixed", "MIXED", one[:12], p + "one." + p + "front", "db." + p + "front"} {
		ask("web", "dial "+name+":80", answered)
	}
	count("web", "db", 2)
	count("one", "db", 2)
	ask("web", "dial db:82", noAnswer)
	ask("web", "dial "+p+"two:81", answered)
	ask("web", "ping -c 1 "+p+"two", answered)
	for _, name := range []string{"own", p + "far", "db." + p + "back", "front", one[:11]} {
		ask("web", "resolve "+name, noName)
	}

	// Links are private to their endpoint and looked up when asked for.
	count("web", "second", 1)
	count("web", "pool", 2)
	ask("web", "dial second:81", answered)
	ask("web", "resolve SECOND", noName)
	ask("web", "resolve third", noName)
	ask("one", "resolve second", noName)

	// Another network is out of reach by address too.
	far := s.address(p+"far", p+"back")
	ask("web", "dial "+far+":80", noAnswer)
	ask("far", "dial own:80", answered)
	count("far", "db", 1)

	// Where containers must not talk they still find each other.
	ask("deaf", "resolve quiet", answered)
	ask("deaf", "dial quiet:80", noAnswer)
	ask("deaf", "ping -c 1 quiet", noAnswer)
	ask("mute", "dial quiet:80", answered)

	// A container that shares the network of another shares its names and
	// answers to them.
	ask("guest", "dial second:81", answered)
	ask("guest", "dial localhost:80", answered)
	ask("lone", "resolve db", noName)

	// On both networks at once, the names of both.
	if err := s.cli.NetworkConnect(t.Context(), p+"back", p+"web", &network.EndpointSettings{Aliases: []string{"late"}}); err != nil {
		t.Fatal(err)
	}
	ask("web", "dial own:80", answered)
	ask("far", "dial late:80", answered)
	ask("one", "resolve late", noName)
	count("web", "db."+p+"back", 1)

	// Detached again, or stopped, they are gone.
	if err := s.cli.NetworkDisconnect(t.Context(), p+"back", p+"web", false); err != nil {
		t.Fatal(err)
	}
	ask("far", "resolve late", noName)
	ask("web", "resolve own", noName)
	if err := s.cli.ContainerStop(t.Context(), p+"one", container.StopOptions{}); err != nil {
		t.Fatal(err)
	}
	count("web", "db", 1)
	ask("web", "resolve mixed", noName)
	if err := s.cli.ContainerStart(t.Context(), p+"one", container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	count("web", "db", 2)

	// A new name counts at once, the old one no more.
	if err := s.cli.ContainerRename(t.Context(), p+"two", p+"new"); err != nil {
		t.Fatal(err)
	}
	ask("one", "dial "+p+"new:81", answered)
	ask("one", "resolve "+p+"two", noName)
	if err := s.cli.ContainerRename(t.Context(), p+"new", p+"two"); err != nil {
		t.Fatal(err)
	}
}

// address is the address of a container on a network.
func (s session) address(of, net string) string {
	s.t.Helper()
	c, err := s.cli.ContainerInspect(context.Background(), of)
	if err != nil {
		s.t.Fatal(err)
	}
	settings, ok := c.NetworkSettings.Networks[net]
	if !ok || settings.IPAddress == "" {
		s.t.Fatal(fmt.Errorf("%s is not on %s", of, net))
	}
	return settings.IPAddress
}
