package view

import (
	"io"
	"slices"
	"strings"

	"github.com/morikuni/aec"
)

// area is a part of the screen that is drawn again and again: the rows above
// the line that the cursor is on. A frame is one write, in which only the
// rows that have changed are touched, so nothing flickers. Between frames the
// cursor is visible and below the rows: a program that is killed leaves the
// terminal as it should be.
//
// No library of progress bars does this: those own the clock, the size and
// the goroutine, which here are given, and none keeps plain lines within the
// screen.
type area struct {
	w             io.Writer
	rows          []row
	width, height int   // of the terminal when rows were drawn
	lost          []int // cells of the rows that a shrinking terminal has pushed out at its top
}

// draw shows other rows in place of those that are there. There must be fewer
// rows than the terminal's height: one is for the cursor.
func (a *area) draw(rows []row, width, height int) {
	resized := a.width != width || a.height != height
	if !resized && slices.Equal(a.rows, rows) {
		return
	}
	var b strings.Builder
	b.WriteString(aec.Hide.String() + "\r")
	old := a.rows
	if resized {
		b.WriteString(aec.Up(a.reflow(width, height)).String())
		old = nil
	} else {
		b.WriteString(aec.Up(uint(len(old))).String())
	}
	for i, r := range rows {
		if resized {
			// The whole line: so terminals forget that it belonged to a
			// longer one, and don't join the two when they become wider.
			b.WriteString(aec.EraseLine(aec.EraseModes.All).String())
		}
		if i >= len(old) || old[i] != r {
			b.WriteString(r.text)
			b.WriteString(aec.EraseLine(aec.EraseModes.Tail).String())
		}
		b.WriteString("\r\n")
	}
	// Rows that are no more, and what was typed since, go away. It is done
	// here and not before: tmux keeps for scrolling back what is erased from
	// the screen's first cell on.
	b.WriteString(aec.EraseDisplay(aec.EraseModes.Tail).String())
	b.WriteString(aec.Show.String())
	a.rows, a.width, a.height = rows, width, height
	_, _ = io.WriteString(a.w, b.String())
}

// reflow says how many lines above the cursor what was drawn begins, now that
// the terminal has another size. Terminals break lines anew when they become
// narrower or wider. What is above the first line can't be reached; it comes
// back when the terminal grows, and is remembered for that. (xterm cuts lines
// off instead: there, a line above the area may be lost.)
func (a *area) reflow(width, height int) uint {
	for _, r := range a.rows {
		a.lost = append(a.lost, r.width)
	}
	reach := 0
	for len(a.lost) > 0 && reach < height-1 {
		last := len(a.lost) - 1
		taken := max(1, (a.lost[last]+width-1)/width)
		if room := height - 1 - reach; taken > room {
			a.lost[last] = (taken - room) * width
			taken = room
		} else {
			a.lost = a.lost[:last]
		}
		reach += taken
	}
	return uint(reach)
}
