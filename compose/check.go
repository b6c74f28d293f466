package compose

import (
	"fmt"
	"strings"
)

// checker looks for mistakes in a finished project.
type checker struct {
	*report
	known map[string]Key

	literal bool // values with variables were not read
}

// check reports what is wrong between keys and between services.
func (c *checker) check(partials []*partial, project *Project) {
	parts := make(map[*Service]*partial, len(partials))
	names := project.names()
	is := make(map[string]bool, len(names))
	for _, name := range names {
		is[name] = true
	}
	for _, p := range partials {
		parts[&p.Service] = p
		if !p.broken {
			c.checkImage(p)
		}
		if !c.literal {
			c.checkMemory(p)
		}
		c.checkNetwork(p)
		c.checkMounts(p)
		c.checkPorts(p)
		c.noteContainers(p, names, is)
	}
	c.checkContainerNames(partials)
	checkReferences(c.report, project, func(s *Service, key string, at Pos) string { return parts[s].pathOf(key, at) })
}

// checkContainerNames finds two services that name their containers alike.
func (c *checker) checkContainerNames(partials []*partial) {
	first := map[string]*partial{}
	for _, p := range partials {
		if p.ContainerName == "" {
			continue
		}
		if other, ok := first[p.ContainerName]; ok {
			c.fail(p.values["container_name"], p.Name+".container_name", fmt.Sprintf("%q is the name of %s's container already, at %s", p.ContainerName, other.Name, other.At["container_name"])).
				as(KindSameName, About{Service: p.Name, Text: p.ContainerName})
			continue
		}
		first[p.ContainerName] = p
	}
}

func has(s *Service, key string) bool { _, ok := s.At[key]; return ok }

func (c *checker) checkImage(p *partial) {
	s := &p.Service
	image, build := has(s, "image"), has(s, "build")
	switch {
	case !image && !build && (p.empty("image") || p.empty("build")):
		key, hint := "image", "write a name such as busybox or postgres:9.4"
		if !p.empty("image") {
			key, hint = "build", `write a directory, such as "build: ."`
		}
		c.fail(p.values[key], s.Name+"."+key, "is empty", hint).
			as(KindBadValue, About{Service: s.Name, Key: key, Written: "null"})
	case image && build:
		c.fail(s.At["build"], s.Name+".build", "has both image and build", "remove image: or build:").as(KindBuiltImage, About{Service: s.Name})
	case image && has(s, "dockerfile"):
		c.fail(s.At["dockerfile"], s.Name+".dockerfile", "has no effect on an image that is not built", "write build: instead of image:, or remove dockerfile:").as(KindImageFile, About{Service: s.Name})
	case !image && !build:
		c.fail(s.Pos, s.Name, "has neither image nor build", `write "image: NAME" or "build: DIRECTORY" indented below it`).as(KindNoImage, About{Service: s.Name})
	case build && strings.ToLower(s.Name) != s.Name:
		c.fail(s.Pos, s.Name, "the image that is built for a service has its name, and image names are in lower case", fmt.Sprintf("rename the service to %q", strings.ToLower(s.Name))).
			as(KindCapitalName, About{Service: s.Name})
	}
}

func (c *checker) checkMemory(p *partial) {
	s, at := &p.Service, p.values["memswap_limit"]
	switch {
	case s.MemswapLimit == 0 || s.MemswapLimit == -1 && s.MemLimit > 0:
	case s.MemLimit == 0:
		c.fail(at, s.Name+".memswap_limit", "needs mem_limit", "write mem_limit: too: memswap_limit is memory and swap together").as(KindSwapAlone, About{Service: s.Name})
	case s.MemswapLimit < s.MemLimit:
		c.fail(at, s.Name+".memswap_limit", "is less than mem_limit, though it is memory and swap together")
	}
}

// checkNetwork finds what a container on another one's network stack cannot
// have of its own. The engine would refuse it. (That links need a network is
// for package linking to say.)
func (c *checker) checkNetwork(p *partial) {
	if pos, ok := p.At["ports"]; ok && p.Net.Mode == NetHost {
		c.note(pos, p.Name+".ports", "has no effect with net: host, where every port is the host's")
	}
	if pos, ok := p.At["mac_address"]; ok && p.MacAddress != "" && (p.Net.Mode == NetHost || p.Net.Mode == NetNone) {
		c.note(pos, p.Name+".mac_address", fmt.Sprintf("has no effect with net: %s, where the container has no network card of its own", p.Net))
	}
	if p.Net.Mode != NetContainer && p.Net.Mode != NetService {
		return
	}
	for _, key := range [...]string{"ports", "expose", "hostname", "dns", "extra_hosts", "mac_address"} {
		if pos, ok := p.At[key]; ok && c.known[key].field.entry(p) != nil {
			c.fail(pos, p.Name+"."+key, fmt.Sprintf("is not possible with net: container:%s: the network is that of %s", p.Net.Name, p.Net.Name),
				fmt.Sprintf("move %s: to %s, or remove net:", key, p.Net.Name)).as(KindSharedNet, About{Service: p.Name, Key: key})
		}
	}
}

// checkMounts finds two things mounted in one place.
func (c *checker) checkMounts(p *partial) {
	at := map[string]Volume{}
	var same []string
	for _, v := range p.Volumes {
		if first, ok := at[v.Target]; ok {
			if same == nil {
				same = sameMounts(p)
			}
			c.fail(v.Pos, p.pathOf("volumes", v.Pos), fmt.Sprintf("%q and %q are mounted at the same path of the container", first, v)).as(KindSameMount, About{Names: same})
			continue
		}
		at[v.Target] = v
	}
}

// sameMounts are the volumes of a service that have one path with another.
func sameMounts(p *partial) []string {
	count := map[string]int{}
	for _, v := range p.Volumes {
		count[v.Target]++
	}
	var out []string
	for _, v := range p.Volumes {
		if count[v.Target] > 1 {
			out = append(out, v.String())
		}
	}
	return out
}

// noteContainers notes names that are taken for containers outside the project,
// though they may be meant for services.
func (c *checker) noteContainers(p *partial, services []string, is map[string]bool) {
	for _, v := range p.VolumesFrom {
		if !v.Service {
			c.noteContainer(v.Source, v.Pos, p.pathOf("volumes_from", v.Pos), p.Name, services)
		}
	}
	if p.Net.Mode == NetContainer {
		c.noteContainer(p.Net.Name, p.Net.Pos, p.Name+".net", p.Name, services)
	}
	for _, link := range p.ExternalLinks {
		if is[link.Target] {
			c.note(link.Pos, p.pathOf("external_links", link.Pos),
				fmt.Sprintf("%q is taken for a container, though a service here has that name; links: is for services", link.Target))
		}
	}
}

func (c *checker) noteContainer(name string, pos Pos, path, self string, services []string) {
	if meant := c.meantBy(self, name, services); meant != "" {
		c.note(pos, path, fmt.Sprintf("%q is not a service of this project and is taken for a container%s", name, suggestion(meant)))
	}
}

// checkPorts finds a port of the host that one container would have to open
// twice.
func (c *checker) checkPorts(p *partial) {
	const most = 1000 // no real service has as many, and each is compared with each
	if len(p.Ports) > most {
		return
	}
	for i, port := range p.Ports {
		for _, other := range p.Ports[:i] {
			if port.overlaps(other) {
				c.fail(port.Pos, p.pathOf("ports", port.Pos), fmt.Sprintf("%q and %q publish the same port of the host", other, port))
				break
			}
		}
	}
}

// overlaps reports whether two ports cannot both be open on the host.
func (p Port) overlaps(q Port) bool {
	fixed := func(p Port) bool { return p.HostFirst != 0 && p.HostLast-p.HostFirst == p.Last-p.First }
	return fixed(p) && fixed(q) && p.Proto == q.Proto && (p.IP == q.IP || p.IP == "" || q.IP == "") &&
		p.HostFirst <= q.HostLast && q.HostFirst <= p.HostLast
}
