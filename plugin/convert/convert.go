package convert

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
)

// ToSpec writes a project of the first format, with its links as they were resolved, as a
// file of the specification. The notes say, with their places, what can't be said there.
func ToSpec(p *compose.Project, t *linking.Topology) (compose.Map, []compose.Note) {
	c := &converter{project: p, topology: t, external: map[string]bool{}}
	var services compose.Map
	for _, s := range p.Services {
		services = append(services, compose.Entry{Key: s.Name, Value: c.service(s)})
	}
	file := compose.Map{{Key: "name", Value: p.Name}, {Key: "services", Value: services}}
	if networks := c.networks(); len(networks) > 0 {
		file = append(file, compose.Entry{Key: "networks", Value: networks})
	}
	if volumes := c.volumes(); len(volumes) > 0 {
		file = append(file, compose.Entry{Key: "volumes", Value: volumes})
	}
	if slices.ContainsFunc(t.Edges, func(e linking.Edge) bool { return e.Kind == linking.LinkEdge }) {
		c.notes = append(c.notes, compose.Note{Text: "links bring no variables (DB_PORT, DB_NAME, ...) under docker compose: set those that programs read under environment"})
	}
	return file, c.notes
}

type converter struct {
	project  *compose.Project
	topology *linking.Topology
	external map[string]bool // networks that are there already and services are on
	notes    []compose.Note
}

func (c *converter) note(s *compose.Service, key, text string) {
	c.notes = append(c.notes, compose.Note{Pos: s.At[key], Path: s.Name + "." + key, Text: text})
}

// service writes a service. Most keys are called in the specification as they are in the
// first format.
func (c *converter) service(s *compose.Service) compose.Map {
	var out, build, logging compose.Map
	for _, e := range s.Entries() {
		switch e.Key {
		case "build":
			build = append(compose.Map{{Key: "context", Value: e.Value}}, build...)
		case "dockerfile":
			build = append(build, compose.Entry{Key: "dockerfile", Value: e.Value})
		case "log_driver":
			logging = append(compose.Map{{Key: "driver", Value: e.Value}}, logging...)
		case "log_opt":
			logging = append(logging, compose.Entry{Key: "options", Value: e.Value})
		case "net":
			if mode := networkMode(s.Net); mode != "" {
				out = append(out, compose.Entry{Key: "network_mode", Value: mode})
			}
		case "pid", "ipc":
			out = append(out, compose.Entry{Key: e.Key, Value: c.shared(fmt.Sprint(e.Value))})
		case "volumes_from":
			out = append(out, compose.Entry{Key: e.Key, Value: volumesFrom(s)})
		case "security_opt":
			c.note(s, e.Key, "a seccomp profile is not written: name its file under security_opt")
			out = append(out, compose.Entry{Key: e.Key, Value: withoutProfiles(s.SecurityOpt)})
		case "links":
			if links := c.links(s); len(links) > 0 {
				out = append(out, compose.Entry{Key: e.Key, Value: links})
			}
		case "external_links":
			c.note(s, e.Key, externalLinks)
			out = append(out, e)
		default:
			out = append(out, e)
		}
	}
	if len(build) > 0 {
		out = append(out, compose.Entry{Key: "build", Value: build})
	}
	if len(logging) > 0 {
		out = append(out, compose.Entry{Key: "logging", Value: logging})
	}
	if desired.ForwardsNothing(s) {
		no := "0"
		out = append(out, compose.Entry{Key: "sysctls", Value: map[string]*string{"net.ipv4.ip_forward": &no}})
	}
	if seats := c.seats(s); len(seats) > 0 {
		out = append(out, compose.Entry{Key: "networks", Value: seats})
	}
	return out
}

// links are those of a service but for those that close a circle, which docker compose
// refuses. Who is linked finds the other by the name of its service all the same.
func (c *converter) links(s *compose.Service) []string {
	of := c.topology.Service(s.Name)
	var list []string
	for _, l := range s.Links {
		if slices.Contains(of.Uses, l.Target) && !slices.Contains(of.After, l.Target) {
			text := "is left out: it closes a circle, which docker compose refuses"
			if l.Alias != "" && l.Alias != l.Target {
				text += "; " + s.Name + " finds " + l.Target + " by that name, and no longer as " + l.Alias
			}
			c.notes = append(c.notes, compose.Note{Pos: l.Pos, Path: s.Name + ".links", Text: l.String() + " " + text})
			continue
		}
		list = append(list, l.String())
	}
	return list
}

// networkMode is a net that is neither links' nor a network.
func networkMode(n compose.Namespace) string {
	switch n.Mode {
	case compose.NetNone:
		return "none"
	case compose.NetHost:
		return "host"
	case compose.NetService:
		return "service:" + n.Name
	case compose.NetContainer:
		return "container:" + n.Name
	}
	return ""
}

// shared is a pid or ipc: a container of the project is one of a service there.
func (c *converter) shared(value string) string {
	if name, ok := strings.CutPrefix(value, "container:"); ok && c.project.Service(name) != nil {
		return "service:" + name
	}
	return value
}

func volumesFrom(s *compose.Service) []string {
	var list []string
	for _, v := range s.VolumesFrom {
		text := v.Source
		if !v.Service {
			text = "container:" + text
		}
		if v.ReadOnly {
			text += ":ro"
		}
		list = append(list, text)
	}
	return list
}

func withoutProfiles(options []string) []string {
	return slices.DeleteFunc(slices.Clone(options), func(o string) bool {
		return strings.HasPrefix(o, "seccomp") && strings.Contains(o, "{")
	})
}

// seats are the networks that a service is on. Where its names are no use to anybody it has
// none.
func (c *converter) seats(s *compose.Service) compose.Map {
	var list compose.Map
	if s.Net.Mode == compose.NetNetwork {
		c.external[s.Net.Name] = true
		list = append(list, compose.Entry{Key: s.Net.Name, Value: nil})
	}
	for _, e := range c.topology.Service(s.Name).Endpoints {
		list = append(list, compose.Entry{Key: e.Network, Value: nil})
	}
	return list
}

func (c *converter) networks() compose.Map {
	var list compose.Map
	for _, n := range c.topology.Networks {
		list = append(list, compose.Entry{Key: n.Name, Value: madeForLinks(n)})
	}
	for _, s := range c.project.Services {
		if name := s.Net.Name; s.Net.Mode == compose.NetNetwork && c.external[name] {
			delete(c.external, name)
			list = append(list, compose.Entry{Key: name, Value: compose.Map{{Key: "external", Value: true}}})
		}
	}
	return list
}

// madeForLinks is a network that is made for links, or for a service without.
func madeForLinks(n linking.Network) compose.Map {
	var like compose.Network
	if n.Like != nil {
		like = *n.Like
	}
	options := maps.Clone(like.DriverOpts)
	if n.Kind == linking.Isolated {
		if options == nil {
			options = map[string]string{}
		}
		options[desired.OptionICC] = "false"
	}
	var of compose.Map
	if like.Internal {
		of = append(of, compose.Entry{Key: "internal", Value: true})
	}
	if len(options) > 0 {
		of = append(of, compose.Entry{Key: "driver_opts", Value: texts(options)})
	}
	if len(like.Labels) > 0 {
		of = append(of, compose.Entry{Key: "labels", Value: texts(like.Labels)})
	}
	return of
}

func texts(values map[string]string) map[string]*string {
	to := make(map[string]*string, len(values))
	for name, value := range values {
		to[name] = &value
	}
	return to
}

// volumes are the named volumes, which keep their names: those of a file of the first format
// are nobody's project's.
func (c *converter) volumes() compose.Map {
	var list compose.Map
	known := map[string]bool{}
	for _, s := range c.project.Services {
		for _, v := range s.Volumes {
			if v.Named && !known[v.Host] {
				known[v.Host] = true
				of := compose.Map{{Key: "name", Value: v.Host}}
				if s.VolumeDriver != "" {
					of = append(of, compose.Entry{Key: "driver", Value: s.VolumeDriver})
				}
				list = append(list, compose.Entry{Key: v.Host, Value: of})
			}
		}
	}
	return list
}
