package plugin

import (
	"slices"
	"strings"
	"testing"

	"github.com/docker/cli/cli-plugins/metadata"

	"github.com/stack-lite/stack-lite/plugin/classic"
)

// globalSpellings are ways to write docker's global flags, one word a space.
func globalSpellings() []string {
	spellings := []string{
		"", "-D", "--debug", "--debug=false", "--tls", "--tls=true", "--tlsverify", "--tlsverify=0", "-DD",
		"-DHtcp://x", "-DH tcp://x", "-DH=tcp://x", "-DDcctx", "-Dl error", "-Dlerror",
		"-H x -c y --tls", "--tls -Hx -D -cy", "--tls=maybe",
	}
	for _, short := range []string{"-H", "-c", "-l"} {
		spellings = append(spellings, short+" x", short+"x", short+"=x", short+" stacklite", short+" -D")
	}
	for _, long := range []string{"--host", "--context", "--log-level", "--config", "--tlscacert", "--tlscert", "--tlskey"} {
		spellings = append(spellings, long+" x", long+"=x", long+"=", long+" stacklite", long+" -D")
	}
	return spellings
}

func TestADockerCommandGetsTheGlobalFlagsAsThisProcessGotThem(t *testing.T) {
	t.Setenv(metadata.ReexecEnvvar, "/opt/docker")
	for _, spelling := range globalSpellings() {
		globals := strings.Fields(spelling)
		argv := slices.Concat([]string{"docker-stacklite"}, globals, []string{"stacklite", "-Hx", "link", "run", "-h", "y"})
		want := slices.Concat([]string{"/opt/docker"}, globals, []string{"run", "-D"})
		cmd := sameDocker(argv, []string{"run", "-D"})
		if !slices.Equal(cmd.Args, want) || cmd.Path != "/opt/docker" {
			t.Errorf("%s: %s with %q", spelling, cmd.Path, cmd.Args)
		}
		if slices.ContainsFunc(cmd.Env, func(e string) bool { return strings.HasPrefix(e, metadata.ReexecEnvvar) }) {
			t.Errorf("%s: the child takes itself for a plugin", spelling)
		}
	}
}

func TestTheProgramByItselfTakesTheGlobalFlagsOfDocker(t *testing.T) {
	for _, spelling := range globalSpellings() {
		globals := strings.Fields(spelling)
		for _, rest := range [][]string{{"link", "run", "-H", "x"}, {"-p", "shop", "up"}, {"--", "up"}, {"--help"}, {"-Dp", "shop"}, {}} {
			argv := slices.Concat([]string{"docker-stack-lite"}, globals, rest)
			want := slices.Concat([]string{"docker-stack-lite"}, globals, []string{"stacklite"}, rest)
			got := standaloneArgs(argv, nil)
			if !slices.Equal(got, want) {
				t.Errorf("%q: got %q", argv, got)
			}
			if cmd := sameDocker(got, []string{"run"}); !slices.Equal(cmd.Args[1:], append(globals, "run")) {
				t.Errorf("%q: docker gets %q", argv, cmd.Args)
			}
		}
	}
}

func TestADockerCommandGetsTheEngineThatAnOldToolWasGiven(t *testing.T) {
	for text, want := range map[string]string{
		"docker-compose -Hx up":                                                   "--host=x",
		"docker-compose -H=x --tlsverify -p shop up":                              "--host=x --tlsverify",
		"docker-compose -p shop -c ctx up":                                        "--context=ctx",
		"docker-compose --log-level WARNING --verbose --tlscacert=ca --host x up": "--log-level=warn --debug --tlscacert=ca --host=x",
	} {
		argv := strings.Fields(text)
		cmd := sameDocker(standaloneArgs(argv, classic.Of(argv[0])), nil)
		if got := strings.Join(cmd.Args[1:], " "); got != want {
			t.Errorf("%s: docker gets %q, want %q", text, got, want)
		}
	}
}

func TestAFlagWithoutItsValueIsNoneOfDockers(t *testing.T) {
	globals, rest := cutGlobals([]string{"-D", "-H"})
	if !slices.Equal(globals, []string{"-D"}) || !slices.Equal(rest, []string{"-H"}) {
		t.Errorf("got %q and %q", globals, rest)
	}
}
