package compose

import (
	"fmt"
	"regexp"
	"strings"
)

var serviceName = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)

// reader turns values into services.
type reader struct {
	*report
	find  lookup
	keys  []Key
	names []string // of the keys
	known map[string]Key
}

func newReader(r *report, find lookup) *reader {
	keys := keyTable()
	return &reader{report: r, find: find, keys: keys, names: keyNames(keys), known: index(keys)}
}

// service reads one service. Relative paths start from base. The result is
// never nil, so that one mistake does not hide the next.
func (r *reader) service(p pair, base string) *draft {
	d := &draft{Service: Service{Name: p.key, Pos: p.pos, At: map[string]Pos{}}, paths: map[Pos]string{}, values: map[string]Pos{}, size: p.value.size()}
	if !serviceName.MatchString(p.key) {
		r.fail(p.pos, p.key, "a service's name is made of a-z A-Z 0-9 . _ and -")
	}
	switch p.value.kind {
	case mapping:
	case null:
		return d // has neither image nor build, which is told later
	default:
		var hints []string
		if p.value.scalar() && !strings.ContainsAny(p.value.text, "\n") {
			hints = []string{fmt.Sprintf(`write "image: %s" on a line of its own, indented below "%s:"`, p.value.text, p.key)}
		}
		r.fail(p.value.pos, p.key, fmt.Sprintf("a service is a mapping of keys, not %s", p.value.kind), hints...)
		d.broken = true
		return d
	}
	s := &scope{report: r.report, find: r.find, base: base, path: p.key, paths: d.paths}
	for _, q := range interpolate(r.report, r.find, p.key, p.value).pairs {
		k, ok := r.known[q.key]
		if !ok {
			meant := r.meant(q.key, r.names)
			msg, hints := r.unknown(q.key, meant)
			r.fail(q.pos, p.key+"."+q.key, msg, hints...)
			d.broken = d.broken || meant == "image" || meant == "build" || meant == "extends"
			continue
		}
		d.At[q.key], d.values[q.key] = q.pos, q.value.pos
		k.field.read(s.under(".%s", q.key), q.value, d)
	}
	return d
}
