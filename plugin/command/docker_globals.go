package command

import (
	"slices"
	"strings"
)

// dockerGlobals are the Docker CLI's flags that stand before a plugin's name,
// with whether they take a value.
var dockerGlobals = map[string]bool{
	"--config": true, "--context": true, "-c": true, "--host": true, "-H": true, "--log-level": true, "-l": true,
	"--tlscacert": true, "--tlscert": true, "--tlskey": true,
	"--debug": false, "-D": false, "--tls": false, "--tlsverify": false,
}

// CutDockerGlobals parts the global flags of docker at the beginning of its
// arguments from the rest.
func CutDockerGlobals(args []string) (globals, rest []string) {
	for rest = args; len(rest) > 0; {
		name, _, hasValue := strings.Cut(rest[0], "=")
		takesValue, known := dockerGlobals[name]
		if !known {
			break
		}
		n := 1
		if takesValue && !hasValue && len(rest) > 1 {
			n = 2
		}
		rest = rest[n:]
	}
	return slices.Clone(args[:len(args)-len(rest)]), rest
}
