package classic

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// CheckFilter refuses a filter of ps --services with the words of the old tools.
// They looked at the value of status only where there were containers.
func CheckFilter(word string, containers bool) error {
	name, value, ok := strings.Cut(word, "=")
	msg := ""
	switch {
	case !ok:
		msg = "Arguments to --filter should be in form KEY=VAL"
	case name == "source" && value != "image" && value != "build":
		msg = "Invalid value for source filter: " + value
	case name == "status" && containers && !slices.Contains([]string{"running", "stopped", "paused", "restarting"}, value):
		msg = "Invalid state: " + value
	case name != "source" && name != "status":
		msg = "Invalid filter: " + name
	}
	if msg == "" {
		return nil
	}
	return exit.Usage{Msg: strings.TrimSpace(msg)}
}

// PrintLines prints a list as the old tools did: an empty one is an empty line.
func PrintLines(o view.Options, lines []string) error {
	if len(lines) == 0 {
		lines = []string{""}
	}
	return view.Lines(o, lines...)
}

// Order gives the services in the order in which the old tools listed them: each
// after those that it needs, and otherwise as in the file. Those that need each
// other, which the old tools refused, come in some order that is always the same.
func Order(p *compose.Project) []string {
	var out []string
	visited := map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		if visited[name] {
			return
		}
		visited[name] = true
		for _, s := range p.Services {
			if slices.Contains(needs(p, s), name) {
				visit(s.Name)
			}
		}
		out = append(out, name)
	}
	for _, s := range slices.Backward(p.Services) {
		visit(s.Name)
	}
	slices.Reverse(out)
	return out
}

// needs names the services that one is started after.
func needs(p *compose.Project, s *compose.Service) []string {
	var names []string
	for _, l := range s.Links {
		names = append(names, l.Target)
	}
	for _, v := range s.VolumesFrom {
		names = append(names, v.Source)
	}
	if s.Net.Mode == compose.NetService {
		names = append(names, s.Net.Name)
	}
	return slices.DeleteFunc(names, func(n string) bool { return n == s.Name || p.Service(n) == nil })
}
