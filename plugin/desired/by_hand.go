package desired

import (
	"slices"
	"strings"

	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// ByHand lists the containers of a project that somebody attached to a network of
// it: which names they have there the engine has to be asked for.
func ByHand(s *observed.Snapshot, project string) []*observed.Container {
	var list []*observed.Container
	for _, c := range s.Of(project) {
		if c.MadeBy == "" && slices.ContainsFunc(c.Endpoints, func(e observed.Endpoint) bool {
			n := s.Network(e)
			return e.ByHand && n != nil && n.Project == project
		}) {
			list = append(list, c)
		}
	}
	return list
}

// Misnamed lists the endpoints of a replica on networks of its project where it does
// not have the names that the label of the network gives it, or has others. Its names
// are known.
func Misnamed(s *observed.Snapshot, c *observed.Container) []observed.Endpoint {
	var found []observed.Endpoint
	if !c.Named() || c.OneOff || c.MadeBy != "" {
		return nil
	}
	for _, e := range c.Endpoints {
		n := s.Network(e)
		if n == nil || n.Project == "" || n.Project != c.Project {
			continue
		}
		if text, member := n.Wiring[c.Service]; member && !hasNames(e, endpointSettings(labels.ParseEndpoint(text), c.Service, c.Number)) {
			found = append(found, e)
		}
	}
	return found
}

// hasNames reports whether an endpoint has the names of settings and no others.
func hasNames(e observed.Endpoint, settings *network.EndpointSettings) bool {
	var links []string
	for _, l := range e.Links {
		links = append(links, l.Target+":"+l.Alias)
	}
	return sameWords(e.Aliases, settings.Aliases) && sameWords(links, settings.Links)
}

// sameWords reports whether two lists have the same words, in any order.
func sameWords(a, b []string) bool {
	text := func(list []string) string {
		list = slices.Clone(list)
		slices.Sort(list)
		return strings.Join(slices.Compact(list), " ")
	}
	return text(a) == text(b)
}
