package compose

import (
	"fmt"

	"github.com/agext/levenshtein"
)

// nearest is the one of names that was probably meant by word, or "".
func nearest(word string, names []string) string {
	best, least := "", 3
	if len(word) < 4 {
		least = 2
	}
	for _, name := range names {
		if d := levenshtein.Distance(word, name, nil); d < least {
			best, least = name, d
		}
	}
	return best
}

// didYouMean is the end of a message about a name that is not known.
func didYouMean(word string, names []string) string {
	if n := nearest(word, names); n != "" {
		return fmt.Sprintf(" (did you mean %q?)", n)
	}
	return ""
}
