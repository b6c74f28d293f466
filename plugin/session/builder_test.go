package session

import (
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/image"
)

func TestTheBuilderIsTheOneThatIsAskedForMostClearly(t *testing.T) {
	for _, c := range []struct {
		option string
		vars   string // NAME=VALUE, in words
		want   image.Builder
		err    string
	}{
		{"", "", image.AutoBuilder, ""},
		{"", "DOCKER_BUILDKIT=0", image.Classic, ""},
		{"", "DOCKER_BUILDKIT=false", image.Classic, ""},
		{"", "DOCKER_BUILDKIT=1", image.AnyBuildKit, ""},
		{"", "DOCKER_BUILDKIT=true", image.AnyBuildKit, ""},
		{"", "DOCKER_BUILDKIT=", image.AutoBuilder, ""},
		{"", "DOCKER_BUILDKIT=please", image.AnyBuildKit, ""},
		{"", "COMPOSE_DOCKER_CLI_BUILD=please", image.AutoBuilder, ""},
		{"", "COMPOSE_DOCKER_CLI_BUILD=0", image.Classic, ""},
		{"", "COMPOSE_DOCKER_CLI_BUILD=False", image.Classic, ""},
		{"", "COMPOSE_DOCKER_CLI_BUILD=1", image.AutoBuilder, ""},
		{"", "COMPOSE_DOCKER_CLI_BUILD=", image.AutoBuilder, ""},
		{"", "COMPOSE_DOCKER_CLI_BUILD=0 DOCKER_BUILDKIT=1", image.Classic, ""},
		{"", "COMPOSE_DOCKER_CLI_BUILD=1 DOCKER_BUILDKIT=0", image.Classic, ""},
		{"", "COMPOSE_DOCKER_CLI_BUILD=1 DOCKER_BUILDKIT=1", image.AnyBuildKit, ""},
		{"", "STACKLITE_BUILDER=buildkit DOCKER_BUILDKIT=0", image.BuildKit, ""},
		{"", "STACKLITE_BUILDER=auto COMPOSE_DOCKER_CLI_BUILD=0", image.AutoBuilder, ""},
		{"", "STACKLITE_BUILDER=classic DOCKER_BUILDKIT=1", image.Classic, ""},
		{"buildx", "STACKLITE_BUILDER=classic DOCKER_BUILDKIT=0", image.Buildx, ""},
		{"auto", "DOCKER_BUILDKIT=please", image.AutoBuilder, ""},
		{"kaniko", "DOCKER_BUILDKIT=0", "", `--builder must be auto, buildx, buildkit or classic, not "kaniko"`},
	} {
		vars := map[string]string{}
		for _, word := range strings.Fields(c.vars) {
			name, value, _ := strings.Cut(word, "=")
			vars[name] = value
		}
		got, err := chooseBuilder(c.option, vars)
		if err != nil && err.Error() != c.err || err == nil && c.err != "" || got != c.want {
			t.Errorf("--builder %q, %s: %q, %v; want %q", c.option, c.vars, got, err, c.want)
		}
	}
}
