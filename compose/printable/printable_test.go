package printable

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWhatIsNotPrintableIsShownAsAQuestionMark(t *testing.T) {
	for text, want := range map[string]string{
		"demo_web_1":                 "demo_web_1",
		"数据 é 🐳 🏴\U000e0067":         "数据 é 🐳 🏴\U000e0067",
		"a\tb":                       "a b",
		"a\rb\nc":                    "a?b?c",
		"a\x1b[31mb\x1b[0m":          "ab",
		"a\x1b[2J\x1b[10;20Hb":       "ab",
		"a\x1b]0;title\ab":           "ab",
		"a\x1b]52;c;eA==\x1b\\b":     "ab",
		"a\x1bcb\x1b(B":              "ab",
		"a\x00\x07\x08\x7fb":         "a????b",
		"a\u0085\u009b31mb":          "a??31mb",
		"a\x9b31mb\xff":              "a\ufffd31mb\ufffd",
		"a\u202eb\u2066c\u200fd":     "a?b?c?d",
		"a\u200b\u200d\u2060\ufeffb": "a????b",
		"a\u2028b\u2029":             "a?b?",
		"a\u3164b\u00ad\uffff":       "a?b??",
		// What does not end hides nothing.
		"a\x1b]0;b":       "a?]0;b",
		"a\x1b]0;b\nc\a":  "a?]0;b?c?",
		"a\x1b[12":        "a?[12",
		"a\x1b":           "a?",
		"a\x1bP1\x1b[31m": "a?P1",
	} {
		if got := Line(text); got != want {
			t.Errorf("%q is shown as %q, not %q", text, got, want)
		}
		if again := Line(want); again != want {
			t.Errorf("%q is not clean: %q", want, again)
		}
	}
}

func TestADocumentKeepsItsLinesAndTabs(t *testing.T) {
	if got, want := Document("a:\n\tb\r\n\x1b[1mc\u202e"), "a:\n\tb?\nc?"; got != want {
		t.Errorf("got %q, not %q", got, want)
	}
}

func TestColoursStayUntilTheEndOfTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"plain\ttext":                   "plain\ttext",
		"\x1b[1;31mred\x1b[0m":          "\x1b[1;31mred\x1b[0m",
		"\x1b[1;31mred\x1b[m":           "\x1b[1;31mred\x1b[m",
		"\x1b[38:5:9mred":               "\x1b[38:5:9mred\x1b[0m",
		"a\x1b[2K\x1b[1Ab\x1b]0;t\ac\r": "abc?",
		"\x1b[>4;2mkeys":                "keys",
		"\x1b[?25mcursor":               "cursor",
	} {
		if got := Coloured(text); got != want {
			t.Errorf("%q is shown as %q, not %q", text, got, want)
		}
	}
}

func TestEscapesLoseNothing(t *testing.T) {
	for _, s := range []string{"plain", "a\x1b]0;t\a\x7f\u0085\u009b\u202e\u200b\ufeff\uffffb\n\t", "🐳"} {
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		text := Escape(string(raw) + "\n\t")
		var got string
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != s {
			t.Errorf("%s is read as %q, %v", text, got, err)
		}
		if Document(text) != text {
			t.Errorf("%q is not clean", text)
		}
	}
}

func FuzzWhatIsShownIsPrintable(f *testing.F) {
	f.Add("\x1b[1;31mred\x1b[0m \x1b]0;title\a \x1bc \x1b(B \u202e x\ty\r\n")
	f.Add("\x1b]0;\x1b]0;a\ab\a\x9b")
	f.Fuzz(func(t *testing.T, s string) {
		for name, of := range map[string]func(string) string{"line": Line, "document": Document, "coloured": Coloured} {
			got := of(s)
			if of(got) != got {
				t.Errorf("the %s %q is not clean", name, got)
			}
			if name != "coloured" && strings.ContainsFunc(got, hidden) {
				t.Errorf("not printable is %q", got)
			}
		}
		if escaped := Escape(s); Document(escaped) != escaped {
			t.Errorf("not escaped is %q", escaped)
		}
	})
}
