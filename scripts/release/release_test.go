package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin"
)

var date = time.Date(2026, 3, 4, 5, 6, 8, 0, time.UTC)

func TestEveryCommandHasAManPage(t *testing.T) {
	dir := t.TempDir()
	if err := writeDocs(dir, "v1.2.3", date); err != nil {
		t.Fatal(err)
	}
	check := func(cmd *cobra.Command, name string) {
		page := read(t, filepath.Join(dir, "man", "man1", name+".1"))
		for _, want := range []string{`.TH "` + strings.ToUpper(name) + `" "1" "Mar 2026" "Stack Lite v1.2.3" "Stack Lite"`, cmd.Short} {
			if !strings.Contains(strings.ReplaceAll(page, `\-`, "-"), want) {
				t.Errorf("%s does not say %s", name, want)
			}
		}
		if strings.Contains(page, "Auto generated") {
			t.Errorf("%s tells what made it", name)
		}
	}
	var walk func(cmd *cobra.Command, name string)
	walk = func(cmd *cobra.Command, name string) {
		check(cmd, name)
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				walk(c, name+"-"+c.Name())
			}
		}
	}
	walk(plugin.Root(io.Discard), "docker-stacklite")
	if link := read(t, filepath.Join(dir, "man", "man1", "docker-stack-lite.1")); link != ".so man1/docker-stacklite.1\n" {
		t.Errorf("docker-stack-lite.1 is %q", link)
	}
}

func TestCompletionsAreOfTheStandaloneCommand(t *testing.T) {
	dir := t.TempDir()
	if err := writeDocs(dir, "v1.2.3", date); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"bash/docker-stack-lite":      "complete -o default -F __start_docker-stack-lite docker-stack-lite",
		"zsh/_docker-stack-lite":      "#compdef docker-stack-lite\n",
		"fish/docker-stack-lite.fish": "complete -c docker-stack-lite",
	} {
		if script := read(t, filepath.Join(dir, "completions", file)); !strings.Contains(script, want) {
			t.Errorf("%s lacks %q", file, want)
		}
	}
}

// contents are the names in an archive of stack-lite-v1 for a platform, with
// their modes.
func contents(platform, program string) map[string]fs.FileMode {
	top := "stack-lite-v1-" + platform + "/"
	return map[string]fs.FileMode{
		top + program: 0o755, top + "LICENSE": 0o644, top + "README.md": 0o644, top + "man/man1/a.1": 0o644,
	}
}

func TestArchivesHoldProgramLicenseReadmeAndDocs(t *testing.T) {
	pack := func() string {
		to, docs := t.TempDir(), t.TempDir()
		put(t, filepath.Join(docs, "man", "man1", "a.1"), "page")
		for _, platform := range []string{"linux-amd64", "windows-arm64.exe"} {
			path := filepath.Join(t.TempDir(), "docker-stacklite-"+platform)
			put(t, path, "binary of "+platform)
			if err := writeArchive(to, "stack-lite-v1", platform, path, docs, date); err != nil {
				t.Fatal(err)
			}
		}
		return to
	}
	t.Chdir("../..")
	dir := pack()
	if diff := cmp.Diff(contents("linux-amd64", "docker-stacklite"), untar(t, filepath.Join(dir, "stack-lite-v1-linux-amd64.tar.gz"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(contents("windows-arm64", "docker-stacklite.exe"), unzip(t, filepath.Join(dir, "stack-lite-v1-windows-arm64.zip"))); diff != "" {
		t.Error(diff)
	}

	if err := writeSums(dir); err != nil {
		t.Fatal(err)
	}
	again := pack()
	if err := writeSums(again); err != nil {
		t.Fatal(err)
	}
	one, two := read(t, filepath.Join(dir, "SHA256SUMS")), read(t, filepath.Join(again, "SHA256SUMS"))
	if one != two || strings.Count(one, "\n") != 2 {
		t.Errorf("the same files give other archives, or not two:\n%s%s", one, two)
	}
}

// untar gives the names in an archive with their modes. Each must have the date.
func untar(t *testing.T, path string) map[string]fs.FileMode {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]fs.FileMode{}
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatal(err)
		}
		found[header.Name] = header.FileInfo().Mode()
		if !header.ModTime.Equal(date) || header.Uid != 0 || header.Uname != "" {
			t.Errorf("%s is of %v and %d %s", header.Name, header.ModTime, header.Uid, header.Uname)
		}
	}
}

func unzip(t *testing.T, path string) map[string]fs.FileMode {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	found := map[string]fs.FileMode{}
	for _, f := range archive.File {
		found[f.Name] = f.Mode()
		if !f.Modified.Equal(date) {
			t.Errorf("%s is of %v", f.Name, f.Modified)
		}
	}
	return found
}

func TestVersionsOfPackagesAreInOrder(t *testing.T) {
	for described, want := range map[string]string{
		"v1.2.3":                        "1.2.3",
		"1.2.3":                         "1.2.3",
		"v1.2.3-dirty":                  "1.2.3+dirty",
		"v1.2.3-14-g0a1b2c3":            "1.2.3+14.g0a1b2c3",
		"v1.2.3-14-g0a1b2c3-dirty":      "1.2.3+14.g0a1b2c3+dirty",
		"v1.2.3-rc.1":                   "1.2.3~rc.1",
		"v1.2.3-rc.1-14-g0a1b2c3":       "1.2.3~rc.1+14.g0a1b2c3",
		"v1.2.3-rc.1-14-g0a1b2c3-dirty": "1.2.3~rc.1+14.g0a1b2c3+dirty",
		"75d55cf":                       "0+75d55cf",
		"1234567":                       "0+1234567",
		"75d55cf-dirty":                 "0+75d55cf.dirty",
		"dev":                           "0+dev",
	} {
		if got := packageVersion(described); got != want {
			t.Errorf("%s: %s, want %s", described, got, want)
		}
	}
}

func TestWithoutADateThereIsNoRelease(t *testing.T) {
	r := release{version: "v1", programs: t.TempDir(), to: filepath.Join(t.TempDir(), "release")}
	if err := r.make(""); err == nil || !strings.Contains(err.Error(), "SOURCE_DATE_EPOCH") {
		t.Errorf("error is %v", err)
	}
	if err := r.make("1"); err == nil || !strings.Contains(err.Error(), "no programs in") {
		t.Errorf("error is %v", err)
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := writeFile(path, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
