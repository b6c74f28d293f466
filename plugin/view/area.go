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
// Multi-line libraries were passed over: they draw bars, and own the clock,
// the size and the goroutine, which here are given.
type area struct {
	w             io.Writer
	rows          []row
	width, height int // of the terminal when rows were drawn
	lost          int // lines of earlier frames that a shrinking terminal has pushed out at the top
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
		// The terminal has broken lines anew. What is above its first line
		// can't be reached; it comes back when the terminal grows.
		up := a.taken(width) + a.lost
		reach := min(up, height-1)
		a.lost = up - reach
		b.WriteString(aec.Up(uint(reach)).String())
		b.WriteString(aec.EraseDisplay(aec.EraseModes.Tail).String())
		old = nil
	} else {
		b.WriteString(aec.Up(uint(len(old))).String())
	}
	for i, r := range rows {
		if i >= len(old) || old[i] != r {
			b.WriteString(r.text)
			b.WriteString(aec.EraseLine(aec.EraseModes.Tail).String())
		}
		b.WriteString("\r\n")
	}
	// Rows that are no more, and what was typed since, go away.
	b.WriteString(aec.EraseDisplay(aec.EraseModes.Tail).String())
	b.WriteString(aec.Show.String())
	a.rows, a.width, a.height = rows, width, height
	_, _ = io.WriteString(a.w, b.String())
}

// taken is how many lines of a terminal of that width the rows take.
func (a *area) taken(width int) int {
	n := 0
	for _, r := range a.rows {
		n += max(1, (r.width+width-1)/width)
	}
	return n
}
