package hostile_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
)

// many writes the lines of a file, with the numbers 0 to n-1 in them.
func many(n int, line string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.NewReplacer("{i}", fmt.Sprint(i), "{i+1}", fmt.Sprint(i+1), "{next}", fmt.Sprint((i+1)%n)).Replace(line))
	}
	return b.String()
}

const (
	one  = "web:\n  image: x\n"
	last = "s{i}:\n  image: x\n"
)

// files are a project's, by name.
type files map[string]string

// hostileFiles are inputs that cost more than their size, or are no compose
// files: what is said of them; nothing where they are read. With n as large as files
// may have it, they take all the room that bounds leave.
func hostileFiles(n int) map[string]struct {
	files files
	says  string
} {
	type input = struct {
		files files
		says  string
	}
	fig := func(says string, text ...string) input { return input{files{"fig.yml": strings.Join(text, "")}, says} }
	chain := func(line string) string {
		return many(n, "s{i}:\n  image: x\n  "+line+"\n") + fmt.Sprintf("s%d:\n  image: x\n", n)
	}
	laughs := func(last string) string {
		text := "x-a: &a [x, x, x, x, x, x, x, x, x, x]\n"
		for c := 'b'; c < 'k'; c++ {
			text += fmt.Sprintf("x-%c: &%c [%s*%c]\n", c, c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 9), c-1)
		}
		return text + one + "  command: " + last + "\n"
	}
	extends := func(next string) files {
		all := files{"fig.yml": "s:\n  extends: {file: f0.yml, service: s}\n"}
		for i := range n {
			all[fmt.Sprintf("f%d.yml", i)] = strings.NewReplacer("{i+1}", fmt.Sprint(i+1), "{next}", fmt.Sprint((i+1)%n)).
				Replace("s:\n  extends: {file: f" + next + ".yml, service: s}\n")
		}
		all[fmt.Sprintf("f%d.yml", n)] = "s:\n  image: x\n"
		return all
	}
	mega := strings.Repeat("x", 1<<20)
	big := files{"fig.yml": many(10, "s{i}:\n  extends: {file: f{i}.yml, service: s}\n")}
	for i := range 10 {
		big[fmt.Sprintf("f%d.yml", i)] = "s:\n  image: x\n#" + mega[:1<<20-20] + "\n"
	}
	over := ""
	if n >= 10000 {
		over = "more than 2000000 values are taken over by extends"
	}
	circle := "extend each other in a circle"
	return map[string]input{
		// Sizes.
		"more than a file may have":       fig("larger than 1 MB", one, "#", mega),
		"one long line":                   fig("is not a valid image name", "web: {image: ", mega[:1<<20-100], "}"),
		"an open quote":                   fig("close the quote", "web: {image: \"", mega[:1<<20-100]),
		"a long key":                      fig("a key of more than 1024 characters", one, "  ? ", mega[:n], mega[:1025], "\n  : 1\n"),
		"a long name":                     fig("a key of more than 1024 characters", "? ", mega[:n], mega[:1025], "\n: {image: x}\n"),
		"names that are nearly the same":  fig("no service", "? ", mega[:1000], "ab\n: {image: x}\n", one, "  links: [", mega[:1000], "ba]\n"),
		"only comments":                   fig("", one, many(10*n, "# c\n")),
		"only blank lines":                fig("", one, many(10*n, "\n")),
		"open brackets":                   fig("exceeded max depth", "web: ", strings.Repeat("[", 10*n+10001)),
		"lists in lists":                  fig("exceeded max depth", "web:\n  ", strings.Repeat("- ", 5*n+10001), "x\n"),
		"mappings in mappings":            fig("nested more than 32 levels deep", nested(200)),
		"services that are none":          fig("is a mapping of keys", many(n, "a{i}: 1\n")),
		"the same key again":              fig("is written twice", one, many(n, "  image: y\n")),
		"keys that there are not":         fig("no key", one, many(n, "  k{i}: 1\n")),
		"many variables":                  fig("", one, "  environment:\n", many(n, "  - A{i}=1\n")),
		"many variables that are not set": fig("", one, "  environment:\n", many(n, "  - A{i}=$B{i}\n")),
		"one variable that is not set":    fig("", one, "  environment:\n", many(n, "  - A{i}=$B\n")),
		"mistakes of one variable":        fig("the variable B is not set", one, "  ports:\n", many(n, "  - x$B\n")),
		"braces in braces":                fig("nested more than 16 deep", one, "  command: \"", strings.Repeat("${A:-", n), "\"\n"),
		"many ports":                      fig("", one, "  ports:\n", many(n, "  - {i+1}\n")),
		"all ports, often":                fig("", one, "  ports:\n", many(n, "  - 1-65535\n")),
		"all exposed, often":              fig("", one, "  expose:\n", many(n, "  - 1-65535\n")),
		"volumes on one path":             fig("are mounted at the same path", one, "  volumes:\n", many(n, "  - /a{i}:/b\n")),

		// Services, and what they are to each other.
		"services":                        fig("", many(n, last)),
		"links on one service":            fig("", "web:\n  image: x\n  links:\n", many(n, "  - s{i}\n"), many(n, last)),
		"links to nobody":                 fig("no service", one, "  links:\n", many(n, "  - s{i}\n")),
		"external links":                  fig("more than 1000 external links", one, "  external_links:\n", many(1001+n, "  - s{i}\n")),
		"a chain of links":                fig("", chain("links: [s{i+1}]")),
		"a ring of links":                 fig("", many(n, "s{i}:\n  image: x\n  links: [s{next}]\n")),
		"a chain of volumes":              fig("", chain("volumes_from: [s{i+1}]")),
		"a chain of networks":             fig("", chain(`net: "container:s{i+1}"`)),
		"a ring of volumes":               fig("in a circle", many(n, "s{i}:\n  image: x\n  volumes_from: [s{next}]\n")),
		"containers of others":            fig("", many(n, "s{i}:\n  image: x\n  net: \"container:t{i}\"\n")),
		"a chain of extends":              fig(over, many(n, "s{i}:\n  extends: {service: s{i+1}}\n"), fmt.Sprintf("s%d:\n  image: x\n", n)),
		"a ring of extends":               fig(circle, many(n, "s{i}:\n  extends: {service: s{next}}\n")),
		"a chain of files":                {extends("{i+1}"), over},
		"a ring of files":                 {extends("{next}"), circle},
		"more than files may have in all": {big, "more than 8 MB together"},

		// Anchors and variables that multiply.
		"anchors of anchors":             fig("more than 200000 values", laughs("*j")),
		"an anchor in itself":            fig("contains itself", "web: &w\n  image: x\n  command: *w\n"),
		"a merge of itself":              fig("contains itself", "web: &w\n  image: x\n  <<: *w\n"),
		"merges of itself":               fig("contains itself", "web: &w\n  image: x\n  <<: [*w, *w]\n"),
		"a chain of merges":              fig("nested more than 32 levels deep", "s0: &s0\n  image: x\n", many(40, "s{i+1}: &s{i+1}\n  <<: *s{i}\n")),
		"one merge, often":               fig("more than 200000 values", "a: &a {image: x}\nb:\n  <<: [", strings.Repeat("*a, ", 200000), "*a]\n"),
		"a long text, often":             fig("more than 8 MB of text", "x-a: &a ", mega[:1<<19], "\n", one, "  command: [", strings.Repeat("*a, ", 20), "*a]\n"),
		"a long variable, often":         {files{"fig.yml": one + "  command: \"" + strings.Repeat("$A", 2000) + "\"\n", ".env": "A=" + mega[:10000] + "\n"}, "stand for more than 8 MB of text"},
		"a long variable, in lists":      {files{"fig.yml": one + "  environment:\n" + many(2000, "  - A{i}=$A\n"), ".env": "A=" + mega[:10000] + "\n"}, "stand for more than 8 MB of text"},
		"variables of variables":         {files{"fig.yml": one + "  env_file: e\n", "e": "A0=xxxxxxxxxx\n" + many(40, "A{i+1}=${A{i}}${A{i}}\n")}, "stand for more than 8 MB of text"},
		"files of variables, often":      {files{"fig.yml": many(300, "s{i}:\n  image: x\n  env_file: e\n"), "e": many(10000, "A{i}=1\n")}, "more than 2000000 variables"},
		"more than such a file may have": {files{"fig.yml": one + "  env_file: e\n", "e": mega + "\n"}, "larger than 1 MB"},

		// What is no text.
		"a NUL character":            fig("fig.yml:3:9: not YAML: control", one, "  user: \x00\n"),
		"a terminal's control":       fig("fig.yml:3:10: not YAML: control", one, "  user: a\x1b[2J\n"),
		"a byte order mark":          fig("", "\ufeff", one),
		"UTF-16":                     fig("this looks like UTF-16", "\xff\xfew\x00e\x00b\x00"),
		"UTF-16 the other way round": fig("this looks like UTF-16", "\xfe\xff\x00w\x00e\x00b"),
		"UTF-16 without a mark":      fig("this looks like UTF-16", "w\x00e\x00b\x00:\x00"),
		"bytes that are no text":     fig("fig.yml:2:11: not text in UTF-8", "web:\n  image: x\xff\n"),
		"lines of a Mac":             fig("", "web:\r  image: x\r"),
		"lines of Windows":           fig("", "web:\r\n  image: x\r\n"),
		"a web page":                 fig("a file is a mapping of services", "<!doctype html>\n", many(n, "<p>{i}\n")),
		"a NUL in a variable":        {files{"fig.yml": one + "  env_file: e\n", "e": "A=1\x00\n"}, "e:1:1: the value contains a NUL"},
		"a profile that is no text":  {files{"fig.yml": one + "  security_opt: [\"seccomp:s\"]\n", "s": "\xff\xfe{\x00"}, "not text in UTF-8"},

		// YAML that is none, late in a large file.
		"wrong from the start":   fig("not YAML", "web:\n  image: x\n", many(n, "  - a: b: c\n")),
		"wrong at the end":       fig("not YAML", one, "  environment:\n", many(n, "  - \"a b\"\n"), many(500, " x: b: c\n")),
		"wrong as far as looked": fig("not YAML", one, many(3000, "  a{i}: a\n"), many(900, " x: b: c\n")),
		"a long wrong line":      fig("a second colon in the line", "web: a: ", many(10000, "x: ")),
		"tabs":                   fig("indent with spaces", "web:\n", many(n, "\timage: x\n")),
	}
}

// nested is a mapping of that many levels.
func nested(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// Whatever the files say, they are read or refused, with a position where there is
// one, in a room that has a bound.
func TestEveryHostileFileIsReadOrRefused(t *testing.T) {
	n, formats := 10000, []string{"mermaid", "dot", "json"} // as many as a file of 1 MB may well have
	if testing.Short() || os.Getenv("STACKLITE_SLOW") == "" {
		n = 300
	}
	inputs := hostileFiles(n)
	t.Logf("%d inputs", len(inputs))
	for name, input := range inputs {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range input.files {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p, err := compose.Load(compose.Options{Dir: dir, SkipBuildCheck: true})
			if err == nil {
				answered(t, p, formats)
			}
			runtime.ReadMemStats(&after)
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 2048 {
				t.Errorf("used %d MB in all", used)
			}
			accounted(t, err, input.files, input.says)
		})
	}
}

// answered makes of a project what verbs make of it before they ask an engine.
func answered(t *testing.T, p *compose.Project, formats []string) {
	t.Helper()
	topology, err := linking.Resolve(p, linking.Options{})
	if err != nil {
		t.Fatal(err)
	}
	g := graph.Of(p, topology)
	for _, format := range formats {
		var out bytes.Buffer
		if err := graph.Write(&out, format, g); err != nil || out.Len() == 0 {
			t.Errorf("graph in %s: %d bytes, %v", format, out.Len(), err)
		}
	}
}

// accounted checks what is said of files.
func accounted(t *testing.T, err error, of files, says string) {
	t.Helper()
	if says == "" {
		if err != nil {
			t.Errorf("refused: %.300v", err)
		}
		return
	}
	var es compose.Errors
	if !errors.As(err, &es) {
		t.Fatalf("got %v, want %q", err, says)
	}
	found, length := false, 0
	for _, e := range es {
		text := e.Error() + "\n" + strings.Join(e.Hints, "\n")
		found = found || strings.Contains(text, says)
		length += len(text)
		lines := strings.Split(of[e.Pos.File], "\n")
		if e.Pos.Line > len(lines) || e.Pos.Line > 0 && e.Pos.Column > utf8.RuneCountInString(lines[e.Pos.Line-1])+1 {
			t.Errorf("%v is not in the file", e.Pos)
		}
	}
	if !found {
		t.Errorf("says nothing of %q: %.500v", says, err)
	}
	if len(es) > 5001 || length > 4<<20 {
		t.Errorf("%d mistakes, of %d bytes", len(es), length)
	}
}
