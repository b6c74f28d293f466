package swarm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	api "github.com/docker/docker/api/types/swarm"
	timetypes "github.com/docker/docker/api/types/time"

	"github.com/stack-lite/stack-lite/plugin/engine"
)

// LogLine is one line that a task of a service wrote.
type LogLine struct {
	engine.LogLine
	Service, Task, Node string // ids
}

// Logs reads what the tasks of a service wrote on all nodes, those that are over too as far
// as nodes still have them, and passes the lines to emit, never from two goroutines at once,
// until they end or ctx does. A manager asks the nodes and does not sort what they say. A
// number of lines from the end is one of each task, and a time up to which lines are wanted
// no manager knows: those later are left out here.
func (m *Manager) Logs(ctx context.Context, service string, q engine.LogQuery, emit func(LogLine)) error {
	s, _, err := m.client.ServiceInspectWithRaw(ctx, service, api.ServiceInspectOptions{})
	if err != nil {
		return m.explain(ctx, err)
	}
	return m.logs(ctx, service, terminal(s.Spec.TaskTemplate), q, m.client.ServiceLogs, emit)
}

// TaskLogs is Logs for one task.
func (m *Manager) TaskLogs(ctx context.Context, task string, q engine.LogQuery, emit func(LogLine)) error {
	t, _, err := m.client.TaskInspectWithRaw(ctx, task)
	if err != nil {
		return m.explain(ctx, err)
	}
	return m.logs(ctx, task, terminal(t.Spec), q, m.client.TaskLogs, emit)
}

func terminal(of api.TaskSpec) bool { return of.ContainerSpec != nil && of.ContainerSpec.TTY }

func (m *Manager) logs(ctx context.Context, id string, tty bool, q engine.LogQuery, ask func(context.Context, string, container.LogsOptions) (io.ReadCloser, error), emit func(LogLine)) error {
	options := container.LogsOptions{ShowStdout: true, ShowStderr: true, Timestamps: true, Details: true, Follow: q.Follow, Since: q.Since, Tail: "all"}
	if q.Tail >= 0 {
		options.Tail = strconv.Itoa(q.Tail)
	}
	if !q.After.IsZero() {
		next := q.After.Add(time.Nanosecond)
		options.Since = fmt.Sprintf("%d.%09d", next.Unix(), next.Nanosecond())
	}
	until, err := timeOf(q.Until)
	if err != nil {
		return err
	}
	body, err := ask(ctx, id, options)
	if err != nil {
		return m.explain(ctx, err)
	}
	defer body.Close()
	err = engine.ReadLog(body, tty, func(l engine.LogLine) {
		if until.IsZero() || !l.Time.After(until) {
			emit(withDetails(l))
		}
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, io.ErrUnexpectedEOF) || err == nil:
		return m.explain(ctx, err)
	}
	// What a node could not tell is in the place of the rest.
	return &Incomplete{&words{err}}
}

// Incomplete says that a manager did not get all that tasks wrote, as where a node is down.
type Incomplete struct{ Err error }

func (i *Incomplete) Error() string { return "the manager did not get all lines: " + i.Err.Error() }

// Unwrap gives why, in the words of the manager.
func (i *Incomplete) Unwrap() error { return i.Err }

// details are what a manager puts before each line: which task wrote it.
const details = "com.docker.swarm."

// withDetails takes what a manager put before a line off.
func withDetails(l engine.LogLine) LogLine {
	out := LogLine{LogLine: l}
	before, text, found := strings.Cut(l.Text, " ")
	if !found {
		before, text = l.Text, ""
	}
	known := false
	for pair := range strings.SplitSeq(before, ",") {
		key, value, _ := strings.Cut(pair, "=")
		if value, err := url.QueryUnescape(value); err == nil {
			switch key {
			case details + "node.id":
				out.Node, known = value, true
			case details + "service.id":
				out.Service, known = value, true
			case details + "task.id":
				out.Task, known = value, true
			}
		}
	}
	if known {
		out.Text = text
	}
	return out
}

// timeOf reads a time, or how long ago; zero for "".
func timeOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	stamp, err := timetypes.GetTimestamp(text, time.Now())
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time: %w", text, err)
	}
	seconds, nanoseconds, err := timetypes.ParseTimestamps(stamp, 0)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time: %w", text, err)
	}
	return time.Unix(seconds, nanoseconds), nil
}
