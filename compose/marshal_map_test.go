package compose_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/stack-lite/stack-lite/compose"
)

func TestATextIsReadAsItWasWritten(t *testing.T) {
	parts := []string{"\n", " ", "\t", "\r", "a", "#", ": ", "-", "'", `"`, "|", ">", "%", "@", "~", "null", "1", "é", "\u0085", "\u2028", "\uFEFF", "\x01", "&", "*", "!", "?", "{", "["}
	r := rand.New(rand.NewPCG(1, 2))
	for range 30_000 {
		var b strings.Builder
		for range 1 + r.IntN(6) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		text := b.String()
		file, err := compose.MarshalMap(compose.Map{{Key: text, Value: compose.Map{{Key: "list", Value: []string{text, "x"}}, {Key: "last", Value: text}}}})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var got map[string]struct {
			List []string
			Last string
		}
		if err := yaml.Unmarshal(file, &got); err != nil {
			t.Fatalf("%q: %v in\n%s", text, err, file)
		}
		if of := got[text]; len(of.List) != 2 || of.List[0] != text || of.Last != text {
			t.Fatalf("%q became %q in\n%s", text, got, file)
		}
	}
}
