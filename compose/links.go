package compose

import (
	"fmt"
	"regexp"
	"strings"
)

// parseLink reads one item of links or external_links: TARGET or TARGET:ALIAS,
// split at the first colon. An empty alias is the target's own name.
func parseLink(_ *scope, v value) (Link, *invalid) {
	target, alias, _ := strings.Cut(v.text, ":")
	l := Link{Target: target, Alias: alias, Pos: v.pos}
	if target == "" {
		return l, invalidf("write SERVICE or SERVICE:ALIAS", "%q has no target", v.text)
	}
	if alias == "" {
		l.Alias = target
	}
	if trimmed := strings.TrimSpace(l.Alias); trimmed != l.Alias && !strings.ContainsAny(trimmed, ": \t/") {
		return l, invalidf(fmt.Sprintf("write %q", target+":"+trimmed), "%q: the alias %q is not a valid host name", v.text, l.Alias)
	}
	if strings.ContainsAny(l.Alias, ": \t/") {
		return l, invalidf("write SERVICE or SERVICE:ALIAS", "%q: the alias %q is not a valid host name", v.text, l.Alias)
	}
	return l, nil
}

// String is the link as a file says it.
func (l Link) String() string {
	if l.Alias == l.Target {
		return l.Target
	}
	return l.Target + ":" + l.Alias
}

// parseVolumesFrom reads one item of volumes_from: SOURCE or SOURCE:MODE.
// Whether the source is a service is known when all services are.
func parseVolumesFrom(_ *scope, v value) (VolumesFrom, *invalid) {
	source, mode, moded := strings.Cut(v.text, ":")
	if moded && (source == "service" || source == "container") && mode != "ro" && mode != "rw" {
		source, mode, moded = strings.Cut(mode, ":") // as the newer formats say it
	}
	out := VolumesFrom{Source: source, ReadOnly: mode == "ro", Pos: v.pos}
	switch {
	case source == "":
		return out, invalidf("write SERVICE, SERVICE:ro or SERVICE:rw", "%q names no service", v.text)
	case strings.Contains(mode, ":"):
		return out, invalidf("write SERVICE, SERVICE:ro or SERVICE:rw", "%q has more than two parts", v.text).as(KindBadSource)
	case moded && mode != "ro" && mode != "rw":
		return out, invalidf("write ro or rw", "no mode %q", mode)
	}
	return out, nil
}

// String is the source as a file says it.
func (v VolumesFrom) String() string {
	if v.ReadOnly {
		return v.Source + ":ro"
	}
	return v.Source
}

var containerName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]*$`)

// readNet reads net. Whether container:NAME is a service is known when all
// services are.
func readNet(s *scope, v value) Namespace {
	n := Namespace{Pos: v.pos}
	if !s.isText(v) {
		return n
	}
	kind, name, named := strings.Cut(v.text, ":")
	switch {
	case v.text == "bridge" || v.text == "default":
	case v.text == "none":
		n.Mode = NetNone
	case v.text == "host":
		n.Mode = NetHost
	case named && kind == "container" && containerName.MatchString(name):
		n.Mode, n.Name = NetContainer, name
	case named && kind == "service" && containerName.MatchString(name):
		n.Mode, n.Name = NetService, name
	case !named && containerName.MatchString(v.text):
		n.Mode, n.Name = NetNetwork, v.text
	default:
		s.errorAt(v, fmt.Sprintf("no network mode %q", v.text), "write bridge, none, host, container:NAME or the name of a network that exists")
	}
	return n
}

// String is the namespace as a file says it, empty for the default.
func (n Namespace) String() string {
	switch n.Mode {
	case NetNone:
		return "none"
	case NetHost:
		return "host"
	case NetService, NetContainer:
		return "container:" + n.Name
	case NetNetwork:
		return n.Name
	}
	return ""
}
