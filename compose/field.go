package compose

// field is what a key does with a service. There is one for each row of the
// key table.
type field interface {
	read(s *scope, v value, p *partial)
	merge(base, over *partial) // base takes on what over sets; over has the key
	clear(p *partial)          // as if the key were not there
	entry(p *partial) any      // in the form that read takes; nil where nothing is set
}

// typed is a field of type T.
type typed[T any] struct {
	at    func(*partial) *T
	take  func(*scope, value) T // reports what is wrong with the value
	join  func(base, over T) T  // nil: over replaces base
	print func(T) any           // nil: the key is only a way to say other keys
}

func (f typed[T]) read(s *scope, v value, p *partial) { *f.at(p) = f.take(s, v) }

func (f typed[T]) merge(base, over *partial) {
	if f.join == nil {
		*f.at(base) = *f.at(over)
		return
	}
	*f.at(base) = f.join(*f.at(base), *f.at(over))
}

func (f typed[T]) clear(p *partial) {
	var zero T
	*f.at(p) = zero
}

func (f typed[T]) entry(p *partial) any {
	if f.print == nil {
		return nil
	}
	return f.print(*f.at(p))
}

// ignored is a key that files contain and that means nothing.
type ignored string

func (f ignored) read(s *scope, v value, _ *partial) { s.noteAt(v, "%s", string(f)) }
func (f ignored) merge(_, _ *partial)                {}
func (f ignored) clear(*partial)                     {}
func (f ignored) entry(*partial) any                 { return nil }

// checked is a field of one text that check may refuse or rewrite.
func checked(at func(*partial) *string, check func(*scope, value) (string, *invalid)) field {
	return typed[string]{
		at: at,
		take: func(s *scope, v value) string {
			if !s.isText(v) {
				return v.text
			}
			t, m := check(s, v)
			if m != nil {
				s.invalidAt(v, m)
			}
			return t
		},
		print: printText,
	}
}

// digits is a field of one text that looks like a number in many files, such
// as user: 1000.
func digits(at func(*partial) *string) field {
	return typed[string]{
		at: at,
		take: func(s *scope, v value) string {
			if v.kind != number {
				s.isText(v)
			}
			return v.text
		},
		print: printText,
	}
}

// strict is digits that check may refuse or rewrite.
func strict(at func(*partial) *string, check func(string) (string, *invalid)) field {
	f := digits(at).(typed[string])
	take := f.take
	f.take = func(s *scope, v value) string {
		t := take(s, v)
		if v.kind != number && v.kind != text {
			return t // which was reported
		}
		t, m := check(t)
		if m != nil {
			s.invalidAt(v, m)
		}
		return t
	}
	return f
}

func printText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// toggle is a field that is on or off.
func toggle(at func(*partial) *bool) field {
	return typed[bool]{
		at:   at,
		take: (*scope).onOff,
		print: func(b bool) any {
			if !b {
				return nil
			}
			return true
		},
	}
}

// sequence is a field of a list, made of one T for each item. An item with
// the identity of an earlier one takes its place.
func sequence[T any](at func(*partial) *[]T, take func(*scope, value) (T, *invalid), same func(T) string, print func(T) string) typed[[]T] {
	return typed[[]T]{
		at: at,
		take: func(s *scope, v value) []T {
			if tightDash(s, v) {
				return nil
			}
			if v.scalar() {
				s.noteAt(v, "is taken as a list with the one item %q", v.text)
			}
			var out []T
			first := map[string]int{}
			for i, item := range s.items(v) {
				c := s.of(v, i)
				if !c.isWord(item) || c.repeated(first, i, item) {
					continue
				}
				t, m := take(c, item)
				if m != nil && swallowed(c, item) {
					continue
				}
				if m != nil {
					c.invalidAt(item, m)
					continue
				}
				c.paths[item.pos] = c.path
				out = append(out, t)
			}
			return out
		},
		join: func(base, over []T) []T { return join(base, over, same) },
		print: func(ts []T) any {
			if len(ts) == 0 {
				return nil
			}
			out := make([]string, len(ts))
			for i, t := range ts {
				out[i] = print(t)
			}
			return out
		},
	}
}

// list of plain words, such as cap_add. A nil check takes every word.
func wordList(at func(*partial) *[]string, check func(string) (string, *invalid)) typed[[]string] {
	itself := func(s string) string { return s }
	return sequence(at, func(_ *scope, v value) (string, *invalid) {
		if v.text == "" {
			return "", invalidf("", "is empty")
		}
		if check == nil {
			return v.text, nil
		}
		return check(v.text)
	}, itself, itself)
}

// join puts the items of over behind those of base; one that is the same as
// an earlier one takes that one's place.
func join[T any](base, over []T, same func(T) string) []T {
	if len(base)+len(over) == 0 {
		return nil
	}
	out := make([]T, 0, len(base)+len(over))
	at := make(map[string]int, len(base)+len(over))
	for _, part := range [...][]T{base, over} {
		for _, t := range part {
			if i, ok := at[same(t)]; ok {
				out[i] = t
				continue
			}
			at[same(t)] = len(out)
			out = append(out, t)
		}
	}
	return out
}
