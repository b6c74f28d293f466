package compose

import (
	"fmt"
	"strings"

	"github.com/stack-lite/stack-lite/compose/slips"
)

// isText reports what is not text. That a key has nothing behind it was noted
// before its field is asked.
func (s *scope) isText(v value) bool {
	switch v.kind {
	case text:
		return true
	case boolean, number:
		s.errorAt(v, fmt.Sprintf("takes text, but %s is %s", v.text, v.kind), fmt.Sprintf("write %q in quotes if that is meant", v.text))
	default:
		s.errorAt(v, fmt.Sprintf("takes text, not %s", v.kind))
	}
	return false
}

// isWord reports what is no single word of a list. A dash with nothing behind it is
// as if it were absent, like a key with nothing behind it.
func (s *scope) isWord(v value) bool {
	switch v.kind {
	case null:
		if !s.strict {
			s.noteAt(v, emptyKey)
			return false
		}
		s.errorAt(v, "is empty", "write a value, or remove the line")
	case list:
		s.errorAt(v, "is a list inside a list", "write one item on each line, with one dash")
	case mapping:
		s.errorAt(v, "is a mapping, not text", oneWord(v, ":")...)
	default:
		return true
	}
	return false
}

// oneWord is what "- key: value" was probably meant to be.
func oneWord(v value, sep string) []string {
	if len(v.pairs) == 1 && v.pairs[0].value.kind == null {
		return []string{fmt.Sprintf(`write "- %s", without the colon`, v.pairs[0].key)}
	}
	if len(v.pairs) != 1 || !v.pairs[0].value.scalar() {
		return nil
	}
	return []string{fmt.Sprintf("write %q, without a space after the colon", v.pairs[0].key+sep+v.pairs[0].value.text)}
}

// items are the items of a list. One word is a list of one.
func (s *scope) items(v value) []value {
	switch v.kind {
	case list:
		return v.items
	case mapping:
		s.errorAt(v, "takes a list, not a mapping", `write each item on a line of its own that begins with "- "`)
		return nil
	}
	return []value{v}
}

// repeated reports whether a list has said the word v before. first remembers
// what it said, with the item's number.
func (s *scope) repeated(first map[string]int, i int, v value) bool {
	j, ok := first[v.text]
	if ok {
		s.noteAt(v, "%q is written twice, first as item %d: once is enough", v.text, j)
		return true
	}
	first[v.text] = i
	return false
}

// tightDash reports a list whose first dash has no space behind it, which makes
// text of it.
func tightDash(s *scope, v value) bool {
	if v.kind != text || !strings.HasPrefix(v.text, "-") {
		return false
	}
	slip, ok := slips.In(strings.TrimSpace(s.line(v.pos)))
	if !ok {
		if slip, ok = slips.In(v.text); ok {
			slip.Hints = []string{slips.Write("- "+v.text[1:]) + " in the next line, below the key"}
		}
	}
	if ok {
		s.errorAt(v, slip.Msg, slip.Hints...)
	}
	return ok
}

// swallowed reports an item that a line below it belongs to, because it begins
// farther to the right, though it begins with a dash of its own.
func swallowed(s *scope, item value) bool {
	at := Pos{item.pos.File, item.pos.Line + 1, 1}
	below, above := s.line(at), s.line(item.pos)
	if item.kind != text || !strings.Contains(item.text, " - ") || !strings.HasPrefix(strings.TrimSpace(below), "- ") {
		return false
	}
	at.Column += len(below) - len(strings.TrimLeft(below, " "))
	indent := above[:len(above)-len(strings.TrimLeft(above, " "))]
	s.fail(at, s.path, "the line begins too far to the right", "begin the line as far to the right as the others of its block", slips.Write(indent+strings.TrimSpace(below))).
		as(KindBadValue, s.about(item.text))
	return true
}

// onOff reads a boolean as YAML 1.1 did, quoted or not.
func (s *scope) onOff(v value) bool {
	if v.scalar() {
		on, known := switched(v.text)
		if !known {
			e := s.errorAt(v, fmt.Sprintf("takes true or false, not %q", v.text))
			if v.kind == text {
				e.Kind = KindBadBoolean
			}
		}
		return on
	}
	s.errorAt(v, fmt.Sprintf("takes true or false, not %s", v.kind))
	return false
}

// switched reads one of YAML 1.1's words for true and false.
func switched(word string) (on, known bool) {
	switch strings.ToLower(word) {
	case "true", "yes", "on", "y":
		return true, true
	case "false", "no", "off", "n":
		return false, true
	}
	return false, false
}

// command reads a program with its arguments, as one text or as a list.
func (s *scope) command(v value) []string {
	switch v.kind {
	case text, boolean:
		out, m := splitCommand(v.text)
		if m != nil {
			s.invalidAt(v, m)
		}
		return out
	case number:
		s.errorAt(v, fmt.Sprintf("takes text or a list, but %s is a number", v.text), fmt.Sprintf("write %q in quotes if that is the program", v.text))
	case list:
		out := make([]string, 0, len(v.items))
		for i, item := range v.items {
			if s.item(i).isWord(item) {
				out = append(out, item.text)
			}
		}
		return out
	default:
		s.errorAt(v, "takes text or a list, not a mapping")
	}
	return nil
}
