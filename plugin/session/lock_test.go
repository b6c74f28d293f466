package session

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// waits reports whether a run waits for one that has the lock, with a home and a folder
// for temporary files. It is interrupted, and has to end then.
func waits(t *testing.T, home, temporary string) bool {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", home)
	t.Setenv("TMPDIR", temporary)
	defer locking(t, io.Discard, "demo", Options{}).Lock(t.Context())()
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	var said bytes.Buffer
	locking(t, &said, "demo", Options{}).Lock(interrupted)()
	return strings.Contains(said.String(), "waiting for another command on project demo")
}

// TestALockIsKeptElsewhereWhereTheHomeServesForNone has homes that are no folders, and
// are full of what is not the user's.
func TestALockIsKeptElsewhereWhereTheHomeServesForNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	blocked := t.TempDir()
	if err := os.WriteFile(filepath.Join(blocked, "stack-lite"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open := t.TempDir()
	if err := os.Mkdir(filepath.Join(open, "stack-lite"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(open, "stack-lite"), 0o777); err != nil { // whatever the umask
		t.Fatal(err)
	}
	for what, home := range map[string]string{"a file": file, "a file in the way": blocked, "a folder of everybody's": open} {
		t.Run(what, func(t *testing.T) {
			temporary := t.TempDir()
			if !waits(t, home, temporary) {
				t.Error("two runs have the lock")
			}
			of := filepath.Join(temporary, fmt.Sprintf("stack-lite-%d", os.Getuid()))
			if list, err := os.ReadDir(of); err != nil || runtime.GOOS != "windows" && len(list) != 0 {
				t.Errorf("left behind: %v %v", list, err)
			}
		})
	}
	if waits(t, file, file) {
		t.Error("there is a lock nowhere, and a run waits for it")
	}
}

// TestOneRunAtATimeHasTheLock has each find the file that the one before it removes.
func TestOneRunAtATimeHasTheLock(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	var inside, most atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				release := locking(t, io.Discard, "demo", Options{}).Lock(t.Context())
				if inside.Add(1) > 1 {
					most.Store(2)
				}
				runtime.Gosched()
				inside.Add(-1)
				release()
			}
		})
	}
	all.Wait()
	if most.Load() > 1 {
		t.Error("two runs had the lock at once")
	}
}
