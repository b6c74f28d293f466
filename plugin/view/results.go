package view

import (
	"encoding/json"
	"io"
	"strings"
)

// Lines writes results, one a line, with their control characters made
// harmless: ids, names, sentences. All lines go out in one write, and no line
// is no write. The error is that of Options.Out.
func Lines(o Options, lines ...string) error {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(clean(l) + "\n")
	}
	return Text(o, b.String())
}

// JSON writes a value as one object on one line, for programs. The error is
// that of Options.Out, or says that the value can't be written as JSON.
func JSON(o Options, v any) error { return newEncoder(o.Out).Encode(v) }

// Text writes a document that is ready as it is, to the byte: a picture, a
// shell function. It has its own line ends.
func Text(o Options, document string) error { return Bytes(o, []byte(document)) }

// Bytes is Text for a document that was made as bytes: the files as they were
// understood, a shell's completion.
func Bytes(o Options, document []byte) error {
	if len(document) == 0 {
		return nil
	}
	_, err := o.Out.Write(document)
	return err
}

// newEncoder makes an encoder that leaves <, > and & alone, which encoding/json
// escapes for web pages.
func newEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}
