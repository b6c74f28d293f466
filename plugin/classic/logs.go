package classic

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// LogWidth is how wide the names before log lines were: there is room for any
// service of the files, whichever are shown, with a number of one digit and a
// space. Nil is a project whose files can't be read.
func LogWidth(p *compose.Project) int {
	widest := 0
	if p != nil {
		for _, s := range p.Services {
			widest = max(widest, len(s.Name))
		}
	}
	return widest + 3
}

// Started compares containers by the order in which up starts them.
func Started(p *compose.Project) func(a, b observed.Container) int {
	var order []string
	if p != nil {
		order = ServiceNames(p)
	}
	return func(a, b observed.Container) int {
		return cmp.Or(slices.Index(order, a.Service)-slices.Index(order, b.Service), strings.Compare(a.Service, b.Service), a.Number-b.Number)
	}
}

// NewestFirst compares containers the other way round: in that order logs named
// those that one up had started.
func NewestFirst(p *compose.Project) func(a, b observed.Container) int {
	started := Started(p)
	return func(a, b observed.Container) int { return started(b, a) }
}
