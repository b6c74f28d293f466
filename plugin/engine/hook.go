package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// HookFailed is a command of the files that was run in a container and failed.
type HookFailed struct {
	Ended bool // the container did: it could not be run there, or not to its end
	Gone  bool // Ended, and the container is gone
	Again bool // Ended, and the container has been started again since
	Code  int  // of the command, or of the container
	Last  string
	Err   error // what the engine said of a container that had ended; nil: nothing
}

func (h *HookFailed) Error() string {
	text := h.Became()
	if h.Ended {
		text = "the container " + text
	}
	if h.Last != "" {
		text += ": " + h.Last
	}
	return text
}

// Became says what became of the command, or of the container where that ended.
func (h *HookFailed) Became() string {
	switch {
	case h.Gone:
		return "is gone"
	case h.Again:
		return "ended meanwhile, and has been started again"
	}
	return fmt.Sprintf("exited with code %d", h.Code)
}

// Unwrap gives what the engine said.
func (h *HookFailed) Unwrap() error { return h.Err }

// runHook runs a command of the files in a container and waits for it to end. The error is
// a *HookFailed where it does with another code than 0, and what the engine says where it
// can't begin the command. Nobody stops a command that is not waited for any more.
func runHook(ctx context.Context, e *Engine, a plan.RunHook, report func(plan.Progress)) error {
	id := e.created.id(a.Container)
	before, _, err := e.Status(ctx, id)
	if err != nil {
		return err
	}
	err = execHook(ctx, e, id, a, report)
	if err == nil || ctx.Err() != nil || endedItself(err) {
		return err
	}
	now, there, look := afterHook(ctx, e, id, before)
	again := now.State.Up() && !now.Started.Equal(before.Started)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case look != nil || now.State == plan.StateRunning && !again:
		return err
	case a.MayEnd:
		return nil
	case now.State == plan.StatePaused && !again:
		return err
	case !there || now.State == plan.StateRemoving:
		return &HookFailed{Ended: true, Gone: true, Err: err}
	}
	return &HookFailed{Ended: true, Again: again, Code: now.ExitCode, Last: LastWords(ctx, e, id), Err: err}
}

// killed is the exit code of a command whose container has ended. An engine that had begun
// to run it just then gives another, of those that say that it could not be begun.
const killed = 137

// endedItself reports whether a command that failed had come to its own end.
func endedItself(err error) bool {
	failed := (*HookFailed)(nil)
	return errors.As(err, &failed) && failed.Code != killed && !refusal.IsExecCode(failed.Code)
}

// An engine tells of the end of a command before that of the container that it ended
// with, which for so long may seem to run.
const (
	mostLag = time.Second
	lagLook = 20 * time.Millisecond
)

// afterHook looks at a container in which a command was killed, or could not be begun, given
// what it was before: until it is something else, or has had the time to become that.
func afterHook(ctx context.Context, e *Engine, id string, before observed.Status) (now observed.Status, there bool, err error) {
	within, cancel := context.WithTimeout(ctx, mostLag)
	defer cancel()
	for {
		now, there, err = e.Status(ctx, id)
		if err != nil || !there || now.State != plan.StateRunning || !now.Started.Equal(before.Started) {
			return now, there, err
		}
		select {
		case <-within.Done():
			return now, there, nil
		case <-time.After(lagLook):
		}
	}
}

// execHook runs a command of the files in a container, by its id.
func execHook(ctx context.Context, e *Engine, id string, a plan.RunHook, report func(plan.Progress)) error {
	exec, process, err := e.Exec(ctx, id, Exec{
		Command: a.Hook.Command, Env: a.Hook.Env, User: a.Hook.User, Dir: a.Hook.Dir, Privileged: a.Hook.Privileged, NoInput: true,
	})
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, process.Close)
	defer func() {
		stop()
		process.Close()
	}()
	out, errs := &hookOutput{report: report}, &hookOutput{report: report}
	err = process.Output(out, errs)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	refused := refusal.OfExec(out.text() + errs.text())
	if !refused {
		out.flush()
		errs.flush()
	}
	code, _, err := e.ExecResult(ctx, exec)
	switch {
	case err != nil || code == 0:
		return err
	case refused && refusal.IsExecCode(code):
		return errors.New(refusal.Daemon + strings.TrimSpace(out.text()+errs.text()))
	}
	failed := &HookFailed{Code: code, Last: errs.last}
	if failed.Last == "" {
		failed.Last = out.last
	}
	return failed
}

// mostOfLine is how much of a line that does not end is kept.
const mostOfLine = 16 << 10

// hookOutput reports what a command prints, line by line. What an engine says in place of
// the command, all at once and without an end of line, is held back by that.
type hookOutput struct {
	report func(plan.Progress)
	rest   []byte // of a line that has not ended
	last   string // line that is not empty
}

var _ io.Writer = (*hookOutput)(nil)

func (o *hookOutput) Write(p []byte) (int, error) {
	n := len(p)
	for {
		line, rest, ended := bytes.Cut(p, []byte("\n"))
		o.rest = append(o.rest, line[:min(len(line), max(0, mostOfLine-len(o.rest)))]...)
		if !ended {
			return n, nil
		}
		if !refusal.OfExec(string(o.rest)) {
			o.flush()
		}
		p = rest
	}
}

// text is what is held back.
func (o *hookOutput) text() string { return string(o.rest) }

// flush reports what is held back as a line.
func (o *hookOutput) flush() {
	line := strings.ToValidUTF8(strings.TrimRight(string(o.rest), "\r"), "\uFFFD")
	line = line[strings.LastIndexByte(line, '\r')+1:]
	o.rest = o.rest[:0]
	if strings.TrimSpace(line) == "" {
		return
	}
	o.last = strings.TrimSpace(line)
	o.report(plan.Progress{Text: line})
}
