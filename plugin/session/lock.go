package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Lock waits until no other run of this user on this machine changes the
// project, so that two runs with a plan each do not get in each other's way.
// Where no lock can be kept (no home, a read-only disk) it does without: the
// engine refuses what two runs must not both do. A dry run changes nothing and
// does not wait.
func (s *Session) Lock(ctx context.Context) (release func()) {
	none := func() {}
	if s.Options.DryRun {
		return none
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return none
	}
	dir = filepath.Join(dir, "stack-lite")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return none
	}
	sum := sha256.Sum256([]byte(s.Engine.Host() + " " + s.Name))
	lock := flock.New(filepath.Join(dir, hex.EncodeToString(sum[:8])+".lock"))
	got, err := lock.TryLock()
	if err == nil && !got {
		view.PrintNotes(s.View, []compose.Note{{Text: "waiting for another command on project " + s.Name}})
		got, err = lock.TryLockContext(ctx, 50*time.Millisecond)
	}
	if err != nil || !got {
		return none
	}
	return func() { _ = lock.Unlock() }
}
