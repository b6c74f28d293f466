package compose

import (
	"fmt"
	"path/filepath"
	"strings"
)

// NormalizeName makes a project's name of any words: lower case, with all but
// a-z 0-9 - and _ dropped, and no - or _ in front (compose-v1.md 3.3).
func NormalizeName(s string) string {
	s = strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return -1
	}, strings.ToLower(s))
	return strings.TrimLeft(s, "-_")
}

// projectName is -p, else COMPOSE_PROJECT_NAME or FIG_PROJECT_NAME, else the
// name of the project's directory, else "default".
func projectName(r *report, o Options, base string, find lookup) string {
	given, by := o.ProjectName, "-p"
	for _, v := range [...]string{"COMPOSE_PROJECT_NAME", "FIG_PROJECT_NAME"} {
		if given == "" {
			given, _ = find(v)
			by = v
		}
	}
	if given != "" {
		name := NormalizeName(given)
		if name == "" {
			r.fail(Pos{}, "", fmt.Sprintf("%s: no character of the name %q can be used", by, given), "a project's name is made of a-z 0-9 - and _")
		}
		return name
	}
	if name := NormalizeName(filepath.Base(base)); name != "" {
		return name
	}
	return "default"
}
