package engine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
)

// LogQuery says which lines of a container are wanted.
type LogQuery struct {
	Follow bool
	Tail   int // lines from the end; negative: all
	Since  string
	Until  string
	After  time.Time // only lines written later, to the nanosecond; zero: no matter. It goes before Since
}

// LogLine is one line that a container wrote.
type LogLine struct {
	Time   time.Time
	Stderr bool
	Text   string // without the newline
}

// Logs reads the lines of one container and passes them to emit, never from two
// goroutines at once, until they end or ctx does.
func (e *Engine) Logs(ctx context.Context, id string, q LogQuery, emit func(LogLine)) error {
	details, err := e.client.ContainerInspect(ctx, id)
	if err != nil {
		return e.explain(err)
	}
	options := container.LogsOptions{
		ShowStdout: true, ShowStderr: true, Timestamps: true,
		Follow: q.Follow, Since: q.Since, Until: q.Until, Tail: "all",
	}
	if q.Tail >= 0 {
		options.Tail = strconv.Itoa(q.Tail)
	}
	if !q.After.IsZero() {
		next := q.After.Add(time.Nanosecond)
		options.Since = fmt.Sprintf("%d.%09d", next.Unix(), next.Nanosecond())
	}
	body, err := e.client.ContainerLogs(ctx, id, options)
	if err != nil {
		return e.explain(err)
	}
	defer body.Close()
	return e.explain(endOf(ctx, ReadLog(body, details.Config != nil && details.Config.Tty, emit)))
}

// ReadLog reads lines with their times as an engine sends them, those of a terminal or of
// two streams, and passes them to emit, one after another.
func ReadLog(body io.Reader, terminal bool, emit func(LogLine)) error {
	stdout := &lineReader{emit: emit}
	defer stdout.end()
	if terminal {
		stdout.raw = true
		_, err := io.Copy(stdout, body)
		return err
	}
	stderr := &lineReader{emit: func(l LogLine) { l.Stderr = true; emit(l) }}
	defer stderr.end()
	_, err := stdcopy.StdCopy(stdout, stderr, body)
	return err
}

// LastLine gives the time of the last line that a container wrote; zero where
// there is none.
func (e *Engine) LastLine(ctx context.Context, id string) (time.Time, error) {
	var last time.Time
	err := e.Logs(ctx, id, LogQuery{Tail: 1}, func(l LogLine) { last = l.Time })
	return last, err
}

// LastWords is the last line that a container wrote on standard error, where it wrote
// there at its end: an engine may have taken down after it what the other stream had
// before. Else it is the last line of all; empty where there is none.
func LastWords(ctx context.Context, e *Engine, id string) string {
	const lines, end = 10, time.Second
	var last, complaint LogLine
	err := e.Logs(ctx, id, LogQuery{Tail: lines}, func(l LogLine) {
		l.Text = strings.TrimSpace(l.Text[strings.LastIndexByte(l.Text, '\r')+1:])
		switch {
		case l.Text == "":
		case l.Stderr:
			complaint = l
			fallthrough
		default:
			if !l.Time.Before(last.Time) {
				last = l
			}
		}
	})
	switch {
	case err != nil:
		return ""
	case complaint.Text != "" && last.Time.Sub(complaint.Time) < end:
		return complaint.Text
	}
	return last.Text
}

// piece is how much of a long line the engine keeps as one entry of a log.
const piece = 16 << 10

// lineReader makes lines of what the engine sends: entries of a log, each with
// its time before it. A long line is several entries, of which only the last
// has an end. Every Write begins with an entry, unless raw: the log of a
// container with a terminal comes as one stream, and what follows a piece of
// full length is taken for the next piece if it begins with a time.
type lineReader struct {
	emit func(LogLine)
	raw  bool

	line LogLine
	text []byte // of the line so far
	rest []byte // raw: what came last, as long as it may be part of a time
	open bool   // line has begun
}

// Write implements io.Writer.
func (r *lineReader) Write(p []byte) (int, error) {
	if !r.raw {
		r.take(p)
		return len(p), nil
	}
	r.rest = append(r.rest, p...)
	for {
		n := bytes.IndexByte(r.rest, '\n') + 1
		if n == 0 {
			return len(p), nil
		}
		r.pieces(r.rest[:n])
		r.rest = r.rest[n:]
	}
}

// pieces takes a raw line to its end.
func (r *lineReader) pieces(line []byte) {
	for len(line) > 0 {
		_, text := cutTime(line)
		n := len(line) - len(text) + piece
		if n >= len(line) {
			r.take(line)
			return
		}
		if at, _ := cutTime(line[n:]); at.IsZero() {
			r.take(line)
			return
		}
		r.take(line[:n])
		line = line[n:]
	}
}

// take takes one entry, or several that each have an end.
func (r *lineReader) take(p []byte) {
	for len(p) > 0 {
		n := bytes.IndexByte(p, '\n') + 1
		ends := n > 0
		if !ends {
			n = len(p)
		}
		at, text := cutTime(p[:n])
		if !r.open {
			r.open, r.line = true, LogLine{Time: at}
		}
		r.text = append(r.text, text...)
		p = p[n:]
		if ends {
			r.end()
		}
	}
}

// end completes the line that is open.
func (r *lineReader) end() {
	if rest := r.rest; len(rest) > 0 && !r.open {
		r.rest = nil
		r.pieces(rest)
	}
	if !r.open {
		return
	}
	r.line.Text = strings.TrimRight(string(r.text), "\r\n")
	r.open, r.text = false, nil
	r.emit(r.line)
}

// cutTime takes the time before an entry off.
func cutTime(entry []byte) (time.Time, []byte) {
	stamp, text, _ := bytes.Cut(entry, []byte{' '})
	at, err := time.Parse(time.RFC3339Nano, string(stamp))
	if err != nil {
		return time.Time{}, entry
	}
	return at, text
}

// endOf distinguishes an end that ctx brought about from an error.
func endOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
