package plugin

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/docker/cli/cli-plugins/metadata"
	"github.com/docker/cli/cli/flags"

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

func TestVariablesOfAProjectChooseTheEngineWhereNothingElseDoes(t *testing.T) {
	project := map[string]string{"DOCKER_HOST": "tcp://p", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "certs", "COMPOSE_API_VERSION": "1.41", "OTHER": "x"}
	all := map[string]string{"DOCKER_HOST": "tcp://p", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "certs", "DOCKER_API_VERSION": "1.41"}
	without := func(names ...string) map[string]string {
		left := maps.Clone(all)
		for _, n := range names {
			delete(left, n)
		}
		return left
	}
	for name, c := range map[string]struct {
		opts  flags.ClientOptions
		vars  map[string]string
		shell map[string]string
		want  map[string]string
	}{
		"nothing else":              {flags.ClientOptions{}, project, nil, all},
		"a flag":                    {flags.ClientOptions{Hosts: []string{"tcp://f"}}, project, nil, without("DOCKER_HOST")},
		"a context":                 {flags.ClientOptions{Context: "far"}, project, nil, map[string]string{"DOCKER_API_VERSION": "1.41"}},
		"a context of the shell":    {flags.ClientOptions{}, project, map[string]string{"DOCKER_CONTEXT": "far"}, map[string]string{"DOCKER_API_VERSION": "1.41"}},
		"no context of the shell":   {flags.ClientOptions{}, project, map[string]string{"DOCKER_CONTEXT": ""}, all},
		"the shell":                 {flags.ClientOptions{}, project, map[string]string{"DOCKER_HOST": "tcp://s"}, without("DOCKER_HOST")},
		"nothing, says the shell":   {flags.ClientOptions{}, project, map[string]string{"DOCKER_HOST": "", "DOCKER_TLS_VERIFY": ""}, without("DOCKER_HOST", "DOCKER_TLS_VERIFY")},
		"docker's own version":      {flags.ClientOptions{}, project, map[string]string{"DOCKER_API_VERSION": "1.40"}, without("DOCKER_API_VERSION")},
		"the version that there is": {flags.ClientOptions{}, map[string]string{"COMPOSE_API_VERSION": "auto", "DOCKER_HOST": ""}, nil, map[string]string{}},
	} {
		get := func(name string) (string, bool) { v, ok := c.shell[name]; return v, ok }
		if got := engineVariables(&c.opts, c.vars, get); !maps.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
