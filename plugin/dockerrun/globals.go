package dockerrun

import (
	"slices"
	"strings"
)

// dockerGlobal reports whether a word is a flag of the Docker CLI that stands
// before a plugin's name, and whether it takes a value.
func dockerGlobal(flag string) (known, takesValue bool) {
	switch flag {
	case "--config", "--context", "-c", "--host", "-H", "--log-level", "-l", "--tlscacert", "--tlscert", "--tlskey":
		return true, true
	case "--debug", "-D", "--tls", "--tlsverify":
		return true, false
	}
	return false, false
}

// CutGlobals parts the global flags of docker at the beginning of its
// arguments from the rest.
func CutGlobals(args []string) (globals, rest []string) {
	for rest = args; len(rest) > 0; {
		name, _, hasValue := strings.Cut(rest[0], "=")
		known, takesValue := dockerGlobal(name)
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
