package compose

import (
	"fmt"
	"slices"
	"strings"
)

// Check returns what is wrong with the names by which the services of p refer
// to each other: links, volumes_from, net, pid and ipc that name no service,
// or the service itself, and services that each need the other's container.
// The error is of type Errors. Projects of Load have been checked.
func Check(p *Project) error {
	r := &report{}
	checkReferences(r, p, func(s *Service, key string, _ Pos) string { return s.Name + "." + key })
	return r.err()
}

// maxExternals is the number of external links of a project: the names that are kept
// apart on their networks grow by the square of it.
const maxExternals = 1000

// references finds the mistakes that Check describes.
type references struct {
	*report
	project *Project
	names   []string            // of the services
	known   map[string]*Service // by name
	path    itemPath
}

// itemPath is the path of the item of a key that stands at a place.
type itemPath func(s *Service, key string, at Pos) string

func checkReferences(r *report, p *Project, path itemPath) {
	c := &references{report: r, project: p, names: p.names(), known: make(map[string]*Service, len(p.Services)), path: path}
	for _, s := range p.Services {
		c.known[s.Name] = s
	}
	externals := 0
	for _, s := range p.Services {
		c.links(s)
		if externals += len(s.ExternalLinks); externals > maxExternals {
			l := s.ExternalLinks[len(s.ExternalLinks)-1]
			c.fail(l.Pos, path(s, "external_links", l.Pos), fmt.Sprintf("more than %d external links: each is a network of its own, with all names that the service finds elsewhere", maxExternals))
			externals = 0
			continue
		}
		c.externalLinks(s)
		c.containers(s)
	}
	c.circles()
}

func (c *references) links(s *Service) {
	for _, l := range s.Links {
		path := c.path(s, "links", l.Pos)
		if l.Target == s.Name {
			c.fail(l.Pos, path, "a service cannot link to itself").as(KindOwnLink, About{Service: s.Name})
		} else if c.known[l.Target] == nil {
			c.noService(s, l.Target, l.Pos, path, "for a container of another project write external_links:").of(KindUnknownLink, s.Name, l.String())
		}
	}
}

func (c *references) externalLinks(s *Service) {
	for _, l := range s.ExternalLinks {
		if l.Target == s.ContainerName || c.project.numbered(s, l.Target) {
			c.fail(l.Pos, c.path(s, "external_links", l.Pos), "a service cannot link to itself").of(KindOwnExternal, s.Name, l.Target).About.Key = ownName(s)
		}
	}
}

// ownName is the key that gives a service's containers their name, empty where
// none does.
func ownName(s *Service) string {
	if s.ContainerName != "" {
		return "container_name"
	}
	return ""
}

// containers looks at the keys that give a service a part of another
// container.
func (c *references) containers(s *Service) {
	for _, v := range s.VolumesFrom {
		path := c.path(s, "volumes_from", v.Pos)
		if v.Service && v.Source == s.Name {
			c.fail(v.Pos, path, "a service cannot take volumes from itself").as(KindCircle, About{Names: []string{s.Name}})
		} else if v.Service && c.known[v.Source] == nil {
			c.noService(s, v.Source, v.Pos, path)
		}
	}
	if path := s.Name + ".net"; s.Net.Mode == NetService && s.Net.Name == s.Name {
		c.fail(s.Net.Pos, path, "a service cannot use its own network").as(KindCircle, About{Names: []string{s.Name}})
	} else if s.Net.Mode == NetService && c.known[s.Net.Name] == nil {
		c.noService(s, s.Net.Name, s.Net.Pos, path)
	}
	for _, ns := range s.namespaces() {
		if ns.container == s.Name {
			c.fail(s.At[ns.key], s.Name+"."+ns.key, "a service cannot use itself here", "name another service, or remove the line").
				as(KindCircle, About{Names: []string{s.Name}})
		}
	}
}

// noService reports a name in s that no service has. That of s itself is never
// what is meant.
func (c *references) noService(s *Service, name string, pos Pos, path string, hints ...string) *Error {
	if c.misplaced[name] {
		return &Error{} // which was reported
	}
	meant := c.meantBy(s.Name, name, c.names)
	switch {
	case meant != "":
		hints = nil
	case len(c.names) > 1 && len(c.names) <= maxChoices+1:
		hints = append(choices("the other services are", except(s.Name, c.names)), hints...)
	}
	e := c.fail(pos, path, fmt.Sprintf("no service %q%s", name, suggestion(meant)), hints...)
	e.About.Meant = meant
	return e
}

// ServiceOfContainer returns the service that a container of that name would
// be made for, or nil.
func (p *Project) ServiceOfContainer(container string) *Service {
	for _, s := range p.Services {
		if s.ContainerName == container && container != "" || s.ContainerName == "" && p.numbered(s, container) {
			return s
		}
	}
	return nil
}

// DefaultName is what the name of an image that is built for a service is made
// of, and those of its containers begin with, unless the file names them:
// PROJECT_SERVICE, or PROJECT-SERVICE of a file of the specification.
func (p *Project) DefaultName(s *Service) string {
	return strings.TrimLeft(p.Name, "-_") + p.Separator() + s.Name
}

// Separator stands between the parts of the names of containers and images.
func (p *Project) Separator() string {
	if p.Format == Spec {
		return "-"
	}
	return "_"
}

// numbered reports whether a container has one of the names that those of a
// service have by default: PROJECT_SERVICE_NUMBER.
func (p *Project) numbered(s *Service, container string) bool {
	number, ok := strings.CutPrefix(container, p.DefaultName(s)+p.Separator())
	return ok && number != "" && strings.Trim(number, "0123456789") == ""
}

// namespace is the key of a namespace with the container that lends it.
type namespace struct{ key, container string }

// namespaces are pid and ipc, where they name a container.
func (s *Service) namespaces() []namespace {
	var out []namespace
	for _, ns := range [...]namespace{{"pid", s.Pid}, {"ipc", s.Ipc}} {
		if name, ok := strings.CutPrefix(ns.container, "container:"); ok {
			out = append(out, namespace{ns.key, name})
		}
	}
	return out
}

// need is why a service's container cannot be made before another's.
type need struct {
	on   *Service
	pos  Pos
	path string
}

// Needs returns the services without whose containers that of s cannot be
// made, as often as s names them: those of volumes_from, net, pid and ipc.
// Links are not among them: they are names on a network, and may go round in
// a circle.
func (p *Project) Needs(s *Service) []string {
	var names []string
	for _, n := range needs(s, p.Service) {
		names = append(names, n.on.Name)
	}
	return names
}

func needs(s *Service, find func(string) *Service) []need {
	var out []need
	add := func(name string, pos Pos, key string) {
		if on := find(name); on != nil && on != s {
			out = append(out, need{on, pos, s.Name + "." + key})
		}
	}
	for _, v := range s.VolumesFrom {
		if v.Service {
			add(v.Source, v.Pos, "volumes_from")
		}
	}
	if s.Net.Mode == NetService {
		add(s.Net.Name, s.Net.Pos, "net")
	}
	for _, ns := range s.namespaces() {
		add(ns.container, s.At[ns.key], ns.key)
	}
	return out
}

// maxCircles is the number of circles that are reported: each names all services in
// it, and a service may close as many as there are services.
const maxCircles = 100

// circles reports each circle of needs once, where it closes when the
// services are read in file order.
func (c *references) circles() {
	const (
		open = 1 + iota
		done
	)
	find := func(name string) *Service { return c.known[name] }
	state := make(map[*Service]int, len(c.project.Services))
	var chain []string // the names of the open services
	circles := 0
	var visit func(s *Service)
	visit = func(s *Service) {
		state[s] = open
		chain = append(chain, s.Name)
		for _, n := range needs(s, find) {
			switch state[n.on] {
			case open:
				if circles++; circles > maxCircles {
					continue
				}
				from := len(chain) - 1
				for chain[from] != n.on.Name {
					from--
				}
				c.fail(n.pos, n.path, fmt.Sprintf("services need each other's containers in a circle: %s, %s", strings.Join(chain[from:], ", "), n.on.Name),
					"only links may form a circle").as(KindCircle, About{Names: slices.Clone(chain[from:])})
			case done:
			default:
				visit(n.on)
			}
		}
		chain = chain[:len(chain)-1]
		state[s] = done
	}
	for _, s := range c.project.Services {
		if state[s] == 0 {
			visit(s)
		}
	}
}
