package command

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Interpolation of a stack's file reads the environment, and a local variable
// hides the one of that name from docker.
func TestTheShellFunctionHidesNoVariableOfTheEnvironment(t *testing.T) {
	declared := regexp.MustCompile(`(?m)^\s*(?:local|set -l|for) (.*)$`)
	for _, s := range shellInits() {
		lines := declared.FindAllStringSubmatch(s.function, -1)
		if len(lines) < 2 {
			t.Fatalf("the function for %s declares %d variables", s.shell, len(lines))
		}
		for _, line := range lines {
			names, _, _ := strings.Cut(line[1], " in ")
			for _, name := range strings.Fields(names) {
				if !strings.HasPrefix(name, "__stack_lite_") && name != "0" {
					t.Errorf("the function for %s declares %s", s.shell, name)
				}
			}
		}
	}
}

func TestShellInitOfAnUnknownShellIsAnErrorAndPrintsNothing(t *testing.T) {
	var out bytes.Buffer
	err := printShellInit(view.Options{Out: &out}, "tcsh")
	var usage exit.Usage
	if !errors.As(err, &usage) || len(usage.Advice) != 1 || !strings.Contains(usage.Advice[0], "bash, zsh, fish") {
		t.Errorf("error is %#v, want a usage error with the known shells as its hint", err)
	}
	if out.Len() > 0 {
		t.Errorf("printed %q", out.String())
	}
}
