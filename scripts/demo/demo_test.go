// Package demo holds the stack of "make demo"; there is only a test in it.
package demo

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
)

// The demonstration checks what it shows; here it has to come to its end.
func TestTheDemonstrationOnTheEngine(t *testing.T) {
	realengine.Connect(t)
	home := t.TempDir()
	bin := filepath.Join(home, ".local", "bin")
	project := fmt.Sprintf("sldemo%d", os.Getpid())
	// On PATH, so that install.sh puts its link there and not in /usr/local/bin.
	env := append(os.Environ(),
		"HOME="+home, "PATH="+bin+":"+os.Getenv("PATH"), "DOCKER_CONFIG="+filepath.Join(home, ".docker"),
		"GOCACHE="+goEnv(t, "GOCACHE"), "GOMODCACHE="+goEnv(t, "GOMODCACHE"),
		"COMPOSE_PROJECT_NAME="+project, "CGO_ENABLED=0")
	run := func(name string, args ...string) (string, error) {
		cmd := exec.Command(name, args...)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		return string(out), err
	}

	program := filepath.Join(home, "docker-stacklite")
	if out, err := run("go", "build", "-buildvcs=false", "-o", program, "../../cmd/docker-stacklite"); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		if out, err := run(program, "down"); err != nil {
			t.Errorf("down: %v\n%s", err, out)
		}
		for _, service := range []string{"web", "redis", "mysql", "rabbit", "solr"} {
			if out, err := run("docker", "image", "rm", project+"_"+service); err != nil {
				t.Logf("image rm: %v\n%s", err, out)
			}
		}
	})
	out, err := run("sh", "../demo.sh", program)
	if err != nil {
		t.Fatalf("demo.sh: %v\n%s", err, out)
	}
	if !strings.Contains(out, "52 pairs of containers, 40 of them linked: all as they should be") {
		t.Errorf("check does not say that all is as it should be:\n%s", out)
	}
	for n := 1; n <= 5; n++ {
		if name := fmt.Sprintf("%s_web_%d", project, n); !strings.Contains(out, name) {
			t.Errorf("no %s in\n%s", name, out)
		}
	}
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
