package draw

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
)

// palette is the colours of link networks, in turn. They are told apart on
// light and dark ground, and by most people who do not see all colours.
var palette = [...]string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d00", "#3a8fc2", "#7a5195", "#c44e52"}

// svgStyle has the ground twice, below all and around what stands on lines, so
// that text stays readable where lines pass.
const svgStyle = `  <style>
    svg { color: #1f2328; background: #ffffff; }
    text { font: 13px ui-monospace, monospace; fill: currentColor; }
    .small { font-size: 10px; stroke: #ffffff; stroke-width: 3; paint-order: stroke; }
    .box { fill: #ffffff; stroke: currentColor; stroke-width: 1.5; }
    .outside { stroke-dasharray: 5 3; }
    .edge { fill: none; stroke-width: 1.8; }
    .discovery { stroke-dasharray: 2 4; }
    .external { stroke-dasharray: 8 4; }
    @media (prefers-color-scheme: dark) {
      svg { color: #e6edf3; background: #0d1117; }
      .small { stroke: #0d1117; }
      .box { fill: #0d1117; }
    }
  </style>
`

// svg draws the graph: an arrow in the colour of its network for every link,
// and a list of the networks below. It needs no script and no font.
func svg(w io.Writer, g linking.Graph) error {
	l := arrange(g)
	colour := colours(g)
	legend := legendLines(g)
	for _, line := range legend {
		l.width = max(l.width, 2*margin+2*lineHeight+charWidth*len(line))
	}
	l.centre()
	height := l.height + lineHeight*len(legend) + margin

	var b strings.Builder
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n", l.width, height, l.width, height)
	fmt.Fprintf(&b, "  <title>%s: who links to whom</title>\n%s", html.EscapeString(g.Project), svgStyle)
	arrowHeads(&b)
	for _, e := range g.Edges {
		drawEdge(&b, l, e, colour[e.Network])
	}
	for _, r := range l.order {
		drawBox(&b, l.boxes[r])
	}
	for _, e := range g.Edges {
		labelEdge(&b, l, e)
	}
	for i, n := range g.Networks {
		y := l.height + lineHeight*i
		if n.Kind == linking.Linked {
			fmt.Fprintf(&b, "  <rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" rx=\"3\" fill=\"%s\"/>\n", margin, y, palette[colour[n.Name]])
		}
		fmt.Fprintf(&b, "  <text x=\"%d\" y=\"%d\">%s</text>\n", margin+lineHeight, y+11, html.EscapeString(legend[i]))
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// colours returns the place in the palette of every link network.
func colours(g linking.Graph) map[string]int {
	out := make(map[string]int)
	for i, n := range g.Networks {
		out[n.Name] = i % len(palette)
	}
	return out
}

func legendLines(g linking.Graph) []string {
	var lines []string
	for _, n := range g.Networks {
		line := n.Name
		if n.Kind != linking.Linked {
			line += fmt.Sprintf(": %d services, %s", len(n.Members), meaning(n.Kind))
		}
		lines = append(lines, line)
	}
	return lines
}

// arrowHeads defines one head for each colour, and one without.
func arrowHeads(b *strings.Builder) {
	b.WriteString("  <defs>\n")
	for i, c := range palette {
		arrowHead(b, fmt.Sprint(i), c)
	}
	arrowHead(b, "none", "currentColor")
	b.WriteString("  </defs>\n")
}

func arrowHead(b *strings.Builder, id, colour string) {
	fmt.Fprintf(b, "    <marker id=\"head-%s\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 8 4 0 8z\" fill=\"%s\"/></marker>\n", id, colour)
}

func drawBox(b *strings.Builder, x *box) {
	class := "box"
	if x.node.Outside {
		class += " outside"
	}
	middle := x.x + x.width/2
	fmt.Fprintf(b, "  <rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n", class, x.x, x.y, x.width, x.height)
	fmt.Fprintf(b, "  <text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", middle, x.y+lineHeight+1, html.EscapeString(x.node.Name))
	for i, line := range x.lines {
		fmt.Fprintf(b, "  <text class=\"small\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", middle, x.y+lineHeight*(i+2), html.EscapeString(line))
	}
}

// curve is the way of an arrow: where it starts and ends, and the heights that
// it bends towards on the way.
type curve struct{ x1, y1, bend1, x2, y2, bend2 int }

// way returns the curve of e: down from the lower side of a box to the upper
// side of another; up, and a little to the right, where the target is not
// below.
func (l layout) way(e linking.Edge) (curve, bool) {
	fromRef, toRef := ends(e)
	from, to := l.boxes[fromRef], l.boxes[toRef]
	if from == nil || to == nil {
		return curve{}, false
	}
	x1, x2 := from.x+from.width/2, to.x+to.width/2
	switch {
	case to.y > from.y:
		y := from.y + from.height
		return curve{x1, y, y + rowGap/2, x2, to.y, to.y - rowGap/2}, true
	case to.y == from.y:
		return curve{x1, from.y, from.y - rowGap/4, x2, to.y, to.y - rowGap/4}, true
	default: // beside the arrow that may come the other way
		y, aside := to.y+to.height, 2*boxPad
		return curve{x1 + aside, from.y, from.y - rowGap/2, x2 + aside, y, y + rowGap/2}, true
	}
}

// drawEdge draws the arrow of e in the given colour of the palette.
func drawEdge(b *strings.Builder, l layout, e linking.Edge, colour int) {
	c, ok := l.way(e)
	if !ok {
		return
	}
	stroke, head := palette[colour], fmt.Sprint(colour)
	if e.Network == "" {
		stroke, head = "currentColor", "none"
	}
	fmt.Fprintf(b, "  <path class=\"edge %s\" stroke=\"%s\" marker-end=\"url(#head-%s)\" d=\"M%d %dC%d %d %d %d %d %d\"/>\n",
		html.EscapeString(string(e.Kind)), stroke, head, c.x1, c.y1, c.x1, c.bend1, c.x2, c.bend2, c.x2, c.y2)
}

// labelEdge writes what is said of e on the last third of its way, where
// arrows that start together have parted.
func labelEdge(b *strings.Builder, l layout, e linking.Edge) {
	c, ok := l.way(e)
	if s := said(e); ok && s != "" {
		// The curve at two thirds: weights 1, 6, 12 and 8 of 27.
		x := (7*c.x1 + 20*c.x2) / 27
		y := (c.y1 + 6*c.bend1 + 12*c.bend2 + 8*c.y2) / 27
		fmt.Fprintf(b, "  <text class=\"small\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x, y, html.EscapeString(s))
	}
}
