package view

import "strings"

const (
	gap       = 3  // spaces between columns, as in docker's tables
	minColumn = 10 // least width of a column with its gap, in cells
)

// align arranges text that is separated by tabs in columns. The last field of a
// line does not count for the width of its column, and no line ends in spaces.
// (text/tabwriter assumes that every character is one cell wide, docker's copy
// of it depends on the locale, and both leave spaces at the end of a line.)
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
