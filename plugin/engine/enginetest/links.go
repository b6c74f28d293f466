package enginetest

import (
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	networktypes "github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// The links of the default bridge are containers by their alias, kept by the one
// that was made with them: for as long as it is there, also when what they lead
// to is gone, and by whatever name that has. They are second names of the target,
// /CONSUMER/ALIAS.

// keepLinks makes links of those that a container is to be made with. On other
// networks that is what endpoints have, and these are forgotten.
func (s *containerStore) keepLinks(c *container) error {
	wanted := c.host.Links
	if c.host.NetworkMode.IsUserDefined() {
		c.host.Links = nil
		return nil
	}
	c.host.Links = nil
	c.links = map[string]*container{}
	for _, link := range wanted {
		name, alias := parseLink(link)
		target, err := s.find(name)
		if err != nil {
			return api.BadRequest("could not get container for %s: %v", name, err)
		}
		c.links[alias] = target
	}
	return nil
}

// parseLink reads NAME:ALIAS and, as an inspection shows it, NAME:/CONSUMER/ALIAS.
func parseLink(link string) (name, alias string) {
	name, alias, ok := strings.Cut(link, ":")
	if !ok {
		alias = name
	}
	return name, path.Base(alias)
}

// shownLinks are the links as an inspection shows them.
func (c *container) shownLinks() (links []string) {
	for alias, target := range c.links {
		links = append(links, "/"+target.name+":/"+c.name+"/"+alias)
	}
	slices.Sort(links)
	return links
}

// names are all names of a container, in the order of a list: links come between.
func (s *containerStore) names(c *container) []string {
	names := []string{"/" + c.name}
	for _, consumer := range s.byID {
		for alias, target := range consumer.links {
			if target == c {
				names = append(names, "/"+consumer.name+"/"+alias)
			}
		}
	}
	slices.Sort(names)
	return names
}

// checkLinks is for a container that starts, and for a command that is run in one.
func (c *container) checkLinks(r release) error {
	for _, alias := range slices.Sorted(maps.Keys(c.links)) {
		target := c.links[alias]
		if !target.running() {
			return api.Errorf(http.StatusInternalServerError, "Cannot link to a non running container: /%s AS /%s/%s", target.name, c.name, alias)
		}
		if target.endpoints[networktypes.NetworkBridge] == nil {
			return r.refusals.linkElsewhere.about(target.name, target.id)
		}
	}
	return nil
}

// linkNamed finds what the hosts file of a container says: the alias of a link,
// and the name and the host name of its target.
func (c *container) linkNamed(name string) *container {
	for alias, target := range c.links {
		if target.running() && slices.ContainsFunc([]string{alias, target.name, target.config.Hostname},
			func(known string) bool { return strings.EqualFold(known, name) }) {
			return target
		}
	}
	return nil
}
