//go:build unix

package view

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// The line of an error is read again from files alone: a pipe would be waited for,
// and a device has no end.
func TestOnlyFilesAreReadAgainForAnError(t *testing.T) {
	dir := t.TempDir()
	file, pipe := filepath.Join(dir, "file"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(file, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		t.Skip(err)
	}
	for name, want := range map[string]string{file: "text", pipe: "", dir: "", "/dev/zero": "", filepath.Join(dir, "none"): ""} {
		got, err := Options{}.source(name)
		if string(got) != want || (want == "") != (err != nil) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
