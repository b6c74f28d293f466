package view

import "strings"

const (
	gap       = 3  // spaces between columns, as docker's tables have
	minColumn = 10 // cells that a column and its gap take at least
)

// align puts what stands between tabs into columns, line by line. The last
// cell of a line may be as wide as it likes, and no line ends in spaces.
// (text/tabwriter takes every character for one cell wide; docker's own copy of
// it asks the locale, and both leave spaces at the end of a line.)
func align(text string) string {
	var table [][]string
	var widths []int
	for line := range strings.Lines(text) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		table = append(table, row)
		for i, c := range row[:len(row)-1] {
			if i == len(widths) {
				widths = append(widths, minColumn)
			}
			widths[i] = max(widths[i], cells(c)+gap)
		}
	}
	var b strings.Builder
	for _, row := range table {
		var line strings.Builder
		for i, c := range row {
			line.WriteString(c)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-cells(c)))
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}
