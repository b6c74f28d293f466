package image

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// writeFiles makes files of name and text below a directory of the test's own.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// sent lists the files that a build sends to the engine, with their texts.
func sent(t *testing.T, spec desired.BuildSpec, compress bool) (map[string]string, *directory) {
	t.Helper()
	d, err := openDirectory(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	body, err := d.pack(compress, func(plan.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	var r io.Reader = body
	if compress {
		if r, err = gzip.NewReader(body); err != nil {
			t.Fatal(err)
		}
	}
	files := map[string]string{}
	for archive := tar.NewReader(r); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, d
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 {
			t.Errorf("%s belongs to %d:%d", h.Name, h.Uid, h.Gid)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		text, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = string(text)
	}
}

func fileNames(files map[string]string) []string {
	var list []string
	for name := range files {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func TestDockerignoreDecidesWhatIsSent(t *testing.T) {
	tree := map[string]string{
		"Dockerfile": "FROM a\n", "a.txt": "", "b.md": "", "docs/c.md": "", "docs/README.md": "", "node_modules/x/y.js": "", "src/.git/config": "",
	}
	for name, c := range map[string]struct {
		ignore string
		want   []string
	}{
		"nothing":                    {"", []string{".dockerignore", "Dockerfile", "a.txt", "b.md", "docs/README.md", "docs/c.md", "node_modules/x/y.js", "src/.git/config"}},
		"a directory":                {"node_modules\n/docs/", []string{".dockerignore", "Dockerfile", "a.txt", "b.md", "src/.git/config"}},
		"a star is for one level":    {"*.md\n*/*.js", []string{".dockerignore", "Dockerfile", "a.txt", "docs/README.md", "docs/c.md", "node_modules/x/y.js", "src/.git/config"}},
		"two stars are for any":      {"**/*.md\n**/.git\n**/*.js", []string{".dockerignore", "Dockerfile", "a.txt"}},
		"all but":                    {"*\n!docs/README.md\n", []string{".dockerignore", "Dockerfile", "docs/README.md"}},
		"the last line wins":         {"!a.txt\na.txt\n# b.md\n", []string{".dockerignore", "Dockerfile", "b.md", "docs/README.md", "docs/c.md", "node_modules/x/y.js", "src/.git/config"}},
		"what the engine needs goes": {"**", []string{".dockerignore", "Dockerfile"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := writeFiles(t, tree)
			if err := os.WriteFile(filepath.Join(dir, ".dockerignore"), []byte(c.ignore), 0o644); err != nil {
				t.Fatal(err)
			}
			files, _ := sent(t, desired.BuildSpec{Service: "web", Context: dir}, false)
			if diff := cmp.Diff(c.want, fileNames(files)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestADockerfileThatIsIgnoredIsKeptOutOfTheImage(t *testing.T) {
	for ignore, want := range map[string]bool{"Dockerfile": true, "*": true, "other": false, "*\n!Dockerfile": false} {
		dir := writeFiles(t, map[string]string{"Dockerfile": "FROM a\n", ".dockerignore": ignore})
		if got := hidesDockerfile(desired.BuildSpec{Context: dir}); got != want {
			t.Errorf("%q: got %v", ignore, got)
		}
	}
}

func TestAnIgnoreFileOfTheDockerfilesOwnComesFirst(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"web.Dockerfile": "FROM a\n", "web.Dockerfile.dockerignore": "a\n", ".dockerignore": "b\n", "a": "", "b": "",
	})
	files, _ := sent(t, desired.BuildSpec{Context: dir, Dockerfile: "web.Dockerfile"}, false)
	want := []string{".dockerignore", "b", "web.Dockerfile", "web.Dockerfile.dockerignore"}
	if diff := cmp.Diff(want, fileNames(files)); diff != "" {
		t.Error(diff)
	}
}

func TestADockerfileFromOutsideIsSentAlong(t *testing.T) {
	dir := writeFiles(t, map[string]string{"web/a": "text", "shared/Dockerfile": "FROM a\n", "web/.dockerignore": "b"})
	for _, name := range []string{"../shared/Dockerfile", filepath.Join(dir, "shared", "Dockerfile")} {
		files, d := sent(t, desired.BuildSpec{Context: filepath.Join(dir, "web"), Dockerfile: name}, false)
		want := map[string]string{"a": "text", d.dockerfile: "FROM a\n", ".dockerignore": "b\n.dockerignore\n" + d.dockerfile + "\n"}
		if diff := cmp.Diff(want, files); diff != "" {
			t.Error(diff)
		}
		if !d.hidden {
			t.Error("it would be seen in the image")
		}
	}
}

func TestACompressedDirectoryHoldsTheSame(t *testing.T) {
	dir := writeFiles(t, map[string]string{"Dockerfile": "FROM a\n", "a": strings.Repeat("a", 1<<20)})
	plain, _ := sent(t, desired.BuildSpec{Context: dir}, false)
	compressed, _ := sent(t, desired.BuildSpec{Context: dir}, true)
	if !cmp.Equal(plain, compressed) {
		t.Errorf("%v and %v", fileNames(plain), fileNames(compressed))
	}
}

func TestABuildDirectoryMayBeASymbolicLink(t *testing.T) {
	dir := writeFiles(t, map[string]string{"real/Dockerfile": "FROM a\n", "real/a": ""})
	if err := os.Symlink("real", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	files, d := sent(t, desired.BuildSpec{Context: filepath.Join(dir, "link")}, false)
	if !cmp.Equal(fileNames(files), []string{"Dockerfile", "a"}) || d.dockerfile != "Dockerfile" {
		t.Errorf("got %v with %s", fileNames(files), d.dockerfile)
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	dir := writeFiles(t, map[string]string{"empty/a": "", "file": "", "badignore/Dockerfile": "FROM a\n", "badignore/.dockerignore": "a["})
	for want, spec := range map[string]desired.BuildSpec{
		"service web: DIR/none: no such directory":                  {Context: filepath.Join(dir, "none")},
		"service web: DIR/empty/Dockerfile: no such file":           {Context: filepath.Join(dir, "empty")},
		"service web: DIR/empty/x/Dockerfile: no such file":         {Context: filepath.Join(dir, "empty"), Dockerfile: "x/Dockerfile"},
		"service web: DIR/file is not a directory":                  {Context: filepath.Join(dir, "file")},
		"DIR/badignore/.dockerignore: syntax error in pattern":      {Context: filepath.Join(dir, "badignore")},
		"service web: open DIR/empty/a/Dockerfile: not a directory": {Context: filepath.Join(dir, "empty"), Dockerfile: "a/Dockerfile"},
	} {
		spec.Service = "web"
		_, err := readDockerfile(spec)
		if err == nil {
			_, err = openDirectory(t.Context(), spec)
		}
		if err == nil {
			t.Errorf("no error in place of %q", want)
			continue
		}
		if got := strings.ReplaceAll(err.Error(), dir, "DIR"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestALongTransferShowsHowFarItIs(t *testing.T) {
	dir := writeFiles(t, map[string]string{"Dockerfile": "FROM a\n", "big": strings.Repeat("a", 5<<20)})
	d, err := openDirectory(t.Context(), desired.BuildSpec{Context: dir})
	if err != nil {
		t.Fatal(err)
	}
	var last plan.Progress
	reports := 0
	body, err := d.pack(false, func(p plan.Progress) {
		if p.Current < last.Current || p.Current > p.Total {
			t.Errorf("%d of %d after %d", p.Current, p.Total, last.Current)
		}
		last = p
		reports++
	})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if _, err := io.Copy(io.Discard, body); err != nil {
		t.Fatal(err)
	}
	if reports < 4 || reports > 10 || last.Current != last.Total || last.Total < 5<<20 {
		t.Errorf("reported %d times, at last %d of %d", reports, last.Current, last.Total)
	}
}
