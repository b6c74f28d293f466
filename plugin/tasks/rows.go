package tasks

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/docker/go-units"

	"github.com/stack-lite/stack-lite/plugin/observed"
)

// row is what ps shows of a task, under the names that templates use: those that it
// has of a container too mean the same.
type row struct {
	Name      string
	Service   string
	Number    int
	ID        string
	Image     string
	Node      string
	State     string
	Status    string
	Desired   string
	Error     string
	ExitCode  int
	Ports     string
	Networks  string
	Container string
}

// shown is a task of a replica that ps has a row for.
type shown struct {
	replica replica
	task    observed.Task
	after   *observed.Task // that was made in its place, where it is lost or has failed
}

// lately is how long ps shows what a replica has recovered from.
const lately = 10 * time.Minute

// choose gives the tasks that ps shows: those that are to run, and of a replica that
// does not run or has lately failed, what has happened to it. With all also those of the
// past, as far as the swarm remembers them.
func choose(seen *observed.Swarm, list []replica, all bool, now time.Time) []shown {
	var out []shown
	for _, r := range list {
		if all {
			for i, t := range r.tasks {
				s := shown{replica: r, task: t}
				if i > 0 {
					s.after = &r.tasks[i-1]
				}
				out = append(out, s)
			}
			continue
		}
		up := false
		for _, t := range r.tasks {
			// What is being stopped still runs.
			if t.Meant() || !t.Over() && !onLostNode(seen, t) {
				out = append(out, shown{replica: r, task: t})
				up = up || t.Meant() && runs(seen, t)
			}
		}
		if !r.isWanted() {
			continue
		}
		bad, after := r.setback(seen)
		switch {
		case bad != nil && (!up || now.Sub(since(*bad, after)) < lately):
			out = append(out, shown{r, *bad, after})
		case bad == nil && len(r.current()) == 0 && r.tasks[0].Over(): // its service does not restart it
			out = append(out, shown{replica: r, task: r.tasks[0]})
		}
	}
	return out
}

// since is when a task has come into its state. When a node was lost nobody has
// noted, but another task was made at once.
func since(t observed.Task, after *observed.Task) time.Time {
	if !t.Over() && !t.Meant() && after != nil {
		return after.Created
	}
	return t.Since
}

// stateOf is the state of a task, in one word: lost where its node is.
func stateOf(seen *observed.Swarm, t observed.Task) string {
	if onLostNode(seen, t) {
		return "lost"
	}
	return t.State
}

// status is the state of a task, and since when.
func status(seen *observed.Swarm, s shown, now time.Time) string {
	state, from := stateOf(seen, s.task), since(s.task, s.after)
	switch {
	case from.IsZero() || state == "lost" && s.after == nil:
		return state
	case s.task.Over() || state == "lost":
		return state + " " + ago(from, now) + " ago"
	}
	return state + " " + ago(from, now)
}

// ago is how long something has been.
func ago(from, now time.Time) string {
	text := units.HumanDuration(max(0, now.Sub(from)))
	return strings.ToLower(text[:1]) + text[1:]
}

// trouble is why a task does not run; empty: nothing is known to be wrong.
func trouble(seen *observed.Swarm, t observed.Task) string {
	if n := nodeOf(seen, t); n != nil && onLostNode(seen, t) {
		return nodeName(*n) + " is down"
	}
	return plainly(t.Err)
}

// nodeName is what a node is called.
func nodeName(n observed.Node) string { return cmp.Or(n.Name, n.ID) }

// longest is how much of an error a table shows.
const longest = 60

// plainly is what a swarm says of a process that has ended, in fewer words; all else it
// says stays.
func plainly(text string) string {
	if code, ok := strings.CutPrefix(text, "task: non-zero exit ("); ok {
		if n, err := strconv.Atoi(strings.TrimSuffix(code, ")")); err == nil {
			return fmt.Sprintf("exit code %d", n)
		}
	}
	return text
}

// short is an error for a table: the engine's words for what every task goes
// through are left out.
func short(text string) string {
	text = strings.TrimPrefix(text, "starting container failed: ")
	text = strings.TrimPrefix(text, "OCI runtime create failed: ")
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > longest {
		text = string([]rune(text)[:longest-1]) + "…"
	}
	return text
}

// rows gives the rows of tasks. Those of a table are for people: there images are
// without digests, and what a task is to come to is said where it is something else
// than to run. Errors are whole there with whole.
func rows(seen *observed.Swarm, list []shown, table, whole bool, now time.Time) []row {
	networks := map[string]string{}
	for _, n := range seen.Networks {
		networks[n.ID] = n.Name
	}
	out := make([]row, len(list))
	for i, s := range list {
		t := s.task
		var attached []string
		for _, a := range s.replica.service.Attached {
			attached = append(attached, cmp.Or(networks[a.Network], a.Network))
		}
		slices.Sort(attached)
		r := row{
			Name: t.Name, Service: s.replica.service.Service, Number: t.Slot, ID: t.ID, Image: cmp.Or(t.Image, s.replica.service.Image),
			Node: cmp.Or(t.NodeName, t.Node), State: stateOf(seen, t), Status: status(seen, s, now), Desired: t.Desired,
			Error: trouble(seen, t), ExitCode: t.ExitCode, Container: t.Container,
			Ports: strings.Join(portWords(seen, s.replica.service, t), ", "), Networks: strings.Join(attached, ", "),
		}
		if table {
			r.Image, _, _ = strings.Cut(r.Image, "@")
			if t.Over() || onLostNode(seen, t) || t.Meant() {
				r.Desired = ""
			}
			if !whole {
				r.Error = short(r.Error)
			}
		}
		out[i] = r
	}
	return out
}

// columns are those of the table of rows: of what is seldom there only where it is.
func columns(list []row) []string {
	has := func(f func(row) string) bool {
		return slices.ContainsFunc(list, func(r row) bool { return f(r) != "" })
	}
	out := []string{"Name", "Service", "Image", "Node", "Status"}
	if has(func(r row) string { return r.Desired }) {
		out = append(out, "Desired")
	}
	if has(func(r row) string { return r.Error }) {
		out = append(out, "Error")
	}
	return append(out, "Ports")
}

// portWords are the ports at which a task that runs is reached: those of its service on
// every node, and those that its own node publishes.
func portWords(seen *observed.Swarm, s observed.Service, t observed.Task) []string {
	if !t.Meant() || !runs(seen, t) {
		return nil
	}
	var words []string
	add := func(at string, p observed.ServicePort) {
		if p.Published != 0 {
			word := fmt.Sprintf("%s:%d->%d/%s", at, p.Published, p.Target, cmp.Or(p.Protocol, "tcp"))
			if !slices.Contains(words, word) { // a node lists one for IPv4 and IPv6 twice
				words = append(words, word)
			}
		}
	}
	for _, p := range s.Ports {
		if p.Mode != "host" {
			add("*", p)
		}
	}
	at := cmp.Or(t.NodeName, t.Node)
	if n := nodeOf(seen, t); n != nil && n.Address != "" {
		at = hostOf(n.Address)
	}
	for _, p := range t.Ports {
		add(at, p)
	}
	return words
}

// hostOf is an address as it is written before a port.
func hostOf(address string) string {
	if strings.Contains(address, ":") && !strings.HasPrefix(address, "[") {
		return "[" + address + "]"
	}
	return address
}
