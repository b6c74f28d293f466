package scripts_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestInstallingAndUninstalling(t *testing.T) {
	program := built(t)
	script, err := filepath.Abs("install.sh")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(script); err != nil { // go test takes note of what is asked for
		t.Fatal(err)
	}
	for _, docker := range dockers(t) {
		t.Run(dockerVersion(t, docker), func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Dir: filepath.Join("testdata", "install"),
				Setup: func(env *testscript.Env) error {
					env.Setenv("PROGRAM", program)
					env.Setenv("INSTALL", script)
					return home(env, docker)
				},
				Condition: haveShell,
			})
		})
	}
}

// haveShell is the condition [have:SHELL]. It is an error where a shell is
// missing that STACKLITE_SHELLS requires.
func haveShell(cond string) (bool, error) {
	name, ok := strings.CutPrefix(cond, "have:")
	if !ok {
		return false, errors.New("unknown condition " + cond)
	}
	_, err := exec.LookPath(name)
	if err != nil && os.Getenv("STACKLITE_SHELLS") == "required" {
		return false, err
	}
	return err == nil, nil
}
