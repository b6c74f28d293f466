package view

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/morikuni/aec"

	"github.com/stack-lite/stack-lite/compose"
)

// program is printed before errors that are not about a file.
const program = "stack-lite"

// maxHints is how many hints of one error are printed.
const maxHints = 2

// PrintError prints an error for people. A mistake in a file is one line that
// begins with file:line:col, on a terminal followed by the source line with a
// caret, and so is an error that has a method Place() compose.Pos; any other begins
// with the program's name. Joined errors are
// printed one by one. Hints follow, each on a line that begins with "hint:"; a
// hint is printed only once.
//
// Hints come from any error that has a method Hints() []string, and then from
// Options.Hints; of a compose.Error those of Options.Hints come first.
func PrintError(o Options, err error) {
	p := errorPrinter{o: o, w: o.Err, palette: o.errPalette()}
	p.print(err)
}

// PrintEnd prints the error that a command ended with, if there is any, and the
// hints that are for its end.
func PrintEnd(o Options, err error) {
	p := errorPrinter{o: o, w: o.Err, palette: o.errPalette()}
	p.print(err)
	if o.Level <= Warning {
		p.hints(o.Later)
	}
}

// PrintHints prints hints that belong to a result.
func PrintHints(o Options, hints []string) {
	p := errorPrinter{o: o, w: o.Err, palette: o.errPalette()}
	for _, h := range hints {
		p.hints([]string{h})
	}
}

type errorPrinter struct {
	o       Options
	w       io.Writer
	palette palette
	hinted  []string            // hints that have been printed
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

// placed is an error about something that stands in a file, and is no mistake.
type placed interface{ Place() compose.Pos }

// joined returns the errors that errors.Join has joined. An error that wraps
// several but has a message of its own is printed as one.
func joined(err error) []error {
	j, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	errs := j.Unwrap()
	if _, one := err.(placed); one {
		return nil
	}
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
	hints := e.Hints
	if p.o.Hints != nil {
		hints = slices.Concat(p.o.Hints(e), hints)
	}
	p.hints(hints)
}

func (p *errorPrinter) other(err error) {
	var of placed
	if errors.As(err, &of) && !of.Place().IsZero() {
		p.line(of.Place().String()+":", err.Error())
		if p.o.ErrIsTerminal {
			p.excerpt(of.Place())
		}
	} else {
		p.line(program+":", err.Error())
	}
	var hinting interface{ Hints() []string }
	if errors.As(err, &hinting) {
		p.hints(hinting.Hints())
	}
	if p.o.Hints != nil {
		p.hints(p.o.Hints(err))
	}
}

// line prints a message. All its lines but the first are indented.
func (p *errorPrinter) line(head, message string) {
	split := lines(message)
	head = sanitize(head)
	for i := range split {
		split[i] = sanitize(split[i])
		if i == 0 {
			split[i] = fold(head+" "+split[i], p.o.errWidth(), "  ")
		} else {
			split[i] = fold("  "+split[i], p.o.errWidth(), "    ")
		}
	}
	text := strings.TrimPrefix(strings.Join(split, "\n"), head)
	if len(split) == 0 {
		text = " "
	}
	fmt.Fprintf(p.w, "%s%s\n", p.palette.paint(head, aec.Bold), text)
}

func (p *errorPrinter) hints(hints []string) {
	for _, h := range hints[:min(len(hints), maxHints)] {
		if slices.Contains(p.hinted, h) {
			continue
		}
		p.hinted = append(p.hinted, h)
		const head = "hint:"
		text := foldHint(sanitize(again(h, p.o.Again)), p.o.errWidth(), len(head)+1)
		fmt.Fprintf(p.w, "%s %s\n", p.palette.paint(head, aec.CyanF), text)
	}
}

// again puts flags into the command of a hint, if it is one about a project and
// has none of its own: what is pasted is to be about the same project.
func again(hint string, flags []string) string {
	const before = "docker stacklite "
	text, command, found := strings.Cut(hint, before)
	verb, _, _ := strings.Cut(command, " ")
	other := strings.HasPrefix(verb, "-f") || strings.HasPrefix(verb, "-p") || strings.HasPrefix(verb, "--project-name") || verb == "link" || verb == "ls"
	if !found || len(flags) == 0 || strings.HasSuffix(hint, " --help") || other {
		return hint
	}
	if n := len(flags) - 1; flags[n] == "--adopt" && strings.Contains(" "+command, " --adopt ") {
		flags = flags[:n]
	}
	words := []string{}
	for _, f := range flags {
		words = append(words, ShellWord(f))
	}
	return text + before + strings.Join(words, " ") + " " + command
}

// ShellWord is a word as a shell takes it: in quotes where it has to be.
func ShellWord(word string) string {
	if strings.ContainsFunc(word, special) || word == "" {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}

// special reports whether a shell may take a character for something else.
func special(r rune) bool {
	return !strings.ContainsRune("-_./:@%+=,", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// excerpt prints the source line at a position. If the file cannot be read any
// more, or no longer has that line, nothing is printed: one error is enough.
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
