package linking

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// uses is which services each service cannot do without, by position in the
// file.
type uses struct {
	// hard are those whose container must exist, or run, before the
	// service's own can be created: volumes_from, net, pid and ipc.
	hard [][]int
	// links only say what should rather be up first.
	links [][]int
}

// resolveUses returns what each service uses. It reports services that use
// each other in a circle in the hard way: there is no order to create them in.
func resolveUses(p *compose.Project) (uses, compose.Errors) {
	index := make(map[string]int, len(p.Services))
	for i, svc := range p.Services {
		index[svc.Name] = i
	}
	u := uses{make([][]int, len(p.Services)), make([][]int, len(p.Services))}
	var refs [][]hardRef
	for i, svc := range p.Services {
		for _, l := range svc.Links {
			if j, ok := index[l.Target]; ok && j != i {
				u.links[i] = append(u.links[i], j)
			}
		}
		var mine []hardRef
		for _, r := range hardRefs(svc) {
			if j, ok := index[r.to]; ok {
				u.hard[i] = append(u.hard[i], j)
				mine = append(mine, r)
			}
		}
		refs = append(refs, mine)
	}
	return u, u.circles(p, refs)
}

// hardRef is a place in the file that names a service which must come first.
type hardRef struct {
	to   string
	path string
	pos  compose.Pos
}

func hardRefs(svc *compose.Service) []hardRef {
	var refs []hardRef
	for _, v := range svc.VolumesFrom {
		if v.Service {
			refs = append(refs, hardRef{v.Source, svc.Name + ".volumes_from", v.Pos})
		}
	}
	if svc.Net.Mode == compose.NetService {
		refs = append(refs, hardRef{svc.Net.Name, svc.Name + ".net", svc.Net.Pos})
	}
	for _, ns := range []struct{ key, value string }{{"pid", svc.Pid}, {"ipc", svc.Ipc}} {
		kind, name, _ := strings.Cut(ns.value, ":")
		if kind == "service" || kind == "container" {
			refs = append(refs, hardRef{name, svc.Name + "." + ns.key, svc.At[ns.key]})
		}
	}
	return refs
}

// circles reports every group of services that need each other to be created
// first, at the first of them in the file.
func (u uses) circles(p *compose.Project, refs [][]hardRef) compose.Errors {
	var errs compose.Errors
	for _, group := range components(all(len(u.hard)), u.hard) {
		first := group[0]
		for k, j := range u.hard[first] {
			if !slices.Contains(group, j) {
				continue
			}
			err := &compose.Error{Pos: refs[first][k].pos, Path: refs[first][k].path}
			if j == first {
				err.Msg = "a service cannot use itself here"
				err.Hints = []string{"name another service, or remove the line"}
			} else {
				err.Msg = "circle of services that must each exist before the other: " +
					strings.Join(u.way(p, first, j, group), " → ")
				err.Hints = []string{"take one of them out of the circle; only links may go round"}
			}
			errs = append(errs, err)
			break
		}
	}
	return errs
}

// way names the services on a shortest way from first over next, inside the
// group, back to first.
func (u uses) way(p *compose.Project, first, next int, group []int) []string {
	from := map[int]int{next: first}
	for open := []int{next}; len(open) > 0; open = open[1:] {
		for _, j := range u.hard[open[0]] {
			if _, known := from[j]; !known && slices.Contains(group, j) {
				from[j] = open[0]
				open = append(open, j)
			}
		}
	}
	names := []string{p.Services[first].Name}
	for i := from[first]; i != first; i = from[i] {
		names = append(names, p.Services[i].Name)
	}
	names = append(names, p.Services[first].Name)
	slices.Reverse(names)
	return names
}
