package classic

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// Document is what config prints of a project.
type Document struct {
	Project *compose.Project
	Written []compose.Written
	Home    string            // the user's directory
	Literal bool              // variables stay as they are
	Images  map[string]string // by service, in place of those in the files; nil: none
}

// Print gives the document that config of the old tools printed: normalised, and
// with dollar signs doubled, unless variables stay as they are (compose-v1.md
// 3.10).
func (d Document) Print() string {
	merged := Merged(d.Written, d.Home, len(d.Project.Files) > 1)
	services := map[string]any{}
	for name, keys := range merged {
		services[name] = d.service(d.Project.Service(name), keys)
	}
	escape := func(s string) string { return strings.ReplaceAll(s, "$", "$$") }
	if d.Literal {
		escape = itself
	}
	return printYAML(map[string]any{"services": services, "version": "1"}, escape)
}

// service is one service in the document.
func (d Document) service(s *compose.Service, keys map[string]any) map[string]any {
	out := maps.Clone(keys)
	for key, v := range keys {
		switch key {
		case "env_file":
			delete(out, key)
		case "ports":
			out[key] = anys(portTexts(parsePorts(v)))
		case "volumes":
			out[key] = each(v, withMode)
		case "volumes_from":
			out[key] = each(v, func(t string) string { return d.volumesFrom(t) })
		case "labels":
			labels := mapOf(v, "=", "")
			for name, value := range labels {
				labels[name] = textOf(value)
			}
			out[key] = labels
		case "restart":
			out[key] = strings.TrimSuffix(textOf(v), ":0")
		case "privileged", "read_only", "stdin_open", "tty":
			out[key] = toggled(v)
		case "cpu_quota":
			if s.CPUQuota != 0 {
				out[key] = compose.Number(strconv.FormatInt(s.CPUQuota, 10))
			}
		case "mem_swappiness":
			out[key] = counted(v)
		case "ulimits":
			out[key] = limits(v)
		}
	}
	d.environment(s, out)
	d.renamed(out)
	if image := d.Images[s.Name]; image != "" {
		out["image"] = image
	}
	return out
}

// renamed puts keys where later formats had them.
func (d Document) renamed(out map[string]any) {
	move := func(from, section, to string) {
		v, ok := out[from]
		if !ok {
			return
		}
		delete(out, from)
		in, _ := out[section].(map[string]any)
		if in == nil {
			in = map[string]any{}
		}
		in[to] = v
		out[section] = in
	}
	if build, ok := out["build"]; ok {
		out["build"] = map[string]any{"context": build}
	}
	move("dockerfile", "build", "dockerfile")
	move("log_driver", "logging", "driver")
	move("log_opt", "logging", "options")
	net := cmp.Or(textOf(out["net"]), "bridge")
	if container, ok := strings.CutPrefix(net, "container:"); ok && d.Project.Service(container) != nil {
		net = "service:" + container
	}
	delete(out, "net")
	out["network_mode"] = net
}

// environment has all variables, those of env_file too. What is a number in the
// file stays one, if it is not another when it is printed.
func (d Document) environment(s *compose.Service, out map[string]any) {
	_, files := s.At["env_file"]
	written, ok := out["environment"]
	if !ok && !files {
		return
	}
	vars := map[string]any{}
	own := mapOf(written, "=", nil)
	for _, v := range s.Environment {
		switch text, isOwn := own[v.Name]; {
		case v.Value == nil:
			vars[v.Name] = nil
		case isOwn && textOf(text) == *v.Value:
			vars[v.Name] = text
		case !isOwn && d.Literal: // of a file, in which a dollar sign is one
			vars[v.Name] = strings.ReplaceAll(*v.Value, "$", "$$")
		default:
			vars[v.Name] = *v.Value
		}
	}
	for name, v := range own {
		if _, known := vars[name]; !known {
			vars[name] = v
		}
	}
	for name, v := range vars {
		if b, ok := v.(bool); ok {
			vars[name] = textOf(b)
		}
	}
	out["environment"] = vars
}

// volumesFrom says of an item whether a service or a container is meant.
func (d Document) volumesFrom(item string) string {
	source, mode, _ := strings.Cut(item, ":")
	kind := "container"
	if d.Project.Service(source) != nil {
		kind = "service"
	}
	return kind + ":" + source + ":" + cmp.Or(mode, "rw")
}

// withMode is a volume with the mode that it has where none is written.
func withMode(item string) string {
	if strings.Count(item, ":") == 1 {
		return item + ":rw"
	}
	return item
}

// toggled is what is meant by a text that stands for true or false.
func toggled(v any) any {
	switch strings.ToLower(textOf(v)) {
	case "y", "yes", "true", "on":
		return true
	case "n", "no", "false", "off":
		return false
	}
	return v
}

// counted is the number that a text is.
func counted(v any) any {
	if s, ok := v.(string); ok && isCanonical(s) {
		return compose.Number(s)
	}
	return v
}

func limits(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return counted(v)
	}
	out := map[string]any{}
	for name, limit := range m {
		out[name] = limits(limit)
	}
	return out
}

// port is one port of the document, or an item that has a variable in it.
type port struct {
	ip, published, target, proto string
	item                         string
}

// parsePorts reads items of ports; of a range each is a port of its own.
func parsePorts(v any) []port {
	var out []port
	for _, item := range items(v) {
		text := textOf(item)
		p, err := compose.ParsePort("ports", text)
		if err != nil {
			out = append(out, port{item: text})
			continue
		}
		for i := range p.Last - p.First + 1 {
			one := port{ip: p.IP, target: strconv.Itoa(p.First + i), proto: p.Proto}
			switch {
			case p.HostFirst == 0:
			case p.HostLast-p.HostFirst == p.Last-p.First:
				one.published = strconv.Itoa(p.HostFirst + i)
			default:
				one.published = fmt.Sprintf("%d-%d", p.HostFirst, p.HostLast)
			}
			out = append(out, one)
		}
	}
	return out
}

func portTexts(ports []port) []string {
	var out []string
	for _, p := range ports {
		out = append(out, p.text())
	}
	return out
}

func (p port) text() string {
	if p.item != "" {
		return p.item
	}
	s := p.target + "/" + p.proto
	if p.published != "" || p.ip != "" {
		s = p.published + ":" + s
	}
	if p.ip != "" {
		s = p.ip + ":" + s
	}
	return s
}

// mergePorts keeps each port once, in the order of the container's ports.
func mergePorts(base, over any) []any {
	var list []port
	for _, p := range slices.Concat(parsePorts(base), parsePorts(over)) {
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(a, b port) int {
		x, _ := strconv.Atoi(a.target)
		y, _ := strconv.Atoi(b.target)
		return x - y
	})
	return anys(portTexts(list))
}

// YAML gives the services as the files say them, merged.
func (d Document) YAML() string { return printYAML(d.asWritten(), itself) }

// JSON gives them as a value for JSON.
func (d Document) JSON() any { return numbered(d.asWritten()) }

func (d Document) asWritten() map[string]any {
	services := map[string]any{}
	for name, keys := range Merged(d.Written, d.Home, len(d.Project.Files) > 1) {
		if image := d.Images[name]; image != "" {
			keys["image"] = image
		}
		services[name] = keys
	}
	return services
}

// numbered makes JSON's numbers of those that are written as it has them.
func numbered(v any) any {
	switch v := v.(type) {
	case compose.Number:
		if isCanonical(string(v)) {
			return json.Number(v)
		}
		return string(v)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = numbered(item)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			out[key] = numbered(item)
		}
		return out
	}
	return v
}
