package scenario

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// StartRegistry starts a registry on loopback and gives its address. Without
// one to install the test is skipped, or fails where a real engine is required. Tests of
// the folders in this one may ask for it.
func StartRegistry(t testing.TB, userAndPassword ...string) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("sh", slices.Concat([]string{"../../../scripts/registry.sh", "start", dir}, userAndPassword)...)
	out, err := cmd.Output()
	if err != nil {
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		if os.Getenv("STACKLITE_ENGINE") == "required" {
			t.Fatalf("no registry: %v", err)
		}
		t.Skipf("no registry to pull from and push to: %v", err)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("sh", "../../../scripts/registry.sh", "stop", dir).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return strings.TrimSpace(string(out))
}
