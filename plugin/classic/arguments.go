package classic

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// Tool is one of the tools whose files are run here. A link with its name to this
// program takes its place: flags stand where they stood there, and what scripts
// look at (exit codes, words, tables) is as it was there.
type Tool struct {
	Name    string
	Version string   // whose behaviour it is
	Files   []string // default names, most wanted first
}

// Of returns the old tool that a program is called as; nil: none.
func Of(program string) *Tool {
	names := compose.DefaultNames()
	switch strings.TrimSuffix(filepath.Base(program), ".exe") {
	case "fig":
		return &Tool{Name: "fig", Version: "1.0.1", Files: names}
	case "docker-compose":
		isFig := func(n string) bool { return strings.HasPrefix(n, "fig.") }
		own := slices.DeleteFunc(slices.Clone(names), isFig)
		fig := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !isFig(n) })
		return &Tool{Name: "docker-compose", Version: "1.29.2", Files: append(own, fig...)}
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
		"--log-level":           {true, toDocker, ""},
		"--tls":                 {false, toDocker, ""},
		"--tlsverify":           {false, toDocker, ""},
		"--tlscacert":           {true, toDocker, ""},
		"--tlscert":             {true, toDocker, ""},
		"--tlskey":              {true, toDocker, ""},
		"--verbose":             {false, toDocker, "--debug"},
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
	docker, ours := []string{args[0]}, []string{plugin}
	rest := args[1:]
	known := flags()
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") && rest[0] != "-" {
		word := rest[0]
		rest = rest[1:]
		if word == "--" {
			break
		}
		if word == "-v" || word == "--version" {
			return append(docker, append(ours, "version")...)
		}
		name, value, given := splitFlag(word)
		f, isKnown := known[name]
		if !isKnown {
			// It is no flag of the old tool's: cobra says what is wrong.
			ours = append(ours, word)
			continue
		}
		if f.value && !given && len(rest) > 0 {
			value, rest = rest[0], rest[1:]
		}
		if f.as != "" {
			name = f.as
		}
		if name == "--log-level" {
			value = level(value)
		}
		if f.value {
			name += "=" + value
		}
		switch f.to {
		case toDocker:
			docker = append(docker, name)
		case toUs:
			ours = append(ours, name)
		}
	}
	return slices.Concat(docker, ours, rest)
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

// level is the Docker CLI's word for a level of logging: the old tool had
// capitals, and one more.
func level(word string) string {
	switch word = strings.ToLower(word); word {
	case "warning":
		return "warn"
	case "critical":
		return "fatal"
	}
	return word
}
