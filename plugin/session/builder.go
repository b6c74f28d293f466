package session

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/image"
)

// chooseBuilder reads which builder is wanted: the option, else
// STACKLITE_BUILDER, else what the variables say that docker build and
// docker-compose had for it.
func chooseBuilder(option string, vars map[string]string) (image.Builder, error) {
	if asked := cmp.Or(option, vars["STACKLITE_BUILDER"]); asked != "" {
		return parseBuilder(asked)
	}
	// With 0 docker-compose called the engine itself, which means the classic
	// builder whatever DOCKER_BUILDKIT says. With 1, as without it, docker build
	// chose.
	switch strings.ToLower(vars["COMPOSE_DOCKER_CLI_BUILD"]) {
	case "0", "false":
		return image.Classic, nil
	}
	text := vars["DOCKER_BUILDKIT"]
	if text == "" {
		return image.AutoBuilder, nil
	}
	switch wanted, err := strconv.ParseBool(text); {
	case err != nil:
		return "", exit.Usage{Msg: fmt.Sprintf("DOCKER_BUILDKIT must be 1 or 0, not %q", text)}
	case wanted:
		return image.AnyBuildKit, nil
	}
	return image.Classic, nil
}

// parseBuilder reads the name of a way to build.
func parseBuilder(s string) (image.Builder, error) {
	switch b := image.Builder(s); b {
	case "":
		return image.AutoBuilder, nil
	case image.AutoBuilder, image.Buildx, image.BuildKit, image.Classic:
		return b, nil
	}
	return "", exit.Usage{Msg: fmt.Sprintf("--builder must be auto, buildx, buildkit or classic, not %q", s)}
}
