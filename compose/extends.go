package compose

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// drafts reads the services of the files, merges files key by key, and then
// lets each service take over what it extends.
func (l *loader) drafts() []*draft {
	var out []*draft
	at := map[string]int{}
	owner := map[string]*document{} // where a service's extends is written
	for _, doc := range l.main {
		for _, p := range doc.services {
			d := l.service(p, doc.base)
			if d.extends.service != "" {
				owner[d.Name] = doc
			}
			if i, ok := at[d.Name]; ok {
				l.over(out[i], d)
				continue
			}
			at[d.Name] = len(out)
			out = append(out, d)
		}
	}
	x := extending{loader: l, done: map[origin]*draft{}, open: map[origin]bool{}}
	for i, d := range out {
		if d.extends.service != "" {
			out[i] = x.extend(d, owner[d.Name])
		}
	}
	return out
}

// over puts the keys of d on top of those of base.
func (l *loader) over(base, d *draft) {
	_, image := d.At["image"]
	_, build := d.At["build"]
	switch {
	case image && !build:
		l.unset(base, "build")
		l.unset(base, "dockerfile")
	case build && !image:
		l.unset(base, "image")
	}
	for _, k := range l.keys {
		if pos, ok := d.At[k.Name]; ok {
			k.field.merge(base, d)
			base.At[k.Name] = pos
		}
	}
	base.broken = base.broken || d.broken
	base.size += d.size
	maps.Copy(base.paths, d.paths)
	maps.Copy(base.values, d.values)
}

// unset takes a key out of a service.
func (l *loader) unset(d *draft, key string) {
	if _, ok := d.At[key]; !ok {
		return
	}
	delete(d.At, key)
	l.known[key].field.clear(d)
}

// origin is a service of a file.
type origin struct{ path, service string }

// extending follows extends, through files and chains.
type extending struct {
	*loader
	done map[origin]*draft
	way  []origin // the services that led here
	open map[origin]bool
	size int  // values taken over so far
	full bool // that there are too many was told
}

// maxTakenOver is the number of values that extends may copy: a chain of
// services in which each adds to what it takes over grows by the square.
const maxTakenOver = 2000000

// extend returns d, a service of doc, on top of what it extends.
func (x *extending) extend(d *draft, doc *document) *draft {
	self := origin{doc.path, d.Name}
	x.way, x.open[self] = append(x.way, self), true
	defer func() {
		x.way = x.way[:len(x.way)-1]
		delete(x.open, self)
	}()
	path := d.Name + ".extends"
	e := d.extends
	in, p, ok := x.lookup(e, doc, path)
	o := origin{in.path, e.service}
	switch {
	case !ok:
		d.broken = true
		return d
	case x.open[o]:
		x.circle(e.pos, path, x.way[slices.Index(x.way, o):])
		d.broken = true
		return d
	}
	base, ok := x.done[o]
	if !ok {
		base = x.service(p, in.base)
		if base.extends.service != "" {
			base = x.extend(base, in)
		}
		x.done[o] = base
	}
	if x.size += base.size; x.size > maxTakenOver {
		if !x.full {
			x.fail(e.pos, path, fmt.Sprintf("more than %d values are taken over by extends", maxTakenOver))
		}
		x.full = true
		return d
	}
	out := base.copy(d)
	x.keepOut(out, e, path)
	x.over(out, d)
	return out
}

// lookup finds the service that e names: in e's file; without one in doc,
// where e is written, and then in the other files of the project.
func (x *extending) lookup(e extension, doc *document, path string) (*document, pair, bool) {
	in := doc
	if e.file != "" {
		file := (&scope{report: x.report, find: x.find, base: e.base}).absolute(e.file)
		in = x.document(file, x.display(file), filepath.Dir(file), e.filePos, path+".file", nil)
	}
	if p, ok := in.service(e.service); ok {
		return in, p, true
	}
	for _, m := range x.main {
		if p, ok := m.service(e.service); ok && e.file == "" {
			return m, p, true
		}
	}
	if len(in.services) > 0 { // else it was told why there are none
		meant := x.meant(e.service, in.names())
		x.fail(e.pos, path, fmt.Sprintf("no service %q in %s%s", e.service, in.file, suggestion(meant)), choices("the services there are", in.names())...)
	}
	return in, pair{}, false
}

// circle reports services that extend each other.
func (x *extending) circle(at Pos, path string, way []origin) {
	var names []string
	for _, o := range append(slices.Clone(way), way[0]) {
		names = append(names, o.service)
	}
	if len(names) == 2 {
		x.fail(at, path, "a service cannot extend itself")
		return
	}
	x.fail(at, path, "services extend each other in a circle: "+strings.Join(names, " extends "))
}

// keepOut drops what names other services of the base's file: they need not
// exist beside the service that extends it (compose-v1.md 1.8).
func (x *extending) keepOut(base *draft, e extension, path string) {
	var dropped []string
	for _, key := range [...]string{"links", "volumes_from", "net"} {
		at, ok := base.At[key]
		if !ok || key == "net" && base.Net.Mode != NetContainer && base.Net.Mode != NetService {
			continue
		}
		x.unset(base, key)
		dropped = append(dropped, fmt.Sprintf("%s (%s)", key, at))
	}
	if len(dropped) > 0 {
		x.note(e.pos, path, fmt.Sprintf("not taken over from %q, write it here if it is wanted: %s", e.service, strings.Join(dropped, ", ")))
	}
}

// copy makes a draft with the keys of d and the name of as, which may be
// changed without changing d.
func (d *draft) copy(as *draft) *draft {
	out := *d
	out.Name, out.Pos = as.Name, as.Pos
	out.At, out.values, out.paths = maps.Clone(d.At), maps.Clone(d.values), map[Pos]string{}
	delete(out.At, "extends")
	return &out
}
