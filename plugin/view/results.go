package view

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/stack-lite/stack-lite/compose/printable"
)

// Lines writes results such as ids, names and sentences to Options.Out, one a
// line, and sanitizes them. All lines are one write; without lines there is
// none. On a terminal they wrap between words. The error is that of Options.Out.
func Lines(o Options, lines ...string) error {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(fold(sanitize(l), o.outWidth(), indentOf(l)+"  ") + "\n")
	}
	return Text(o, b.String())
}

// indentOf is the blanks at the beginning of a line.
func indentOf(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " "))] }

// JSON writes a value to Options.Out as JSON on one line, for programs. The
// error is that of Options.Out, or says that v cannot be encoded.
func JSON(o Options, v any) error { return newEncoder(o.Out).Encode(v) }

// Text writes a finished document, such as a graph or a shell function, to
// Options.Out; no line end is added. A document quotes by itself what is not
// printable: what it has left is not shown.
func Text(o Options, document string) error {
	if document == "" {
		return nil
	}
	_, err := o.Out.Write([]byte(printable.Document(document)))
	return err
}

// Bytes is Text for a document in bytes, such as the output of config.
func Bytes(o Options, document []byte) error { return Text(o, string(document)) }

// newEncoder returns an encoder that does not escape <, > and &, as encoding/json
// otherwise does for web pages, but all that is not printable.
func newEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(escaper{w})
	e.SetEscapeHTML(false)
	return e
}

// escaper writes JSON texts, each with one call of Write.
type escaper struct{ w io.Writer }

func (e escaper) Write(text []byte) (int, error) {
	if _, err := e.w.Write([]byte(printable.Escape(string(text)))); err != nil {
		return 0, err
	}
	return len(text), nil
}
