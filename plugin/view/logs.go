package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fvbommel/sortorder"
	"github.com/morikuni/aec"

	"github.com/stack-lite/stack-lite/compose/printable"
)

// LogOptions says how log lines are shown.
type LogOptions struct {
	NoPrefix   bool // no "web_1  | " before lines
	NoColor    bool
	Timestamps bool // show the time of each line before its text, RFC 3339 in UTC with nanoseconds

	// Classic shows lines as docker-compose 1.29 did: prefixes are as wide as Width
	// says, and coloured also in a file or a pipe, unless colours are never wanted.
	Classic bool
	Width   int // of prefixes in cells, up to the bar

	// Containers are those that are known to log. All prefixes are as wide as
	// the widest of theirs, and colours are given out in the order of their
	// names. Only Container, Service and Number are used.
	Containers []LogLine
}

// LogLine is one line of a container's output.
type LogLine struct {
	Container string // full name
	Service   string
	Number    int       // of the replica, from 1; 0 for a one-off container
	Time      time.Time // when the engine received it; zero if unknown
	Text      string    // with or without its line end
}

// prefix is the container's name without the project, as docker-compose 1.x
// wrote it: web_1. A name that the user has chosen is kept whole.
func (l LogLine) prefix() string {
	name := fmt.Sprintf("%s_%d", l.Service, l.Number)
	if l.Container == "" || strings.HasSuffix(l.Container, "_"+name) {
		return sanitize(name)
	}
	if i := strings.Index(l.Container, "_"+l.Service+"_run_"); i >= 0 && l.Service != "" {
		return sanitize(l.Container[i+1:])
	}
	return sanitize(l.Container)
}

// Logs writes the lines of many containers, each after the name of its
// container. It may be used by many goroutines: lines are never mixed.
type Logs struct {
	o       Options
	l       LogOptions
	palette palette

	mu     sync.Mutex
	width  int               // of the widest prefix, in cells
	heads  map[string]string // padded and coloured prefixes, by prefix
	styles map[string]style  // by prefix
	given  int               // how many styles were given out
	err    error
}

// style colours text.
type style func(string) string

// NewLogs returns a writer of log lines to Options.Out.
func NewLogs(o Options, l LogOptions) *Logs {
	g := &Logs{o: o, l: l, palette: o.outPalette() && palette(!l.NoColor), heads: map[string]string{}, styles: map[string]style{}}
	before := func(a, b LogLine) int {
		switch x, y := a.prefix(), b.prefix(); {
		case x == y:
			return 0
		case sortorder.NaturalLess(x, y):
			return -1
		}
		return 1
	}
	if l.Classic {
		g.palette = palette(o.Color != "never" && !l.NoColor)
		before = func(a, b LogLine) int { return strings.Compare(a.Container, b.Container) }
	}
	for _, c := range slices.SortedFunc(slices.Values(l.Containers), before) {
		g.addPrefix(c.prefix())
	}
	return g
}

// logColors are the colours of docker-compose 1.29, in its order.
func logColors() []aec.ANSI {
	return []aec.ANSI{
		aec.CyanF, aec.YellowF, aec.GreenF, aec.MagentaF, aec.BlueF,
		aec.LightCyanF, aec.LightYellowF, aec.LightGreenF, aec.LightMagentaF, aec.LightBlueF,
	}
}

// classicCodes are the same colours as docker-compose wrote them.
func classicCodes() []string {
	return []string{"36", "33", "32", "35", "34", "36;1", "33;1", "32;1", "35;1", "34;1"}
}

// nextStyle gives out the next colour.
func (g *Logs) nextStyle() style {
	n := g.given
	g.given++
	if g.l.Classic {
		code := classicCodes()[n%len(classicCodes())]
		return func(s string) string {
			if !g.palette {
				return s
			}
			return "\x1b[" + code + "m" + s + "\x1b[0m"
		}
	}
	color := logColors()[n%len(logColors())]
	return func(s string) string { return g.palette.paint(s, color) }
}

// addPrefix gives a container that is new a colour and makes room for its name.
func (g *Logs) addPrefix(name string) {
	if _, known := g.styles[name]; known {
		return
	}
	g.styles[name] = g.nextStyle()
	if w := cells(name); w > g.width {
		g.width = w
		clear(g.heads)
	}
}

// head is what is written before a container's lines.
func (g *Logs) head(name string) string {
	if g.l.NoPrefix {
		return ""
	}
	g.addPrefix(name)
	head, ok := g.heads[name]
	if !ok {
		width, bar := g.width, "  |"
		if g.l.Classic {
			width, bar = g.l.Width, " |"
		}
		head = g.styles[name](name+strings.Repeat(" ", max(0, width-cells(name)))+bar) + " "
		g.heads[name] = head
	}
	return head
}

// Line writes one line, to Options.Out also where the container wrote it to its
// standard error: who filters logs looks for errors. If the text has several lines, each gets the prefix. A
// terminal gets its colours, but nothing by which one container writes over the
// lines of others; a file or a pipe gets the text as it is.
func (g *Logs) Line(l LogLine) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.line(l)
}

func (g *Logs) line(l LogLine) {
	head := g.head(l.prefix())
	if g.l.Timestamps && !l.Time.IsZero() {
		head += l.Time.UTC().Format("2006-01-02T15:04:05.000000000Z") + " "
	}
	// Who asks for colours in a pipe will show them on a terminal.
	coloured := g.o.Color == "always" && bool(g.palette) && !g.l.Classic
	var b strings.Builder
	for text := range strings.SplitSeq(strings.TrimSuffix(l.Text, "\n"), "\n") {
		text = strings.TrimSuffix(text, "\r")
		if g.o.OutIsTerminal || coloured {
			// Of a line that was written over and over, the last is left.
			text = printable.Coloured(text[strings.LastIndexByte(text, '\r')+1:])
		}
		b.WriteString(head)
		b.WriteString(text)
		b.WriteByte('\n')
	}
	g.write(b.String())
}

// Exited writes that the container which a line is from has exited:
// demo_web_1 exited with code 3.
func (g *Logs) Exited(l LogLine, code int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	text := fmt.Sprintf("%s exited with code %d\n", sanitize(l.Container), code)
	if g.l.Classic {
		g.addPrefix(l.prefix())
		text = g.styles[l.prefix()](text)
	}
	g.write(text)
}

// Replaced writes that another container takes the place of the one which a line is
// from.
func (g *Logs) Replaced(l LogLine) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.write(sanitize(l.Container) + " is replaced\n")
}

// Restarted says that the container which a line is from has been started again:
// docker-compose then gave it another colour.
func (g *Logs) Restarted(l LogLine) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.l.Classic {
		g.styles[l.prefix()] = g.nextStyle()
		delete(g.heads, l.prefix())
	}
}

func (g *Logs) write(s string) {
	if _, err := io.WriteString(g.o.Out, s); err != nil && g.err == nil {
		g.err = err
	}
}

// Close returns the first error of writing, after which more lines may have been
// lost.
func (g *Logs) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}
