package compose

import (
	"fmt"
	"slices"

	"github.com/agext/levenshtein"
)

// nearest is the one of names that was probably meant by word, or "".
func nearest(word string, names []string) string {
	best, least := "", 3
	if len(word) < 4 {
		least = 2
	}
	for _, name := range names {
		d := levenshtein.Distance(word, name, nil)
		if d == 2 && anagram(word, name) {
			d = 1 // two letters in the wrong order
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// anagram tells whether two words are made of the same letters.
func anagram(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return string(x) == string(y)
}

// didYouMean is the end of a message about a name that is not known.
func didYouMean(word string, names []string) string {
	if n := nearest(word, names); n != "" {
		return fmt.Sprintf(" (did you mean %q?)", n)
	}
	return ""
}
