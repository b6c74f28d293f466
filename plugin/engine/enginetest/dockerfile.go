package enginetest

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/compose"
)

// instruction is one line of a Dockerfile.
type instruction struct{ keyword, rest string }

// instructions reads a Dockerfile: comments, continued lines, one keyword each.
func instructions(text string) []instruction {
	var list []instruction
	line := ""
	for part := range strings.Lines(text) {
		part = strings.TrimSpace(part)
		if part == "" || strings.HasPrefix(part, "#") {
			continue
		}
		more := strings.HasSuffix(part, `\`)
		line += strings.TrimSuffix(part, `\`)
		if more {
			continue
		}
		keyword, rest, _ := strings.Cut(line, " ")
		list = append(list, instruction{strings.ToUpper(keyword), strings.TrimSpace(rest)})
		line = ""
	}
	return list
}

// setting carries out an instruction that only changes the image's settings.
func setting(c *containertypes.Config, keyword, rest string) error {
	words, err := listOrWords(rest)
	if err != nil {
		return err
	}
	switch keyword {
	case "CMD":
		c.Cmd = execOrShell(rest)
	case "ENTRYPOINT":
		c.Entrypoint, c.Cmd = execOrShell(rest), nil
	case "ENV", "LABEL":
		pairs := words
		if len(words) > 0 && !strings.Contains(words[0], "=") {
			name, value, _ := strings.Cut(rest, " ")
			pairs = []string{name + "=" + strings.TrimSpace(value)}
		}
		for _, pair := range pairs {
			name, value, _ := strings.Cut(pair, "=")
			if keyword == "LABEL" {
				c.Labels = merged(c.Labels, map[string]string{name: value})
				continue
			}
			c.Env = slices.DeleteFunc(slices.Clone(c.Env), func(l string) bool { return strings.HasPrefix(l, name+"=") })
			c.Env = append(c.Env, pair)
		}
	case "EXPOSE":
		for _, port := range words {
			expose(c, port)
		}
	case "VOLUME":
		for _, at := range words {
			c.Volumes = merged(c.Volumes, map[string]struct{}{at: {}})
		}
	case "USER":
		c.User = rest
	case "WORKDIR":
		c.WorkingDir = path.Join("/", c.WorkingDir, rest)
		if path.IsAbs(rest) {
			c.WorkingDir = path.Clean(rest)
		}
	case "STOPSIGNAL":
		c.StopSignal = rest
	default:
		return fmt.Errorf("dockerfile parse error: unknown instruction: %s", keyword)
	}
	return nil
}

// execOrShell is the exec form ["a", "b"] or the shell form of a command.
func execOrShell(rest string) []string {
	var list []string
	if json.Unmarshal([]byte(rest), &list) == nil {
		return list
	}
	return []string{"/bin/sh", "-c", rest}
}

func listOrWords(rest string) ([]string, error) {
	var list []string
	if json.Unmarshal([]byte(rest), &list) == nil {
		return list, nil
	}
	return compose.SplitCommand("instruction", rest)
}
