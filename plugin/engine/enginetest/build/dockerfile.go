// Package build reads what an engine in memory builds images from, Dockerfiles
// and the files beside them, and writes how it goes on. Carrying the steps out
// is for the engine, which has the images.
package build

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/compose"
)

// An Instruction is one line of a Dockerfile.
type Instruction struct{ Keyword, Rest string }

// Instructions reads a Dockerfile: comments, continued lines, one keyword each.
func Instructions(text string) []Instruction {
	var list []Instruction
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
		list = append(list, Instruction{strings.ToUpper(keyword), strings.TrimSpace(rest)})
		line = ""
	}
	return list
}

// Set carries out an instruction that only changes the image's settings.
func Set(c *containertypes.Config, i Instruction) error {
	rest := i.Rest
	words, err := i.Words()
	if err != nil {
		return err
	}
	switch i.Keyword {
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
			if i.Keyword == "LABEL" {
				c.Labels = with(c.Labels, name, value)
				continue
			}
			c.Env = slices.DeleteFunc(slices.Clone(c.Env), func(l string) bool { return strings.HasPrefix(l, name+"=") })
			c.Env = append(c.Env, pair)
		}
	case "EXPOSE":
		for _, port := range words {
			Expose(c, port)
		}
	case "VOLUME":
		for _, at := range words {
			c.Volumes = with(c.Volumes, at, struct{}{})
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
		return fmt.Errorf("dockerfile parse error: unknown instruction: %s", i.Keyword)
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

// Words are what follows the keyword: a list in JSON, or words as a shell has
// them.
func (i Instruction) Words() ([]string, error) {
	var list []string
	if json.Unmarshal([]byte(i.Rest), &list) == nil {
		return list, nil
	}
	return compose.SplitCommand("instruction", i.Rest)
}

// Expose adds a port, such as "80" or "53/udp", to those that an image exposes.
func Expose(c *containertypes.Config, port string) {
	number, proto, ok := strings.Cut(port, "/")
	if !ok {
		proto = "tcp"
	}
	c.ExposedPorts = with(c.ExposedPorts, nat.Port(number+"/"+proto), struct{}{})
}

// with is a map with one more entry; the one it is made from, which an image
// may have, stays as it is.
func with[M ~map[K]V, K comparable, V any](m M, key K, value V) M {
	if m = maps.Clone(m); m == nil {
		m = M{}
	}
	m[key] = value
	return m
}
