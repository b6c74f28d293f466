//go:build unix

package image

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/desired"
)

// What a build reads before it sends anything ends, whatever it is.
func TestWhatABuildReadsHasBounds(t *testing.T) {
	long := strings.Repeat("# "+strings.Repeat("x", 98)+"\n", 12000)
	var patterns strings.Builder
	for i := range maxPatterns + 1 {
		fmt.Fprintf(&patterns, "a%d\n", i)
	}
	pipe := func(t *testing.T, file string) {
		t.Helper()
		if err := syscall.Mkfifo(file, 0o644); err != nil {
			t.Skip(err)
		}
	}
	text := func(s string) func(*testing.T, string) {
		return func(t *testing.T, file string) {
			t.Helper()
			if err := os.WriteFile(file, []byte(s), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	link := func(to string) func(*testing.T, string) {
		return func(t *testing.T, file string) {
			t.Helper()
			if err := os.Symlink(to, file); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, of := range map[string]struct {
		put  func(*testing.T, string)
		says string
	}{
		"a pipe":                 {pipe, "is a pipe"},
		"a device without end":   {link("/dev/zero"), "larger than 1 MB"},
		"a large file":           {text(long), "larger than 1 MB"},
		"a link to itself":       {link("IT"), "too many levels of symbolic links"},
		"very many patterns":     {text(patterns.String()), "more than 10000 patterns"},
		"a pattern that is none": {text("a[\n"), "syntax error in pattern"},
	} {
		for _, file := range []string{"Dockerfile", ".dockerignore", "../Dockerfile"} {
			if file != ".dockerignore" && strings.Contains(name, "pattern") {
				continue
			}
			t.Run(name+" as "+file, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "b")
				if err := os.Mkdir(dir, 0o755); err != nil {
					t.Fatal(err)
				}
				if file == ".dockerignore" {
					text("FROM x\n")(t, filepath.Join(dir, "Dockerfile"))
				}
				put := of.put
				if name == "a link to itself" {
					put = link(filepath.Base(file))
				}
				put(t, filepath.Join(dir, file))
				spec := desired.BuildSpec{Service: "web", Context: dir}
				if strings.HasPrefix(file, "..") {
					spec.Dockerfile = file
				}
				_, err := readDockerfile(spec)
				if err == nil {
					_, err = openDirectory(t.Context(), spec)
				}
				if err == nil || !strings.Contains(err.Error(), of.says) {
					t.Errorf("got %v, want %q", err, of.says)
				}
			})
		}
	}
}

// Of what lies in a build directory, the kinds that are no files are not opened.
func TestABuildDirectoryMayHoldAnything(t *testing.T) {
	dir := writeFiles(t, map[string]string{"Dockerfile": "FROM x\n", "a\nb\x1b[2J": "x"})
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink("loop", filepath.Join(dir, "loop")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", filepath.Join(dir, "zero")); err != nil {
		t.Fatal(err)
	}
	socket, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(socket)
	at, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer at.Close()
	if err := syscall.Bind(socket, &syscall.SockaddrUnix{Name: fmt.Sprintf("/proc/self/fd/%d/socket", at.Fd())}); err != nil {
		t.Fatal(err)
	}
	files, _ := sent(t, desired.BuildSpec{Service: "web", Context: dir}, false)
	if files["a\nb\x1b[2J"] != "x" {
		t.Errorf("sends %q", files)
	}
}

// A file of a terabyte without anything in it is looked at, not read.
func TestASparseTerabyteIsMeasuredAtOnce(t *testing.T) {
	dir := writeFiles(t, map[string]string{"Dockerfile": "FROM x\n"})
	f, err := os.Create(filepath.Join(dir, "sparse"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(1 << 40); err != nil {
		t.Skip(err)
	}
	d, err := openDirectory(t.Context(), desired.BuildSpec{Service: "web", Context: dir})
	if err != nil || d.size < 1<<40 {
		t.Fatalf("%d bytes, %v", d.size, err)
	}
}

func TestLookingAtABuildDirectoryEndsWhenItIsNoLongerWanted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := writeFiles(t, map[string]string{"Dockerfile": "FROM x\n"})
	if _, err := openDirectory(ctx, desired.BuildSpec{Service: "web", Context: dir}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
