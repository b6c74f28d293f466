package scenario

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stack-lite/stack-lite/plugin"
)

// CalledAs is the environment variable that makes the test binary the program
// under test, called by the name that it holds.
const CalledAs = "STACKLITE_TEST_AS"

// Main runs the tests of a package, whose TestMain it is, and makes the test
// binary the program under test as well: run under the name stacklite it is
// docker-stack-lite.
func Main(m *testing.M) {
	if name := os.Getenv(CalledAs); name != "" {
		os.Args[0] = name
		plugin.Main()
	}
	testscript.Main(m, map[string]func(){
		"stacklite": func() {
			os.Args[0] = "docker-stack-lite"
			plugin.Main()
		},
	})
}

// Program puts the program under test into a folder as a command with a name of
// its own, and gives the folder.
func Program(t testing.TB, name string) string {
	t.Helper()
	dir := t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	wrapper := "#!/bin/sh\nexec env " + CalledAs + "=" + name + " " + program + ` "$@"` + "\n"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(wrapper), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// DockerCompose is the docker-compose of version 1.29 that is installed here, or
// else why there is none.
func DockerCompose() (path, missing string) {
	path, err := exec.LookPath("docker-compose")
	if err != nil {
		return "", "docker-compose is not installed"
	}
	if out, err := exec.Command(path, "version", "--short").Output(); err != nil || !strings.HasPrefix(string(out), "1.29.") {
		return "", "docker-compose is not of version 1.29: " + string(out)
	}
	return path, ""
}
