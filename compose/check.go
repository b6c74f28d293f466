package compose

import (
	"fmt"
	"strconv"
	"strings"
)

// check reports what is wrong between keys and between services.
func (l *loader) check(partials []*partial, project string) {
	names := make([]string, len(partials))
	known := make(map[string]*Service, len(partials))
	for i, d := range partials {
		names[i], known[d.Name] = d.Name, &d.Service
	}
	called := map[string]*Service{}
	for _, d := range partials {
		s := &d.Service
		if !d.broken {
			l.checkImage(s)
		}
		l.checkMemory(d)
		l.checkNetwork(d)
		l.checkMounts(d)
		l.checkLinks(d, known, names)
		l.checkExternal(d, project, known)
		l.checkPorts(d)
		if s.ContainerName == "" {
			continue
		}
		if other, ok := called[s.ContainerName]; ok {
			l.fail(d.values["container_name"], s.Name+".container_name", fmt.Sprintf("%q is the name of %s's container already, at %s", s.ContainerName, other.Name, other.At["container_name"]))
			continue
		}
		called[s.ContainerName] = s
	}
	l.checkCycles(partials, known)
}

func has(s *Service, key string) bool { _, ok := s.At[key]; return ok }

func (l *loader) checkImage(s *Service) {
	image, build := has(s, "image"), has(s, "build")
	switch {
	case image && build:
		l.fail(s.At["build"], s.Name+".build", "a service has an image or is built, not both", "take out image: or build:")
	case image && has(s, "dockerfile"):
		l.fail(s.At["dockerfile"], s.Name+".dockerfile", "an image that is not built needs no Dockerfile", "write build: in place of image:, or take dockerfile: out")
	case !image && !build:
		l.fail(s.Pos, s.Name, "has neither image nor build", `write "image: NAME" or "build: DIRECTORY" indented below it`)
	case build && strings.ToLower(s.Name) != s.Name:
		l.fail(s.Pos, s.Name, "a service that is built gives its name to an image, and those are in lower case", fmt.Sprintf("call it %q", strings.ToLower(s.Name)))
	}
}

func (l *loader) checkMemory(d *partial) {
	s, at := &d.Service, d.values["memswap_limit"]
	switch {
	case s.MemswapLimit == 0 || s.MemswapLimit == -1 && s.MemLimit > 0:
	case s.MemLimit == 0:
		l.fail(at, s.Name+".memswap_limit", "needs mem_limit", "write mem_limit: too; memswap_limit is memory and swap together")
	case s.MemswapLimit < s.MemLimit:
		l.fail(at, s.Name+".memswap_limit", "is less than mem_limit, but is memory and swap together")
	}
}

// checkNetwork finds what a container on another one's network stack cannot
// have of its own. The engine would refuse it. (That links need a network is
// for package linking to say.)
func (l *loader) checkNetwork(d *partial) {
	if pos, ok := d.At["ports"]; ok && d.Net.Mode == NetHost {
		l.note(pos, d.Name+".ports", "has no effect with net: host, where every port is the host's")
	}
	if d.Net.Mode != NetContainer && d.Net.Mode != NetService {
		return
	}
	for _, key := range [...]string{"ports", "expose", "hostname", "dns", "extra_hosts", "mac_address"} {
		if pos, ok := d.At[key]; ok && l.known[key].field.entry(d) != nil {
			l.fail(pos, d.Name+"."+key, fmt.Sprintf("with net: container:%s the network belongs to %s", d.Net.Name, d.Net.Name),
				fmt.Sprintf("write %s: in %s, or take net: out", key, d.Net.Name))
		}
	}
}

// checkMounts finds two things mounted in one place.
func (l *loader) checkMounts(d *partial) {
	at := map[string]Volume{}
	for _, v := range d.Volumes {
		if first, ok := at[v.Target]; ok {
			l.fail(v.Pos, d.pathOf("volumes", v.Pos), fmt.Sprintf("%q and %q stand in one place of the container", first, v))
			continue
		}
		at[v.Target] = v
	}
}

// checkLinks looks up the services that a service names.
func (l *loader) checkLinks(d *partial, known map[string]*Service, names []string) {
	for _, link := range d.Links {
		path := d.pathOf("links", link.Pos)
		if link.Target == d.Name {
			l.fail(link.Pos, path, "a service cannot link to itself")
		} else if known[link.Target] == nil {
			l.noService(link, path, names)
		}
	}
	for _, v := range d.VolumesFrom {
		path := d.pathOf("volumes_from", v.Pos)
		if v.Source == d.Name {
			l.fail(v.Pos, path, "a service cannot take volumes from itself")
		} else if !v.Service {
			l.checkContainer(v.Source, v.Pos, path, names)
		}
	}
	switch {
	case d.Net.Mode == NetService && d.Net.Name == d.Name:
		l.fail(d.Net.Pos, d.Name+".net", "a service cannot use its own network stack")
	case d.Net.Mode == NetContainer:
		l.checkContainer(d.Net.Name, d.Net.Pos, d.Name+".net", names)
	}
}

// checkContainer tells of a name that may be meant for a service but, being
// none, is taken for a container outside of the project.
func (l *loader) checkContainer(name string, pos Pos, path string, services []string) {
	if meant := l.meant(name, services); meant != "" {
		l.note(pos, path, fmt.Sprintf("%q is no service here and is taken for a container%s", name, suggestion(meant)))
	}
}

// checkExternal looks at links to containers outside of the project.
func (l *loader) checkExternal(d *partial, project string, known map[string]*Service) {
	for _, link := range d.ExternalLinks {
		path := d.pathOf("external_links", link.Pos)
		number, own := strings.CutPrefix(link.Target, project+"_"+d.Name+"_")
		if _, err := strconv.ParseUint(number, 10, 31); own && err == nil || link.Target == d.ContainerName {
			l.fail(link.Pos, path, "a service cannot link to itself")
		} else if known[link.Target] != nil {
			l.note(link.Pos, path, fmt.Sprintf("%q is taken for a container, though a service here has that name; links: is for services", link.Target))
		}
	}
}

// checkPorts finds a port of the host that one container would have to open
// twice.
func (l *loader) checkPorts(d *partial) {
	const most = 1000 // no real service has as many, and each is compared with each
	if len(d.Ports) > most {
		return
	}
	for i, p := range d.Ports {
		for _, q := range d.Ports[:i] {
			if p.overlaps(q) {
				l.fail(p.Pos, d.pathOf("ports", p.Pos), fmt.Sprintf("%q and %q open the same port of the host", q, p))
				break
			}
		}
	}
}

// overlaps tells whether two ports cannot both be open on the host.
func (p Port) overlaps(q Port) bool {
	fixed := func(p Port) bool { return p.HostFirst != 0 && p.HostLast-p.HostFirst == p.Last-p.First }
	return fixed(p) && fixed(q) && p.Proto == q.Proto && (p.IP == q.IP || p.IP == "" || q.IP == "") &&
		p.HostFirst <= q.HostLast && q.HostFirst <= p.HostLast
}

// noService reports a link that leads nowhere.
func (l *loader) noService(link Link, path string, names []string) {
	meant := l.meant(link.Target, names)
	var hints []string
	if meant == "" {
		hints = append(choices("the services are", names), "for a container outside the project write external_links:")
	}
	l.fail(link.Pos, path, fmt.Sprintf("no service %q%s", link.Target, suggestion(meant)), hints...)
}
