package classic

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/exit"
)

// ofCommandLine says what docker-compose said of a command line that can't be
// followed, or of a failure that has a kind; nothing where it had no words for
// it.
func ofCommandLine(msg string, kind exit.Kind, words []string) string {
	first := ""
	if len(words) > 0 {
		first = words[0]
	}
	switch kind {
	case exit.KindCommandLine:
		return capital(msg) + "\n\n" + usage(first)
	case exit.KindUnknownVerb:
		return "No such command: " + first + "\n\nCommands:\n  " + strings.Join(words[1:], "\n  ")
	case exit.KindUnknownService:
		return "No such service: " + strings.Join(words, "\nNo such service: ")
	case exit.KindExclusive:
		return exclusive(words)
	case exit.KindScaleForm:
		return "Arguments to scale should be in the form service=num"
	case exit.KindScaleNumber:
		return fmt.Sprintf(`Number of containers for service "%s" is not a number`, first)
	case exit.KindForeground:
		return "-d cannot be combined with --abort-on-container-exit or --attach-dependencies."
	case exit.KindRMI:
		return "--rmi flag must be one of: all, local"
	case exit.KindColor:
		return fmt.Sprintf("Invalid value for --ansi: %s. Expected one of never, always, auto.", first)
	case exit.KindOrphans:
		return "COMPOSE_IGNORE_ORPHANS and --remove-orphans cannot be combined."
	case exit.KindParallelLimit:
		return fmt.Sprintf(`COMPOSE_PARALLEL_LIMIT must be an integer (found: "%s")`, first)
	case exit.KindParallelMinimum:
		return "COMPOSE_PARALLEL_LIMIT can not be less than 2"
	case exit.KindNotBuilt:
		return fmt.Sprintf("Service '%s' needs to be built, but --no-build was passed.", first)
	case exit.KindNotRunning:
		return "No container found for " + first
	case exit.KindUnknownContext:
		return fmt.Sprintf("Context '%s' not found", first)
	}
	return ""
}

// exclusive is about flags that exclude each other; nothing where docker-compose
// took them together.
func exclusive(flags []string) string {
	for _, pair := range []struct {
		flags [2]string
		said  string
	}{
		{[2]string{"build", "no-build"}, "--build and --no-build can not be combined."},
		{[2]string{"force-recreate", "no-recreate"}, "--force-recreate and --no-recreate cannot be combined."},
		{[2]string{"renew-anon-volumes", "no-recreate"}, "--no-recreate and --renew-anon-volumes cannot be combined."},
		{[2]string{"publish", "service-ports"}, "Service port mapping and manual port mapping can not be used together"},
	} {
		if slices.Contains(flags, pair.flags[0]) && slices.Contains(flags, pair.flags[1]) {
			return pair.said
		}
	}
	return ""
}

// usage is how docker-compose wrote what a verb takes (compose-v1.md 3.1); of
// one that it did not have there is none.
func usage(verb string) string {
	const services = "[SERVICE...]"
	const optional = "[options] [--] " + services
	takes, known := map[string]string{
		"build": "[options] [--build-arg key=val...] [--] " + services, "config": "[options]", "create": "[options] " + services, "down": "[options]",
		"events": optional, "exec": "[options] [-e KEY=VAL...] [--] SERVICE COMMAND [ARGS...]", "help": "[COMMAND]", "images": optional, "kill": optional,
		"logs": optional, "pause": services, "port": "[options] [--] SERVICE PRIVATE_PORT", "ps": optional, "pull": optional, "push": optional,
		"rm": optional, "run": "[options] [-v VOLUME...] [-p PORT...] [-e KEY=VAL...] [-l KEY=VALUE...] [--] SERVICE [COMMAND] [ARGS...]",
		"scale": "[options] [SERVICE=NUM...]", "start": services, "stop": optional, "restart": optional, "top": services, "unpause": services,
		"up": "[options] [--scale SERVICE=NUM...] [--] " + services, "version": "[--short]",
	}[verb]
	switch {
	case verb == "":
		return "Usage:\n  docker-compose [-f <arg>...] [--profile <name>...] [options] [--] [COMMAND] [ARGS...]\n  docker-compose -h|--help"
	case !known:
		return ""
	}
	return "Usage: " + verb + " " + takes
}
