package slips

import (
	"fmt"
	"strings"
	"testing"
)

var keys = []string{"image", "ports", "links", "environment", "command", "volumes"}

const good = `# what a shop needs
web:
  image: nginx:1.9
  links:
    - db
    - cache:redis
  ports:
    - "80:80"
  environment:
    A: 1
    URL: http://example.com/a

db:
  image: postgres
  command: postgres -c log=1
  volumes:
    - ./data:/data
cache:
  image: redis
`

// Slips are made in one line of a good file at a time.
func TestTheLineOfASlipIsFound(t *testing.T) {
	slips := map[string]func(line string) string{
		"no space behind a colon": func(l string) string {
			if before, after, ok := strings.Cut(l, ": "); ok && !strings.Contains(before, "- ") && strings.Count(l, ":") < 3 {
				return before + ":" + after
			}
			return l
		},
		"no space behind a dash": func(l string) string { return strings.Replace(l, "- ", "-", 1) },
		"a space too many": func(l string) string {
			if strings.HasPrefix(strings.TrimSpace(l), "-") {
				return l
			}
			return " " + l
		},
		"a space too few":      func(l string) string { return strings.TrimPrefix(l, " ") },
		"a quote not closed":   func(l string) string { return strings.Replace(l, `80"`, "80", 1) },
		"an at sign":           func(l string) string { return strings.Replace(l, ": ", ": @", 1) },
		"a percent sign":       func(l string) string { return strings.Replace(l, "- ", "- %", 1) },
		"a colon in the value": func(l string) string { return strings.Replace(l, "-c", "a: b", 1) },
		"no colon": func(l string) string {
			if strings.HasSuffix(l, ":") {
				return l[:len(l)-1]
			}
			return l
		},
		"a comment of C": func(l string) string { return strings.Replace(l, "image: ", "// ", 1) },
	}
	for name, slip := range slips {
		found := 0
		lines := strings.Split(good, "\n")
		for i, line := range lines {
			bad := strings.Join(append(append(append([]string{}, lines[:i]...), slip(line)), lines[i+1:]...), "\n")
			if _, err := read(strings.Split(bad, "\n")); slip(line) == line || err == nil {
				continue // it means something else, which is for who reads the values
			}
			s, ok := Find(bad, keys)
			if s.Line != i+1 || !ok {
				t.Errorf("%s in line %d, %q: found %v, %+v", name, i+1, slip(line), ok, s)
			}
			found++
		}
		if found == 0 {
			t.Errorf("%s: nothing was tried", name)
		}
	}
}

func TestWhatNoCorrectionHelpsIsNoSlip(t *testing.T) {
	for _, text := range []string{"a: [b, [c\nd: {", "\"\n\"\n\"", strings.Repeat("a: [\n", 20000)} {
		if s, ok := Find(text, keys); ok {
			t.Errorf("%.20q: %+v", text, s)
		}
	}
}

func TestALargeFileTakesNoTime(t *testing.T) {
	var b strings.Builder
	for b.Len() < maxText-100 {
		b.WriteString("web" + strings.Repeat("b", b.Len()%7) + ":\n  image: busybox\n  links:\n    - db\n")
	}
	b.WriteString("db:\n  image:busybox\n  user: a\n")
	text := b.String()
	if s, ok := Find(text, keys); !ok || s.Line != strings.Count(text, "\n")-1 {
		t.Errorf("%v, %+v", ok, s)
	}
}

func FuzzFind(f *testing.F) {
	f.Add(good)
	f.Add("a:b\n c: [")
	f.Add("web:\n\timage: x\r\n - '")
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := Find(text, keys)
		lines := strings.Split(text, "\n")
		if ok && (s.Line < 1 || s.Line > len(lines) || s.Column < 1 || s.Column > len([]rune(lines[s.Line-1]))+1 || len(s.Hints) > 2) {
			t.Error(fmt.Sprint("outside of the text: ", s))
		}
	})
}
