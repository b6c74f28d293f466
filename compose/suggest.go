package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
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
		d := levenshtein.Distance(word, name, nil)
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

// maxSuggested is the number of mistakes after which no more suggestions are
// looked for: each costs a comparison with every name there is.
const maxSuggested = 100

// meant is Nearest, while a reader may still be reading.
func (r *report) meant(word string, names []string) string {
	if len(r.errs) >= maxSuggested {
		return ""
	}
	return Nearest(word, names)
}

// choices is a hint that lists names, where they fit on a line or two.
func choices(what string, names []string) []string {
	if len(names) > 25 {
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
