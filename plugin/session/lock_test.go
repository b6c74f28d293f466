package session

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
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
			if list, err := os.ReadDir(temporary); err != nil || len(list) != 1 {
				t.Errorf("got %v %v", list, err)
			}
		})
	}
	if waits(t, file, file) {
		t.Error("there is a lock nowhere, and a run waits for it")
	}
}
