package desired

import (
	"fmt"
	"path"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// UnsettledWords lists the words in volumes for which it matters whether the engine
// has a volume of that name: no container of the project says how they were taken.
func UnsettledWords(p *compose.Project, have Have) []string {
	var names []string
	eachWord(p, func(s *compose.Service, v *compose.Volume) {
		w := v.Word
		_, settled := have.wordTaken(s, v)
		asked := w.Beside == compose.Directory && !w.Old || w.Written || w.Beside == compose.Nothing && isFileName(w.Text, v.Target)
		if !settled && !w.Strict && asked && !slices.Contains(names, w.Text) {
			names = append(names, w.Text)
		}
	})
	return names
}

// TakeWords decides which words in volumes are volumes and which are what lies beside
// the file, and notes how those were taken that no container of the project has
// yet. Volumes are those that the engine has, of UnsettledWords.
//
// What a container of the project has stays: no data is exchanged for other. A file
// can't be a volume. A volume that is there has been used before; without one, a
// directory beside the file is meant, as it was up to docker-compose 1.4.
func TakeWords(p *compose.Project, have Have, volumes []string) []compose.Note {
	var notes []compose.Note
	eachWord(p, func(s *compose.Service, v *compose.Volume) {
		w := *v.Word
		volume, settled := have.wordTaken(s, v)
		exists, why := slices.Contains(volumes, w.Text), ""
		switch {
		case settled:
		case w.Strict:
			volume = true
			if w.Beside != compose.Nothing {
				why = "as by docker-compose since 1.5"
			}
		case w.Beside == compose.File:
			why = "which lies there"
		case w.Old && w.Beside == compose.Directory:
			why = "as by Fig"
		case exists:
			volume, why = true, "which the engine has"
		case w.Beside == compose.Directory:
			why = "which lies there"
		case w.Written:
			why = "which is a directory elsewhere in the file"
		default:
			volume, why = true, "which all projects share"
		}
		w.Missing = !settled && !w.Strict && volume && !exists && isFileName(w.Text, v.Target)
		v.Word, v.Named, v.Host = &w, volume, w.Place
		if volume {
			v.Host = w.Text
		}
		if why != "" && !w.Missing {
			notes = append(notes, compose.Note{Pos: v.Pos, Path: s.Name + ".volumes", Text: wordNote(*v, why)})
		}
	})
	return notes
}

// MissingWords notes which words of a project are names of files that are not there:
// after TakeWords without an engine, which may have volumes of these names.
func MissingWords(p *compose.Project) []compose.Note {
	var notes []compose.Note
	eachWord(p, func(s *compose.Service, v *compose.Volume) {
		if v.Word.Missing {
			notes = append(notes, compose.Note{
				Pos: v.Pos, Path: s.Name + ".volumes",
				Text: fmt.Sprintf("there is no file ./%s: up refuses this, unless the engine has a volume %q", v.Word.Text, v.Word.Text),
			})
		}
	})
	return notes
}

// wordNote says how a word was taken, and how to say the other.
func wordNote(v compose.Volume, why string) string {
	w := v.Word
	kind := "directory"
	if w.Beside == compose.File {
		kind = "file"
	}
	spelled := v
	spelled.Host = "./" + w.Text
	if v.Named {
		return fmt.Sprintf("%q is taken for the volume %q, %s; for the %s ./%s write %s", w.Text, w.Text, why, kind, w.Text, spelled)
	}
	text := fmt.Sprintf("%q is taken for the %s ./%s, %s; to say so write %s", w.Text, kind, w.Text, why, spelled)
	if kind == "directory" && !w.Old {
		text += ", for a volume first type: docker volume create " + w.Text
	}
	return text
}

func eachWord(p *compose.Project, do func(*compose.Service, *compose.Volume)) {
	for _, s := range p.Services {
		for i := range s.Volumes {
			if s.Volumes[i].Word != nil {
				do(s, &s.Volumes[i])
			}
		}
	}
}

// wordTaken says how containers of the project have a word: for a volume, or for a
// path. Most says one of the service that mounts it at the same place.
func (h Have) wordTaken(s *compose.Service, v *compose.Volume) (volume, settled bool) {
	for _, meant := range []func(*observed.Container, observed.Mount) bool{
		func(c *observed.Container, m observed.Mount) bool { return c.Service == s.Name && m.Target == v.Target },
		func(*observed.Container, observed.Mount) bool { return true },
	} {
		for _, of := range h.Containers {
			c := h.Snapshot.ByID(of.ID)
			if c == nil || of.OneOff {
				continue
			}
			for _, m := range c.Mounts {
				if taken := m.Volume == v.Word.Text; meant(c, m) && (taken || m.Source != "" && h.same(m.Source, v.Word.Place)) {
					return taken, true
				}
			}
		}
	}
	return false, false
}

// fileNames are endings of the names of files that are mounted one by one.
var fileNames = []string{
	".cfg", ".cnf", ".conf", ".crt", ".css", ".env", ".html", ".ini", ".js", ".json", ".key", ".log", ".pem", ".php", ".properties",
	".py", ".rb", ".sh", ".sock", ".sql", ".toml", ".txt", ".xml", ".yaml", ".yml",
}

// isFileName reports whether a word and the path where it is to be are names of a
// file, not of a directory.
func isFileName(word, target string) bool {
	return path.Ext(word) == path.Ext(target) && slices.Contains(fileNames, path.Ext(word))
}
