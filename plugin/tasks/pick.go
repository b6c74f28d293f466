package tasks

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// running gives the tasks of a service that run, by number; with an index only the one with
// that number.
func running(seen *observed.Swarm, service string, index int) []observed.Task {
	var list []observed.Task
	for _, r := range replicas(seen, ofService(seen, service)) {
		for _, t := range r.tasks {
			if t.Meant() && runs(seen, t) && (index == 0 || t.Slot == index) {
				list = append(list, t)
			}
		}
	}
	return list
}

// ofService gives the services of the swarm that are a service of the files.
func ofService(seen *observed.Swarm, service string) []observed.Service {
	return slices.DeleteFunc(slices.Clone(seen.Services), func(s observed.Service) bool { return s.Service != service || s.OneOff })
}

// pick chooses a task of a service that runs: one on the node with the id local, where
// there is one.
func pick(seen *observed.Swarm, service string, index int, local string) (observed.Task, error) {
	list := running(seen, service, index)
	if len(list) == 0 {
		return observed.Task{}, nothingRuns(seen, service, index)
	}
	for _, t := range list {
		if t.Node == local {
			return t, nil
		}
	}
	return list[0], nil
}

// nothingRuns says that of a service nothing runs, and why, as far as that is known.
func nothingRuns(seen *observed.Swarm, service string, index int) error {
	name := service
	if index != 0 {
		name = fmt.Sprintf("%s.%d", service, index)
	}
	f := exit.Failure{Msg: name + " does not run", Advice: []string{"to see its tasks: docker stacklite ps " + service}, Kind: exit.KindNotRunning, Words: []string{name}}
	services := ofService(seen, service)
	if len(services) == 0 {
		f.Msg, f.Advice = fmt.Sprintf("no task found for %s", name), []string{"to start it: docker stacklite up -d " + service}
		return f
	}
	if services[0].Stopped {
		f.Msg, f.Advice = service+" is stopped", []string{"to start it: docker stacklite start " + service}
		return f
	}
	for _, r := range replicas(seen, services) {
		if why := reason(seen, r); why != "" && (index == 0 || r.tasks[0].Slot == index) {
			f.Msg += ": " + why
			break
		}
	}
	return f
}

// containerName is the name of a task's container, on its node.
func containerName(t observed.Task) string {
	of := t.Name
	if i := strings.LastIndexByte(of, '.'); i >= 0 && t.Slot == 0 {
		of = of[:i+1] + t.Node
	}
	return of + "." + t.ID
}

// elsewhere says of a task that runs on another node than that of the engine at hand that
// a command can't be about it there, and what to type: the docker command is to be called
// with words, of which the task's container is one.
func elsewhere(seen *observed.Swarm, t observed.Task, contexts map[string]string, words []string) exit.Failure {
	where := cmp.Or(t.NodeName, t.Node)
	f := exit.Failure{Msg: fmt.Sprintf("%s runs on %s, and only the engine there reaches its container", t.Name, where)}
	n := nodeOf(seen, t)
	name := contextOf(n, contexts)
	if name == "" {
		at := where
		if n != nil && n.Address != "" {
			at = n.Address
			f.Msg = fmt.Sprintf("%s runs on %s (%s), and only the engine there reaches its container", t.Name, where, n.Address)
		}
		name = where
		f.Advice = append(f.Advice, fmt.Sprintf("to make a context of that engine: docker context create %s --docker host=ssh://%s", view.ShellWord(name), hostOf(at)))
	}
	typed := []string{"docker", "--context", view.ShellWord(name)}
	for _, w := range words {
		typed = append(typed, view.ShellWord(w))
	}
	f.Advice = append(f.Advice, "there: "+strings.Join(typed, " "))
	return f
}

// contextOf is the context of the Docker CLI whose engine is that of a node, by the address
// that it has; empty: none is known to be. Contexts are addresses by name.
func contextOf(n *observed.Node, contexts map[string]string) string {
	if n == nil {
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(contexts)) {
		at, err := url.Parse(contexts[name])
		if err != nil || at.Hostname() == "" {
			continue
		}
		if host := at.Hostname(); host == n.Address || strings.EqualFold(host, n.Name) {
			return name
		}
	}
	return ""
}
