package labels

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// EndpointText is a service's endpoint on a network in a form that can be kept
// and compared: its aliases, then the names that it alone sees.
func EndpointText(e linking.Endpoint) string {
	words := append([]string{}, e.Aliases...)
	for _, l := range e.Links {
		words = append(words, l.Alias+"="+l.Target)
	}
	return strings.Join(words, " ")
}

// ParseEndpoint reads EndpointText.
func ParseEndpoint(text string) linking.Endpoint {
	var e linking.Endpoint
	for _, word := range strings.Fields(text) {
		if alias, target, private := strings.Cut(word, "="); private {
			e.Links = append(e.Links, linking.Name{Alias: alias, Target: target})
		} else {
			e.Aliases = append(e.Aliases, word)
		}
	}
	return e
}

// EndpointAliases reads from EndpointText what the service calls a target, but
// for the target's own name.
func EndpointAliases(text, target string) []string {
	var aliases []string
	for _, l := range ParseEndpoint(text).Links {
		if l.Target == target && l.Alias != target {
			aliases = append(aliases, l.Alias)
		}
	}
	return aliases
}

// WiringText writes which services are on a network, each with its
// EndpointText, as JSON.
func WiringText(wiring map[string]string) string {
	b, err := json.Marshal(wiring)
	if err != nil {
		panic(err) // a map of strings always marshals
	}
	return string(b)
}

// ParseWiring reads WiringText. What can't be read differs from anything wanted.
func ParseWiring(text string) map[string]string {
	wiring := map[string]string{}
	_ = json.Unmarshal([]byte(text), &wiring)
	return wiring
}

// The words of Discovery.
const (
	roleProxy        = "proxy"
	roleDiscoverable = "discoverable"
)

// RoleText writes what a container is to discovery; empty: nothing.
func RoleText(r linking.Role) string {
	var words []string
	if r.Proxy {
		words = append(words, roleProxy)
	}
	if r.Discoverable {
		words = append(words, roleDiscoverable)
	}
	return strings.Join(words, " ")
}

// ParseRole reads RoleText.
func ParseRole(text string) linking.Role {
	words := strings.Fields(text)
	return linking.Role{Proxy: slices.Contains(words, roleProxy), Discoverable: slices.Contains(words, roleDiscoverable)}
}

// RoleSetting names the setting of a container's Fingerprint that vouches for its
// labels Discovery and linking.ProjectsLabel: images can have labels of these names
// too.
func RoleSetting() string { return "discovery" }

// RoleSettingText is what RoleSetting vouches for: a role as RoleText writes it, and
// the names of projects as the file has them.
func RoleSettingText(role, projects string) string { return strings.TrimSpace(role + " " + projects) }

// LinkEnvText writes what link variables say, by alias: alias=sum words,
// sorted. It is never empty, so that a container made without variables differs
// from one that has none to get.
func LinkEnvText(sums map[string]string) string {
	words := []string{"1"}
	for alias, sum := range sums {
		words = append(words, alias+"="+sum)
	}
	slices.Sort(words[1:])
	return strings.Join(words, " ")
}

// ParseLinkEnv reads LinkEnvText; nil where there is none.
func ParseLinkEnv(text string) map[string]string {
	words := strings.Fields(text)
	if len(words) == 0 || words[0] != "1" {
		return nil
	}
	sums := map[string]string{}
	for _, w := range words[1:] {
		alias, sum, _ := strings.Cut(w, "=")
		sums[alias] = sum
	}
	return sums
}

// PortsText writes single ports, sorted: 53/udp 5432/tcp.
func PortsText(ports []compose.Expose) string {
	var words []string
	for _, p := range ports {
		words = append(words, fmt.Sprintf("%d/%s", p.First, p.Proto))
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// ParsePorts reads PortsText.
func ParsePorts(text string) []compose.Expose {
	var ports []compose.Expose
	for _, w := range strings.Fields(text) {
		ports = append(ports, Exposed(nat.Port(w)))
	}
	return ports
}

// Exposed is a port that an image or a container exposes.
func Exposed(port nat.Port) compose.Expose {
	return compose.Expose{First: port.Int(), Last: port.Int(), Proto: port.Proto()}
}

// FrontText writes Front: the service that a front is for, and how it spreads
// connections where a command asked for that; empty: a file did.
func FrontText(service, asked string) string {
	if asked == "" {
		return service
	}
	return service + " " + asked
}

// ParseFront reads FrontText.
func ParseFront(text string) (service, asked string) {
	service, asked, _ = strings.Cut(text, " ")
	return service, asked
}
