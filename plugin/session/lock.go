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
		path := filepath.Join(dir, hex.EncodeToString(sum[:8])+".lock")
		lock, err := takeLock(path)
		if err == nil && lock == nil {
			view.PrintNotes(s.View, []compose.Note{{Text: "waiting for another command on project " + s.Name}})
			defer s.Options.Profile.Phase("wait for another command")()
			if lock, err = awaitLock(ctx, path); ctx.Err() != nil {
				break
			}
		}
		if err == nil {
			return func() { endLock(lock) }
		}
	}
	return func() {}
}

// takeLock takes the lock that a file stands for; nil: another run has it. Who has had it
// removes the file, and a lock on a file that is no longer there is none: it is tried again.
func takeLock(path string) (*flock.Flock, error) {
	for {
		lock, there, err := lockThere(path)
		if err != nil || lock == nil || there {
			return lock, err
		}
		if err := lock.Unlock(); err != nil {
			return nil, err
		}
	}
}

// lockThere also says whether the file was there all the time: as long as it is open,
// no other is taken for it.
func lockThere(path string) (lock *flock.Flock, there bool, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return nil, false, err
	}
	defer file.Close()
	before, err := file.Stat()
	if err != nil {
		return nil, false, err
	}
	lock = flock.New(path)
	if got, err := lock.TryLock(); err != nil || !got {
		return nil, false, err
	}
	after, err := os.Stat(path)
	return lock, err == nil && os.SameFile(before, after), nil
}

// awaitLock is takeLock once nobody has it any more.
func awaitLock(ctx context.Context, path string) (*flock.Flock, error) {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-again.C:
		}
		if lock, err := takeLock(path); lock != nil || err != nil {
			return lock, err
		}
	}
}

// endLock removes the file first: the next to lock it finds that out. Some systems
// remove no file that is open, and keep it.
func endLock(lock *flock.Flock) {
	_ = os.Remove(lock.Path())
	_ = lock.Unlock()
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
