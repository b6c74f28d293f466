package graph

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"

	"github.com/stack-lite/stack-lite/compose/printable"
	"github.com/stack-lite/stack-lite/linking"
)

// palette is the colours of the first link networks. They can be told apart on a
// light and a dark background, and by most people who are colour-blind.
var palette = [...]string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d00", "#3a8fc2", "#7a5195", "#c44e52"}

// svgStyle has the background twice, below everything and around text on lines,
// so that text stays readable where lines pass.
const svgStyle = `  <style>
    svg { color: #1f2328; background: #ffffff; }
    text { font: 13px ui-monospace, monospace; fill: currentColor; }
    .small { font-size: 10px; stroke: #ffffff; stroke-width: 3; paint-order: stroke; }
    .box { fill: #ffffff; stroke: currentColor; stroke-width: 1.5; }
    .outside { stroke-dasharray: 5 3; }
    .edge { fill: none; stroke-width: 1.8; }
    .discovery { stroke-dasharray: 2 4; }
    .external { stroke-dasharray: 8 4; }
    .missing { stroke: #c0202a; stroke-dasharray: 1 5; }
    .extra { stroke: #c0202a; stroke-width: 3; }
    @media (prefers-color-scheme: dark) {
      svg { color: #e6edf3; background: #0d1117; }
      .small { stroke: #0d1117; }
      .box { fill: #0d1117; }
    }
  </style>
`

// colourOf is the colour of that number. Behind the palette hues follow each other
// by the golden angle, by which any number of them is spread evenly, each with
// another lightness than the one before.
func colourOf(number int) string {
	if number < len(palette) {
		return palette[number]
	}
	hue := math.Mod(float64(number)*137.508, 360)
	lightness := []float64{0.36, 0.62, 0.49}[number%3]
	channel := func(n float64) int { // CSS Color Module 4, hslToRgb
		k := math.Mod(n+hue/30, 12)
		a := 0.75 * min(lightness, 1-lightness)
		return int(math.Round(255 * (lightness - a*max(-1, min(k-3, 9-k, 1)))))
	}
	return fmt.Sprintf("#%02x%02x%02x", channel(0), channel(8), channel(4))
}

// svg writes the graph as SVG: an arrow in the colour of its network for every link,
// and a list of the networks below. It needs no script and no font.
func svg(w io.Writer, g Graph) error {
	l := newLayout(g)
	colour := colours(g)
	legend := legendLines(g)
	for _, line := range legend {
		l.width = max(l.width, 2*margin+2*lineHeight+charWidth*len(line))
	}
	l.centre()
	height := l.height + lineHeight*len(legend) + margin

	var b strings.Builder
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n", l.width, height, l.width, height)
	fmt.Fprintf(&b, "  <title>%s: who links to whom</title>\n%s", svgText(g.Project), svgStyle)
	arrowHeads(&b, g)
	for i, e := range g.Edges {
		points, up := l.route(g, i)
		writeEdge(&b, points, up, e, colour[e.Network])
	}
	for _, row := range l.rows {
		for _, s := range row {
			if s.edge == 0 {
				writeBox(&b, l.boxes[s])
			}
		}
	}
	for i, e := range g.Edges {
		points, _ := l.route(g, i)
		writeEdgeLabel(&b, points, e)
	}
	for i, n := range g.Networks {
		y := l.height + lineHeight*i
		if n.Kind == linking.Linked {
			fmt.Fprintf(&b, "  <rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" rx=\"3\" fill=\"%s\"/>\n", margin, y, colourOf(colour[n.Name]))
		}
		fmt.Fprintf(&b, "  <text x=\"%d\" y=\"%d\">%s</text>\n", margin+lineHeight, y+11, svgText(legend[i]))
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// svgText quotes text and attributes.
func svgText(s string) string { return html.EscapeString(printable.Line(s)) }

// colours gives every network the number of its colour.
func colours(g Graph) map[string]int {
	out := make(map[string]int)
	for i, n := range g.Networks {
		out[n.Name] = i
	}
	return out
}

func legendLines(g Graph) []string {
	var lines []string
	for _, n := range g.Networks {
		line := n.Name
		if n.Kind != linking.Linked {
			line += fmt.Sprintf(": %d services, %s", len(n.Members), kindText(n.Kind))
		}
		if d := differenceText(n.Differs); d != "" {
			line += " (" + d + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

// arrowHeads defines one head for each colour, and one without.
func arrowHeads(b *strings.Builder, g Graph) {
	b.WriteString("  <defs>\n")
	for i := range max(len(palette), len(g.Networks)) {
		arrowHead(b, fmt.Sprint(i), colourOf(i))
	}
	arrowHead(b, "none", "currentColor")
	b.WriteString("  </defs>\n")
}

func arrowHead(b *strings.Builder, id, colour string) {
	fmt.Fprintf(b, "    <marker id=\"head-%s\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 8 4 0 8z\" fill=\"%s\"/></marker>\n", id, colour)
}

func writeBox(b *strings.Builder, x *box) {
	class := "box"
	if x.node.External {
		class += " outside"
	}
	if x.node.Differs != "" {
		class += " " + svgText(string(x.node.Differs))
	}
	middle := x.x + x.width/2
	fmt.Fprintf(b, "  <rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n", class, x.x, x.y, x.width, x.height)
	fmt.Fprintf(b, "  <text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", middle, x.y+lineHeight+1, svgText(x.node.Name))
	for i, line := range x.lines {
		fmt.Fprintf(b, "  <text class=\"small\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", middle, x.y+lineHeight*(i+2), svgText(line))
	}
}

// writeEdge writes the arrow of e through the points, in the colour of that
// number. It leaves and enters rows upright.
func writeEdge(b *strings.Builder, points []point, up bool, e Edge, colour int) {
	if len(points) == 0 {
		return
	}
	stroke, head := colourOf(colour), fmt.Sprint(colour)
	if e.Network == "" {
		stroke, head = "currentColor", "none"
	}
	class := strings.TrimSpace(string(e.Kind) + " " + string(e.Differs))
	fmt.Fprintf(b, "  <path class=\"edge %s\" stroke=\"%s\" marker-end=\"url(#head-%s)\" d=\"M%d %d",
		svgText(class), stroke, head, points[0].x, points[0].y)
	for i := 1; i < len(points); i++ {
		p, q := points[i-1], points[i]
		bend := rowGap / 2
		switch {
		case p.x == q.x && i%2 == 0: // through a row
			fmt.Fprintf(b, "L%d %d", q.x, q.y)
			continue
		case up:
			bend = -bend
		}
		fmt.Fprintf(b, "C%d %d %d %d %d %d", p.x, p.y+bend, q.x, q.y-bend, q.x, q.y)
	}
	b.WriteString("\"/>\n")
}

// writeEdgeLabel writes the text of e on the last third of its arrow, where
// arrows that start together have parted.
func writeEdgeLabel(b *strings.Builder, points []point, e Edge) {
	if s := edgeLabel(e); len(points) > 1 && s != "" {
		p, q := points[len(points)-2], points[len(points)-1]
		fmt.Fprintf(b, "  <text class=\"small\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
			(p.x+2*q.x)/3, (p.y+2*q.y)/3, svgText(s))
	}
}
