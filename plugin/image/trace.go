package image

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/stack-lite/stack-lite/plugin/image/dockerfile"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// buildStatus is what BuildKit says about builds under way: a message
// StatusResponse of its control API, or a line that buildx writes as rawjson.
type buildStatus struct {
	Vertexes []vertex       `json:"vertexes"`
	Statuses []vertexStatus `json:"statuses"`
	Logs     []vertexLog    `json:"logs"`
}

// vertex is a step.
type vertex struct {
	Digest    string     `json:"digest"`
	Name      string     `json:"name"`
	Cached    bool       `json:"cached"`
	Started   *time.Time `json:"started"`
	Completed *time.Time `json:"completed"`
	Error     string     `json:"error"`
}

// vertexStatus is a transfer that a step makes.
type vertexStatus struct {
	ID      string `json:"id"`
	Vertex  string `json:"vertex"`
	Current int64  `json:"current"`
	Total   int64  `json:"total"`
}

// vertexLog is what a step prints.
type vertexLog struct {
	Vertex    string `json:"vertex"`
	Data      []byte `json:"data"`
	Timestamp string `json:"timestamp"` // only where buildx gives it
}

// cachedWord stands behind a step that was not carried out again.
const cachedWord = " (cached)"

// trace follows a build, or several in one call, by what BuildKit says.
type trace struct {
	steps    map[string]vertex // by digest, as last seen
	reported map[string]bool   // by digest: that it has begun or was cached
	lines    map[string]string // by digest: a line that has not ended
	name     func(vertex) string
	whole    string // what ends every text that is reported
}

// newTrace names steps as BuildKit does.
func newTrace() *trace {
	return &trace{steps: map[string]vertex{}, reported: map[string]bool{}, lines: map[string]string{}, name: kitName}
}

// traceOf follows the build of a Dockerfile, which is nil where it is not on this
// machine, and names its steps as the classic builder does where that is wanted.
func traceOf(file *dockerfile.File, h Habits) *trace {
	t := newTrace()
	if h.Words {
		t.name, t.whole = kitWords(file), "\n"
	}
	return t
}

// ofDockerfile is how the steps of a Dockerfile are named; all others are
// BuildKit's own and are not shown.
var ofDockerfile = regexp.MustCompile(`^\[[^\]]*\d+/\d+\] `)

// kitName is how a step is reported; empty: not at all.
func kitName(v vertex) string {
	switch {
	case !ofDockerfile.MatchString(v.Name) && !isExport(v.Name):
		return ""
	case v.Cached:
		return v.Name + cachedWord
	}
	return v.Name
}

// take passes a message on as progress.
func (t *trace) take(s buildStatus, report func(plan.Progress)) {
	for _, v := range s.Vertexes {
		t.steps[v.Digest] = v
		if v.Started != nil && !t.reported[v.Digest] {
			t.reported[v.Digest] = true
			if text := t.name(v); text != "" {
				report(plan.Progress{Text: text})
			}
		}
		if v.Completed != nil && t.lines[v.Digest] != "" {
			report(plan.Progress{Text: t.lines[v.Digest] + t.whole})
			delete(t.lines, v.Digest)
		}
	}
	for _, v := range s.Statuses {
		if v.Current > 0 && (v.Total > 0 || v.Current >= meterStep) {
			part := v.ID
			if part == "transferring context:" {
				part = sending
			}
			report(plan.Progress{Part: part, Text: t.steps[v.Vertex].Name, Current: v.Current, Total: v.Total})
		}
	}
	for _, l := range s.Logs {
		text := t.lines[l.Vertex] + string(l.Data)
		whole := strings.LastIndexByte(text, '\n') + 1
		if whole > 0 {
			report(plan.Progress{Text: strings.TrimRight(text[:whole], "\n") + t.whole})
		}
		t.lines[l.Vertex] = text[whole:]
	}
}

// isExport reports whether a step is the one that makes an image of the result.
func isExport(name string) bool { return name == "exporting to image" }

// exported reports whether the image is there.
func (t *trace) exported() bool {
	for _, v := range t.steps {
		if isExport(v.Name) && v.Completed != nil && v.Error == "" {
			return true
		}
	}
	return false
}

// failure is the step that failed. Those that were given up when another
// failed are not it.
func (t *trace) failure() (vertex, bool) {
	for _, digest := range slices.Sorted(maps.Keys(t.steps)) {
		if v := t.steps[digest]; v.Error != "" && !strings.HasSuffix(v.Error, "context canceled") {
			return v, true
		}
	}
	return vertex{}, false
}

var errBadTrace = errors.New("not a message of BuildKit's")

// decodeStatus reads a StatusResponse (github.com/moby/buildkit,
// api/services/control/control.proto). Its generated code would make this
// program a twelfth larger; five messages of it are of use here.
func decodeStatus(b []byte) (buildStatus, error) {
	var s buildStatus
	err := fields(b, func(n protowire.Number, b []byte, _ uint64) error {
		switch n {
		case 1:
			s.Vertexes = append(s.Vertexes, vertex{})
			return s.Vertexes[len(s.Vertexes)-1].decode(b)
		case 2:
			s.Statuses = append(s.Statuses, vertexStatus{})
			return s.Statuses[len(s.Statuses)-1].decode(b)
		case 3:
			s.Logs = append(s.Logs, vertexLog{})
			return s.Logs[len(s.Logs)-1].decode(b)
		}
		return nil
	})
	return s, err
}

func (v *vertex) decode(b []byte) error {
	return fields(b, func(n protowire.Number, b []byte, i uint64) (err error) {
		switch n {
		case 1:
			v.Digest = string(b)
		case 3:
			v.Name = string(b)
		case 4:
			v.Cached = i != 0
		case 5:
			v.Started, err = decodeTime(b)
		case 6:
			v.Completed, err = decodeTime(b)
		case 7:
			v.Error = string(b)
		}
		return err
	})
}

func (v *vertexStatus) decode(b []byte) error {
	return fields(b, func(n protowire.Number, b []byte, i uint64) error {
		switch n {
		case 1:
			v.ID = string(b)
		case 2:
			v.Vertex = string(b)
		case 4:
			v.Current = int64(i)
		case 5:
			v.Total = int64(i)
		}
		return nil
	})
}

func (l *vertexLog) decode(b []byte) error {
	return fields(b, func(n protowire.Number, b []byte, _ uint64) error {
		switch n {
		case 1:
			l.Vertex = string(b)
		case 4:
			l.Data = slices.Clone(b)
		}
		return nil
	})
}

func decodeTime(b []byte) (*time.Time, error) {
	var seconds, nanos int64
	err := fields(b, func(n protowire.Number, _ []byte, i uint64) error {
		switch n {
		case 1:
			seconds = int64(i)
		case 2:
			nanos = int64(i)
		}
		return nil
	})
	at := time.Unix(seconds, nanos)
	return &at, err
}

// fields goes through the fields of a message: numbers come as i, everything
// that has a length as b.
func fields(b []byte, each func(n protowire.Number, b []byte, i uint64) error) error {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errBadTrace
		}
		b = b[n:]
		var (
			value []byte
			i     uint64
		)
		switch kind {
		case protowire.VarintType:
			i, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			value, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(number, kind, b)
		}
		if n < 0 {
			return errBadTrace
		}
		b = b[n:]
		if err := each(number, value, i); err != nil {
			return err
		}
	}
	return nil
}
