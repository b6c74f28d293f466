// Package realengine connects tests to the Docker Engine of this machine, and
// puts the image there that their containers are made from. The engine in
// memory, enginetest, knows the same image as its Probe.
package realengine

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/docker/docker/client"
	"github.com/gofrs/flock"
)

// Connect connects to the engine of this machine, or the one that DOCKER_HOST
// names. Where none answers, and with -short, it skips the test; with
// STACKLITE_ENGINE=required in the environment it fails it instead. Tests of
// several packages may use the engine at the same time: what they make there has
// names of their own, except for the images of InstallProbe, which whoever ends
// last removes.
func Connect(t testing.TB) *client.Client {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: engines in memory only")
	}
	cli, err := answering()
	if err != nil {
		if os.Getenv("STACKLITE_ENGINE") == "required" {
			t.Fatalf("no Docker Engine: %v", err)
		}
		t.Skipf("no Docker Engine answers, engines in memory only: %v", err)
	}
	t.Cleanup(func() { cli.Close() })
	users := lockOf(cli, "users")
	if err := users.RLock(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer users.Unlock()
		// Tests of one package that begin meanwhile wait: they find no image, and make it.
		if last, err := users.TryLock(); err == nil && last {
			removeProbes(t, cli)
		}
	})
	return cli
}

// lockOf is a lock of all tests on an engine: they may run on several.
func lockOf(cli *client.Client, what string) *flock.Flock {
	of := fnv.New32a()
	_, _ = of.Write([]byte(cli.DaemonHost()))
	return flock.New(filepath.Join(os.TempDir(), fmt.Sprintf("stacklite-engine-test-%x-%s.lock", of.Sum32(), what)), flock.SetPermissions(0o666))
}

func answering() (*client.Client, error) {
	cli, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := cli.Ping(ctx); err != nil {
		cli.Close()
		return nil, err
	}
	return cli, nil
}
