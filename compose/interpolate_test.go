package compose

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// variablesSet are what the tests of this file find.
func variablesSet(name string) (string, bool) {
	v, ok := map[string]string{"A": "a", "_b1": "b", "EMPTY": "", "DOLLAR": "$A"}[name]
	return v, ok
}

func TestVariablesAreReplacedAsTheShellDoes(t *testing.T) {
	for _, c := range []struct{ in, want, blank string }{
		{"", "", ""},
		{"plain", "plain", ""},
		{"$A", "a", ""},
		{"${A}", "a", ""},
		{"x${A}y$A-z", "xaya-z", ""},
		{"$_b1.", "b.", ""},
		{"$A1", "", "A1"},
		{"$$A", "$A", ""},
		{"$$$$", "$$", ""},
		{"$$${A}", "$a", ""},
		{"$DOLLAR", "$A", ""},
		{"$NO", "", "NO"},
		{"${NO}${NO}", "", "NO NO"},
		{"$EMPTY", "", ""},
		{"}", "}", ""},
		{"{A}", "{A}", ""},
		{"é$A", "éa", ""},
		{"${A-x}${EMPTY-x}${NO-x}", "ax", ""},
		{"${A:-x}${EMPTY:-x}${NO:-x}", "axx", ""},
		{"${A+x}${EMPTY+x}${NO+x}", "xx", ""},
		{"${A:+x}${EMPTY:+x}${NO:+x}", "x", ""},
		{"${A?x}${EMPTY?x}", "a", ""},
		{"${A:?x}", "a", ""},
		{"${NO:-}", "", ""},
		{"${NO:-${A}}", "a", ""},
		{"${NO:-$ALSO}", "", "ALSO"},
		{"${A:-$ALSO}", "a", ""},
		{"${NO:+$ALSO}", "", ""},
		{"${NO:-${EMPTY:-${_b1}c}d}", "bcd", ""},
		{"${NO:-a:-b?c+d}", "a:-b?c+d", ""},
		{"${NO:-$$}", "$", ""},
		{"${A:-${NO?never asked}}", "a", ""},
	} {
		var blank []string
		got, m := expand(c.in, variablesSet, func(name string) { blank = append(blank, name) })
		if m != nil || got != c.want || strings.Join(blank, " ") != c.blank {
			t.Errorf("%q: got %q, blank %q, %v; want %q, blank %q", c.in, got, blank, m, c.want, c.blank)
		}
	}
}

func TestWhatIsNoVariableIsAMistake(t *testing.T) {
	for _, in := range []string{
		"$", "a$", "$1", "$-", "$(x)", "$}", "${", "${}", "${1}", "${A", "${A b}", "${A!x}", "${A:=x}", "${A:x}", "${A:}",
		"${NO:-x", "${NO:-${A}", "${A:-$}", "${é}", "$é", "${NO?}", "${NO:?why}", "${EMPTY:?why}",
		strings.Repeat("${A:-", maxNested+1) + strings.Repeat("}", maxNested+1),
	} {
		if got, m := expand(in, variablesSet, func(string) {}); m == nil {
			t.Errorf("%q: got %q without a mistake", in, got)
		} else if len(m.hints) == 0 && !strings.Contains(m.msg, "nested") {
			t.Errorf("%q: %q does not say what to write", in, m.msg)
		}
	}
}

func TestAMissingVariableIsReportedInTheWordsOfTheFile(t *testing.T) {
	_, m := expand("${TOKEN:?ask the ${A}-team}", variablesSet, func(string) {})
	if diff := cmp.Diff("the variable TOKEN is required and is not set: ask the a-team", m.msg); diff != "" {
		t.Error(diff)
	}
}
