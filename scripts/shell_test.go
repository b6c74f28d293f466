package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shells are those that shell-init knows, as the program offers them for <TAB>.
func shells(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command(built(t), "__complete", "shell-init", "").Output()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(out)) {
		if name := strings.TrimSpace(line); !strings.HasPrefix(name, ":") {
			names = append(names, name)
		}
	}
	if len(names) < 3 {
		t.Fatalf("the program knows the shells %q", names)
	}
	return names
}

// findShell skips the test where the shell is not installed, unless
// STACKLITE_SHELLS=required asks for all of them.
func findShell(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("STACKLITE_SHELLS") == "required" {
			t.Fatalf("%s is not installed and STACKLITE_SHELLS is required", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return path
}

// shell is a shell that reads its function, with a docker on its PATH that
// prints its arguments.
type shell struct {
	name     string
	path     string
	function string // as shell-init prints it
	options  string // run before anything else
}

// forEachShell runs a subtest for every shell that shell-init knows.
func forEachShell(t *testing.T, f func(*testing.T, shell)) {
	t.Helper()
	for _, name := range shells(t) {
		t.Run(name, func(t *testing.T) {
			path := findShell(t, name)
			function, err := exec.Command(built(t), "shell-init", name).Output()
			if err != nil {
				t.Fatal(err)
			}
			f(t, shell{name: name, path: path, function: string(function)})
		})
	}
}

// docker calls the function with arguments, as typed, and gives what docker
// printed.
func (s shell) docker(t *testing.T, env []string, typed ...string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	stub := "#!/bin/sh\nprintf '[%s]\\n' \"$@\"\nexit ${EXIT:-0}\n"
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(stub), 0o755); err != nil {
		t.Fatal(err)
	}
	script := s.options + "\n" + s.function
	args := []string{"-c", script + "\ndocker \"$@\"\n", s.name}
	switch s.name {
	case "fish":
		args = []string{"--no-config", "-c", script + "\ndocker $argv\n", "--"}
	case "zsh":
		args = append([]string{"-f"}, args...)
	}
	cmd := exec.Command(s.path, append(args, typed...)...)
	cmd.Env = append([]string{"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=" + dir}, env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return string(out), err
}

// arguments are those docker printed. Without any the stub prints one empty
// pair of brackets, as printf does.
func arguments(out string) []string {
	if out == "[]\n" {
		return nil
	}
	var args []string
	for line := range strings.Lines(out) {
		args = append(args, strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "["), "]"))
	}
	return args
}
