// Package linkingtest writes projects in a few words, for tests of links.
package linkingtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// Sketch reads a project from a notation of one line a service, in file order:
// the name, then words, where the name's line and the word's column are kept
// as positions in fig.yml.
//
//	web >db >cache:c    links
//	web <other_db_1:db  external_links
//	web ~data           volumes_from a service
//	web net=host        none, host, @SERVICE, =CONTAINER, or a network's name
//	web pid=db          pid: container:db
//	web 80:8080         published ports
//	web 127.0.0.1:80:80 on one address
//	web sock            mounts the engine's socket: with a port a discovery proxy
//	web gen=nginx       is a docker-gen that signals that container
//	web dir=conf        mounts that directory, at a path of the same name
//	web label=NAME      a label without a value
//	web vhost           has VIRTUAL_HOST
//	web discover=false  the label
//	web projects=a,b*   the label of a proxy
func Sketch(t testing.TB, text string) *compose.Project {
	t.Helper()
	p := &compose.Project{Name: "p"}
	for i, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		at := func(word string) compose.Pos {
			return compose.Pos{File: "fig.yml", Line: i + 1, Column: strings.Index(line, word) + 1}
		}
		s := &compose.Service{Name: words[0], Pos: at(words[0])}
		for _, w := range words[1:] {
			if err := sketchWord(s, w, at(w)); err != nil {
				t.Fatalf("line %d: %v", i+1, err)
			}
		}
		p.Services = append(p.Services, s)
	}
	return p
}

func sketchWord(s *compose.Service, word string, pos compose.Pos) error {
	name, alias, _ := strings.Cut(word[1:], ":")
	if alias == "" {
		alias = name
	}
	link := compose.Link{Target: name, Alias: alias, Pos: pos}
	key, value, _ := strings.Cut(word, "=")
	switch {
	case word[0] == '>':
		s.Links = append(s.Links, link)
	case word[0] == '<':
		s.ExternalLinks = append(s.ExternalLinks, link)
	case word[0] == '~':
		s.VolumesFrom = append(s.VolumesFrom, compose.VolumesFrom{Source: word[1:], Service: true, Pos: pos})
	case key == "net":
		s.Net = sketchNet(value)
		s.Net.Pos = pos
	case word == "sock":
		s.Volumes = append(s.Volumes, compose.Volume{Host: "/var/run/docker.sock", Target: "/tmp/docker.sock", Pos: pos})
	case word == "vhost":
		host := s.Name + ".dev"
		s.Environment = append(s.Environment, compose.Var{Name: linking.VirtualHost, Value: &host, Pos: pos})
	case key == "discover":
		s.Labels = append(s.Labels, compose.Var{Name: linking.DiscoverLabel, Value: &value, Pos: pos})
	case key == "gen":
		s.Image, s.Command = "docker-gen", []string{"-notify-sighup", value, "-watch", "/nginx.tmpl", "/conf/default.conf"}
	case key == "dir":
		s.Volumes = append(s.Volumes, compose.Volume{Host: "/srv/" + value, Target: "/" + value, Pos: pos})
	case key == "label":
		s.Labels = append(s.Labels, compose.Var{Name: value, Pos: pos})
	case key == "projects":
		s.Labels = append(s.Labels, compose.Var{Name: linking.ProjectsLabel, Value: &value, Pos: pos})
	case key == "pid":
		s.Pid, s.At = "container:"+value, map[string]compose.Pos{"pid": pos}
	case word[0] >= '0' && word[0] <= '9' || word[0] == ':':
		var p compose.Port
		ports := word
		if i := strings.LastIndex(word[:strings.LastIndex(word, ":")], ":"); i >= 0 {
			p.IP, ports = word[:i], word[i+1:]
		}
		if _, err := fmt.Sscanf(ports, "%d:%d", &p.HostFirst, &p.First); err != nil {
			return err
		}
		p.HostLast, p.Last, p.Proto, p.Pos = p.HostFirst, p.First, "tcp", pos
		s.Ports = append(s.Ports, p)
	default:
		return fmt.Errorf("what is %q", word)
	}
	return nil
}

func sketchNet(value string) compose.Namespace {
	switch {
	case value == "host":
		return compose.Namespace{Mode: compose.NetHost}
	case value == "none":
		return compose.Namespace{Mode: compose.NetNone}
	case value[0] == '@':
		return compose.Namespace{Mode: compose.NetService, Name: value[1:]}
	case value[0] == '=':
		return compose.Namespace{Mode: compose.NetContainer, Name: value[1:]}
	default:
		return compose.Namespace{Mode: compose.NetNetwork, Name: value}
	}
}

// Describe writes a topology as the goldens have it.
func Describe(t *linking.Topology) string {
	var b strings.Builder
	for _, n := range t.Networks {
		fmt.Fprintf(&b, "network %s (%s): %s\n", n.Name, n.Kind, strings.Join(slices.Concat(n.Members, n.Externals), " "))
	}
	for _, s := range t.Services {
		fmt.Fprintf(&b, "service %s", s.Name)
		if s.NetworkOwner != s.Name {
			fmt.Fprintf(&b, " at %s", s.NetworkOwner)
		}
		if len(s.After) > 0 {
			fmt.Fprintf(&b, " after %s", strings.Join(s.After, " "))
		}
		fmt.Fprintln(&b)
		for _, e := range s.Endpoints {
			fmt.Fprintf(&b, "  on %s", e.Network)
			if len(e.Aliases) > 0 {
				fmt.Fprintf(&b, " as %s", strings.Join(e.Aliases, " "))
			}
			for _, l := range e.Links {
				fmt.Fprintf(&b, " sees %s=%s", l.Alias, l.Target)
			}
			fmt.Fprintln(&b)
		}
	}
	for _, e := range t.Edges {
		if e.Kind != linking.LinkEdge {
			fmt.Fprintf(&b, "%s %s to %s on %s\n", e.Kind, e.From, e.To, cmp.Or(e.Network, "a network elsewhere"))
		}
	}
	for _, e := range t.Withheld {
		fmt.Fprintf(&b, "withheld %s to %s\n", e.From, e.To)
	}
	fmt.Fprintf(&b, "order %s\n", strings.Join(t.Order(), " "))
	for _, n := range slices.Concat(t.Notes, t.DiscoveryNotes) {
		fmt.Fprintf(&b, "note %s\n", n)
	}
	return b.String()
}
