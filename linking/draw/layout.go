package draw

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"github.com/stack-lite/stack-lite/linking"
)

// Sizes of the drawing, in pixels. Text has a fixed width, so that a box fits
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

// box is a node with its place.
type box struct {
	node          linking.Node
	lines         []string // below the name
	x, y          int      // of the upper left corner
	width, height int
}

// layout is where everything stands: consumers above what they link to, and
// nodes without edges in rows of their own below.
type layout struct {
	boxes         map[ref]*box
	order         []ref // rows from above, each from the left
	width, height int
}

// arrange places the nodes of g in rows.
func arrange(g linking.Graph) layout {
	l := layout{boxes: make(map[ref]*box, len(g.Nodes))}
	for _, n := range g.Nodes {
		b := &box{node: n, lines: about(n)}
		b.width = charWidth * utf8.RuneCountInString(n.Name)
		for _, line := range b.lines {
			b.width = max(b.width, smallWidth*utf8.RuneCountInString(line))
		}
		b.width += 2 * boxPad
		b.height = lineHeight*(1+len(b.lines)) + boxPad
		l.boxes[ref{n.Name, n.Outside}] = b
	}
	y := margin
	for _, row := range rows(g) {
		x, deepest := margin, 0
		for _, r := range row {
			b := l.boxes[r]
			b.x, b.y = x, y
			x += b.width + columnGap
			deepest = max(deepest, b.height)
			l.order = append(l.order, r)
		}
		l.width = max(l.width, x-columnGap+margin)
		y += deepest + rowGap
	}
	l.height = max(2*margin, y-rowGap+margin)
	l.centre()
	return l
}

// centre moves every row to the middle.
func (l *layout) centre() {
	first, last := make(map[int]int), make(map[int]int) // by y, where the row begins and ends
	for _, r := range l.order {
		b := l.boxes[r]
		if _, ok := first[b.y]; !ok {
			first[b.y] = b.x
		}
		last[b.y] = b.x + b.width
	}
	for _, b := range l.boxes {
		b.x += (l.width - first[b.y] - last[b.y]) / 2
	}
}

// rows deals the nodes out: each one row below the lowest of those that link
// to it, cycles aside. In a row a node stands near what links to it.
func rows(g linking.Graph) [][]ref {
	depth := depths(g)
	var out [][]ref
	var single []ref
	for _, n := range g.Nodes {
		r := ref{n.Name, n.Outside}
		d, ok := depth[r]
		if !ok {
			single = append(single, r)
			continue
		}
		for len(out) <= d {
			out = append(out, nil)
		}
		out[d] = append(out[d], r)
	}
	place := make(map[ref]int) // in hundredths of a row's width
	for _, row := range out {
		want := make(map[ref]int, len(row))
		for i, r := range row {
			want[r] = pull(g, r, place, 100*(i+1)/(len(row)+1))
		}
		slices.SortStableFunc(row, func(a, b ref) int { return cmp.Compare(want[a], want[b]) })
		for i, r := range row {
			place[r] = 100 * (i + 1) / (len(row) + 1)
		}
	}
	for chunk := range slices.Chunk(single, 6) {
		out = append(out, chunk)
	}
	return out
}

// pull is the mean place of the placed nodes that link to r.
func pull(g linking.Graph, r ref, place map[ref]int, otherwise int) int {
	sum, n := 0, 0
	for _, e := range g.Edges {
		from, to := ends(e)
		if at, ok := place[from]; ok && to == r {
			sum, n = sum+at, n+1
		}
	}
	if n == 0 {
		return otherwise
	}
	return sum / n
}

// depths returns the row of every node with an edge. An edge that closes a
// cycle, seen from the first node in file order, points up.
func depths(g linking.Graph) map[ref]int {
	next := make(map[ref][]ref)
	linked := make(map[ref]bool)
	for _, e := range g.Edges {
		from, to := ends(e)
		next[from] = append(next[from], to)
		linked[from], linked[to] = true, true
	}
	const open = -1
	height := make(map[ref]int) // the longest way down, or open
	down := make(map[ref][]ref) // next without what closes a cycle
	var order []ref             // targets before what links to them
	var visit func(r ref)
	visit = func(r ref) {
		height[r] = open
		for _, to := range next[r] {
			if _, seen := height[to]; !seen {
				visit(to)
			}
			if height[to] != open {
				down[r] = append(down[r], to)
			}
		}
		height[r] = 0
		order = append(order, r)
	}
	for _, n := range g.Nodes {
		r := ref{n.Name, n.Outside}
		if _, seen := height[r]; linked[r] && !seen {
			visit(r)
		}
	}
	depth := make(map[ref]int)
	for _, r := range slices.Backward(order) {
		depth[r] += 0
		for _, to := range down[r] {
			depth[to] = max(depth[to], depth[r]+1)
		}
	}
	return depth
}
