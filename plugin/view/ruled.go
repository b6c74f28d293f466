package view

import (
	"io"
	"slices"
	"strings"
)

// ComposeTable writes rows as docker-compose 1.x did: headings in the middle of their
// columns over a line of dashes, every cell filled up to its column's width.
func ComposeTable(w io.Writer, headings []string, rows [][]string) error {
	const between = "   "
	widths := make([]int, len(headings))
	headings = slices.Clone(headings)
	for i, h := range headings {
		headings[i] = clean(h)
	}
	for _, row := range append([][]string{headings}, rows...) {
		for i, text := range row {
			widths[i] = max(widths[i], cells(clean(text)))
		}
	}
	var b strings.Builder
	line := make([]string, len(headings))
	for i, h := range headings {
		spare := widths[i] - cells(h)
		left := spare / 2
		line[i] = strings.Repeat(" ", left) + h + strings.Repeat(" ", spare-left)
	}
	total := strings.Join(line, between)
	b.WriteString(total + "\n" + strings.Repeat("-", cells(total)) + "\n")
	for _, row := range rows {
		line = slices.Clone(row)
		for i, text := range row {
			text = clean(text)
			line[i] = text + strings.Repeat(" ", widths[i]-cells(text))
		}
		b.WriteString(strings.Join(line, between) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
