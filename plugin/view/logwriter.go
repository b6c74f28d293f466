package view

import (
	"bytes"
	"io"
	"sync"
)

// maxLine is how much of a line without an end is kept before it is written
// as it is, in bytes.
const maxLine = 1 << 20

// Writer takes the output of one container as a stream of bytes, whose ends
// say nothing about lines. What follows the last newline is kept until the
// line is complete or the writer is closed; it is a line of its own then.
// Text and Time of l don't matter.
func (g *Logs) Writer(l LogLine) io.WriteCloser {
	w := &logWriter{logs: g, line: l}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = append(g.open, w)
	return w
}

type logWriter struct {
	logs *Logs
	line LogLine

	mu   sync.Mutex
	rest []byte // of a line that has no end yet
}

// Write implements io.Writer. It always takes all; Logs.Close has the error.
func (w *logWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	for {
		n := bytes.IndexByte(w.rest, '\n') + 1
		if n == 0 && len(w.rest) >= maxLine {
			n = maxLine
		}
		if n == 0 {
			return len(p), nil
		}
		w.emit(w.rest[:n])
		w.rest = w.rest[n:]
	}
}

// Close implements io.Closer. It may be called again.
func (w *logWriter) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rest) > 0 {
		w.emit(w.rest)
		w.rest = nil
	}
	return nil
}

func (w *logWriter) emit(text []byte) {
	l := w.line
	l.Text = string(text)
	w.logs.Line(l)
}
