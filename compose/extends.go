package compose

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// readServices reads the services of the files, merges files key by key, and then
// lets each service take over what it extends.
func readServices(r *reader, docs *documents, main []*document) []*partial {
	var out []*partial
	at := map[string]int{}
	owner := map[string]*document{} // where a service's extends is written
	for _, doc := range main {
		for _, body := range doc.services {
			p := r.service(body, doc.base)
			if p.extends.service != "" {
				owner[p.Name] = doc
			}
			if i, ok := at[p.Name]; ok {
				r.over(out[i], p)
				continue
			}
			at[p.Name] = len(out)
			out = append(out, p)
		}
	}
	x := extending{reader: r, docs: docs, main: main, done: map[origin]*partial{}, open: map[origin]bool{}}
	for i, p := range out {
		if p.extends.service != "" {
			out[i] = x.extend(p, owner[p.Name])
		}
	}
	return out
}

// over puts the keys of p on top of those of base.
func (r *reader) over(base, p *partial) {
	_, image := p.At["image"]
	_, build := p.At["build"]
	switch {
	case image && !build:
		r.unset(base, "build")
		r.unset(base, "dockerfile")
	case build && !image:
		r.unset(base, "image")
	}
	for _, k := range r.keys {
		if pos, ok := p.At[k.Name]; ok {
			k.field.merge(base, p)
			base.At[k.Name] = pos
		}
	}
	base.layers = append(base.layers, p.layers...)
	base.broken = base.broken || p.broken
	base.size += p.size
	maps.Copy(base.paths, p.paths)
	maps.Copy(base.values, p.values)
}

// unset takes a key out of a service.
func (r *reader) unset(p *partial, key string) {
	if _, ok := p.At[key]; !ok {
		return
	}
	delete(p.At, key)
	for _, layer := range p.layers {
		delete(layer.Keys, key)
	}
	r.known[key].field.clear(p)
}

// origin is a service of a file.
type origin struct{ path, service string }

// extending follows extends, through files and chains.
type extending struct {
	*reader
	docs  *documents
	main  []*document // the files that were chosen
	done  map[origin]*partial
	chain []origin // the services that led here
	open  map[origin]bool
	size  int  // values taken over so far
	full  bool // that there are too many was reported
}

// maxTakenOver is the number of values that extends may copy: a chain of
// services in which each adds to what it takes over grows by the square.
const maxTakenOver = 2000000

// extend returns p, a service of doc, on top of what it extends.
func (x *extending) extend(p *partial, doc *document) *partial {
	self := origin{doc.path, p.Name}
	x.chain, x.open[self] = append(x.chain, self), true
	defer func() {
		x.chain = x.chain[:len(x.chain)-1]
		delete(x.open, self)
	}()
	path := p.Name + ".extends"
	e := p.extends
	in, body, ok := x.lookup(e, doc, path)
	o := origin{in.path, e.service}
	switch {
	case !ok:
		p.broken = true
		return p
	case x.open[o]:
		x.circle(e.pos, path, x.chain[slices.Index(x.chain, o):])
		p.broken = true
		return p
	}
	base, ok := x.done[o]
	if !ok {
		from := len(x.errs)
		base = x.service(body, in.base)
		if !slices.Contains(x.main, in) {
			x.extended(from, in.path)
		}
		if base.extends.service != "" {
			base = x.extend(base, in)
		}
		x.done[o] = base
	}
	if x.size += base.size; x.size > maxTakenOver {
		if !x.full {
			x.fail(e.pos, path, fmt.Sprintf("more than %d values are taken over by extends", maxTakenOver))
		}
		x.full, p.broken = true, true
		return p
	}
	out := base.copy(p)
	x.dropReferences(out, e, path)
	x.over(out, p)
	return out
}

// lookup finds the service that e names: in e's file; without one in doc,
// where e is written, and then in the other files of the project.
func (x *extending) lookup(e extension, doc *document, path string) (*document, pair, bool) {
	in := doc
	if e.file != "" {
		file := (&scope{report: x.report, find: x.find, base: e.base}).absolute(e.file)
		in = x.docs.document(version{file, filepath.Dir(file)}, x.docs.display(file), e.filePos, path+".file")
	}
	if body, ok := in.service(e.service); ok {
		return in, body, true
	}
	for _, m := range x.main {
		if body, ok := m.service(e.service); ok && e.file == "" {
			return m, body, true
		}
	}
	if len(in.services) > 0 { // else it was reported why there are none
		names := in.names()
		if in == doc { // of which the service that extends is none that is meant
			names = slices.DeleteFunc(names, func(n string) bool { return n == x.chain[len(x.chain)-1].service })
		}
		meant := x.meant(e.service, names)
		x.fail(e.pos, path, fmt.Sprintf("no service %q in %s%s", e.service, in.file, suggestion(meant)), choices("the services there are", names)...).
			as(KindNoBase, About{Text: e.service, Files: []string{in.path}, Meant: meant})
	}
	return in, pair{}, false
}

// circle reports services that extend each other.
func (x *extending) circle(at Pos, path string, chain []origin) {
	var names, files []string
	for _, o := range append(slices.Clone(chain), chain[0]) {
		names, files = append(names, o.service), append(files, o.path)
	}
	msg := "services extend each other in a circle: " + strings.Join(names, " extends ")
	if len(names) == 2 {
		msg = "a service cannot extend itself"
	}
	x.fail(at, path, msg).as(KindExtendCircle, About{Names: names, Files: files})
}

// dropReferences drops the keys that name other services of the base's file:
// those need not exist beside the service that extends it (compose-v1.md 1.8).
func (x *extending) dropReferences(base *partial, e extension, path string) {
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
		x.note(e.pos, path, fmt.Sprintf("not taken over from %q: %s; write it here if it is wanted", e.service, strings.Join(dropped, ", ")))
	}
}

// copy makes a partial with the keys of p and the name of as, which may be
// changed without changing p.
func (p *partial) copy(as *partial) *partial {
	out := *p
	out.Name, out.Pos = as.Name, as.Pos
	out.At, out.values, out.paths = maps.Clone(p.At), maps.Clone(p.values), map[Pos]string{}
	delete(out.At, "extends")
	out.layers = nil
	for _, layer := range p.layers {
		out.layers = append(out.layers, Layer{layer.Dir, maps.Clone(layer.Keys)})
	}
	return &out
}
