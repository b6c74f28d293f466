package compose

// partial is a service while it is being put together: what it says of itself
// plus what still has to be looked up elsewhere.
type partial struct {
	Service
	envFiles []located
	security []located
	extends  extension
	values   map[string]Pos // where the value of each key stands, by key
	size     int            // the number of values in it
	broken   bool           // a mistake was reported that leaves keys unknown
	paths    map[Pos]string // of the items of its lists: web.links[0]
	layers   []Layer        // what it was put together from
}

// Written is a service as its files say it, before its keys give values a meaning.
type Written struct {
	Name   string
	Layers []Layer // of which a later one goes before an earlier one: what it extends, then its files
}

// Layer is what one file says of a service, without extends and what an override
// or a service that extends it leaves out.
type Layer struct {
	Dir  string         // that relative paths start from, absolute
	Keys map[string]any // each value nil, a bool, a string, a Number, a []any or a map[string]any
}

// Number is a number as it is written.
type Number string

// pathOf is the path of an item of key that stands at a place.
func (p *partial) pathOf(key string, at Pos) string {
	if path, ok := p.paths[at]; ok {
		return path
	}
	return p.Name + "." + key
}

// empty reports whether a key is written with nothing behind it.
func (p *partial) empty(key string) bool {
	_, has := p.At[key]
	_, written := p.values[key]
	return written && !has
}

// located is a word with its place.
type located struct {
	text string
	pos  Pos
}

// extension is the value of extends. An empty file is the same file.
type extension struct {
	service, file string
	pos           Pos // of the service's name
	filePos       Pos
	base          string // the directory that file is relative to
}
