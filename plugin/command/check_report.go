package command

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/reach"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// report shows what came out, and makes it the exit status.
func report(o view.Options, c *reach.Check, format string) error {
	findings := c.Findings()
	bad := 0
	for _, f := range findings {
		if f.Verdict != reach.OK {
			bad++
		}
	}
	if format != "matrix" {
		columns := []string{"From", "To", "Want", "Got", "Verdict", "Evidence"}
		if err := view.Table(o, format, columns, findings); err != nil {
			return err
		}
	} else if err := printMatrix(o, findings, c.Untested); err != nil {
		return err
	}
	printNotes(o, c)
	if format == "matrix" {
		view.PrintHints(o, remedies(findings))
	}
	switch {
	case len(c.Untested) > 0:
		return untested(c.Untested)
	case bad > 0:
		return exit.Status(1)
	}
	return nil
}

// remedies are the commands that end leaks and mend what is broken, each once.
func remedies(findings []reach.Finding) []string {
	to := map[reach.Verdict]string{reach.Leaking: "to end that: ", reach.Broken: "to mend that: "}
	var hints []string
	for _, f := range findings {
		for _, command := range f.Advice {
			if hint := to[f.Verdict] + command; to[f.Verdict] != "" && !slices.Contains(hints, hint) {
				hints = append(hints, hint)
			}
		}
	}
	return hints
}

func printNotes(o view.Options, c *reach.Check) {
	var notes []compose.Note
	for _, n := range c.Notes {
		notes = append(notes, compose.Note{Text: n})
	}
	view.PrintNotes(o, notes)
}

// untested is the error where something could not be tested.
func untested(list []reach.Untested) error {
	var names []string
	for _, u := range list {
		names = append(names, u.Node)
	}
	return exit.Failure{Msg: "not everything could be tested: " + join(names), Advice: []string{
		"to start what does not run: docker stacklite up -d",
		"to check only what runs: docker stacklite check --running",
	}}
}

// printMatrix shows findings by service, the worst of their containers for each,
// and a line for whatever is not as it should be.
func printMatrix(o view.Options, findings []reach.Finding, untested []reach.Untested) error {
	var names []string
	worst := map[[2]string]reach.Finding{}
	for _, f := range findings {
		from, to := f.Nodes()
		at := [2]string{from, to}
		if was, seen := worst[at]; !seen || f.Rank() > was.Rank() {
			worst[at] = f
		}
		for _, name := range at {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	err := view.Matrix(o, "FROM \\ TO", names, names, func(i, j int) view.Cell {
		f, asked := worst[[2]string{names[i], names[j]}]
		if !asked {
			return view.Cell{}
		}
		return cell(f)
	})
	if err != nil {
		return err
	}
	return view.Lines(o, append([]string{""}, summary(findings, untested)...)...)
}

// cell is a finding in the matrix.
func cell(f reach.Finding) view.Cell {
	switch {
	case f.Verdict == reach.Leaking:
		return view.Cell{Text: "LEAK", Style: view.Bad}
	case f.Verdict == reach.Broken:
		return view.Cell{Text: "BROKEN", Style: view.Bad}
	case f.Verdict == reach.Unknown:
		return view.Cell{Text: "?", Style: view.Bad}
	case f.Want == "yes":
		return view.Cell{Text: "yes", Style: view.Good}
	case len(f.Ports) > 0:
		return view.Cell{Text: "port", Style: view.Plain}
	}
	return view.Cell{Text: "-", Style: view.Faint}
}

// summary is a line for every finding that is not as it should be, one for
// whatever could not be tested, one for every service with published ports, and
// the sum of what was tested.
func summary(findings []reach.Finding, untested []reach.Untested) []string {
	var lines []string
	counts := map[reach.Verdict]int{}
	linked := 0
	findings = slices.DeleteFunc(slices.Clone(findings), reach.Finding.Untested)
	for _, f := range findings {
		counts[f.Verdict]++
		if f.Want == "yes" {
			linked++
		}
		if f.Verdict != reach.OK {
			lines = append(lines, f.Line())
		}
	}
	for _, u := range untested {
		lines = append(lines, "not tested: "+u.String())
	}
	lines = append(lines, publishedPorts(findings)...)
	sum := fmt.Sprintf("%d pairs of containers, %d of them linked: ", len(findings), linked)
	if len(findings) == counts[reach.OK] {
		return append(lines, sum+"all as they should be")
	}
	var bad []string
	for _, v := range []reach.Verdict{reach.Leaking, reach.Broken, reach.Unknown} {
		if counts[v] > 0 {
			bad = append(bad, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	return append(lines, sum+strings.Join(bad, ", "))
}

// publishedPorts says for every service which others reach it through the host.
func publishedPorts(findings []reach.Finding) []string {
	var targets []string
	from, ports := map[string][]string{}, map[string][]string{}
	for _, f := range findings {
		if len(f.Ports) == 0 {
			continue
		}
		source, target := f.Nodes()
		if from[target] == nil {
			targets = append(targets, target)
		}
		from[target] = append(from[target], source)
		for _, p := range f.Ports {
			_, port, _ := net.SplitHostPort(p)
			ports[target] = append(ports[target], port)
		}
	}
	var lines []string
	for _, to := range targets {
		lines = append(lines, fmt.Sprintf("port: %s: published on the host at %s, where %s can reach it: links do not protect published ports",
			to, join(ports[to]), join(from[to])))
	}
	return lines
}

// join lists words, each once.
func join(words []string) string {
	words = slices.Clone(words)
	slices.Sort(words)
	return strings.Join(slices.Compact(words), ", ")
}
