package linking

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// EnvMode says which link variables a consumer gets.
type EnvMode int

const (
	EnvPorts EnvMode = iota // the target's name and ports
	EnvFull                 // those and the target's environment, secrets included
	EnvNone                 // none
)

// VariableLink is one name of a target, as a consumer sees it.
type VariableLink struct {
	Alias string           // db, db_1 or project_db_1
	Ports []compose.Expose // all that the target exposes: image, expose and ports
	Env   []compose.Var    // the target's environment, image and file; for EnvFull only
}

// VariableNames returns the names under which a consumer of v1 files finds a
// target (compose-v1.md 2.1): the alias, then for each of the target's
// containers its name without the project, and its name.
func VariableNames(project, alias string, containers []string) []string {
	names := []string{alias}
	for _, c := range containers {
		names = append(names, strings.TrimPrefix(c, project+"_"), c)
	}
	seen := make(map[string]bool)
	return slices.DeleteFunc(names, func(n string) bool {
		again := seen[n]
		seen[n] = true
		return again
	})
}

// Variables returns the environment variables that the engine used to set for
// links (compose-v1.md 2.6), sorted by name, for a consumer container of the
// given name. In place of an IP address stands the alias, which never goes
// stale. Where two links give one variable, the later link's value counts.
//
// A variable of the consumer's own environment or image wins over these; to
// leave those out is up to the caller.
func Variables(consumer string, links []VariableLink, mode EnvMode) []compose.Var {
	if mode == EnvNone {
		return nil
	}
	e := environment{}
	for _, l := range links {
		prefix := strings.ReplaceAll(strings.ToUpper(l.Alias), "-", "_")
		e.set(path.Join("/", consumer, l.Alias), prefix, "NAME")
		e.ports(prefix, l.Alias, singlePorts(l.Ports))
		if mode == EnvFull {
			e.copied(prefix, l.Env)
		}
	}
	out := make([]compose.Var, 0, len(e))
	for name, value := range e {
		out = append(out, compose.Var{Name: name, Value: &value})
	}
	slices.SortFunc(out, func(a, b compose.Var) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// VariablesSize is about how much room the variables of links take in the
// environment of a program, in bytes, where Linux counts a pointer to each. It
// makes none of them: a range of ports gives tens of thousands.
func VariablesSize(links []VariableLink, mode EnvMode) int {
	if mode == EnvNone {
		return 0
	}
	const pointer, rest = 8, 2 // =, and the byte that ends it
	size := 0
	for _, l := range links {
		for _, p := range singlePorts(l.Ports) {
			digits, proto := len(strconv.Itoa(p.number)), len(p.proto)
			name := len(l.Alias) + len("_PORT_") + digits + len("_") + proto
			size += 4*(name+rest+pointer) + len("_ADDR_PORT_PROTO") + proto + len("://:") + 2*len(l.Alias) + 2*digits + proto
		}
		for _, v := range l.Env {
			if mode == EnvFull && v.Value != nil {
				size += len(l.Alias) + len("_ENV_") + len(v.Name) + len(*v.Value) + rest + pointer
			}
		}
	}
	return size
}

// environment is values by variable.
type environment map[string]string

// set gives the variable whose name is the parts joined with _ a value.
func (e environment) set(value string, parts ...string) { e[strings.Join(parts, "_")] = value }

// singlePort is one exposed port.
type singlePort struct {
	number int
	proto  string
}

// singlePorts returns every port of the ranges once, by number, and tcp first
// where a number has several protocols.
func singlePorts(ranges []compose.Expose) []singlePort {
	var ports []singlePort
	for _, r := range ranges {
		for n := r.First; n <= r.Last; n++ {
			ports = append(ports, singlePort{n, strings.ToLower(cmp.Or(r.Proto, "tcp"))})
		}
	}
	slices.SortFunc(ports, func(a, b singlePort) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(rank(a.proto), rank(b.proto)), cmp.Compare(a.proto, b.proto))
	})
	return slices.Compact(ports)
}

// rank puts tcp before all others.
func rank(proto string) int {
	if proto == "tcp" {
		return 0
	}
	return 1
}

// ports sets what a target's ports give: X_PORT for the first of them, four
// variables for each, and four more at the first of three or more of one
// protocol with consecutive numbers.
func (e environment) ports(prefix, host string, ports []singlePort) {
	url := func(p singlePort, number int) string { return fmt.Sprintf("%s://%s:%d", p.proto, host, number) }
	runs := make(map[string]*run)
	for i, p := range ports {
		number, proto := strconv.Itoa(p.number), strings.ToUpper(p.proto)
		if i == 0 {
			e.set(url(p, p.number), prefix, "PORT")
		}
		e.set(url(p, p.number), prefix, "PORT", number, proto)
		e.set(host, prefix, "PORT", number, proto, "ADDR")
		e.set(number, prefix, "PORT", number, proto, "PORT")
		e.set(p.proto, prefix, "PORT", number, proto, "PROTO")

		r := runs[p.proto]
		if r == nil || p.number != r.last+1 {
			r = &run{first: p.number}
			runs[p.proto] = r
		}
		r.last = p.number
		if r.last-r.first >= 2 {
			first := strconv.Itoa(r.first)
			e.set(url(p, r.first), prefix, "PORT", first, proto, "START")
			e.set(url(p, r.last), prefix, "PORT", first, proto, "END")
			e.set(first, prefix, "PORT", first, proto, "PORT", "START")
			e.set(number, prefix, "PORT", first, proto, "PORT", "END")
		}
	}
}

// run is ports of one protocol with consecutive numbers.
type run struct{ first, last int }

// copied sets the variables of the target's own environment, except the two
// that every image sets for itself.
func (e environment) copied(prefix string, env []compose.Var) {
	for _, v := range env {
		if v.Value != nil && v.Name != "PATH" && v.Name != "HOME" {
			e.set(*v.Value, prefix, "ENV", v.Name)
		}
	}
}
