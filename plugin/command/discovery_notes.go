package command

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/desired"
)

// discoveryNotes tells what discovery joins without a link, what is joined only
// because it was, and in one note what is not joined because the proxy's side
// has not said yes.
func discoveryNotes(in desired.Inputs) []string {
	var notes []string
	r := in.Discovered()
	for _, f := range r.Joined {
		notes = append(notes, fmt.Sprintf("the discovery proxy %s finds %s without a link", f.Proxy, strings.Join(f.Targets, ", ")))
	}
	for _, f := range r.Before {
		notes = append(notes, fmt.Sprintf("the discovery proxy %s finds %s, as before\n  hint: to part them: docker stacklite --discovery project up",
			f.Proxy, strings.Join(f.Targets, ", ")))
	}
	for _, f := range r.Parted {
		notes = append(notes, fmt.Sprintf("%s publishes on loopback alone, so it no longer finds %s\n  hint: to join them, add a link in the file", f.Proxy, few(f.Targets)))
	}
	if len(r.Withheld) > 0 {
		notes = append(notes, withheldNote(r))
	}
	for _, name := range r.Unmatched {
		notes = append(notes, fmt.Sprintf("--discovery: no project or container is called %s, so nothing was joined with it", name))
	}
	return notes
}

// withheldNote says what is not joined, why it would be, and what to type.
func withheldNote(r desired.DiscoveryReport) string {
	lines := []string{"not joined, for discovery across projects needs a yes:"}
	var targets, files []string
	plain := false
	for _, f := range r.Withheld {
		lines = append(lines,
			fmt.Sprintf("  %s with %s", f.Proxy, few(f.Targets)),
			fmt.Sprintf("    %s mounts the docker socket and publishes %s", f.Proxy, cmp.Or(few(f.Ports), "a port")))
		targets, plain = append(targets, f.Targets...), plain || f.Plain
		if f.File != "" {
			files = append(files, f.File)
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
	if len(files) > 0 {
		lines = append(lines, "  hint: for good, label "+few(files)+":", "    "+r.Label)
	}
	return strings.Join(append(lines, "  hint: or type: docker stacklite --discovery "+strings.Join(r.Names, ",")+" up"), "\n")
}

// few lists some names, and says how many there are besides.
func few(names []string) string {
	const most = 4
	if len(names) > most+1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
