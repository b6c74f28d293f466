package scripts_test

import (
	"errors"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// passedOn pairs what is typed after "docker" with what docker must get.
var passedOn = []struct {
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

func TestTheShellFunctionPassesOnEveryArgumentUnchanged(t *testing.T) {
	forEachShell(t, func(t *testing.T, s shell) {
		for _, c := range passedOn {
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

func TestTheShellFunctionPassesOnTheExitCode(t *testing.T) {
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

// The flags docker has are those the function knows, whichever docker is here.
func TestTheShellFunctionKnowsEveryGlobalFlagOfDocker(t *testing.T) {
	for _, docker := range dockers(t) {
		takesValue := globalFlags(t, docker)
		t.Run(dockerVersion(t, docker), func(t *testing.T) {
			forEachShell(t, func(t *testing.T, s shell) {
				for flag, takes := range takesValue {
					typed, want := []string{flag, "stack-lite"}, []string{flag, "stacklite"}
					if takes {
						want = typed
					}
					out, err := s.docker(t, nil, typed...)
					if got := arguments(out); err != nil || !slices.Equal(got, want) {
						t.Errorf("docker %q gives %q, %v; want %q", typed, got, err, want)
					}
				}
			})
		})
	}
}

// globalFlags returns every global flag of a docker, short ones too, and
// whether it takes a value.
func globalFlags(t *testing.T, docker string) map[string]bool {
	t.Helper()
	help, err := exec.Command(docker, "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^\s+(-\w, |    )(--[\w-]+)( string| list)?  +\S`).FindAllStringSubmatch(string(help), -1)
	if len(lines) < 10 {
		t.Fatalf("%s --help shows only %d flags:\n%s", docker, len(lines), help)
	}
	flags := map[string]bool{}
	for _, line := range lines {
		flags[line[2]] = line[3] != ""
		if short := strings.Trim(line[1], ", "); short != "" {
			flags[short] = line[3] != ""
		}
	}
	return flags
}
