package enginetest_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
)

var update = flag.Bool("update", false, "rewrite what testdata/contract has of the release of the real engine with its answers")

// The files of testdata/contract are dialogues with real engines. The engine in
// memory has to answer the same as each of them, asked with the version of the API
// that the client speaks with it, and so has the real one, where there is one.
type recording struct {
	engine  string // the beginning of its version
	api     string // what it is asked with
	options enginetest.Options
}

func recordings() []recording {
	return []recording{
		{"20.10", "1.41", enginetest.Options{APIVersion: "1.41"}},
		{"29", "1.51", enginetest.Options{APIVersion: "1.56", ContainerdStore: true}},
	}
}

// recorded are the names of the engines that answered.
func recorded() []string {
	var names []string
	for _, r := range recordings() {
		names = append(names, r.engine)
	}
	return names
}

const contractImage = "hent-probe:test"

func TestTheEngineInMemoryKeepsTheContract(t *testing.T) {
	for _, r := range recordings() {
		for _, file := range contracts(t) {
			t.Run(r.engine+"/"+strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
				options := r.options
				options.Images = []enginetest.Image{enginetest.Probe(contractImage)}
				e := enginetest.New(t, options)
				want := readDialogue(t, file)
				got := want.hold(t, e.Host(), r.api, r.engine)
				if diff := cmp.Diff(want.of(r.engine), got.of(r.engine)); diff != "" {
					t.Errorf("the engine in memory answers otherwise (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// Of an engine that is not recorded only the statuses are compared, with the newest
// recorded one that is not newer: the words of errors change between releases.
func TestTheRealEngineKeepsTheContract(t *testing.T) {
	cli := realengine.Connect(t)
	v, err := cli.ServerVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(cli.DaemonHost(), "unix://") {
		t.Skipf("the contract is asked over a unix socket, not %s", cli.DaemonHost())
	}
	with, isIt := recordingFor(v.Version)
	if isIt && cli.ClientVersion() != with.api {
		t.Fatalf("the client speaks API %s with engine %s, the contract %s", cli.ClientVersion(), v.Version, with.api)
	}
	if *update && !isIt {
		t.Fatalf("engine %s is none of those that are recorded", v.Version)
	}
	realengine.InstallProbe(t, cli, contractImage)
	for _, file := range contracts(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Cleanup(func() { clear(t, cli) })
			dialogue := readDialogue(t, file)
			held := dialogue.hold(t, cli.DaemonHost(), cli.ClientVersion(), with.engine)
			if *update {
				if err := os.WriteFile(file, []byte(held.String()), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, got := dialogue.of(with.engine), held.of(with.engine)
			if !isIt {
				want, got = statuses(want), statuses(got)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the real engine answers otherwise (-want +got):\n%s", diff)
			}
		})
	}
}

// recordingFor is the recording of a release, or of the one before it.
func recordingFor(version string) (r recording, isIt bool) {
	r = recordings()[0]
	for _, other := range recordings()[1:] {
		if versions.GreaterThanOrEqualTo(version, other.engine) {
			r = other
		}
	}
	return r, strings.HasPrefix(version, r.engine+".")
}

func TestAReleaseIsComparedWithTheOneBeforeIt(t *testing.T) {
	for version, want := range map[string]struct {
		engine string
		isIt   bool
	}{
		"20.10.24+dfsg1": {"20.10", true},
		"19.03.15":       {"20.10", false},
		"28.5.2":         {"20.10", false},
		"29.8.1":         {"29", true},
		"30.0.0":         {"29", false},
	} {
		if r, isIt := recordingFor(version); r.engine != want.engine || isIt != want.isIt {
			t.Errorf("%s is compared with %s, as the same: %v", version, r.engine, isIt)
		}
	}
}

func contracts(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/contract/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no contracts: %v", err)
	}
	return files
}

// clear removes what a dialogue left on a real engine.
func clear(t *testing.T, cli *client.Client) {
	ctx := context.Background()
	mine := func(name string) bool { return strings.HasPrefix(strings.TrimPrefix(name, "/"), "hent-c-") }
	containers, err := cli.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		t.Error(err)
	}
	for _, c := range containers {
		if mine(c.Names[0]) {
			if err := cli.ContainerRemove(ctx, c.ID, container.RemoveOptions{Force: true, RemoveVolumes: true}); err != nil {
				t.Error(err)
			}
		}
	}
	networks, err := cli.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		t.Error(err)
	}
	for _, n := range networks {
		if mine(n.Name) {
			if err := cli.NetworkRemove(ctx, n.ID); err != nil {
				t.Error(err)
			}
		}
	}
	for _, name := range []string{"hent-c-data"} {
		if err := cli.VolumeRemove(ctx, name, true); err != nil {
			t.Error(err)
		}
	}
	if _, err := cli.ImageRemove(ctx, "hent-c-copy:1", image.RemoveOptions{}); err != nil && !cerrdefs.IsNotFound(err) {
		t.Error(err)
	}
}
