package graph

import (
	"unicode/utf8"
)

// Sizes in the SVG, in pixels. Text has a fixed width, so that a box fits
// its text in every browser.
const (
	margin     = 24
	charWidth  = 8
	smallWidth = 6 // of a character in the small type
	lineHeight = 18
	boxPad     = 12
	columnGap  = 36
	rowGap     = 84
)

// box is the rectangle of a cell.
type box struct {
	node          Node     // none where an arrow passes
	lines         []string // below the name
	x, y          int      // of the upper left corner
	width, height int
}

// middle is halfway between left and right.
func (b *box) middle() int { return b.x + b.width/2 }

// layout is where everything stands: consumers above what they link to.
type layout struct {
	rows          [][]cell
	boxes         map[cell]*box
	width, height int
}

// newLayout works out where the nodes of g stand.
func newLayout(g Graph) *layout {
	l := &layout{rows: assignRows(g), boxes: make(map[cell]*box, len(g.Nodes)), width: 2 * margin}
	for _, n := range g.Nodes {
		l.boxes[cell{node: refOf(n)}] = newBox(n)
	}
	y := margin
	for _, row := range l.rows {
		x, height := margin, 0
		for _, s := range row {
			if s.edge > 0 {
				l.boxes[s] = &box{width: boxPad}
			}
			b := l.boxes[s]
			b.x, b.y = x, y
			x += b.width + columnGap
			height = max(height, b.height)
		}
		for _, s := range row {
			if s.edge > 0 {
				l.boxes[s].height = height
			}
		}
		l.width = max(l.width, x-columnGap+margin)
		y += height + rowGap
	}
	l.height = max(2*margin, y-rowGap+margin)
	return l
}

// newBox measures n.
func newBox(n Node) *box {
	b := &box{node: n, lines: nodeLinesCounted(n), width: charWidth * utf8.RuneCountInString(n.Name)}
	for _, line := range b.lines {
		b.width = max(b.width, smallWidth*utf8.RuneCountInString(line))
	}
	b.width += 2 * boxPad
	b.height = lineHeight*(1+len(b.lines)) + boxPad
	return b
}

// centre moves every row to the middle of the width.
func (l *layout) centre() {
	for _, row := range l.rows {
		first, last := l.boxes[row[0]], l.boxes[row[len(row)-1]]
		shift := (l.width - first.x - last.x - last.width) / 2
		for _, s := range row {
			l.boxes[s].x += shift
		}
	}
}

// point is a point of an arrow.
type point struct{ x, y int }

// route returns the points that the arrow of the i-th edge leads through: down
// from the lower side of a box, straight through the rows between, to the
// upper side of another; or up, a little to the right, where the target is not
// below.
func (l *layout) route(g Graph, i int) (points []point, up bool) {
	fromRef, toRef := ends(g, g.Edges[i])
	from, to := l.boxes[cell{node: fromRef}], l.boxes[cell{node: toRef}]
	switch {
	case from == nil || to == nil:
		return nil, false
	case to.y < from.y:
		return []point{{from.middle() + boxPad, from.y}, {to.middle() + boxPad, to.y + to.height}}, true
	}
	points = append(points, point{from.middle(), from.y + from.height})
	for row := range l.rows {
		if b := l.boxes[cell{edge: i + 1, row: row}]; b != nil {
			points = append(points, point{b.middle(), b.y}, point{b.middle(), b.y + b.height})
		}
	}
	return append(points, point{to.middle(), to.y}), false
}
