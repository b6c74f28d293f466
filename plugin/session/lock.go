package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Lock waits until no other run of this user on this machine changes the
// project, so that two runs with a plan each do not get in each other's way. A dry
// run changes nothing and does not wait.
//
// It is a courtesy, not what a stack relies on: runs of other users, with another
// home, from inside containers or from other machines know nothing of it, and where
// no lock can be kept a run does without. Between those the engine decides, which
// gives a name to one container only; who is refused looks again: see looks.
func (s *Session) Lock(ctx context.Context) (release func()) {
	if s.Options.DryRun {
		return func() {}
	}
	sum := sha256.Sum256([]byte(s.Engine.Host() + " " + s.Name))
	for _, dir := range lockFolders() {
		if !ownFolder(dir) {
			continue
		}
		lock := flock.New(filepath.Join(dir, hex.EncodeToString(sum[:8])+".lock"))
		got, err := lock.TryLock()
		if err == nil && !got {
			view.PrintNotes(s.View, []compose.Note{{Text: "waiting for another command on project " + s.Name}})
			defer s.Options.Profile.Phase("wait for another command")()
			if _, err = lock.TryLockContext(ctx, 50*time.Millisecond); ctx.Err() != nil {
				break
			}
		}
		if err == nil {
			return func() { _ = lock.Unlock() }
		}
	}
	return func() {}
}

// lockFolders are where the lock may be, the first that serves: a home may be missing
// or read-only, or what is in it root's.
func lockFolders() []string {
	var dirs []string
	if dir, err := os.UserCacheDir(); err == nil {
		dirs = append(dirs, filepath.Join(dir, "stack-lite"))
	}
	return append(dirs, filepath.Join(os.TempDir(), fmt.Sprintf("stack-lite-%d", os.Getuid())))
}

// ownFolder makes a folder that nobody else can write to, and reports whether it is
// one: in a folder for all, somebody else may have been there first.
func ownFolder(dir string) bool {
	if os.MkdirAll(dir, 0o700) != nil {
		return false
	}
	info, err := os.Lstat(dir)
	return err == nil && info.IsDir() && info.Mode().Perm()&0o022 == 0 && ownedByUser(info)
}
