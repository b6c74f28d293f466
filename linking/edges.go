package linking

import (
	"fmt"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// resolveEdges returns the links of all services as edges that no network
// carries yet, and every mistake in them.
func resolveEdges(p *compose.Project, owners networkOwners) ([]Edge, compose.Errors) {
	type key struct{ from, to, alias string }
	var (
		edges []Edge
		errs  compose.Errors
		seen  = make(map[key]bool)
	)
	for _, svc := range p.Services {
		for _, l := range svc.Links {
			if err := checkLink(svc, l, owners); err != nil {
				err.Pos, err.Path = l.Pos, svc.Name+".links"
				errs = append(errs, err)
				continue
			}
			alias := l.Alias
			if alias == "" {
				alias = l.Target
			}
			if k := (key{svc.Name, l.Target, alias}); !seen[k] {
				seen[k] = true
				at := owners[l.Target].name
				edges = append(edges, Edge{
					From: svc.Name, To: l.Target, Owner: at, Kind: LinkEdge, Alias: alias, Target: at, Pos: l.Pos,
				})
			}
		}
		externals, mistakes := resolveExternals(p, svc, owners)
		edges, errs = append(edges, externals...), append(errs, mistakes...)
	}
	return edges, errs
}

// checkLink returns what is wrong with the link l of svc, without its position,
// or nil.
func checkLink(svc *compose.Service, l compose.Link, owners networkOwners) *compose.Error {
	target := owners[l.Target]
	switch err := checkLinking(svc, owners); {
	case err != nil:
		return err
	case target.name == svc.Name:
		return &compose.Error{
			Msg:   fmt.Sprintf("%q uses the network of %q itself", l.Target, svc.Name),
			Hints: []string{fmt.Sprintf("remove the link: %q answers at localhost", l.Target)},
		}
	case !target.linkable():
		return &compose.Error{
			Msg:   fmt.Sprintf("no link reaches %q: it has %s", l.Target, NetText(target.service)),
			Hints: []string{fmt.Sprintf("remove %q from %q, or remove the link", NetText(target.service), target.name)},
		}
	}
	return nil
}

// NetText is the net of a service as its file has it: "net: host", and where that is one
// of the specification "network_mode: host".
func NetText(s *compose.Service) string {
	switch {
	case s.Spec == nil:
		return "net: " + NetValue(s.Net)
	case s.Net.Mode == compose.NetService:
		return "network_mode: service:" + s.Net.Name
	}
	return "network_mode: " + NetValue(s.Net)
}

// NetValue is the value of net in a file of the first format.
func NetValue(n compose.Namespace) string {
	switch n.Mode {
	case compose.NetNone:
		return "none"
	case compose.NetHost:
		return "host"
	case compose.NetService, compose.NetContainer:
		return "container:" + n.Name
	case compose.NetNetwork:
		return n.Name
	default:
		return "bridge"
	}
}

// shadowed returns a note for every edge whose alias a later edge of the same
// consumer takes over.
func shadowed(edges []Edge) []compose.Note {
	winners := aliasWinners(edges)
	var notes []compose.Note
	for _, e := range edges {
		if winner := edges[winners[aliasOf(e)]]; winner.Owner != e.Owner {
			notes = append(notes, compose.Note{
				Pos: e.Pos, Path: e.path(),
				Text: fmt.Sprintf("%q means %q here, since the last link of a name wins", e.Alias, ExternalText(winner.To)),
			})
		}
	}
	return notes
}

// path is the key of the file that makes the edge.
func (e Edge) path() string {
	if e.Kind == ExternalEdge {
		return e.From + ".external_links"
	}
	return e.From + ".links"
}

// alias is a name as one consumer sees it. DNS ignores case.
type alias struct{ from, folded string }

func aliasOf(e Edge) alias { return alias{e.From, strings.ToLower(e.Alias)} }

// aliasWinners returns, for every alias, the index of the edge that it means:
// the last one that has it.
func aliasWinners(edges []Edge) map[alias]int {
	owners := make(map[alias]int, len(edges))
	for i, e := range edges {
		if e.Alias != "" {
			owners[aliasOf(e)] = i
		}
	}
	return owners
}

// checkNames reports services that some service would find under one name,
// because DNS ignores case.
func checkNames(p *compose.Project, edges []Edge, isolation Isolation) compose.Errors {
	var errs compose.Errors
	seen := make(map[alias]string) // by viewer, the service first seen under the name
	see := func(viewer, name string, pos compose.Pos, path string) (clear bool) {
		k := alias{viewer, strings.ToLower(name)}
		first, ok := seen[k]
		if !ok {
			seen[k] = name
		}
		if !ok || first == name {
			return true
		}
		errs = append(errs, &compose.Error{
			Pos: pos, Path: path,
			Msg:   fmt.Sprintf("%q and %q differ only in case, which DNS ignores, and both are found here", first, name),
			Hints: []string{"rename one of them"},
		})
		return false
	}
	if isolation == ByProject {
		linked := make(map[string]bool, 2*len(edges))
		for _, e := range edges {
			linked[e.From], linked[e.Owner] = true, true
		}
		for _, svc := range p.Services {
			if svc.Net.Mode == compose.NetLinks || linked[svc.Name] {
				see("", svc.Name, svc.Pos, svc.Name)
			}
		}
		return errs
	}
	for _, svc := range p.Services {
		see(svc.Name, svc.Name, svc.Pos, svc.Name)
	}
	for _, e := range edges {
		if IsExternal(e.From) || IsExternal(e.Owner) {
			continue // no file of this project says what externals are called
		}
		if path := e.path(); see(e.From, e.Owner, e.Pos, path) {
			see(e.Owner, e.From, e.Pos, path)
		}
	}
	return errs
}
