package oldtools_test

import (
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// commandLines are command lines that can't be followed, with the words by which
// scripts know that.
func commandLines() map[string]string {
	const nobody = "No such service: nobody"
	lines := map[string]string{
		"nonsense":                              "No such command: nonsense\n\nCommands:\n  build ",
		"help nonsense":                         "No such command: nonsense\n\nCommands:\n  build ",
		"--nope up":                             "Usage:\n  docker-compose [-f <arg>...] [--profile <name>...] [options] [--] [COMMAND] [ARGS...]\n  docker-compose -h|--help\n",
		"-f":                                    "Usage:\n  docker-compose [-f <arg>...] [--profile <name>...] [options] [--] [COMMAND] [ARGS...]\n  docker-compose -h|--help\n",
		"scale web":                             "Arguments to scale should be in the form service=num",
		"up --scale web":                        "Arguments to scale should be in the form service=num",
		"scale web=x":                           `Number of containers for service "web" is not a number`,
		"up --scale web=x":                      `Number of containers for service "web" is not a number`,
		"scale nobody=1":                        nobody,
		"up --build --no-build":                 "--build and --no-build can not be combined.",
		"create --build --no-build":             "--build and --no-build can not be combined.",
		"up --force-recreate --no-recreate":     "--force-recreate and --no-recreate cannot be combined.",
		"up -V --no-recreate":                   "--no-recreate and --renew-anon-volumes cannot be combined.",
		"up -d --no-start":                      "--no-start and --detach cannot be combined.",
		"create --force-recreate --no-recreate": "--force-recreate and --no-recreate cannot be combined.",
		"up -d --abort-on-container-exit":       "-d cannot be combined with --abort-on-container-exit or --attach-dependencies.",
		"up -d --attach-dependencies":           "-d cannot be combined with --abort-on-container-exit or --attach-dependencies.",
		"down --rmi some":                       "--rmi flag must be one of: all, local",
		"run -p 1:1 --service-ports web":        "Service port mapping and manual port mapping can not be used together",
		"run -v a:b:c:d web":                    "Volume a:b:c:d has incorrect format, should be external:internal[:mode]",
		"--ansi sometimes ps":                   "Invalid value for --ansi: sometimes. Expected one of never, always, auto.",
		"-c nothing ps":                         "Context 'nothing' not found",
		"up --no-build built":                   "Service 'built' needs to be built, but --no-build was passed.",
		"start":                                 "Starting built ... failed",
		"start web":                             "No containers to start",
		"restart":                               "No containers to restart",
		"pause":                                 "No containers to pause",
		"unpause":                               "No containers to unpause",
		"port web 80":                           "No container found for web",
		"port --index 3 web 80":                 "No container found for web_3",
		"exec -T web true":                      "No container found for web",
		"port web":                              "Usage: port [options] [--] SERVICE PRIVATE_PORT\n",
		"scale --nope":                          "Usage: scale [options] [SERVICE=NUM...]\n",
	}
	for _, verb := range []string{"build", "create", "events", "images", "kill", "logs", "pause", "ps", "pull", "restart", "rm -f", "start", "stop", "top", "unpause", "up -d", "run"} {
		lines[verb+" nobody"] = nobody
	}
	lines["exec -T nobody true"] = nobody
	for verb, takes := range map[string]string{
		"build": "[options] [--build-arg key=val...] [--] [SERVICE...]", "config": "[options]", "create": "[options] [SERVICE...]", "down": "[options]",
		"events": "[options] [--] [SERVICE...]", "exec": "[options] [-e KEY=VAL...] [--] SERVICE COMMAND [ARGS...]", "images": "[options] [--] [SERVICE...]",
		"kill": "[options] [--] [SERVICE...]", "logs": "[options] [--] [SERVICE...]", "pause": "[SERVICE...]", "port": "[options] [--] SERVICE PRIVATE_PORT",
		"ps": "[options] [--] [SERVICE...]", "pull": "[options] [--] [SERVICE...]", "push": "[options] [--] [SERVICE...]", "rm": "[options] [--] [SERVICE...]",
		"scale": "[options] [SERVICE=NUM...]", "start": "[SERVICE...]", "stop": "[options] [--] [SERVICE...]", "restart": "[options] [--] [SERVICE...]",
		"top": "[SERVICE...]", "unpause": "[SERVICE...]", "up": "[options] [--scale SERVICE=NUM...] [--] [SERVICE...]", "version": "[--short]",
	} {
		lines[verb+" --nope"] = "Usage: " + verb + " " + takes + "\n"
	}
	return lines
}

// succeeds tells lines after which docker-compose 1.29 ended with 0, which was a
// mistake of that release: those with a verb's usage.
func succeeds(want string) bool { return strings.HasPrefix(want, "Usage: ") }

// asked tells what docker-compose itself is asked: not exec, of which it says
// nothing, nor events, which waits for ever.
func asked(line string) bool {
	return !strings.HasPrefix(line, "exec ") && line != "events nobody"
}

func TestScriptsFindTheWordsOfDockerComposeAboutCommandLines(t *testing.T) {
	e := scenario.NewMemory(t, "1.41")
	dir := folder(t, map[string]string{
		"docker-compose.yml": oneService + "built:\n  build: .\n", "Dockerfile": "FROM scratch\n", ".docker/config.json": "{}",
	})
	tools := map[string]tool{"called as docker-compose": called(t)}
	if theirs := installed(t); theirs != nil {
		tools["docker-compose"] = *theirs
	}
	for name, p := range tools {
		t.Run(name, func(t *testing.T) {
			for line, want := range commandLines() {
				vars := []string{"DOCKER_HOST=" + e.Host(), "COMPOSE_PROJECT_NAME=shop"}
				if strings.HasPrefix(line, "-c ") {
					vars = vars[1:]
				}
				_, said, code := p.run(t, dir, vars, strings.Fields(line)...)
				theirs := name == "docker-compose"
				if theirs && !asked(line) {
					continue
				}
				if !strings.Contains(said, want) || code != 1 && !(theirs && succeeds(want)) {
					t.Errorf("%s: exit code %d, and not\n%s\nin\n%s", line, code, want, said)
				}
			}
		})
	}
}
