package compose

import (
	"bytes"
	"errors"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// seeds adds the first file of every case of testdata, and the second where
// there is one.
func seeds(f *testing.F, add func(first, second []byte)) {
	names, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(names) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		var files [][]byte
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".yml") {
				files = append(files, file.Data)
			}
		}
		switch files = append(files, nil, nil); {
		case files[0] != nil:
			add(files[0], files[1])
		}
	}
}

// sound loads files and checks what holds for all of them.
func sound(t *testing.T, o Options, disk memory) {
	t.Helper()
	p, err := load(o, disk)
	if err == nil {
		for _, n := range p.Notes {
			inside(t, n.Pos, disk)
		}
		checkRoundTrip(t, p, o, disk)
		return
	}
	var es Errors
	if p != nil || !errors.As(err, &es) || len(es) == 0 {
		t.Fatalf("got a project (%v) or an odd error: %v", p != nil, err)
	}
	for _, e := range es {
		if e.Msg == "" || len(e.Hints) > 2 {
			t.Errorf("%+v", e)
		}
		inside(t, e.Pos, disk)
	}
}

// inside checks that a place is one of its file.
func inside(t *testing.T, p Pos, disk memory) {
	t.Helper()
	if p.Line == 0 {
		return
	}
	data, ok := disk[path.Join(projectDir, p.File)]
	if !ok {
		t.Errorf("%v is in no file", p)
		return
	}
	lines := strings.Split(string(data), "\n")
	if p.Line > len(lines) || p.Column < 1 || p.Column > utf8.RuneCountInString(lines[p.Line-1])+1 {
		t.Errorf("%v is outside of its file of %d lines:\n%q", p, len(lines), data)
	}
}

func fuzzOptions(files ...string) Options {
	return Options{Dir: projectDir, Files: files, Env: map[string]string{"HOME": "/home/ann", "A": "a"}, SkipBuildCheck: true}
}

func FuzzLoad(f *testing.F) {
	seeds(f, func(first, _ []byte) { f.Add(first) })
	f.Fuzz(func(t *testing.T, data []byte) {
		sound(t, fuzzOptions("fig.yml"), memory{projectDir + "/fig.yml": data})
	})
}

func FuzzMerge(f *testing.F) {
	seeds(f, func(first, second []byte) { f.Add(first, second) })
	f.Fuzz(func(t *testing.T, first, second []byte) {
		disk := memory{projectDir + "/fig.yml": first, projectDir + "/common.yml": second}
		sound(t, fuzzOptions("fig.yml", "common.yml"), disk)
		sound(t, fuzzOptions("fig.yml"), disk) // for what extends the second
	})
}

func FuzzExpand(f *testing.F) {
	for _, s := range []string{"$A", "${A}", "$$", "${NO:-${A}}", "${A:?x}", "${A", "$(x)", "${NO+$A}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, m := expand(escape(s), variablesSet, func(name string) { t.Errorf("blank %s", name) })
		if m != nil || got != s {
			t.Errorf("%q doubled comes back as %q, %v", s, got, m)
		}
		if got, m := expand(s, variablesSet, func(string) {}); m != nil && got != "" {
			t.Errorf("%q is a mistake, but also %q", s, got)
		} else if m == nil && !strings.Contains(s, "$") && got != s {
			t.Errorf("%q became %q", s, got)
		}
	})
}

func FuzzEnvFile(f *testing.F) {
	f.Add("A=1\n# x\nexport B=\"2\n3\" # x\nC='4'\nD E=5\nF=${A:-x}")
	f.Fuzz(func(t *testing.T, s string) {
		lines := strings.Count(s, "\n") + 1
		settings, errs := parseEnvFile(s, variablesSet)
		for _, x := range settings {
			if x.name == "" || x.line < 1 || x.line > lines || x.col < 1 {
				t.Errorf("%+v of %q", x, s)
			}
		}
		for _, e := range errs {
			if e.msg == "" || e.line < 1 || e.line > lines || e.col < 1 {
				t.Errorf("%+v of %q", e, s)
			}
		}
	})
}

func FuzzSplitCommand(f *testing.F) {
	for _, c := range commands {
		f.Add(c.line)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		got, m := splitCommand(s)
		if m != nil {
			return
		}
		var quoted []string
		for _, w := range got {
			quoted = append(quoted, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(w)+`"`)
		}
		again, m := splitCommand(strings.Join(quoted, " "))
		if m != nil || !bytes.Equal([]byte(strings.Join(got, "\x00")), []byte(strings.Join(again, "\x00"))) || !cmp.Equal(len(got), len(again)) {
			t.Errorf("%q: %q, quoted and split again %q, %v", s, got, again, m)
		}
	})
}

// FuzzShortSyntax tries the words that lists of a service take.
func FuzzShortSyntax(f *testing.F) {
	for _, s := range []string{"80", "8000-9000:80-90/udp", "[::1]:80:80", "127.0.0.1::53/udp", "/a:/b:ro,z", "./x:/y", "db:alias", "a:b:c:d", "A=1", "-1", "99999999999", ":", "/", "1m", "C:\\x:/y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		word := quote(escape(strings.ToValidUTF8(s, "?")))
		for _, key := range [...]string{"ports", "expose", "volumes", "links", "external_links", "volumes_from", "extra_hosts", "devices", "environment", "labels", "dns"} {
			file := "web:\n  image: x\n  " + key + ": [" + word + "]\ndb: {image: x}\n"
			sound(t, fuzzOptions("fig.yml"), memory{projectDir + "/fig.yml": []byte(file)})
		}
	})
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"", "My Project", "-_a", "Ünï", "\xff\x1b[2J", strings.Repeat("a", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name := NormalizeName(s)
		if NormalizeName(name) != name || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" || strings.HasPrefix(name, "-") {
			t.Errorf("%q: %q", s, name)
		}
		Nearest(s, []string{"web", "db", name, s + "x"})
	})
}

// FuzzSuggestions compares with the table that everybody fills in.
func FuzzSuggestions(f *testing.F) {
	f.Add("image", "imgae")
	f.Add("", "ab")
	f.Fuzz(func(t *testing.T, x, y string) {
		a, b := []rune(x), []rune(y)
		if len(a) > 30 || len(b) > 30 {
			return
		}
		row := make([]int, len(b)+1)
		for j := range row {
			row[j] = j
		}
		for i := range a {
			last := row[0]
			row[0] = i + 1
			for j := range b {
				cost := last
				if a[i] != b[j] {
					cost = 1 + min(last, row[j], row[j+1])
				}
				last, row[j+1] = row[j+1], cost
			}
		}
		want := row[len(b)]
		if got := distance(a, b, 2); got != want && (want <= 2 || got <= 2) {
			t.Errorf("%q and %q: %d, want %d", x, y, got, want)
		}
	})
}
