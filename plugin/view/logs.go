package view

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fvbommel/sortorder"
	"github.com/morikuni/aec"
)

// LogOptions says how log lines are shown.
type LogOptions struct {
	NoPrefix    bool // no "web_1  | " before a line
	NoColor     bool
	Timestamps  bool // the time of each line before its text, RFC 3339 in UTC with nanoseconds
	SplitStderr bool // what containers write to their standard error goes to Options.Err; else everything to Out

	// Containers whose lines will come, as far as they are known: prefixes
	// are as wide as the widest, and colours go by the order of the names.
	// Only Container, Service and Number matter.
	Containers []LogLine
}

// LogLine is one line of a container's output.
type LogLine struct {
	Container string // full name
	Service   string
	Number    int       // of the replica, from 1; 0 for a one-off container
	Time      time.Time // when the engine got it; zero where that isn't known
	Stderr    bool      // the container wrote it to its standard error
	Text      string    // with or without its line end
}

// prefix is the container's name without its project, as docker-compose 1.x
// wrote it: web_1. A name of the user's own choice stays whole.
func (l LogLine) prefix() string {
	name := fmt.Sprintf("%s_%d", l.Service, l.Number)
	if l.Container == "" || strings.HasSuffix(l.Container, "_"+name) {
		return clean(name)
	}
	if i := strings.Index(l.Container, "_"+l.Service+"_run_"); i >= 0 && l.Service != "" {
		return clean(l.Container[i+1:])
	}
	return clean(l.Container)
}

// Logs writes the lines of many containers, each behind the name of its
// container. It may be used from many goroutines: a line is never torn.
type Logs struct {
	o       Options
	l       LogOptions
	palette palette

	mu     sync.Mutex
	width  int                 // of the widest prefix, in cells
	heads  map[string]string   // what stands before a line, by prefix
	styles map[string]aec.ANSI // by prefix
	open   []*logWriter
	err    error
}

// NewLogs makes a writer of log lines to Options.Out.
func NewLogs(o Options, l LogOptions) *Logs {
	g := &Logs{o: o, l: l, palette: o.outPalette() && palette(!l.NoColor),
		heads: map[string]string{}, styles: map[string]aec.ANSI{}}
	var names []string
	for _, c := range l.Containers {
		names = append(names, c.prefix())
	}
	slices.SortFunc(names, func(a, b string) int {
		switch {
		case a == b:
			return 0
		case sortorder.NaturalLess(a, b):
			return -1
		}
		return 1
	})
	for _, name := range slices.Compact(names) {
		g.meet(name)
	}
	return g
}

// logColors is the order in which docker-compose 1.29 dealt colours out.
func logColors() []aec.ANSI {
	return []aec.ANSI{
		aec.CyanF, aec.YellowF, aec.GreenF, aec.MagentaF, aec.BlueF,
		aec.LightCyanF, aec.LightYellowF, aec.LightGreenF, aec.LightMagentaF, aec.LightBlueF,
	}
}

// meet gives a container its colour and makes room for its name.
func (g *Logs) meet(name string) {
	if _, known := g.styles[name]; known {
		return
	}
	colors := logColors()
	g.styles[name] = colors[len(g.styles)%len(colors)]
	if w := cells(name); w > g.width {
		g.width = w
		clear(g.heads)
	}
}

// head is what stands before a container's lines.
func (g *Logs) head(name string) string {
	if g.l.NoPrefix {
		return ""
	}
	g.meet(name)
	head, ok := g.heads[name]
	if !ok {
		head = name + strings.Repeat(" ", g.width-cells(name)) + "  |"
		head = g.palette.paint(head, g.styles[name]) + " "
		g.heads[name] = head
	}
	return head
}

// Line writes one line. A text of several lines becomes as many, each with its
// own prefix.
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
	var b strings.Builder
	for text := range strings.SplitSeq(strings.TrimSuffix(l.Text, "\n"), "\n") {
		b.WriteString(head)
		b.WriteString(strings.TrimSuffix(text, "\r"))
		b.WriteByte('\n')
	}
	w := g.o.Out
	if g.l.SplitStderr && l.Stderr {
		w = g.o.Err
	}
	g.write(w, b.String())
}

// Say writes a line that is no container's: demo_web_1 exited with code 3.
func (g *Logs) Say(text string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.write(g.o.Out, clean(text)+"\n")
}

func (g *Logs) write(w io.Writer, s string) {
	if _, err := io.WriteString(w, s); err != nil && g.err == nil {
		g.err = err
	}
}

// Close writes out what the writers still hold. The error is the first that
// writing met; what came after it may be lost too.
func (g *Logs) Close() error {
	g.mu.Lock()
	open := slices.Clone(g.open)
	g.mu.Unlock()
	var errs []error
	for _, w := range open {
		errs = append(errs, w.Close())
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return errors.Join(append(errs, g.err)...)
}
