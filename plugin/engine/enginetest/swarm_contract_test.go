package enginetest_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/swarm"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
)

// The files of testdata/contract/swarm are asked apart from the others, for a swarm
// changes an engine as a whole: none.txt and manager.txt on an engine that is in no swarm,
// of which the latter makes one and leaves it at the end, and worker.txt on one that is a
// worker. A real engine is asked only where STACKLITE_SWARM_CONTRACT=1 says that it may.
// To record what one answers:
//
//	export STACKLITE_PRIVATE=contract STACKLITE_SWARM_CONTRACT=1
//	sh scripts/engine.sh start private
//	export DOCKER_HOST=unix:///run/stack-lite-private-contract/docker.sock
//	go test ./plugin/engine/enginetest -run TheRealEngineKeepsTheContractOfASwarm -update
//	sh scripts/engine.sh stop private
//
// The same goes for "current", which is recorded too. A worker is made by hand: a second
// private engine, a veth between the two network namespaces, and docker swarm join.
func swarmContracts(role string) []string {
	switch role {
	case "worker":
		return []string{"worker.txt"}
	case "none":
		return []string{"none.txt", "manager.txt"}
	}
	return nil
}

func TestTheEngineInMemoryKeepsTheContractOfASwarm(t *testing.T) {
	for _, r := range recordings() {
		for _, role := range []string{"none", "worker"} {
			for _, file := range swarmContracts(role) {
				t.Run(r.engine+"/"+strings.TrimSuffix(file, ".txt"), func(t *testing.T) {
					options := r.options
					options.Images = []enginetest.Image{enginetest.Probe(contractImage)}
					options.Missing, options.MissingFolders = []string{"/nope"}, []string{"/nope"}
					if role == "worker" {
						options.Swarm = []enginetest.Node{{Name: "manager"}, {Name: "worker", Worker: true}}
					}
					e := enginetest.New(t, options)
					if role == "worker" {
						e = e.Node("worker")
					}
					want := readDialogue(t, filepath.Join("testdata/contract/swarm", file))
					got := want.hold(t, e.Host(), r.api, r.engine)
					if diff := cmp.Diff(want.of(r.engine), got.of(r.engine)); diff != "" {
						t.Errorf("the engine in memory answers otherwise (-want +got):\n%s", diff)
					}
				})
			}
		}
	}
}

func TestTheRealEngineKeepsTheContractOfASwarm(t *testing.T) {
	if os.Getenv("STACKLITE_SWARM_CONTRACT") == "" {
		t.Skip("an engine is made the manager of a swarm only where STACKLITE_SWARM_CONTRACT=1 says that it may")
	}
	cli := realengine.Connect(t)
	v, err := cli.ServerVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	with, isIt := recordingFor(v.Version)
	if !isIt {
		t.Fatalf("engine %s is none of those that are recorded", v.Version)
	}
	info, err := cli.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	role := "none"
	switch {
	case info.Swarm.ControlAvailable:
		t.Fatal("the engine manages a swarm already: docker swarm leave --force")
	case info.Swarm.LocalNodeState == swarm.LocalNodeStateActive:
		role = "worker"
	}
	if role == "none" {
		realengine.InstallProbe(t, cli, contractImage)
	}
	files := swarmContracts(role)
	t.Cleanup(func() {
		if slices.Contains(files, "manager.txt") {
			_ = cli.SwarmLeave(context.Background(), true) // it has, unless a question was not answered
		}
	})
	for _, file := range files {
		t.Run(strings.TrimSuffix(file, ".txt"), func(t *testing.T) {
			path := filepath.Join("testdata/contract/swarm", file)
			dialogue := readDialogue(t, path)
			held := dialogue.hold(t, cli.DaemonHost(), with.api, with.engine)
			if *update {
				if err := os.WriteFile(path, []byte(held.String()), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(dialogue.of(with.engine), held.of(with.engine)); diff != "" {
				t.Errorf("the real engine answers otherwise (-want +got):\n%s", diff)
			}
		})
	}
}
