package view

import (
	"slices"
	"strings"
	"unicode"
)

const (
	pulled       = "    " // before what has no room in its column, and is below its row
	leastWrapped = 12
	hang         = "  " // before the second line of a cell and all that follow
)

// mayBreak is between the parts of a word that may be in two lines. It takes no room.
const mayBreak = "\x00"

// fold breaks a line between words where it would get wider than width. All
// lines but the first begin with indent. A word that is too wide stays whole, but
// for where it may break.
func fold(text string, width int, indent string) string {
	whole := strings.ReplaceAll(text, mayBreak, "")
	if width <= 0 || cells(whole) <= width {
		return whole
	}
	lead := indentOf(text)
	var b strings.Builder
	line, used := lead, cells(lead)
	for i, word := range strings.Fields(text) {
		for j, part := range strings.Split(word, mayBreak) {
			n, space := cells(part), min(i, 1)
			if j > 0 {
				space = 0
			}
			switch {
			case i == 0 && j == 0:
			case used+space+n > width:
				b.WriteString(line + "\n")
				line, used = indent, cells(indent)
			default:
				line, used = line+strings.Repeat(" ", space), used+space
			}
			line, used = line+part, used+n
		}
	}
	return b.String() + line
}

// outWidth is how wide a line of a result may be; 0: as wide as it is, because
// it is for a program.
func (o Options) outWidth() int {
	if !o.OutIsTerminal {
		return 0
	}
	width, _ := o.size()
	return width
}

// errWidth is outWidth for Options.Err.
func (o Options) errWidth() int {
	if !o.ErrIsTerminal {
		return 0
	}
	width, _ := o.size()
	return width
}

// fitted is align for a terminal of a width; 0: align. What is too wide loses the
// prefix that all names of a project have, then wraps in its column, and the last
// columns are below their rows where that leaves them no room.
func fitted(text string, width int, prefix string) string {
	whole := align(text)
	if width == 0 || widest(whole) <= width {
		return whole
	}
	if prefix != "" {
		text = withoutPrefix(text, prefix)
		if short := align(text); widest(short) <= width {
			return short
		}
	}
	var rows [][]string
	columns := 0
	for line := range strings.Lines(text) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		rows = append(rows, row)
		columns = max(columns, len(row))
	}
	breakImages(rows)
	for shown := columns; ; shown-- {
		if widths := share(rows, shown, width); widths != nil || shown == 1 {
			return layOut(rows, widths, width)
		}
	}
}

// breakImages lets the names of images break after each part of their path, which may
// be as wide as all else of a row.
func breakImages(rows [][]string) {
	column := -1
	for i, row := range rows {
		switch {
		case i == 0:
			column = slices.Index(row, "IMAGE")
		case column >= 0 && column < len(row):
			row[column] = strings.ReplaceAll(row[column], "/", "/"+mayBreak)
		}
	}
}

// share gives each of the first columns its width, or nothing where there is no
// room for them. Columns with words that may break give way first, then those on the
// right.
func share(rows [][]string, shown, width int) []int {
	widths, least, broken := make([]int, shown), make([]int, shown), make([]bool, shown)
	for _, row := range rows {
		for i, cell := range row[:min(len(row), shown)] {
			if len(row) == 1 {
				continue // a line without columns
			}
			widths[i] = max(widths[i], cells(strings.ReplaceAll(cell, mayBreak, "")))
			for n, word := range strings.FieldsFunc(cell, breaks) {
				least[i] = max(least[i], cells(word)+min(n, 1)*len(hang))
			}
			least[i] = max(least[i], min(widths[i], leastWrapped))
			broken[i] = broken[i] || strings.Contains(cell, mayBreak)
		}
	}
	over := (shown-1)*gap - width
	for _, w := range widths {
		over += w
	}
	for _, first := range []bool{true, false} {
		for i := shown - 1; i >= 0 && over > 0; i-- {
			if broken[i] == first {
				less := min(over, widths[i]-least[i])
				widths[i] -= less
				over -= less
			}
		}
	}
	if over > 0 {
		return nil
	}
	return widths
}

// breaks reports whether a cell may break at a character.
func breaks(r rune) bool { return unicode.IsSpace(r) || string(r) == mayBreak }

// layOut writes rows with columns of these widths.
func layOut(rows [][]string, widths []int, width int) string {
	var b strings.Builder
	line := func(s string) { b.WriteString(strings.TrimRight(s, " ") + "\n") }
	for _, row := range rows {
		shown := min(len(row), len(widths))
		if len(row) == 1 || shown == 0 {
			line(fold(strings.Join(row, "  "), width, "    "))
			continue
		}
		var wrapped [][]string
		height := 1
		for i, cell := range row[:shown] {
			wrapped = append(wrapped, strings.Split(fold(cell, widths[i], indentOf(cell)+hang), "\n"))
			height = max(height, len(wrapped[i]))
		}
		for y := range height {
			text := ""
			for i := range shown {
				cell := ""
				if y < len(wrapped[i]) {
					cell = wrapped[i][y]
				}
				text += padRight(cell, widths[i]+gap)
			}
			line(text)
		}
		for _, cell := range row[shown:] {
			if cell != "" {
				line(fold(pulled+cell, width, pulled))
			}
		}
	}
	return b.String()
}

// withoutPrefix takes the prefix from all words that begin with it.
func withoutPrefix(text, prefix string) string {
	var b strings.Builder
	start := true
	for i := 0; i < len(text); {
		if start && strings.HasPrefix(text[i:], prefix) {
			i += len(prefix)
			start = false
			continue
		}
		start = strings.IndexByte(" \t\n", text[i]) >= 0
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}

// widest is the width of the widest line.
func widest(text string) int {
	most := 0
	for line := range strings.Lines(text) {
		most = max(most, cells(strings.TrimSuffix(line, "\n")))
	}
	return most
}

// foldHint is fold for a hint, whose command has to stay one that can be pasted:
// it begins a line of its own, and goes on behind a backslash.
func foldHint(hint string, width, head int) string {
	if width <= 0 || head+cells(hint) <= width {
		return hint
	}
	text, command, found := cutCommand(hint)
	if !found {
		return fold(strings.Repeat(" ", head)+hint, width, "  ")[head:]
	}
	first := ""
	if text != "" {
		first = fold(strings.Repeat(" ", head)+text, width, "  ")[head:] + "\n"
	}
	return first + foldCommand("  "+command, width)
}

// cutCommand parts the command at the end of a hint from what is said of it.
func cutCommand(hint string) (text, command string, found bool) {
	if strings.HasPrefix(hint, "docker ") {
		return "", hint, true
	}
	text, command, found = strings.Cut(hint, ": docker ")
	return text + ":", "docker " + command, found
}

// foldCommand breaks a command between its words, though not within quotes.
func foldCommand(command string, width int) string {
	if cells(command) <= width {
		return command
	}
	var lines []string
	line, quoted := "", false
	for _, word := range strings.SplitAfter(command, " ") {
		if !quoted && strings.TrimSpace(line) != "" && cells(line)+cells(strings.TrimRight(word, " "))+2 > width {
			lines = append(lines, line+`\`)
			line = "    "
		}
		line += word
		if strings.Count(word, "'")%2 == 1 {
			quoted = !quoted
		}
	}
	return strings.Join(append(lines, line), "\n")
}

// Tree writes the tree of a graph to Options.Out: rows of two columns, the first
// of which may begin with branches. On a terminal that is too narrow for it the
// second column is below the first.
func Tree(o Options, document string) error {
	width := o.outWidth()
	if width == 0 || widest(document) <= width {
		return Text(o, document)
	}
	var rows []string
	for line := range strings.Lines(document) {
		rows = append(rows, strings.TrimRight(line, "\n"))
	}
	var b strings.Builder
	for i, row := range rows {
		name := strings.TrimLeft(row, " │├└─")
		branch := row[:len(row)-len(name)]
		name, rest, _ := strings.Cut(name, "  ")
		b.WriteString(branch + name + "\n")
		if rest = strings.TrimLeft(rest, " "); rest == "" {
			continue
		}
		trunk := " "
		if strings.HasPrefix(row, "├") || strings.HasPrefix(row, "│") || i+1 < len(rows) && branch == "" && strings.ContainsAny(rows[i+1], "│├└") {
			trunk = "│"
		}
		lead := trunk + "      "
		for part := range strings.SplitSeq(rest, ", ") {
			folded := fold(part, width-cells(lead), "  ")
			b.WriteString(lead + strings.ReplaceAll(folded, "\n", "\n"+lead) + "\n")
		}
	}
	return Text(o, b.String())
}
