package desired

import (
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/labels"
)

// Notes says what in the files has no effect on containers: labels that only this
// tool may write.
func Notes(p *compose.Project) []compose.Note {
	var notes []compose.Note
	for _, s := range p.Services {
		for _, l := range s.Labels {
			if labels.Reserved(l.Name) {
				notes = append(notes, compose.Note{Pos: l.Pos, Path: s.Name + ".labels", Text: labels.LeftOut(l.Name)})
			}
		}
	}
	return compose.SortNotes(notes)
}
