package compose

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// document is one file that was read but whose services were not yet.
type document struct {
	file     string // as messages name it
	path     string // absolute; empty for standard input
	base     string // the directory that relative paths start from
	services []pair // none where the file is no compose file, which was reported
	own      pair   // of OwnKey; no key: the file has none

	index map[string]int // of services by name, made when one is asked for
}

// service returns the service of that name as it is written in the file.
func (d *document) service(name string) (pair, bool) {
	if d.index == nil {
		d.index = make(map[string]int, len(d.services))
		for i, p := range d.services {
			d.index[p.key] = i
		}
	}
	if i, ok := d.index[name]; ok {
		return d.services[i], true
	}
	return pair{}, false
}

// names of the services.
func (d *document) names() []string {
	out := make([]string, len(d.services))
	for i, p := range d.services {
		out[i] = p.key
	}
	return out
}

// documents reads files, each version of one once.
type documents struct {
	*sources
	stdin io.Reader
	known map[version]*document
}

// version is a file with the directory its paths start from: a file of the
// project may be extended, too, and then they start from its own.
type version struct{ path, base string }

func newDocuments(s *sources, stdin io.Reader) *documents {
	return &documents{sources: s, stdin: stdin, known: map[version]*document{}}
}

// chosen reads the files of a selection, in order.
func (d *documents) chosen(s selection, base string) []*document {
	var out []*document
	for i, path := range s.files {
		out = append(out, d.document(version{path, base}, s.given[i], Pos{}, ""))
	}
	return out
}

// document reads a file that messages call given, once. What refers to it
// stands at pos.
func (d *documents) document(v version, given string, pos Pos, at string) *document {
	if doc, ok := d.known[v]; ok {
		return doc
	}
	var data []byte
	var err error
	doc := &document{file: given, path: v.path, base: v.base}
	d.known[v] = doc
	if v.path == "-" {
		doc.path, doc.file = "", "<stdin>"
		if d.stdin == nil {
			err = errors.New("there is no standard input")
		} else {
			data, err = readAll(d.stdin)
		}
	} else {
		data, err = d.disk.read(v.path)
	}
	switch {
	case err == nil:
		from := len(d.errs)
		*doc = *d.open(doc.file, doc.path, doc.base, data)
		if !pos.IsZero() {
			d.extended(from, doc.path)
		}
	case pos.IsZero():
		d.fail(Pos{File: doc.file}, "", reason(err)).as(KindNoFile, About{Text: given, Cause: err})
	default:
		d.fail(pos, at, fmt.Sprintf("%s: %s", given, reason(err))).as(KindNoFile, About{Text: v.path, Cause: err})
	}
	return doc
}

// open reads a file's text as far as its services' names.
func (r *report) open(file, path, base string, data []byte) *document {
	d := &document{file: file, path: path, base: base}
	root, ok := parse(r, file, data)
	if !ok {
		return d
	}
	switch root.kind {
	case mapping:
	case null:
		r.fail(root.pos, "", "the file is empty", noServices).as(KindNoMapping, About{Written: root.json()})
		return d
	default:
		r.fail(root.pos, "", fmt.Sprintf("a file is a mapping of services, not %s", root.kind), noServices).as(KindNoMapping, About{Written: root.json()})
		return d
	}
	if r.newerFormat(root) || r.blanks(root) || r.beside(root) {
		return d
	}
	for _, p := range root.pairs {
		switch {
		case isHolder(p):
			if p.key == OwnKey {
				d.own = p
			}
		case isSection(p):
			r.fail(p.pos, p.key, "a section of the newer Compose formats: here a file has only services", "remove it, or run the file with docker compose").as(KindNewerSection, About{Names: others(root)})
		default:
			d.services = append(d.services, p)
		}
	}
	if len(d.services) == 0 {
		r.fail(root.pos, "", "the file has no services", noServices)
	}
	return d
}

const noServices = `write a service, such as "web:" with "image: busybox" indented below it`

// isHolder distinguishes an anchor's holder from a service: a name that begins
// with x-, with nothing behind it that could run. (In 1.x such a name was a
// service like any other, so one that has an image still is.)
func isHolder(p pair) bool {
	if !strings.HasPrefix(p.key, "x-") {
		return false
	}
	return !runs(p.value)
}

// isSection reports what the newer formats have beside services.
func isSection(p pair) bool {
	switch p.key {
	case "networks", "volumes", "secrets", "configs":
		return !runs(p.value)
	}
	return false
}

// others are the keys of a file that are neither sections nor holders, sorted.
func others(root value) []string {
	var out []string
	for _, p := range root.pairs {
		if !isSection(p) && !strings.HasPrefix(p.key, "x-") {
			out = append(out, p.key)
		}
	}
	slices.Sort(out)
	return out
}

// runs reports whether a value has what makes it a service.
func runs(v value) bool {
	for _, key := range [...]string{"image", "build", "extends"} {
		if _, ok := v.get(key); ok {
			return true
		}
	}
	return false
}

// newerFormat reports a file that is not for this program. A service may well
// be called version or services, so the value decides.
func (r *report) newerFormat(root value) bool {
	if p, ok := root.get("version"); ok && p.value.scalar() {
		if v := p.value.text; v == "1" || v == "1.0" {
			r.fail(p.pos, "version", "the v1 format has no version", "remove this line").as(KindFirstVersion, About{})
			return true
		}
		if _, ok := root.get("services"); !ok && slices.ContainsFunc(root.pairs, func(p pair) bool { return runs(p.value) }) {
			r.fail(p.pos, "", fmt.Sprintf("version %q is a newer format, but the services stand at the top level, as before there were versions", p.value.text),
				"remove this line", `or put all services below "services:" and run the file with docker compose`)
			return true
		}
		r.fail(p.pos, "", fmt.Sprintf("this is a file of the newer format, version %q, with its services under \"services:\"", p.value.text), newerHint)
		return true
	}
	if p, _ := root.get("services"); hasServices(root) {
		r.fail(p.pos, "", `this is a file of the newer format, with its services under "services:"`, newerHint)
		return true
	}
	return false
}

// hasServices reports whether a file has services under services, and does not just have a
// service of that name.
func hasServices(root value) bool {
	p, ok := root.get("services")
	if !ok || p.value.kind != mapping || len(p.value.pairs) == 0 {
		return false
	}
	return !slices.ContainsFunc(p.value.pairs, func(q pair) bool { return q.value.kind != mapping && q.value.kind != null })
}

const newerHint = "run it with docker compose"
