package oldtools_test

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "ask docker-compose again what it says of mistakes")

// recorded is what docker-compose 1.29.2 said of the files in compose/testdata.
const recorded = "testdata/mistakes.txtar"

// lenient are files that docker-compose refused, or refused for one more reason,
// and that mean something here: why.
func lenient() map[string]string {
	const (
		slip   = "one slip is one complaint, about what was meant"
		reader = "its reader of YAML has other words"
		files  = "one note says which file is read instead of which"
	)
	return map[string]string{
		"05-number-as-name":                "a number is a name like any other",
		"12-bare-strings":                  "one word is taken as a list, with a note",
		"15-port-twice":                    "what is written twice counts once, with a note",
		"16-bad-ports":                     "one complaint of each is enough: docker-compose had two of some",
		"19-environment-boolean":           "true is text in an environment",
		"23-label-null":                    "a label without a value is empty",
		"25-command-item-number":           "numbers are words of a command",
		"33-restart-count":                 "a stack trace",
		"34-restart-no":                    "no is a policy, whatever YAML takes it for",
		"38-bad-sizes":                     "a stack trace",
		"39-numbers-for-text":              "numbers are text where text is wanted",
		"43-dns-search-twice":              "what is written twice counts once, with a note",
		"46-env-file-mistakes":             "a warning was all that came of lines that are not read",
		"46-env-file-quotes":               "a warning was all that came of lines that are not read",
		"50-extends-links":                 "a service with links can be extended, without them",
		"52-services-named-like-sections":  "nothing is assumed of a service named version",
		"53-defaults":                      "defaults of variables are read",
		"62-empty-lists":                   "an empty list is an empty list",
		"65-alias-of-itself":               "a stack trace",
		"66-bomb":                          "x- holds what is used elsewhere",
		"67-deep":                          "refused for its depth",
		"68-latin-1":                       "refused for its encoding, at its place",
		"73-columns-are-characters":        "the YAML is right: what looks like a tab stands in a comment",
		"78-nothing-behind-keys":           "an empty list is an empty list",
		"79-colons-in-environment":         "of labels the numbers are as they are written",
		"80-blanks-in-variables":           "a name that is nothing is refused as one",
		"89-key-at-the-left-edge":          slip,
		"95-at-sign":                       reader,
		"96-backtick":                      reader,
		"97-percent":                       reader,
		"98-asterisk":                      reader,
		"103-backslash-in-quotes":          reader,
		"112-blanks-that-are-no-spaces":    slip,
		"113-blank-behind-a-colon":         slip,
		"114-version-above-old-services":   slip,
		"compose-yaml-empty":               files,
		"compose-yaml-first":               files,
		"docker-compose-yml-first":         files,
		"118-variables-beside-environment": slip,
		"125-pipe":                         reader,
		"127-own-key":                      "a key that was no service's name has keys of its own",
		"anchors":                          "x- holds what is used elsewhere",
		"dotenv-beside-the-file":           "the .env beside a file that is found above is read",
		"dotenv-mistakes":                  "a note of our own",
		"env-file-flag-mistakes":           "a warning was all that came of lines that are not read",
		"env-file-flag":                    "FIG_FILE is known",
		"extends-image-and-build":          "a dockerfile that is taken over goes with the build it was for",
		"extends-named-like-the-base":      "a service with links can be extended, without them",
		"fig-file":                         "FIG_FILE is known",
		"unset-variable-in-an-image":       "a hint says that the variable is not set",
		"unset-variables":                  "a note of our own",
	}
}

// strict are files that docker-compose took, and that an engine refused or that
// mean something else there: why.
func strict() map[string]string {
	const engine = "the engine refuses it, later"
	return map[string]string{
		"35-restart-unknown": engine, "37-memswap-less": engine, "42-dns-words": engine, "44-extra-host-alone": engine, "44-extra-hosts-mapping": engine,
		"46-env-file-mistakes": "lines of an env_file that are not read are a mistake", "46-env-file-quotes": "lines of an env_file that are not read are a mistake",
		"52-newer-services": "another format", "52-newer-version": "another format", "58-service-twice": "the last one won, silently",
		"59-container-name-twice": engine, "60-bad-image": engine, "69-host-network-and-links": engine, "70-engine-limits": engine,
		"71-external-links": "seen by up alone", "72-nearly-services": "another format", "74-ports-of-the-host": engine, "76-mac-address-without-a-card": engine,
		"env-file-flag-mistakes": "lines of --env-file that are not read are a mistake", "project-name-unusable": "the name was empty", "unset-variable-in-an-image": engine,
	}
}

// typed is what is typed at a case; most ask for config -q.
func typed(name string) []string {
	if name == "28-build-missing" || name == "skip-build-check" {
		return []string{"build"} // our config does not look for directories
	}
	return []string{"config", "-q"}
}

// laid puts the files of a case into a folder, and gives what is typed, with the
// variables that are set, and standard input.
func laid(t *testing.T, name string, a *txtar.Archive) (dir string, vars, words []string, stdin string) {
	t.Helper()
	files := map[string]string{".docker/config.json": "{}"}
	for _, f := range a.Files {
		switch f.Name {
		case "want", "notes", "errors":
		case "stdin":
			stdin = string(f.Data)
		case "options":
			for line := range strings.Lines(string(f.Data)) {
				key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
				switch key {
				case "file", "project-directory", "project-name", "env-file":
					words = append(words, "--"+key, value)
				case "env":
					vars = append(vars, value)
				case "dir":
					dir = value
				}
			}
		case "fig.yml":
			files["docker-compose.yml"] = string(f.Data)
		default:
			files[f.Name] = string(f.Data)
		}
	}
	if dir != "" {
		files[dir+"/.docker/config.json"] = "{}"
	}
	return filepath.Join(folder(t, files), dir), append(vars, "DOCKER_HOST=unix:///nowhere"), append(words, typed(name)...), stdin
}

// complaints gives what a tool says of a case, with what differs each time made
// equal.
func (p tool) complaints(t *testing.T, name string, a *txtar.Archive) (said string, code int) {
	t.Helper()
	dir, vars, words, stdin := laid(t, name, a)
	p.stdin = stdin
	_, said, code = p.run(t, dir, vars, words...)
	if i := strings.LastIndex(said, "Traceback (most recent call last):"); i >= 0 {
		said = "a stack trace\n"
	}
	return strings.ReplaceAll(said, dir, "DIR"), code
}

var (
	mark    = regexp.MustCompile(`^  in ".*", line \d+, column \d+$`)
	instead = regexp.MustCompile(`, but (got|found) '.*'$`)
)

// unsaid are the lines of docker-compose that ours do not hold. Where in the YAML
// its reader was, and on what it stumbled, only its reader knows.
func unsaid(theirs, ours string) []string {
	var out []string
	for line := range strings.Lines(theirs) {
		line = strings.TrimRight(line, "\n")
		if line = instead.ReplaceAllString(line, ""); mark.MatchString(line) || strings.TrimSpace(line) == "" {
			continue
		}
		if !strings.Contains(ours, strings.TrimSpace(line)) {
			out = append(out, line)
		}
	}
	return out
}

// TestScriptsFindTheWordsOfDockerComposeAboutMistakes walks over the rows of
// compose-v1.md 4, each of which has files in compose/testdata/err, and
// over the ways to choose files.
func TestScriptsFindTheWordsOfDockerComposeAboutMistakes(t *testing.T) {
	record := map[string]string{}
	if a, err := txtar.ParseFile(recorded); err == nil {
		for _, f := range a.Files {
			record[f.Name] = string(f.Data)
		}
	} else if !*update || !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	theirs := installed(t)
	ours := called(t)
	var cases []string
	for _, dir := range []string{"err", "files"} {
		found, err := filepath.Glob("../../../compose/testdata/" + dir + "/*.txtar")
		if err != nil || len(found) == 0 {
			t.Fatal("no cases", err)
		}
		cases = append(cases, found...)
	}
	for _, file := range cases {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			if theirs != nil {
				said, code := theirs.complaints(t, name, a)
				switch {
				case *update:
					record[name] = exitLine(code) + said
				case exitLine(code)+said != record[name] && !strings.Contains(name, "circle"): // of which each run begins elsewhere
					t.Errorf("docker-compose says\n%s, recorded is\n%s", exitLine(code)+said, record[name])
				}
			}
			want, ok := record[name]
			if !ok {
				t.Fatal("nobody has asked docker-compose about this: run this test with -update where it is installed")
			}
			want, failed := strings.CutPrefix(want, exitLine(1))
			want = strings.TrimPrefix(want, exitLine(0))
			said, code := ours.complaints(t, name, a)
			if left := unsaid(sorted(want), sorted(said)); len(left) > 0 != (lenient()[name] != "") {
				t.Errorf("of docker-compose's words these are not found (allowed: %q):\n%s\namong\n%s", lenient()[name], strings.Join(left, "\n"), said)
			}
			if code == 1 && !failed && strict()[name] == "" || code == 0 && failed && lenient()[name] == "" || code > 1 {
				t.Errorf("exit code %d, docker-compose failed: %v\n%s", code, failed, said)
			}
		})
	}
	if !*update {
		return
	}
	out := txtar.Archive{Comment: []byte("What docker-compose 1.29.2 says of the files in compose/testdata, with its exit code in front.\n\n")}
	var names []string
	for name := range record {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		out.Files = append(out.Files, txtar.File{Name: name, Data: []byte(record[name])})
	}
	if err := os.MkdirAll(filepath.Dir(recorded), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(recorded, txtar.Format(&out), 0o644); err != nil {
		t.Fatal(err)
	}
}

// exitLine is an exit code as the record has it.
func exitLine(code int) string {
	if code == 0 {
		return "exit code 0\n"
	}
	return "exit code 1\n"
}

var circle = regexp.MustCompile(`Circular dependency between (.*)`)

// sorted puts the services of a circle into one order: docker-compose had none.
func sorted(text string) string {
	return circle.ReplaceAllStringFunc(text, func(line string) string {
		names := strings.Split(circle.FindStringSubmatch(line)[1], " and ")
		slices.Sort(names)
		return "Circular dependency between " + strings.Join(names, " and ")
	})
}
