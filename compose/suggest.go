package compose

import (
	"fmt"
	"slices"
	"strings"
)

// Nearest is the one of names that was probably meant by word, or "".
func Nearest(word string, names []string) string {
	best, least := "", 3
	if len(word) < 4 {
		least = 2
	}
	for _, name := range names {
		if abs(len(word)-len(name)) >= least {
			continue
		}
		d := distance([]rune(word), []rune(name), 2)
		switch {
		case d == 2 && anagram(word, name):
			d = 1 // two letters in the wrong order
		case len(word) < 3:
			continue // any two short words are alike
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// distance is the number of letters to add, drop or replace that make b of a; more
// than most where it takes more. It takes time by the length of the words, not by the
// square of it, for a file may have very long ones. github.com/agext/levenshtein does so
// only with a bound, and then counts wrong: "db2 " and "alone" are 2 apart there.
func distance(a, b []rune, most int) int {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 || len(b) == 0 || most == 0 {
		return max(len(a), len(b))
	}
	most--
	return 1 + min(distance(a[1:], b, most), distance(a, b[1:], most), distance(a[1:], b[1:], most))
}

func abs(n int) int { return max(n, -n) }

// anagram reports whether two words are made of the same letters.
func anagram(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return string(x) == string(y)
}

// maxSuggested is how often suggestions are looked for: each costs a comparison with
// every name there is.
const maxSuggested = 100

// meant is Nearest, while a reader may still be reading.
func (r *report) meant(word string, names []string) string {
	if r.asked++; r.asked > maxSuggested {
		return ""
	}
	return Nearest(word, names)
}

// meantBy is meant, where the service self says the word: it never means itself.
func (r *report) meantBy(self, word string, services []string) string {
	if r.asked >= maxSuggested {
		return ""
	}
	return r.meant(word, except(self, services))
}

func except(name string, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == name })
}

// maxChoices is how many names fit on a line or two.
const maxChoices = 25

// choices is a hint that lists names, where they fit on a line or two.
func choices(what string, names []string) []string {
	if len(names) > maxChoices {
		return nil
	}
	return []string{what + " " + strings.Join(names, ", ")}
}

// DidYouMean is the end of a message about a word that is none of the names:
// ` (did you mean "db"?)`, or nothing where none of them is near.
func DidYouMean(word string, names []string) string {
	return suggestion(Nearest(word, names))
}

func suggestion(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", name)
}
