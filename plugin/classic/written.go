package classic

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// Merged gives the keys of each service as the old tools merged them: those of
// what a service extends below its own, an override on top, paths made absolute.
// Each value is of a type of compose.Layer. home is the user's directory, and
// several says that the project is of more than one file, which the old tools
// merged even where one had nothing to say.
func Merged(written []compose.Written, home string, several bool) map[string]map[string]any {
	services := map[string]map[string]any{}
	for _, w := range written {
		var keys map[string]any
		for i, layer := range w.Layers {
			over := resolved(layer, home)
			switch {
			case i > 0:
				keys = merge(keys, over)
			case several:
				keys = merge(map[string]any{}, over)
			default:
				keys = over
			}
		}
		services[w.Name] = keys
	}
	return services
}

// resolved gives the keys of a layer that have an effect, in the form in which
// they are merged.
func resolved(layer compose.Layer, home string) map[string]any {
	keys := maps.Clone(layer.Keys)
	for key, v := range keys {
		switch {
		case key == "name" || key == "detach" || v == nil:
			delete(keys, key)
		case key == "build":
			keys[key] = buildContext(textOf(v), layer.Dir, home)
		case key == "volumes":
			keys[key] = each(v, func(s string) string { return mount(s, layer.Dir, home) })
		case key == "env_file":
			keys[key] = each(v, func(s string) string { return absolute(s, layer.Dir, home) })
		case key == "dns" || key == "dns_search":
			keys[key] = each(v, func(s string) string { return s })
		case key == "labels":
			keys[key] = mapOf(v, "=", "")
		case isList(key):
			keys[key] = items(v)
		case isText(key):
			keys[key] = textOf(v)
		}
	}
	return keys
}

// isList reports whether a key takes a list and nothing else.
func isList(key string) bool {
	return slices.Contains([]string{"links", "external_links", "ports", "expose", "volumes_from", "devices", "cap_add", "cap_drop", "security_opt"}, key)
}

// isText reports whether a key takes a text, which some files have as a number.
func isText(key string) bool {
	return slices.Contains([]string{"image", "dockerfile", "container_name", "working_dir", "user", "hostname", "domainname", "mac_address",
		"net", "volume_driver", "restart", "stop_signal", "cpuset", "cgroup_parent", "pid", "ipc", "log_driver"}, key)
}

// textOf is a value as a text.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case compose.Number:
		return string(v)
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return ""
}

// items are the items of a list; one word is a list of one.
func items(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// each makes a list of texts of a list.
func each(v any, change func(string) string) []any {
	out := []any{}
	for _, item := range items(v) {
		out = append(out, change(textOf(item)))
	}
	return out
}

// mapOf makes a mapping of one, or of a list of NAME=VALUE; a NAME alone has the
// value that is given.
func mapOf(v any, sep string, alone any) map[string]any {
	if m, ok := v.(map[string]any); ok {
		return maps.Clone(m)
	}
	out := map[string]any{}
	for _, item := range items(v) {
		name, value, ok := strings.Cut(textOf(item), sep)
		if out[name] = alone; ok {
			out[name] = value
		}
	}
	return out
}

// absolute is a path of a file in a directory.
func absolute(name, dir, home string) string {
	if name == "~" || strings.HasPrefix(name, "~/") {
		return filepath.Join(home, name[1:])
	}
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(dir, name)
}

func buildContext(name, dir, home string) string {
	for _, prefix := range [...]string{"http://", "https://", "git://", "github.com/", "git@"} {
		if strings.HasPrefix(name, prefix) {
			return name
		}
	}
	return absolute(name, dir, home)
}

// mount is an item of volumes with its paths made absolute. A word on its left is
// the name of a volume.
func mount(s, dir, home string) string {
	parts := strings.Split(s, ":")
	if len(parts) == 1 {
		return path.Clean(s)
	}
	host := parts[0]
	if strings.HasPrefix(host, ".") || strings.HasPrefix(host, "~") || strings.Contains(host, "/") && !strings.HasPrefix(host, "$") {
		parts[0] = absolute(host, dir, home)
	}
	if parts[1] = path.Clean(parts[1]); !strings.HasPrefix(parts[1], "/") && !strings.HasPrefix(parts[1], "$") {
		parts[1] = "/" + parts[1]
	}
	return strings.Join(parts, ":")
}

// merge puts the keys of over on top of those of base.
func merge(base, over map[string]any) map[string]any {
	out := maps.Clone(base)
	maps.Copy(out, over)
	for key := range out {
		b, o := base[key], over[key]
		switch key {
		case "environment":
			out[key] = united(mapOf(b, "=", nil), mapOf(o, "=", nil))
		case "labels", "ulimits":
			out[key] = united(mapOf(b, "=", ""), mapOf(o, "=", ""))
		case "extra_hosts":
			out[key] = united(hosts(b), hosts(o))
		case "links":
			out[key] = mergeLinks(b, o)
		case "security_opt":
			out[key] = sorted(slices.Concat(each(b, itself), each(o, itself)))
		case "volumes", "devices":
			out[key] = mergeMounts(b, o)
		case "cap_add", "cap_drop", "expose", "external_links", "volumes_from":
			out[key] = sorted(slices.Concat(each(b, itself), each(o, itself)))
		case "dns", "dns_search", "env_file":
			out[key] = slices.Concat(each(b, itself), each(o, itself))
		case "ports":
			out[key] = mergePorts(b, o)
		}
	}
	if _, ok := over["image"]; ok {
		delete(out, "build")
	} else if _, ok := over["build"]; ok {
		delete(out, "image")
	}
	return out
}

func itself(s string) string { return s }

func united(base, over map[string]any) map[string]any {
	maps.Copy(base, over)
	return base
}

// hosts makes a mapping of extra_hosts.
func hosts(v any) map[string]any {
	out := mapOf(v, ":", "")
	for name, address := range out {
		delete(out, name)
		out[strings.TrimSpace(name)] = strings.TrimSpace(textOf(address))
	}
	return out
}

// sorted gives texts in their order, each once.
func sorted(texts []any) []any {
	var words []string
	for _, t := range texts {
		words = append(words, textOf(t))
	}
	slices.Sort(words)
	return each(anys(slices.Compact(words)), itself)
}

func anys(words []string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}

// mergeLinks keeps the last link of each alias, in the order of targets.
func mergeLinks(base, over any) []any {
	byAlias := map[string][2]string{}
	for _, item := range slices.Concat(items(base), items(over)) {
		target, alias, _ := strings.Cut(textOf(item), ":")
		if alias == "" {
			alias = target
		}
		byAlias[alias] = [2]string{target, alias}
	}
	list := slices.SortedFunc(maps.Values(byAlias), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	var out []any
	for _, l := range list {
		if l[0] == l[1] {
			out = append(out, l[0])
		} else {
			out = append(out, l[0]+":"+l[1])
		}
	}
	return out
}

// mergeMounts keeps the last mount of each path in the container, in the order of
// these paths.
func mergeMounts(base, over any) []any {
	byTarget := map[string]string{}
	for _, item := range slices.Concat(items(base), items(over)) {
		s := textOf(item)
		target := s
		if _, rest, ok := strings.Cut(s, ":"); ok {
			target = rest
			if i := strings.LastIndexByte(rest, ':'); i >= 0 {
				target = rest[:i]
			}
		}
		byTarget[target] = s
	}
	var out []any
	for _, target := range slices.Sorted(maps.Keys(byTarget)) {
		out = append(out, byTarget[target])
	}
	return out
}
