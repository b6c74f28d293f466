package view

import (
	"encoding/json"
	"io"
	"strings"
)

// Lines writes results such as ids, names and sentences to Options.Out, one a
// line, and sanitizes them. All lines are one write; without lines there is
// none. The error is that of Options.Out.
func Lines(o Options, lines ...string) error {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(sanitize(l) + "\n")
	}
	return Text(o, b.String())
}

// JSON writes a value to Options.Out as JSON on one line, for programs. The
// error is that of Options.Out, or says that v cannot be encoded.
func JSON(o Options, v any) error { return newEncoder(o.Out).Encode(v) }

// Text writes a finished document, such as a graph or a shell function, to
// Options.Out exactly as it is; no line end is added.
func Text(o Options, document string) error { return Bytes(o, []byte(document)) }

// Bytes is Text for a document in bytes, such as the output of config.
func Bytes(o Options, document []byte) error {
	if len(document) == 0 {
		return nil
	}
	_, err := o.Out.Write(document)
	return err
}

// newEncoder returns an encoder that does not escape <, > and &, as encoding/json
// otherwise does for web pages.
func newEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}
