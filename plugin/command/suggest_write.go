package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/suggest"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// What suggest --write writes: links that are missing, or with --tighten networks.

// header is the first line of the files that may be overwritten.
func (f suggestFlags) header() string {
	if f.tight {
		return suggest.TightHeader
	}
	return suggest.Header
}

// checkTight refuses to tighten what has no networks by its files, before anything is watched.
func (f suggestFlags) checkTight(s *session.Session) error {
	switch {
	case !f.tight:
	case s.Project == nil:
		return exit.Failure{Msg: "--tighten needs the files of the project: they say which networks there are", Advice: []string{"name them with -f"}}
	case s.Project.Format != compose.Spec:
		return exit.Failure{Msg: "--tighten is for files of today: in one of this format no services share a network but those that are linked", Advice: []string{"leave --tighten away"}}
	case f.write != "":
		absolute, err := fromHere()
		if err != nil {
			return err
		}
		if slices.Contains(s.Project.Files, absolute(f.write)) {
			return exit.Failure{Msg: f.write + " is one of the files that are read: it can't be written anew from what it says itself", Advice: []string{"name the other files with -f"}}
		}
	}
	return nil
}

// writeLinks writes links that are missing into a file of their own, beside those that
// the project has from it already.
func writeLinks(s *session.Session, f suggestFlags, missing []suggest.Link) error {
	if len(missing) == 0 {
		printTexts(s.View, []string{fmt.Sprintf("no link is missing that is as sure as %s: %s was not written", f.level, f.write)})
		return nil
	}
	absolute, err := fromHere()
	if err != nil {
		return err
	}
	name := absolute(f.write)
	var kept []suggest.Link
	read := s.Project != nil && slices.Contains(s.Project.Files, name)
	if read {
		kept = suggest.Kept(s.Project, func(file string) bool { return absolute(file) == name })
	}
	format := compose.V1
	if s.Project != nil {
		format = s.Project.Format
	}
	text := suggest.Override(format, kept, missing)
	if s.Options.DryRun {
		return view.Text(s.View, text)
	}
	if err := replaceFile(name, text); err != nil {
		return err
	}
	words := []string{"up", "-d"}
	if format == compose.Spec && s.Project.Isolation == "" {
		words = append([]string{"--isolation", "link"}, words...) // without it they are no boundary
	}
	if !read {
		words = append(besides(s, f.write), words...)
	}
	hint := "to bring them up: docker stacklite " + strings.Join(shellWords(words), " ")
	view.PrintFolded(s.View, fmt.Sprintf("wrote the missing links into %s: %d", f.write, len(missing)))
	view.PrintHints(s.View, []string{hint})
	return nil
}

// fromHere makes paths absolute, as those of a project's files are.
func fromHere() (func(name string) string, error) {
	dir, err := session.WorkingDir()
	return func(name string) string {
		if filepath.IsAbs(name) {
			return filepath.Clean(name)
		}
		return filepath.Join(dir, name)
	}, err
}

// besides are the flags for the project's files and one more.
func besides(s *session.Session, file string) []string {
	var flags []string
	if s.Project == nil {
		flags = []string{"-f", "docker-compose.yml"}
	} else {
		for _, name := range s.Project.Files {
			flags = append(flags, "-f", session.ShorterPath(name))
		}
	}
	flags = append(flags, "-f", file)
	if s.Options.Project != "" {
		flags = append(flags, "-p", s.Options.Project)
	}
	return append(flags, ofProfiles(s)...)
}

// ofProfiles are the flags for the profiles that are named.
func ofProfiles(s *session.Session) []string {
	var flags []string
	for _, name := range s.Options.Profiles {
		flags = append(flags, "--profile", name)
	}
	return flags
}

// again is how suggest is called once more, with more flags.
func (f suggestFlags) again(s *session.Session, more ...string) string {
	words := append(ofProfiles(s), "suggest")
	if f.live {
		words = append(words, "--live")
	}
	if f.live && f.period != defaultPeriod {
		words = append(words, "--for", shortTime(f.period))
	}
	return "docker stacklite " + strings.Join(shellWords(append(words, more...)), " ")
}

// reportTight says what becomes of the networks of the files when only services that talk
// share one, and writes that where it is asked for.
func reportTight(s *session.Session, f suggestFlags, links []suggest.Link) error {
	before := graph.Of(s.Project, s.Topology)
	talk, apart := part(suggest.Pairs(links, suggest.Level(f.level)), graph.Pairs(before))
	tight, err := suggest.Tighten(s.Project, talk)
	if err != nil {
		return err
	}
	topology, err := linking.Resolve(tight.Project, linking.Options{Isolation: linking.ByProject, NoDiscovery: true})
	if err != nil {
		return err
	}
	after := graph.Of(tight.Project, topology)
	printTexts(s.View, tightNotes(tight, links, apart, s.Model))
	could, can := len(graph.Pairs(before)), len(graph.Pairs(after))
	if !tight.Changes() {
		view.PrintFolded(s.View, fmt.Sprintf("the networks of the files let %s of services talk, %d of them needed: there is nothing to tighten", countedPairs(could), can-len(tight.Beyond)))
		return nil
	}
	sum := fmt.Sprintf("the networks of the files let %s of services talk, %d of them needed", countedPairs(could), can-len(tight.Beyond))
	if f.write == "" {
		view.PrintFolded(s.View, sum)
		view.PrintHints(s.View, []string{fmt.Sprintf("to write a file with which %d can: add --write tight.yml", can)})
		return nil
	}
	if s.Options.DryRun {
		return view.Text(s.View, tight.Override())
	}
	absolute, err := fromHere()
	if err != nil {
		return err
	}
	if err := replaceFile(absolute(f.write), tight.Override()); err != nil {
		return err
	}
	view.PrintFolded(s.View, fmt.Sprintf("%s: with %s %d can", sum, f.write, can))
	words := append(besides(s, f.write), "up", "-d")
	hints := []string{"to bring them up: docker stacklite " + strings.Join(shellWords(words), " ")}
	if !f.live {
		f.live = true
		hints = append(hints, "who talks and is not named in the files can't any more then; to see who does: "+f.again(s, "--tighten"))
	}
	view.PrintHints(s.View, hints)
	return nil
}

// manyNetworks is how many may be too many for an engine that chooses their addresses, with
// others that it has.
const manyNetworks = 20

// part separates the pairs that can talk from those that can't: nothing is opened by what
// is written.
func part(pairs, can [][2]string) (talk, apart [][2]string) {
	for _, pair := range pairs {
		if slices.Contains(can, pair) || slices.Contains(can, [2]string{pair[1], pair[0]}) {
			talk = append(talk, pair)
		} else {
			apart = append(apart, pair)
		}
	}
	return talk, apart
}

// tightNotes are what a user should know of what is written: what stays, who is left
// alone, and who was not looked at.
func tightNotes(tight suggest.Tightened, links []suggest.Link, apart [][2]string, model *session.Model) []string {
	notes := slices.Clone(tight.Notes)
	for _, pair := range apart {
		why := "there is evidence that they talk"
		for _, l := range links {
			if len(l.Why) > 0 && (l.From == pair[0] && l.To == pair[1] || l.From == pair[1] && l.To == pair[0]) {
				why = l.Why[0]
			}
		}
		notes = append(notes, fmt.Sprintf("%s and %s share no network by the files, and stay apart: %s", pair[0], pair[1], why))
	}
	if tight.New() > manyNetworks {
		notes = append(notes, fmt.Sprintf("these are %d networks more: there is room for them here, but docker compose takes large ones, of which an engine has about 30 unless its default-address-pools say otherwise", tight.New()))
	}
	if model != nil {
		if left := model.Inactive(); len(left) > 0 {
			notes = append(notes, "these were not looked at, for their profiles are not active, and may reach fewer others then: "+strings.Join(left, ", ")+". To look at them: --profile NAME")
		}
	}
	if len(tight.Alone) > 0 {
		notes = append(notes, "these are not known to talk to any other, and reach none then: "+strings.Join(tight.Alone, ", "))
	}
	return notes
}

func countedPairs(n int) string {
	if n == 1 {
		return "1 pair"
	}
	return fmt.Sprintf("%d pairs", n)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// ownFile refuses to overwrite what suggest has not written: files that do not begin with
// a header.
func ownFile(name, header string) error {
	f, err := os.Open(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	defer f.Close()
	begin := make([]byte, len(header))
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		if n, _ := io.ReadFull(f, begin); string(begin[:n]) == header {
			return nil
		}
	}
	return exit.Failure{Msg: name + " is there, and not a file that this has written: it stays as it is", Advice: []string{"name another file with --write"}}
}

// replaceFile writes a file whole, or not at all.
func replaceFile(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".suggest-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write([]byte(text))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return err
}
