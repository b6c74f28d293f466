package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/morikuni/aec"
)

// Cell is what stands where a row and a column of a Matrix meet.
type Cell struct {
	Text  string
	Style Style
}

// Style is how a cell stands out on a screen with colours.
type Style int

// The moods.
const (
	Plain Style = iota
	Good
	Bad
	Faint
)

// Matrix writes a table of rows and columns with the same kind of name, such as
// who reaches whom. Where the names of the columns do not fit the screen beside
// each other they are numbered, and so are the rows. On anything but a screen
// they always fit.
func Matrix(o Options, corner string, rows, columns []string, cell func(row, column int) Cell) error {
	m := matrix{o: o, corner: corner, rows: rows, heads: columns, cell: cell}
	if width, _ := o.size(); o.OutIsTerminal && m.width() > width {
		m.number(columns)
	}
	_, err := io.WriteString(o.Out, m.String())
	return err
}

type matrix struct {
	o      Options
	corner string
	rows   []string
	heads  []string
	cell   func(row, column int) Cell
}

// number puts numbers in place of the heads, and before the rows of that name.
func (m *matrix) number(columns []string) {
	numbers := map[string]string{}
	heads := make([]string, len(columns))
	for i, name := range columns {
		heads[i] = fmt.Sprint(i + 1)
		numbers[name] = heads[i]
	}
	digits := len(fmt.Sprint(len(columns)))
	rows := make([]string, len(m.rows))
	for i, name := range m.rows {
		rows[i] = fmt.Sprintf("%*s %s", digits, numbers[name], name)
	}
	m.rows, m.heads = rows, heads
}

// between stands between two columns of a matrix.
const between = "  "

// widths gives the width of the names of the rows and of each column.
func (m *matrix) widths() (first int, rest []int) {
	first = cells(m.corner)
	for _, r := range m.rows {
		first = max(first, cells(clean(r)))
	}
	for j, h := range m.heads {
		w := cells(clean(h))
		for i := range m.rows {
			w = max(w, cells(clean(m.cell(i, j).Text)))
		}
		rest = append(rest, w)
	}
	return first, rest
}

func (m *matrix) width() int {
	sum, rest := m.widths()
	for _, w := range rest {
		sum += len(between) + w
	}
	return sum
}

func (m *matrix) String() string {
	var b strings.Builder
	first, rest := m.widths()
	line := func(name string, at func(column int) (text, painted string)) {
		text := fill(clean(name), first)
		for j, w := range rest {
			plain, painted := at(j)
			text += between + painted + strings.Repeat(" ", max(0, w-cells(plain)))
		}
		fmt.Fprintln(&b, strings.TrimRight(text, " "))
	}
	line(m.corner, func(j int) (string, string) { h := clean(m.heads[j]); return h, h })
	p := m.o.outPalette()
	for i, name := range m.rows {
		line(name, func(j int) (string, string) {
			c := m.cell(i, j)
			text := clean(c.Text)
			return text, p.paint(text, c.Style.style())
		})
	}
	return b.String()
}

func fill(s string, width int) string { return s + strings.Repeat(" ", max(0, width-cells(s))) }

func (m Style) style() aec.ANSI {
	switch m {
	case Good:
		return aec.GreenF
	case Bad:
		return aec.EmptyBuilder.RedF().Bold().ANSI
	case Faint:
		return aec.Faint
	}
	return nil
}
