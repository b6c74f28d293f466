package view

import (
	"io"
	"strings"
)

// ComposeTable writes rows as docker-compose 1.x did: headings are centred over
// a line of dashes, and every cell is padded to the width of its column. Cells
// without a heading are left out.
func ComposeTable(w io.Writer, headings []string, rows [][]string) error {
	const between = "   "
	widths := make([]int, len(headings))
	var table [][]string // headings and rows, sanitized
	for _, row := range append([][]string{headings}, rows...) {
		row = row[:min(len(row), len(headings))]
		line := make([]string, len(row))
		for i, text := range row {
			line[i] = sanitize(text)
			widths[i] = max(widths[i], cells(line[i]))
		}
		table = append(table, line)
	}
	for i, h := range table[0] {
		spare := widths[i] - cells(h)
		table[0][i] = strings.Repeat(" ", spare/2) + h + strings.Repeat(" ", spare-spare/2)
	}
	head := strings.Join(table[0], between)
	var b strings.Builder
	b.WriteString(head + "\n" + strings.Repeat("-", cells(head)) + "\n")
	for _, line := range table[1:] {
		for i, text := range line {
			line[i] = padRight(text, widths[i])
		}
		b.WriteString(strings.Join(line, between) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
