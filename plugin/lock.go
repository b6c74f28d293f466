package plugin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// alone waits until no other run of this user on this machine changes the
// project, so that two runs do not work on one plan each and trip each other
// up. Where no lock can be kept (no home, a read-only disk) it does without:
// the engine refuses what two runs must not both do.
func (a *app) alone(ctx context.Context, e *engine.Engine, project string) (release func()) {
	nobody := func() {}
	if a.flags.dryRun {
		return nobody
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return nobody
	}
	dir = filepath.Join(dir, "stack-lite")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nobody
	}
	sum := sha256.Sum256([]byte(e.Host() + " " + project))
	lock := flock.New(filepath.Join(dir, hex.EncodeToString(sum[:8])+".lock"))
	got, err := lock.TryLock()
	if err == nil && !got {
		view.PrintNotes(a.view(), []compose.Note{{Text: "waiting for another run on " + project}})
		got, err = lock.TryLockContext(ctx, 50*time.Millisecond)
	}
	if err != nil || !got {
		return nobody
	}
	return func() { _ = lock.Unlock() }
}
