package classic

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/view"
)

// Tool is one of the tools whose files are run here. A link with its name to this
// program takes its place: flags stand where they stood there, and what scripts
// look at (exit codes, words, tables) is as it was there.
type Tool struct {
	Name    string
	Version string   // whose behaviour it is
	Files   []string // default names, most wanted first

	Directories bool // a word in volumes is a directory, where one lies beside the file
}

// Of returns the old tool that a program is called as; nil: none.
func Of(program string) *Tool {
	figs := []string{"fig.yml", "fig.yaml"}
	composes := []string{"docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"}
	switch strings.TrimSuffix(filepath.Base(program), ".exe") {
	case "fig":
		return &Tool{Name: "fig", Version: "1.0.1", Files: slices.Concat(figs, composes), Directories: true}
	case "docker-compose":
		return &Tool{Name: "docker-compose", Version: "1.29.2", Files: slices.Concat(composes, figs)}
	}
	return nil
}

// destination is where a flag of the old tools is put.
type destination int

const (
	toDocker destination = iota // before the plugin's name, for the Docker CLI's library
	toUs                        // before the verb
	nowhere                     // it makes no difference here
)

// flag is a flag that stood before the verb.
type flag struct {
	value bool // it takes one
	to    destination
	as    string // what it is called now; empty: the same
}

// flags are all of them: compose-v1.md, 3.1.
func flags() map[string]flag {
	return map[string]flag{
		"--file":                {true, toUs, ""},
		"--project-name":        {true, toUs, ""},
		"--project-directory":   {true, toUs, ""},
		"--env-file":            {true, toUs, ""},
		"--ansi":                {true, toUs, ""},
		"--no-ansi":             {false, toUs, "--ansi=never"},
		"--profile":             {true, nowhere, ""},
		"--compatibility":       {false, nowhere, ""},
		"--skip-hostname-check": {false, nowhere, ""},
		"--allow-insecure-ssl":  {false, nowhere, ""},
		"--host":                {true, toDocker, ""},
		"--context":             {true, toDocker, ""},
		"--log-level":           {true, toDocker, ""}, // and to us
		"--tls":                 {false, toDocker, ""},
		"--tlsverify":           {false, toDocker, ""},
		"--tlscacert":           {true, toDocker, ""},
		"--tlscert":             {true, toDocker, ""},
		"--tlskey":              {true, toDocker, ""},
		"--verbose":             {false, toDocker, "--debug"}, // and to us
	}
}

// long is the long form of a short flag that stood before the verb.
func long(short string) (name string, known bool) {
	switch short {
	case "-f":
		return "--file", true
	case "-p":
		return "--project-name", true
	case "-H":
		return "--host", true
	case "-c":
		return "--context", true
	}
	return "", false
}

// Args turns the old tool's command line into that of a plugin of this name.
func (t *Tool) Args(args []string, plugin string) []string {
	docker, ours, rest := t.parse(args, plugin)
	return slices.Concat(docker, ours, rest)
}

// Command is what ExitCode has to know of the old tool's command line.
func (t *Tool) Command(args []string, vars map[string]string) Command {
	var c Command
	if _, _, rest := t.parse(args, ""); len(rest) > 0 {
		c.Verb = rest[0]
	}
	// docker-compose 1.29.2 had several defaults.
	switch cli := strings.ToLower(vars["COMPOSE_DOCKER_CLI_BUILD"]); {
	case cli == "0" || cli == "false":
		c.EngineBuilds = true
	case c.Verb == "run":
		c.EngineBuilds = cli == ""
	default:
		c.EngineBuilds = c.Verb != "build" && c.Verb != "up"
	}
	return c
}

// parse gives the flags for the Docker CLI's library, those of ours, each behind
// the name of the program, and the rest, which begins with the verb.
func (t *Tool) parse(args []string, plugin string) (docker, ours, rest []string) {
	docker, ours = []string{args[0]}, []string{plugin}
	rest = args[1:]
	known := flags()
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") && rest[0] != "-" {
		word := rest[0]
		rest = rest[1:]
		if word == "--" {
			break
		}
		name, value, given := splitFlag(word)
		name, isKnown := whole(name, known)
		if word == "-v" || name == "--version" {
			return docker, ours, []string{"version"}
		}
		f := known[name]
		if !isKnown {
			// It is no flag of the old tool's: cobra says what is wrong.
			ours = append(ours, word)
			continue
		}
		if f.value && !given {
			if len(rest) == 0 {
				return docker, append(ours, name), nil // cobra says that its value is missing
			}
			value, rest = rest[0], rest[1:]
		}
		toCLI, toPlugin := f.words(name, value)
		docker, ours = append(docker, toCLI...), append(ours, toPlugin...)
	}
	return docker, ours, rest
}

// words are a flag, of this name and value, for the Docker CLI's library and for us.
func (f flag) words(name, value string) (docker, ours []string) {
	word := func(name, value string) []string {
		if f.value {
			name += "=" + value
		}
		return []string{name}
	}
	switch name {
	case "--verbose": // both are to say more
		return []string{f.as}, []string{name}
	case "--log-level":
		ours = word(name, value)
		if value = level(value); value == "" {
			return nil, ours
		}
		return word(name, value), ours
	}
	if f.as != "" {
		name = f.as
	}
	switch f.to {
	case toDocker:
		return word(name, value), nil
	case toUs:
		return nil, word(name, value)
	}
	return nil, nil
}

// whole is the flag that a word is, or is the beginning of where that fits no
// other.
func whole(word string, known map[string]flag) (name string, ok bool) {
	if _, ok := known[word]; ok || !strings.HasPrefix(word, "--") {
		return word, ok
	}
	var fits []string
	for _, name := range append(slices.Collect(maps.Keys(known)), "--version", "--help") {
		if strings.HasPrefix(name, word) {
			fits = append(fits, name)
		}
	}
	if len(fits) != 1 {
		return word, false
	}
	return fits[0], true
}

// splitFlag reads --name=value, --name, -n, -nvalue and -n=value.
func splitFlag(word string) (name, value string, given bool) {
	if strings.HasPrefix(word, "--") {
		return strings.Cut(word, "=")
	}
	name, known := long(word[:2])
	if !known {
		return word, "", false
	}
	value = strings.TrimPrefix(word[2:], "=")
	return name, value, value != ""
}

// level is the Docker CLI's word for a level of logging; empty: there is no such
// level, as Level says.
func level(word string) string {
	switch l, err := Level(word, false); {
	case err != nil:
		return ""
	case l == view.Debug:
		return "debug"
	case l == view.Warning:
		return "warn"
	case l == view.Error:
		return "error"
	case l == view.Critical:
		return "fatal"
	}
	return "info"
}
