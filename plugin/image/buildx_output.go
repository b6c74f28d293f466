package image

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// bakeReader sorts what buildx says by image.
type bakeReader struct {
	batch  []*baking
	traces []*trace
	of     map[string][]int // images that share a step, by its digest
	logged map[string]bool  // what was printed by a step that several share comes more than once
	text   []string         // lines that are no progress
}

func newBakeReader(batch []*baking, h Habits) *bakeReader {
	r := &bakeReader{batch: batch, of: map[string][]int{}, logged: map[string]bool{}}
	for _, b := range batch {
		r.traces = append(r.traces, traceOf(b.file, h))
	}
	return r
}

func (r *bakeReader) read(output io.Reader) error {
	lines := bufio.NewReader(output)
	for {
		line, err := lines.ReadString('\n')
		var s buildStatus
		if strings.HasPrefix(line, "{") && json.Unmarshal([]byte(line), &s) == nil {
			r.take(s)
		} else if line = strings.TrimSpace(line); line != "" {
			r.text = append(r.text, line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// targetPrefix stands in brackets before a step when there are several images.
var targetPrefix = regexp.MustCompile(`^\[s(\d+)(?: ([^\]]*))?\] `)

// imageOf returns which image a step is of, and its name without that.
func (r *bakeReader) imageOf(name string) (int, string) {
	if len(r.batch) == 1 {
		return 0, name
	}
	m := targetPrefix.FindStringSubmatch(name)
	if m == nil {
		return -1, name
	}
	var i int
	if _, err := fmt.Sscan(m[1], &i); err != nil || i >= len(r.batch) {
		return -1, name
	}
	rest := name[len(m[0]):]
	if m[2] != "" {
		rest = "[" + m[2] + "] " + rest
	}
	return i, rest
}

func (r *bakeReader) take(s buildStatus) {
	parts := make([]buildStatus, len(r.batch))
	for _, v := range s.Vertexes {
		i, name := r.imageOf(v.Name)
		if i < 0 {
			continue
		}
		v.Name = name
		parts[i].Vertexes = append(parts[i].Vertexes, v)
		if !slices.Contains(r.of[v.Digest], i) {
			r.of[v.Digest] = append(r.of[v.Digest], i)
		}
	}
	for _, status := range s.Statuses {
		for _, i := range r.of[status.Vertex] {
			parts[i].Statuses = append(parts[i].Statuses, status)
		}
	}
	for _, l := range s.Logs {
		key := l.Vertex + l.Timestamp + string(l.Data)
		if r.logged[key] {
			continue
		}
		r.logged[key] = true
		for _, i := range r.of[l.Vertex] {
			parts[i].Logs = append(parts[i].Logs, l)
		}
	}
	for i, part := range parts {
		b := r.batch[i]
		if b.finished() {
			continue
		}
		r.traces[i].take(part, b.progress)
		if r.traces[i].exported() && r.othersUnfinished(b) {
			b.finish(nil)
		}
	}
}

// othersUnfinished reports whether any image but one is not done yet. The last
// one waits for buildx itself to end, so that no step ends while it still runs.
func (r *bakeReader) othersUnfinished(b *baking) bool {
	return slices.ContainsFunc(r.batch, func(o *baking) bool { return o != b && !o.finished() })
}

// failedTarget is how buildx names the image that made it give up.
var failedTarget = regexp.MustCompile(`^ERROR: target s(\d+): (.*)$`)

// failure finds out which image made buildx fail. Where buildx names one the
// others may have been given up for it, whatever their steps say.
func (r *bakeReader) failure(exit error) error {
	failed := &bakeError{text: "buildx: " + exit.Error(), failed: map[*baking]error{}}
	at := -1 // where the image stands in the batch; -1: not known
	text := ""
	for _, line := range r.text {
		if rest, ok := strings.CutPrefix(line, "ERROR: "); ok {
			text = rest
			failed.text = rest
		}
		if m := failedTarget.FindStringSubmatch(line); m != nil {
			text = m[2]
			if _, err := fmt.Sscan(m[1], &at); err != nil || at >= len(r.batch) {
				at = -1
			}
		}
	}
	if len(r.batch) == 1 {
		at = 0
	}
	if text == "" && len(r.text) > 0 {
		text = strings.Join(r.text, "\n")
		failed.text = text
	}
	if at < 0 {
		return failed
	}
	b := r.batch[at]
	step := ""
	if v, ok := r.traces[at].failure(); ok {
		step, text = v.Name, v.Error
	}
	failed.failed[b] = builderError(b.spec, b.file, step, text)
	return failed
}
