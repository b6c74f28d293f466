package view

import (
	"io"
	"slices"
	"strings"

	"github.com/morikuni/aec"
)

// region is the part of the screen that is redrawn again and again: the rows
// above the cursor's line. A frame is a single write that touches only the rows
// that have changed, so nothing flickers. Between frames the cursor is visible
// and below the rows, so a program that is killed leaves a usable terminal.
//
// Libraries for progress bars do not fit: they own the clock, the size and the
// goroutine, which are given here, and none keeps plain lines within the screen.
type region struct {
	w             io.Writer
	rows          []row
	width, height int   // of the terminal when rows were drawn
	scrolledOff   []int // widths of the rows that a shrinking terminal has pushed off its top
}

// draw replaces the rows on the screen. There must be fewer rows than the
// terminal is high: one line is for the cursor.
func (r *region) draw(rows []row, width, height int) {
	resized := r.width != width || r.height != height
	if !resized && slices.Equal(r.rows, rows) {
		return
	}
	var b strings.Builder
	b.WriteString(aec.Hide.String() + "\r")
	old := r.rows
	if resized {
		b.WriteString(aec.Up(r.reflow(width, height)).String())
		old = nil
	} else {
		b.WriteString(aec.Up(uint(len(old))).String())
	}
	for i, row := range rows {
		if resized {
			// Erasing the whole line makes terminals forget that it was part
			// of a longer one, so they do not join the two when they widen.
			b.WriteString(aec.EraseLine(aec.EraseModes.All).String())
		}
		if i >= len(old) || old[i] != row {
			b.WriteString(row.text)
			b.WriteString(aec.EraseLine(aec.EraseModes.Tail).String())
		}
		b.WriteString("\r\n")
	}
	// Erase rows that are no longer needed and anything typed since. This comes
	// last because tmux moves to its scrollback whatever is erased from the
	// first cell of the screen on.
	b.WriteString(aec.EraseDisplay(aec.EraseModes.Tail).String())
	b.WriteString(aec.Show.String())
	r.rows, r.width, r.height = rows, width, height
	_, _ = io.WriteString(r.w, b.String())
}

// reflow returns how many lines above the cursor the drawn rows begin, now that
// the terminal has another size: terminals wrap lines again when their width
// changes. Rows above the first line of the screen cannot be reached, but they
// come back when the terminal grows, so they are remembered. (xterm truncates
// lines instead; there, a line above the region may be lost.)
func (r *region) reflow(width, height int) uint {
	for _, row := range r.rows {
		r.scrolledOff = append(r.scrolledOff, row.width)
	}
	up := 0
	for len(r.scrolledOff) > 0 && up < height-1 {
		last := len(r.scrolledOff) - 1
		lines := max(1, (r.scrolledOff[last]+width-1)/width)
		if room := height - 1 - up; lines > room {
			r.scrolledOff[last] = (lines - room) * width
			lines = room
		} else {
			r.scrolledOff = r.scrolledOff[:last]
		}
		up += lines
	}
	return uint(up)
}
