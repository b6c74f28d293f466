package linking

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// ProjectsLabel is the label by which a discovery proxy allows other projects to
// be found: a comma-separated list of their names, or of the names of containers
// of no project, in which * stands for any letters and ? for one.
const ProjectsLabel = "io.stack-lite.discover.projects"

// notNames are words that say something else wherever projects are named, or
// look as if they did. A project that is called so can be named by a pattern.
var notNames = []string{"on", "off", "project", "true", "false", "yes", "no", "all", "none"}

// ParseProjects reads names of projects as ProjectsLabel has them. The second
// result is the first that is none.
func ParseProjects(text string) (patterns []string, mistake string, ok bool) {
	for _, word := range strings.Split(text, ",") {
		word = strings.TrimSpace(word)
		if !isPattern(word) {
			return nil, word, false
		}
		patterns = append(patterns, word)
	}
	return patterns, "", true
}

func isPattern(word string) bool {
	for _, r := range word {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && !strings.ContainsRune("_.-*?", r) {
			return false
		}
	}
	return word != "" && !slices.Contains(notNames, strings.ToLower(word))
}

// MatchesProject reports whether a name is among those of ParseProjects.
func MatchesProject(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		matches, _ := path.Match(pattern, name)
		return matches
	})
}

// ProjectsOf returns where a service may find others outside of its project; nil:
// nowhere, as for one that is no discovery proxy.
func ProjectsOf(p *compose.Project, svc *compose.Service) []string {
	l := label(svc, ProjectsLabel)
	if *l.Value == "" || !RoleOf(p, svc).Proxy {
		return nil
	}
	patterns, _, _ := ParseProjects(*l.Value)
	return patterns
}

// checkProjects returns what the labels that name projects mean, which of them
// mean nothing, and what is wrong with them. Finds is also about what would be a
// proxy if others than this machine found its ports.
func checkProjects(p *compose.Project) (finds, noEffect []compose.Note, errs compose.Errors) {
	roles := RolesIn(p)
	for _, svc := range p.Services {
		if roles.onLoopback(svc) && slices.ContainsFunc(p.Services, func(s *compose.Service) bool { return s != svc && roles.Of(s).Discoverable }) {
			finds = append(finds, compose.Note{
				Pos: svc.Pos, Path: svc.Name + ".ports",
				Text: fmt.Sprintf("%q publishes its ports on loopback alone, so it is no discovery proxy; link it to what it needs", svc.Name),
			})
		}
		l := label(svc, ProjectsLabel)
		if strings.TrimSpace(*l.Value) == "" {
			continue
		}
		at := svc.Name + ".labels." + ProjectsLabel
		patterns, mistake, ok := ParseProjects(*l.Value)
		switch {
		case !ok:
			errs = append(errs, &compose.Error{
				Pos: l.Pos, Path: at, Msg: fmt.Sprintf("%q is not a project name", mistake),
				Hints: []string{`write names such as "shop, blog*", in which * and ? stand for any letters and for one`},
			})
		case roles.Of(svc).Proxy:
			finds = append(finds, compose.Note{
				Pos: l.Pos, Path: at,
				Text: fmt.Sprintf("the discovery proxy %q may find services of other projects: %s", svc.Name, strings.Join(patterns, ", ")),
			})
		default:
			noEffect = append(noEffect, compose.Note{
				Pos: l.Pos, Path: at,
				Text: fmt.Sprintf("has no effect: %q is no discovery proxy, which mounts the docker socket and publishes a port on more than loopback; to declare it one: %s: %q", svc.Name, DiscoverLabel, DeclaredProxy),
			})
		}
	}
	return finds, noEffect, errs
}

// OnLoopback reports whether a service would be a discovery proxy but for the
// addresses that it publishes its ports on.
func OnLoopback(p *compose.Project, svc *compose.Service) bool { return RolesIn(p).onLoopback(svc) }

// onLoopback is OnLoopback.
func (r *Roles) onLoopback(svc *compose.Service) bool {
	if !slices.ContainsFunc(svc.Ports, func(p compose.Port) bool { return isLoopback(p.IP) }) {
		return false
	}
	everywhere := *svc
	everywhere.Ports = slices.Clone(svc.Ports)
	for i := range everywhere.Ports {
		everywhere.Ports[i].IP = ""
	}
	return !r.Of(svc).Proxy && r.Of(&everywhere).Proxy
}
