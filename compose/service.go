package compose

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/stack-lite/stack-lite/compose/slips"
)

var serviceName = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)

// reader turns values into services.
type reader struct {
	*report
	find  lookup
	keys  []Key
	names []string // of the keys
	known map[string]Key

	layers  bool // notes what services are put together from
	literal bool // leaves variables as they are, and what they stand in unread
	strict  bool // refuses what docker-compose refused

	directories bool // words in volumes are those, where they lie there
}

func newReader(r *report, find lookup) *reader {
	keys := keyTable()
	return &reader{report: r, find: find, keys: keys, names: keyNames(keys), known: index(keys)}
}

// service reads one service. Relative paths start from base. The result is
// never nil, so that one mistake does not hide the next.
func (r *reader) service(body pair, base string) *partial {
	p := &partial{Service: Service{Name: body.key, Pos: body.pos, At: map[string]Pos{}}, paths: map[Pos]string{}, values: map[string]Pos{}, size: body.value.size()}
	if !serviceName.MatchString(body.key) {
		r.fail(body.pos, body.key, "a service's name is made of a-z A-Z 0-9 . _ and -").as(KindBadName, About{Service: body.key})
	}
	switch body.value.kind {
	case mapping:
	case null:
		return p // has neither image nor build, which is reported later
	default:
		var hints []string
		if body.value.scalar() && !strings.ContainsAny(body.value.text, "\n") {
			hints = []string{fmt.Sprintf(`write "image: %s" on a line of its own, indented below "%s:"`, body.value.text, body.key)}
		}
		if slip, ok := slips.In(body.value.text); ok && body.value.kind == text {
			at := body.value.pos
			at.Column += slip.Column - 1
			r.fail(at, body.key, slip.Msg, slip.Hints...).as(KindNoService, About{Service: body.key, Written: body.value.json()})
			p.broken = true
			return p
		}
		r.fail(body.value.pos, body.key, fmt.Sprintf("a service is a mapping of keys, not %s", body.value.kind), hints...).
			as(KindNoService, About{Service: body.key, Written: body.value.json()})
		p.broken = true
		return p
	}
	s := &scope{report: r.report, find: r.find, base: base, path: body.key, at: About{Service: body.key}, paths: p.paths, strict: r.strict, directories: r.directories}
	all := body.value
	if !r.literal {
		all = interpolate(r.report, r.find, body.key, s.at, false, all)
	}
	if r.layers {
		p.layers = []Layer{{Dir: base, Keys: all.plain().(map[string]any)}}
		delete(p.layers[0].Keys, "extends")
	}
	for i, q := range all.pairs {
		k, ok := r.known[q.key]
		if !ok {
			r.failKey(p, all.pairs, i)
			continue
		}
		p.values[q.key] = q.value.pos
		of := s.under(".%s", q.key)
		of.at.Key = q.key
		if q.value.kind == null && !(r.strict && k.takesWord()) {
			of.noteAt(q.value, emptyKey)
			continue
		}
		p.At[q.key] = q.pos
		if q.value.kind == null {
			of.errorAt(q.value, "is empty", "write a value, or remove the key")
			continue
		}
		if r.literal && q.key != "extends" && q.value.hasDollar() {
			if q.value.scalar() {
				continue
			}
			q.value = q.value.literal()
		}
		k.field.read(of, q.value, p)
	}
	return p
}

// failKey reports a key that no service has.
func (r *reader) failKey(p *partial, pairs []pair, i int) {
	q := pairs[i]
	path, about := p.Name+"."+q.key, About{Service: p.Name, Key: q.key}
	if q.value.kind == mapping && runs(q.value) {
		if r.misplaced == nil {
			r.misplaced = map[string]bool{}
		}
		r.misplaced[q.key] = true
		r.fail(q.pos, path, fmt.Sprintf("a service inside the service %q", p.Name), fmt.Sprintf("begin the line at the left edge, as %q: %s", p.Name, slips.Write(strings.TrimSpace(r.line(q.pos))))).
			as(KindUnknownKey, about)
		return
	}
	meant := r.meant(q.key, r.names)
	if above := i - 1; q.value.scalar() && meant == "" && renamed[q.key] == "" {
		for above > 0 && r.known[pairs[above].key].field == nil && pairs[above].value.scalar() {
			above--
		}
		if above >= 0 && pairs[above].value.kind == null && strings.Contains(r.known[pairs[above].key].Takes, "mapping") {
			if above == i-1 { // once for all of them
				r.fail(q.pos, path, fmt.Sprintf("stands beside %q, not in it", pairs[above].key),
					fmt.Sprintf("indent what belongs to %q: %s", pairs[above].key, slips.Write("  "+r.line(q.pos)))).as(KindUnknownKey, about)
			}
			return
		}
	}
	about.Meant = cmp.Or(renamed[q.key], meant)
	msg, hints := r.unknown(q.key, meant)
	r.fail(q.pos, path, msg, hints...).as(KindUnknownKey, about)
	p.broken = p.broken || meant == "image" || meant == "build" || meant == "extends"
}

// skim reads services for their own mistakes alone, where others are missing
// because their file could not be read.
func (r *reader) skim(docs []*document) {
	for _, doc := range docs {
		for _, p := range doc.services {
			r.service(p, doc.base)
		}
	}
}
