package compose

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// readOwn reads what files of the first format say under OwnKey into their project: of
// several the last that has a key there.
func (r *report) readOwn(p *Project, main []*document) {
	said := value{kind: mapping}
	for _, d := range main {
		if d.own.key == "" {
			continue
		}
		if d.own.value.kind != mapping {
			said = d.own.value
			break
		}
		for _, entry := range d.own.value.pairs {
			said.pairs = slices.DeleteFunc(slices.Clone(said.pairs), func(before pair) bool { return before.key == entry.key })
			said.pairs = append(said.pairs, entry)
		}
		said.pos = d.own.pos
	}
	if said.pos.IsZero() {
		return
	}
	fail := func(msg string, path ...string) {
		r.fail(said.place(path[1:]), strings.Join(path, "."), msg)
	}
	p.Isolation, p.Swarm = ReadOwn(said.plain(), fail)
	if p.Swarm == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(p.Swarm.Placement)) {
		if p.Service(name) == nil {
			fail(fmt.Sprintf("no service %q%s", name, DidYouMean(name, p.names())), OwnKey, "placement", name)
		}
	}
}

// place is where a path below a value stands, as far as there is one: of a mapping the key.
func (v value) place(path []string) Pos {
	if len(path) == 0 {
		return v.pos
	}
	pos, next := v.pos, value{}
	if entry, ok := v.get(path[0]); ok {
		pos, next = entry.pos, entry.value
		next.pos = pos
	} else if i, err := strconv.Atoi(path[0]); err == nil && i < len(v.items) {
		pos, next = v.items[i].pos, v.items[i]
	} else {
		return pos
	}
	if len(path) == 1 {
		return pos
	}
	return next.place(path[1:])
}
