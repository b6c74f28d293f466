package view

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/morikuni/aec"

	"github.com/stack-lite/stack-lite/compose"
)

// program stands before errors that no file is to blame for.
const program = "stack-lite"

// maxHints is how many lines of advice an error may have.
const maxHints = 2

// PrintError tells a person what went wrong. A mistake in a file is one line
// that begins with file:line:col, on a terminal followed by the source line
// with a caret; any other error begins with the program's name. Errors that
// were joined are told one by one. Advice follows in lines that begin with
// "hint:"; the same advice is given once.
//
// Advice is found in compose.Error and in any error with a method
// Hints() []string.
func PrintError(o Options, err error) {
	p := errorPrinter{o: o, w: o.Err, palette: o.errPalette()}
	p.print(err)
}

type errorPrinter struct {
	o       Options
	w       io.Writer
	palette palette
	hinted  []string            // advice that was given
	sources map[string][]string // lines by file
}

func (p *errorPrinter) print(err error) {
	var mistakes compose.Errors
	var mistake *compose.Error
	switch {
	case err == nil:
	case len(joined(err)) > 0:
		for _, e := range joined(err) {
			p.print(e)
		}
	case errors.As(err, &mistakes):
		for _, m := range mistakes {
			p.mistake(m)
		}
	case errors.As(err, &mistake):
		p.mistake(mistake)
	default:
		p.other(err)
	}
}

// joined gives the errors that errors.Join made one of. An error that merely
// wraps several, with words of its own, is told as it is.
func joined(err error) []error {
	j, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	errs := j.Unwrap()
	texts := make([]string, len(errs))
	for i, e := range errs {
		texts[i] = e.Error()
	}
	if err.Error() != strings.Join(texts, "\n") {
		return nil
	}
	return errs
}

func (p *errorPrinter) mistake(e *compose.Error) {
	if e.Pos.IsZero() {
		p.line(program+":", e.Error())
	} else {
		at := e.Pos.String() + ":"
		p.line(at, strings.TrimPrefix(e.Error(), at+" "))
	}
	if p.o.ErrIsTerminal {
		p.excerpt(e.Pos)
	}
	p.hints(e.Hints)
}

func (p *errorPrinter) other(err error) {
	p.line(program+":", err.Error())
	var advisor interface{ Hints() []string }
	if errors.As(err, &advisor) {
		p.hints(advisor.Hints())
	}
}

// line writes a message; what it has beyond the first line is indented.
func (p *errorPrinter) line(head, message string) {
	said := lines(message)
	for i := range said {
		said[i] = clean(said[i])
	}
	fmt.Fprintf(p.w, "%s %s\n", p.palette.paint(clean(head), aec.Bold), strings.Join(said, "\n  "))
}

func (p *errorPrinter) hints(hints []string) {
	for _, h := range hints[:min(len(hints), maxHints)] {
		if slices.Contains(p.hinted, h) {
			continue
		}
		p.hinted = append(p.hinted, h)
		fmt.Fprintf(p.w, "%s %s\n", p.palette.paint("hint:", aec.CyanF), clean(h))
	}
}

// excerpt draws the line that a position points at. A file that can't be read
// any more, or has changed since, is no reason to complain a second time.
func (p *errorPrinter) excerpt(at compose.Pos) {
	if at.Line < 1 {
		return
	}
	text, ok := p.sources[at.File]
	if !ok {
		data, err := p.o.source(at.File)
		if err == nil {
			text = strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n")
		}
		if p.sources == nil {
			p.sources = map[string][]string{}
		}
		p.sources[at.File] = text
	}
	if at.Line > len(text) {
		return
	}
	number := fmt.Sprintf("%5d | ", at.Line)
	gutter := strings.Repeat(" ", len(number)-2) + "| "
	width, _ := p.o.size()
	line, caret := pointAt(text[at.Line-1], at.Column, width-len(number)-1)
	fmt.Fprintf(p.w, "%s%s\n", p.palette.paint(number, aec.Faint), line)
	fmt.Fprintf(p.w, "%s%s%s\n", p.palette.paint(gutter, aec.Faint), strings.Repeat(" ", caret), p.palette.paint("^", aec.RedF))
}
