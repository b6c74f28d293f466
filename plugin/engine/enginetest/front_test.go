package enginetest_test

import (
	"context"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// What a front does on a real engine package realengine of the scenarios tests.
func TestAFrontPassesConnectionsOnToItsReplicasInTurn(t *testing.T) {
	e := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{
		enginetest.Probe(contractImage), {Ref: "front:1", Entrypoint: []string{"/docker-stacklite"}},
	}})
	s := session{t, connect(t, e.Host())}
	s.network("inside", nil)
	s.network("outside", nil)
	hosts := map[string]string{}
	for _, name := range []string{"one", "two", "three"} {
		hosts[s.run(name, "inside", &network.EndpointSettings{Aliases: []string{"web"}}, "/probe", "serve", "8080")[:12]+"\n"] = name
	}
	made, err := s.cli.ContainerCreate(context.Background(),
		&container.Config{Image: "front:1", Cmd: []string{"__front", "serve", "web", "tcp:80:8080", "tcp:81:8081"}},
		&container.HostConfig{NetworkMode: "outside"}, nil, nil, "front")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cli.NetworkConnect(context.Background(), "inside", made.ID, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.cli.ContainerStart(context.Background(), made.ID, container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	s.run("client", "outside", nil, "/probe", "sleep")
	who := func(rounds int) map[string]int {
		t.Helper()
		count := map[string]int{}
		for range rounds {
			out, code := s.exec("client", "/probe", "get", "http://front")
			if code != answered {
				t.Fatalf("no answer: %d", code)
			}
			count[hosts[out]]++
		}
		return count
	}
	if got := who(6); got["one"] != 2 || got["two"] != 2 || got["three"] != 2 {
		t.Errorf("got %v", got)
	}
	if err := s.cli.ContainerStop(context.Background(), "two", container.StopOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := who(4); got["one"] != 2 || got["three"] != 2 {
		t.Errorf("got %v", got)
	}
	for _, name := range []string{"web:8080", "front:81", "front:82"} {
		if _, code := s.exec("client", "/probe", "dial", name); code == answered {
			t.Errorf("%s answers", name)
		}
	}
	if out, code := s.exec("front", "/docker-stacklite", "__front", "drain", "10.0.0.2", "1s"); code != 0 || out != "0 connections left\n" {
		t.Errorf("a drain: %q, %d", out, code)
	}
	for _, name := range []string{"one", "three"} {
		if err := s.cli.ContainerKill(context.Background(), name, "KILL"); err != nil {
			t.Fatal(err)
		}
	}
	if _, code := s.exec("client", "/probe", "get", "http://front"); code == answered {
		t.Error("nobody answers")
	}
}
