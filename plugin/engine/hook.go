package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// HookFailed is a command of the files that was run in a container and failed.
type HookFailed struct {
	Ended bool // the container did: it could not be run there, or not to its end
	Code  int  // of the command, or of the container
	Last  string
	Err   error // what the engine said of a container that had ended; nil: nothing
}

func (h *HookFailed) Error() string {
	text := fmt.Sprintf("exited with code %d", h.Code)
	if h.Ended {
		text = "the container " + text
	}
	if h.Last != "" {
		text += ": " + h.Last
	}
	return text
}

// Unwrap gives what the engine said.
func (h *HookFailed) Unwrap() error { return h.Err }

// runHook runs a command of the files in a container and waits for it to end. The error is
// a *HookFailed where it does with another code than 0, and what the engine says where it
// can't begin the command. Nobody stops a command that is not waited for any more.
func runHook(ctx context.Context, e *Engine, a plan.RunHook, report func(plan.Progress)) error {
	id := e.created.id(a.Container)
	err := execHook(ctx, e, id, a, report)
	if err == nil || ctx.Err() != nil {
		return err
	}
	now, there, look := e.Status(ctx, id)
	failed := (*HookFailed)(nil)
	switch {
	case look != nil || there && now.State == plan.StateRunning:
		return err
	case errors.As(err, &failed) && failed.Code != killed && !refusal.IsExecCode(failed.Code):
		return err // it had come to its own end
	case a.MayEnd:
		return nil
	case !there || now.State == plan.StatePaused:
		return err
	}
	return &HookFailed{Ended: true, Code: now.ExitCode, Last: LastWords(ctx, e, id), Err: err}
}

// killed is the exit code of a command whose container has ended. An engine that had begun
// to run it just then gives another, of those that say that it could not be begun.
const killed = 137

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
