package view

import (
	"bytes"
	"io"
	"sync"
)

// maxLine is the size, in bytes, at which a line is written even if its end has
// not come yet.
const maxLine = 1 << 20

// Writer returns a writer for the output of one container, in pieces of any
// size. Text after the last newline is kept until its line is complete or the
// writer is closed. Text and Time of l are ignored.
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
	rest []byte // the start of a line whose end has not come
}

// Write implements io.Writer. It never fails; Logs.Close returns the error.
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

// Close implements io.Closer. It may be called more than once.
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
