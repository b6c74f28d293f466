package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/morikuni/aec"
)

// Cell is one cell of a Matrix.
type Cell struct {
	Text  string
	Style Style
}

// Style is how a cell is highlighted where colours are used.
type Style int

// The styles of cells.
const (
	Plain Style = iota
	Good
	Bad
	Faint
)

// Matrix writes a table whose rows and columns are named alike, such as which
// service reaches which. On a terminal that is too narrow for it, the columns
// have numbers instead of names, and the rows have their numbers too.
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

// number replaces the names of the columns with numbers, and puts them before the
// rows with those names.
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

// matrixGap separates the columns of a matrix.
const matrixGap = "  "

// widths returns the width of the rows' names and that of each column.
func (m *matrix) widths() (first int, rest []int) {
	first = cells(m.corner)
	for _, r := range m.rows {
		first = max(first, cells(sanitize(r)))
	}
	for j, h := range m.heads {
		w := cells(sanitize(h))
		for i := range m.rows {
			w = max(w, cells(sanitize(m.cell(i, j).Text)))
		}
		rest = append(rest, w)
	}
	return first, rest
}

func (m *matrix) width() int {
	sum, rest := m.widths()
	for _, w := range rest {
		sum += len(matrixGap) + w
	}
	return sum
}

func (m *matrix) String() string {
	var b strings.Builder
	first, rest := m.widths()
	line := func(name string, at func(column int) (text, painted string)) {
		text := padRight(sanitize(name), first)
		for j, w := range rest {
			plain, painted := at(j)
			text += matrixGap + painted + strings.Repeat(" ", max(0, w-cells(plain)))
		}
		fmt.Fprintln(&b, strings.TrimRight(text, " "))
	}
	line(m.corner, func(j int) (string, string) { h := sanitize(m.heads[j]); return h, h })
	p := m.o.outPalette()
	for i, name := range m.rows {
		line(name, func(j int) (string, string) {
			c := m.cell(i, j)
			text := sanitize(c.Text)
			return text, p.paint(text, c.Style.ansi())
		})
	}
	return b.String()
}

func (s Style) ansi() aec.ANSI {
	switch s {
	case Good:
		return aec.GreenF
	case Bad:
		return aec.EmptyBuilder.RedF().Bold().ANSI
	case Faint:
		return aec.Faint
	}
	return nil
}
