package compose

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
)

// report collects what is found while files are read, so that all of it can
// be reported at once.
type report struct {
	errs  Errors
	notes []Note
	unset map[string][]Pos    // variables without a value, with the places that use them
	noted map[blank]bool      // what of unset is there
	asked int                 // how often somebody looked for what was meant
	grown int                 // bytes that variables stand for
	lines map[string][]string // of files, by the names that messages use

	told      map[Pos]bool    // values of which all is said
	misplaced map[string]bool // services that were found where none may be
}

// blank is a variable without a value, at a place.
type blank struct {
	name string
	at   Pos
}

const (
	// maxMistakes is the number of mistakes that are reported: nobody reads more of
	// what is probably no compose file.
	maxMistakes = 5000

	// maxSaid is the number of characters of a sentence: what stands in a file may
	// be as long as it. The longest of ours, with all keys of a service, has 700.
	maxSaid = 2000
)

// said is a sentence, without what stands in the middle of one that is too long: both
// ends say what is wrong.
func said(s string) string {
	if len(s) <= maxSaid {
		return s
	}
	if r := []rune(s); len(r) > maxSaid {
		return string(r[:maxSaid/2]) + "…" + string(r[len(r)-maxSaid/2:])
	}
	return s
}

func (r *report) fail(p Pos, path, msg string, hints ...string) *Error {
	e := &Error{Pos: p, Path: path, Msg: said(msg), Hints: hints}
	for i, h := range hints {
		hints[i] = said(h)
	}
	if r.told[p] {
		return e
	}
	r.errs = append(r.errs, e)
	return e
}

// extended says of the mistakes from the given one on that they are in a file
// which was read because its services are extended.
func (r *report) extended(from int, path string) {
	for _, e := range r.errs[from:] {
		if e.About.Base == "" {
			e.About.Base = path
		}
	}
}

// allTold says that nothing more is to be reported at a place.
func (r *report) allTold(p Pos) {
	if r.told == nil {
		r.told = map[Pos]bool{}
	}
	r.told[p] = true
}

func (r *report) note(p Pos, path, text string) {
	r.notes = append(r.notes, Note{Pos: p, Path: path, Text: said(text)})
}

// blank remembers a variable that stands for nothing.
func (r *report) blank(name string, p Pos) {
	if r.unset == nil {
		r.unset, r.noted = map[string][]Pos{}, map[blank]bool{}
	}
	if of := (blank{name, p}); !r.noted[of] {
		r.noted[of] = true
		r.unset[name] = append(r.unset[name], p)
	}
}

// err is what was found, or nil. A service that others extend is read more
// than once; its mistakes are reported once.
func (r *report) err() error {
	if len(r.errs) == 0 {
		return nil
	}
	r.explain()
	r.errs.Sort()
	r.errs = slices.CompactFunc(r.errs, func(a, b *Error) bool {
		return a.Pos == b.Pos && a.Msg == b.Msg && !a.Pos.IsZero()
	})
	if more := len(r.errs) - maxMistakes; more > 1 {
		r.errs = append(r.errs[:maxMistakes:maxMistakes], &Error{Pos: r.errs[maxMistakes].Pos, Msg: fmt.Sprintf("%d more mistakes from here on", more)})
	}
	return r.errs
}

// explain adds that a variable is not set to each mistake in the text it would
// have been part of.
func (r *report) explain() {
	at := map[Pos]string{}
	for _, name := range slices.Sorted(maps.Keys(r.unset)) {
		for _, p := range r.unset[name] {
			if _, is := at[p]; !is {
				at[p] = name
			}
		}
	}
	for _, e := range r.errs {
		name, is := at[e.Pos]
		if !is {
			continue
		}
		e.About.Unset = name
		e.Hints = append([]string{fmt.Sprintf("the variable %s is not set: export it, or write it into .env", name)}, e.Hints...)
		e.Hints = e.Hints[:min(len(e.Hints), 2)]
	}
}

// sorted returns the notes in file order, with one for each variable that is
// not set.
func (r *report) sorted() []Note {
	notes := r.notes
	names := make([]string, 0, len(r.unset))
	for name := range r.unset {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		at := r.unset[name]
		n := Note{Pos: at[0], Text: fmt.Sprintf("the variable %s is not set: an empty string is used", name)}
		if len(at) > 1 {
			n.Text += ", also at " + places(at[1:])
		}
		notes = append(notes, n)
	}
	return SortNotes(notes)
}

// SortNotes puts notes into file order. What services share by an anchor is noted of
// the first of them alone.
func SortNotes(notes []Note) []Note {
	sort.SliceStable(notes, func(i, j int) bool { return before(notes[i].Pos, notes[j].Pos) })
	said := map[Note]bool{}
	return slices.DeleteFunc(notes, func(n Note) bool {
		if !n.Pos.IsZero() {
			n.Path = ""
		}
		again := said[n]
		said[n] = true
		return again
	})
}

// places lists positions, the first few in full.
func places(at []Pos) string {
	const most = 5
	var s []string
	for i, p := range at {
		if i == most {
			s = append(s, fmt.Sprintf("%d more places", len(at)-most))
			break
		}
		s = append(s, p.String())
	}
	return strings.Join(s, ", ")
}
