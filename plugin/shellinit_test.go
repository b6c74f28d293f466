package plugin

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// handedOn pairs what is typed after "docker" with what docker must get.
var handedOn = []struct {
	what        string
	typed, want []string
}{
	{"the verb", []string{"stack-lite", "up", "-d"}, []string{"stacklite", "up", "-d"}},
	{"the verb alone", []string{"stack-lite"}, []string{"stacklite"}},
	{"nothing", nil, nil},
	{"another command", []string{"ps", "-a"}, []string{"ps", "-a"}},
	{"docker stack", []string{"stack", "ls"}, []string{"stack", "ls"}},
	{"the word in another place", []string{"run", "stack-lite"}, []string{"run", "stack-lite"}},
	{"the word again", []string{"stack-lite", "logs", "stack-lite"}, []string{"stacklite", "logs", "stack-lite"}},
	{"spaces, quotes and globs",
		[]string{"stack-lite", "run", "a b", `q"'\`, "*", "$HOME", "", "-"},
		[]string{"stacklite", "run", "a b", `q"'\`, "*", "$HOME", "", "-"}},
	{"the same for another command", []string{"run", "a b", "", "*"}, []string{"run", "a b", "", "*"}},
	{"flags without a value", []string{"-D", "--tls", "--tlsverify", "--debug", "stack-lite", "ps"},
		[]string{"-D", "--tls", "--tlsverify", "--debug", "stacklite", "ps"}},
	{"flags with their value after =", []string{"--host=tcp://x", "--context=c", "stack-lite", "ps"},
		[]string{"--host=tcp://x", "--context=c", "stacklite", "ps"}},
	{"long flags with a value",
		[]string{"--config", "a b", "--context", "c", "--host", "h", "--log-level", "debug", "--tlscacert", "x", "--tlscert", "y", "--tlskey", "z", "stack-lite", "ps"},
		[]string{"--config", "a b", "--context", "c", "--host", "h", "--log-level", "debug", "--tlscacert", "x", "--tlscert", "y", "--tlskey", "z", "stacklite", "ps"}},
	{"short flags with a value", []string{"-H", "h", "-c", "c", "-l", "debug", "stack-lite", "ps"},
		[]string{"-H", "h", "-c", "c", "-l", "debug", "stacklite", "ps"}},
	{"a value that is no flag's letter", []string{"-Hunix:///c", "-c=l", "stack-lite", "ps"},
		[]string{"-Hunix:///c", "-c=l", "stacklite", "ps"}},
	{"short flags run together", []string{"-DH", "h", "stack-lite", "ps"}, []string{"-DH", "h", "stacklite", "ps"}},
	{"a value that looks like the verb", []string{"-H", "stack-lite", "ps"}, []string{"-H", "stack-lite", "ps"}},
	{"a host with that name", []string{"--host", "stack-lite", "stack-lite", "ps"}, []string{"--host", "stack-lite", "stacklite", "ps"}},
	{"help", []string{"help", "stack-lite", "up"}, []string{"help", "stacklite", "up"}},
	{"help for another command", []string{"help", "run"}, []string{"help", "run"}},
	{"completion", []string{"__complete", "-D", "stack-lite", "up", ""}, []string{"__complete", "-D", "stacklite", "up", ""}},
}

func TestTheShellFunctionHandsOnEveryArgumentUnharmed(t *testing.T) {
	forEachShell(t, func(t *testing.T, s shell) {
		for _, c := range handedOn {
			t.Run(c.what, func(t *testing.T) {
				out, err := s.docker(t, nil, c.typed...)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(strings.Join(c.want, "\n"), strings.Join(arguments(out), "\n")); diff != "" {
					t.Error(diff)
				}
			})
		}
	})
}

func TestTheShellFunctionHandsOnTheExitCode(t *testing.T) {
	forEachShell(t, func(t *testing.T, s shell) {
		for _, verb := range []string{"stack-lite", "ps"} {
			_, err := s.docker(t, []string{"EXIT=17"}, verb)
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 17 {
				t.Errorf("docker %s ends with %v, want exit status 17", verb, err)
			}
		}
	})
}

// Interpolation of a stack's file reads the environment, and a local variable
// hides the one of that name from docker.
func TestTheShellFunctionHidesNoVariableOfTheEnvironment(t *testing.T) {
	declared := regexp.MustCompile(`(?m)^\s*(?:local|set -l|for) (.*)$`)
	for _, s := range shellInits {
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

func TestTheShellFunctionWorksUnderTheStrictestOptions(t *testing.T) {
	options := map[string][]string{
		"bash": {"set -eu", "set -euo pipefail; set -f", "set -o posix", "IFS=-"},
		"zsh":  {"set -eu", "setopt ksharrays", "setopt shwordsplit globsubst nounset errexit", "emulate sh", "IFS=-"},
		"fish": {"set -g fish_trace ''"},
	}
	forEachShell(t, func(t *testing.T, s shell) {
		for _, option := range options[s.name] {
			s.options = option
			for _, typed := range [][]string{{}, {"ps"}, {"-D", "stack-lite", "a b", "*"}} {
				out, err := s.docker(t, nil, typed...)
				want := slices.Clone(typed)
				if i := slices.Index(want, "stack-lite"); i >= 0 {
					want[i] = "stacklite"
				}
				if got := arguments(out); err != nil || !slices.Equal(got, want) {
					t.Errorf("with %s, docker %q gives %q, %v", option, typed, got, err)
				}
			}
		}
	})
}

func TestShellInitOfAnUnknownShellIsAnErrorAndPrintsNothing(t *testing.T) {
	var out bytes.Buffer
	err := printShellInit(&out, "tcsh")
	var usage usageError
	if !errors.As(err, &usage) || len(usage.hints) != 1 || !strings.Contains(usage.hints[0], "bash, zsh, fish") {
		t.Errorf("error is %#v, want a usage error with the known shells as its hint", err)
	}
	if out.Len() > 0 {
		t.Errorf("printed %q", out.String())
	}
}

// The flags docker has are those the function knows, whichever docker is here.
func TestTheShellFunctionKnowsEveryGlobalFlagOfDocker(t *testing.T) {
	for _, docker := range dockers(t) {
		help, err := exec.Command(docker, "--help").Output()
		if err != nil {
			t.Fatal(err)
		}
		flags := regexp.MustCompile(`(?m)^\s+(-\w, |    )(--[\w-]+)( string| list)?  +\S`).FindAllStringSubmatch(string(help), -1)
		if len(flags) < 10 {
			t.Fatalf("%s --help shows only %d flags:\n%s", docker, len(flags), help)
		}
		for _, f := range flags {
			spellings := []string{f[2]}
			if short := strings.Trim(f[1], ", "); short != "" {
				spellings = append(spellings, short)
			}
			for _, flag := range spellings {
				typed := []string{flag, "stack-lite"}
				takesValue := f[3] != ""
				want := []string{flag, "stacklite"}
				if takesValue {
					want = typed
				}
				forEachShell(t, func(t *testing.T, s shell) {
					out, err := s.docker(t, nil, typed...)
					if got := arguments(out); err != nil || !slices.Equal(got, want) {
						t.Errorf("docker %q gives %q, %v; want %q", typed, got, err, want)
					}
				})
			}
		}
	}
}

// shell is a shell that has read its function, with a docker on its PATH that
// prints its arguments.
type shell struct {
	name    string
	path    string
	options string // run before anything else
}

// forEachShell runs a subtest for every shell that shell-init knows.
func forEachShell(t *testing.T, f func(*testing.T, shell)) {
	for _, name := range shellNames() {
		t.Run(name, func(t *testing.T) { f(t, shell{name: name, path: findShell(t, name)}) })
	}
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

// docker calls the function with arguments, as typed, and gives what docker
// printed.
func (s shell) docker(t *testing.T, env []string, typed ...string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	stub := "#!/bin/sh\nprintf '[%s]\\n' \"$@\"\nexit ${EXIT:-0}\n"
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(stub), 0o755); err != nil {
		t.Fatal(err)
	}
	var function bytes.Buffer
	if err := printShellInit(&function, s.name); err != nil {
		t.Fatal(err)
	}
	args := []string{"-c", s.options + "\n" + function.String() + "\ndocker \"$@\"\n", s.name}
	if s.name == "fish" {
		args = []string{"--no-config", "-c", s.options + "\n" + function.String() + "\ndocker $argv\n", "--"}
	}
	if s.name == "zsh" {
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
	for _, line := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
		args = append(args, strings.TrimSuffix(strings.TrimPrefix(line, "["), "]"))
	}
	return args
}

// dockers finds every docker on PATH, for a machine may have an old and a new
// one. /bin is often another name of /usr/bin.
func dockers(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path, err := exec.LookPath(filepath.Join(dir, "docker"))
		if err != nil {
			continue
		}
		if path, err = filepath.EvalSymlinks(path); err == nil && !slices.Contains(found, path) {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		t.Skip("there is no docker command on PATH")
	}
	return found
}
