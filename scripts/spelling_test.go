package scripts_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// A spelling is a way to call the program. The scripts of testdata/spellings
// all say "docker [FLAG...] stack-lite ...", as a user would like to.
type spelling struct {
	name  string
	shell string // that reads its shell-init first; none if empty
	// command turns what the script says, from "docker" on, into what runs.
	command func(said []string) []string
}

func spellings(t *testing.T) []spelling {
	t.Helper()
	all := []spelling{
		{name: "docker stacklite", command: func(said []string) []string {
			return replaceVerb(said, "stacklite")
		}},
		{name: "docker-stack-lite", command: func(said []string) []string {
			return append([]string{"docker-stack-lite"}, replaceVerb(said[1:])...)
		}},
	}
	for _, name := range shells(t) {
		all = append(all, spelling{
			name:    "docker stack-lite in " + name,
			shell:   name,
			command: func(said []string) []string { return inShell(name, said) },
		})
	}
	return all
}

// replaceVerb puts other words in the place of the word stack-lite.
func replaceVerb(said []string, words ...string) []string {
	i := slices.Index(said, "stack-lite")
	if i < 0 {
		return said
	}
	return slices.Concat(said[:i], words, said[i+1:])
}

// inShell is the command line of a shell that is set up as the help of
// shell-init says and then runs a command whose words it gets as arguments.
func inShell(name string, said []string) []string {
	switch name {
	case "fish":
		line := "docker-stack-lite shell-init fish | source; docker $argv"
		return append([]string{"fish", "--no-config", "-c", line, "--"}, said[1:]...)
	case "zsh":
		line := `eval "$(docker-stack-lite shell-init zsh)"; "$@"`
		return append([]string{"zsh", "-feuc", line, "zsh"}, said...)
	}
	line := `eval "$(docker-stack-lite shell-init ` + name + `)"; "$@"`
	return append([]string{name, "-euc", line, name}, said...)
}

func TestEverySpellingDoesTheSame(t *testing.T) {
	program := built(t)
	for _, docker := range dockers(t) {
		version := dockerVersion(t, docker)
		t.Run(version, func(t *testing.T) {
			for _, s := range spellings(t) {
				t.Run(s.name, func(t *testing.T) {
					if s.shell != "" {
						findShell(t, s.shell)
					}
					testscript.Run(t, testscript.Params{
						Dir:   filepath.Join("testdata", "spellings"),
						Setup: installed(program, docker),
						Condition: func(cond string) (bool, error) {
							if cond != "old-docker" {
								return false, errors.New("unknown condition " + cond)
							}
							return strings.HasPrefix(version, "20."), nil
						},
						Cmds: map[string]func(*testscript.TestScript, bool, []string){
							"docker": func(ts *testscript.TestScript, neg bool, args []string) {
								call(ts, neg, s.command(append([]string{"docker"}, args...)))
							},
							"status": expectStatus,
						},
					})
				})
			}
		})
	}
}

// installed puts the program where install.sh would.
func installed(program, docker string) func(*testscript.Env) error {
	return func(env *testscript.Env) error {
		if err := home(env, docker); err != nil {
			return err
		}
		plugins := filepath.Join(env.Getenv("HOME"), ".docker", "cli-plugins")
		if err := os.MkdirAll(plugins, 0o755); err != nil {
			return err
		}
		return errors.Join(
			os.Symlink(program, filepath.Join(plugins, "docker-stacklite")),
			os.Symlink(program, filepath.Join(env.Getenv("HOME"), "bin", "docker-stack-lite")))
	}
}

// call runs a command line and remembers how it ended for expectStatus.
func call(ts *testscript.TestScript, neg bool, line []string) {
	err := ts.Exec(line[0], line[1:]...)
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	ts.Setenv("STATUS", strconv.Itoa(code))
	if (code != 0) != neg {
		ts.Fatalf("%q ends with status %d", line, code)
	}
}

func expectStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: status N")
	}
	if got := ts.Getenv("STATUS"); got != args[0] {
		ts.Fatalf("the last status is %s, not %s", got, args[0])
	}
}
