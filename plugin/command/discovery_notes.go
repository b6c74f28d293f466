package command

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
)

// discoveryNotes tells what discovery joins without a link, what is joined only
// because it was, in one note what is not joined because the proxy's side has not
// said yes, what nobody finds, and who has to look again. Where nothing is to be
// done, what is not joined was told before.
func discoveryNotes(in desired.Inputs, p *plan.Plan, again bool) []string {
	var notes []string
	r := in.Discovered()
	if again {
		r.Withheld, r.Unreached = nil, desired.UnreachedReport{}
	}
	for _, f := range r.Joined {
		notes = append(notes, fmt.Sprintf("the discovery proxy %s finds %s without a link", f.Proxy, strings.Join(f.Targets, ", ")))
	}
	for _, f := range r.Before {
		notes = append(notes, fmt.Sprintf("the discovery proxy %s finds %s, as before\n  hint: to part them: docker stacklite --discovery project up -d",
			f.Proxy, strings.Join(f.Targets, ", ")))
	}
	for _, f := range r.Parted {
		notes = append(notes, fmt.Sprintf("%s publishes on loopback alone, so it no longer finds %s\n  hint: to join them, add a link in the file", f.Proxy, few(f.Targets)))
	}
	for _, f := range r.Unnamed {
		notes = append(notes, fmt.Sprintf("--discovery names others, so %s no longer finds %s\n  hint: to keep them joined: docker stacklite --discovery %s up -d",
			f.Proxy, few(f.Targets), strings.Join(r.Names, ",")))
	}
	if len(r.Withheld) > 0 {
		notes = append(notes, withheldNote(r))
	}
	for _, name := range r.Unmatched {
		notes = append(notes, fmt.Sprintf("--discovery: no project or container is called %s, so nothing was joined with it", name))
	}
	if note := unreachedNote(r.Unreached, "\n  hint: "); note != "" {
		notes = append(notes, note)
	}
	for _, l := range in.LookAgain(p) {
		again := "docker stacklite restart " + l.Watcher
		if len(l.Containers) > 0 {
			again = "docker restart " + strings.Join(l.Containers, " ")
		}
		notes = append(notes, fmt.Sprintf("%s and %s are joined while both run, and %s looks for that\n  only when a container starts or stops\n  hint: to have it look: %s",
			l.Proxy, few(l.Targets), l.Watcher, again))
	}
	return notes
}

// unreachedNote says in one note which services ask to be found, and no proxy
// reaches them, and after a separator what to do.
func unreachedNote(r desired.UnreachedReport, hint string) string {
	if len(r.Services) == 0 {
		return ""
	}
	text := "no discovery proxy reaches " + few(r.Services)
	switch {
	case !r.HasProxy:
		text += hint + "to declare a service of the file a proxy, label it " + r.Label
	case len(r.Labelled) > 0:
		text += hint + "to have it found, label " + few(r.Labelled) + " " + r.Label
	}
	return text
}

// unreachedByImage tells which services no proxy reaches although their images ask
// for one. What files ask for is told before.
func unreachedByImage(ctx context.Context, s *session.Session, services []string) (string, error) {
	r, err := session.UnreachedByImage(ctx, s, services)
	return unreachedNote(r, "; "), err
}

// whyProxy says what makes a discovery proxy of one.
func whyProxy(f desired.Finding) string {
	switch ports := few(f.Ports); {
	case f.Socket:
		return fmt.Sprintf("%s mounts the docker socket and publishes %s", f.Proxy, cmp.Or(ports, "a port"))
	case ports == "":
		return f.Proxy + " is a discovery proxy, by its label or by what configures it"
	default:
		return fmt.Sprintf("%s is a discovery proxy, by its label or by what configures it, and publishes %s", f.Proxy, ports)
	}
}

// withheldNote says what is not joined, why it would be, and what to type.
func withheldNote(r desired.DiscoveryReport) string {
	lines := []string{"not joined, for discovery across projects needs a yes:"}
	var targets []string
	files := map[string][]string{} // by the label that they are to have
	plain := false
	for _, f := range r.Withheld {
		lines = append(lines,
			fmt.Sprintf("  %s with %s", f.Proxy, few(f.Targets)),
			"    "+whyProxy(f))
		targets, plain = append(targets, f.Targets...), plain || f.Plain
		if f.File != "" {
			files[f.Label] = append(files[f.Label], f.File)
		}
	}
	slices.Sort(targets)
	targets = slices.Compact(targets)
	sets := "sets VIRTUAL_HOST"
	if len(targets) > 1 {
		sets = "set VIRTUAL_HOST"
	}
	if plain { // of these only labels are seen
		sets += " or the label that asks for it"
	}
	lines = append(lines, "    "+few(targets)+" "+sets)
	join := "to join them"
	if len(files) > 0 {
		lines, join = append(lines, labelHint(files)...), "or type"
	}
	return strings.Join(append(lines,
		"  hint: "+join+": docker stacklite --discovery "+strings.Join(r.Names, ",")+" up -d",
		"  hint: not to be told again: docker stacklite --discovery project up -d",
	), "\n")
}

// labelHint says which proxies to label, each with what it is to find and no more.
func labelHint(files map[string][]string) []string {
	labels := slices.Sorted(maps.Keys(files))
	if len(labels) == 1 {
		return []string{"  hint: for good, label " + few(files[labels[0]]) + ":", "    " + labels[0]}
	}
	var lines []string
	for i, label := range labels {
		if i == 0 {
			lines = append(lines, "  hint: for good, label each of these:")
		}
		lines = append(lines, "    "+few(files[label])+":", "      "+label)
	}
	return lines
}

// few lists some names, and says how many there are besides.
func few(names []string) string {
	const most = 4
	if len(names) > most+1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
