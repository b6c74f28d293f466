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
	if isOff(vars["COMPOSE_DOCKER_CLI_BUILD"]) || isOff(vars["DOCKER_BUILDKIT"]) {
		return image.Classic, nil
	}
	if vars["DOCKER_BUILDKIT"] != "" {
		return image.AnyBuildKit, nil
	}
	return image.AutoBuilder, nil
}

// isOff reads such a variable. What is no word for off is on, as docker-compose had
// it: a verb that builds nothing is not to fail because of it.
func isOff(text string) bool {
	off, err := strconv.ParseBool(strings.ToLower(text))
	return err == nil && !off
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
