package view

import (
	"fmt"

	"github.com/morikuni/aec"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// PrintNotes prints to standard error what was assumed or ignored, a line for
// each note.
func PrintNotes(o Options, notes []compose.Note) {
	if o.Level > Warning {
		return
	}
	for _, n := range notes {
		printNote(o, o.errPalette(), n.String())
	}
}

// PrintText prints a line to standard error that is neither a note nor an error.
func PrintText(o Options, text string) { fmt.Fprintln(o.Err, sanitize(text)) }

// PrintFolded is PrintText for what is ours to break: a terminal gets it in lines that
// have room there. The words of docker-compose stay lines.
func PrintFolded(o Options, text string) {
	fmt.Fprintln(o.Err, fold(sanitize(text), o.errWidth(), "  "))
}

// Print is PrintText for a line of a level, where lines of that level are
// wanted.
func Print(o Options, level Level, text string) {
	if level >= o.Level {
		PrintText(o, text)
	}
}

func printPlanNotes(o Options, p *plan.Plan, color palette) {
	if p == nil || o.Level > Warning {
		return
	}
	for _, n := range p.Notes {
		printPlanNote(o, color, n)
	}
}

func printNote(o Options, p palette, text string) {
	const head = "note:"
	folded := fold(head+" "+sanitize(again(text, o.Again)), o.errWidth(), "  ")
	fmt.Fprintf(o.Err, "%s%s\n", p.paint(head, aec.YellowF), folded[len(head):])
}

// printPlanNote prints a note of a plan, which may have several lines.
func printPlanNote(o Options, p palette, text string) {
	lines := plan.NoteLines(text)
	printNote(o, p, lines[0])
	for _, l := range lines[1:] {
		fmt.Fprintln(o.Err, fold(sanitize(again(l, o.Again)), o.errWidth(), "    "))
	}
}
