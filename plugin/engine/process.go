package engine

import (
	"context"
	"errors"
	"io"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Process is the connection to the streams of a process in a container.
type Process struct {
	conn     types.HijackedResponse
	terminal bool
	explain  func(error) error // what the connection has broken with
	resize   func(ctx context.Context, o container.ResizeOptions) error
}

// Attach connects to the main process of a container, which need not run yet.
func (e *Engine) Attach(ctx context.Context, id string, stdin, terminal bool) (*Process, error) {
	conn, err := e.client.ContainerAttach(ctx, id, container.AttachOptions{
		Stream: true, Stdin: stdin, Stdout: true, Stderr: true,
	})
	if err != nil {
		return nil, e.explain(err)
	}
	return &Process{conn: conn, terminal: terminal, explain: e.explain, resize: func(ctx context.Context, o container.ResizeOptions) error {
		return e.client.ContainerResize(ctx, id, o)
	}}, nil
}

// Input is what the process reads. Closing it is the end of its standard input.
func (p *Process) Input() io.WriteCloser { return input{p} }

type input struct{ p *Process }

func (i input) Write(b []byte) (int, error) { return i.p.conn.Conn.Write(b) }
func (i input) Close() error                { return i.p.conn.CloseWrite() }

// Output passes on what the process writes until it closes its streams. On a
// terminal the two are one.
func (p *Process) Output(stdout, stderr io.Writer) error {
	var err error
	if p.terminal {
		_, err = io.Copy(stdout, p.conn.Reader)
	} else {
		_, err = stdcopy.StdCopy(stdout, stderr, p.conn.Reader)
	}
	return p.explain(err)
}

// Resize sets the size of the terminal, in cells.
func (p *Process) Resize(ctx context.Context, width, height uint) error {
	return p.resize(ctx, container.ResizeOptions{Width: width, Height: height})
}

// Close closes the connection.
func (p *Process) Close() { p.conn.Close() }

// Exec is a command to be run in a container beside its process.
type Exec struct {
	Command    []string
	Env        []string // NAME=VALUE
	User       string
	Dir        string
	Terminal   bool
	Privileged bool
	Detach     bool
	NoInput    bool // it has nothing to read
}

// Exec begins a command in a container that runs. The process is nil for one
// that is detached.
func (e *Engine) Exec(ctx context.Context, id string, x Exec) (execID string, p *Process, err error) {
	made, err := e.client.ContainerExecCreate(ctx, id, container.ExecOptions{
		Cmd: x.Command, Env: x.Env, User: x.User, WorkingDir: x.Dir, Privileged: x.Privileged, Tty: x.Terminal, Detach: x.Detach,
		AttachStdin: !x.Detach && !x.NoInput, AttachStdout: !x.Detach, AttachStderr: !x.Detach,
	})
	if err != nil {
		return "", nil, e.explain(err)
	}
	if x.Detach {
		return made.ID, nil, e.explain(e.client.ContainerExecStart(ctx, made.ID, container.ExecStartOptions{Detach: true, Tty: x.Terminal}))
	}
	conn, err := e.client.ContainerExecAttach(ctx, made.ID, container.ExecAttachOptions{Tty: x.Terminal})
	if err != nil {
		return "", nil, e.explain(err)
	}
	return made.ID, &Process{conn: conn, terminal: x.Terminal, explain: e.explain, resize: func(ctx context.Context, o container.ResizeOptions) error {
		return e.client.ContainerExecResize(ctx, made.ID, o)
	}}, nil
}

// ExecResult gives the exit code of a command, and whether it still runs.
func (e *Engine) ExecResult(ctx context.Context, execID string) (code int, running bool, err error) {
	x, err := e.client.ContainerExecInspect(ctx, execID)
	if err != nil {
		return 0, false, e.explain(err)
	}
	return x.ExitCode, x.Running, nil
}

// End waits for a container: the function that it returns gives the exit code
// of the run that is not over yet when End is called. With removed it also
// waits until the container is gone, for one that is removed by itself.
func (e *Engine) End(ctx context.Context, id string, removed bool) func() (int, error) {
	condition := container.WaitConditionNextExit
	if removed {
		condition = container.WaitConditionRemoved
	}
	return wait(ctx, e, id, condition)
}

// Exited waits until a container does not run and gives the exit code of its
// last run.
func (e *Engine) Exited(ctx context.Context, id string) (int, error) {
	return wait(ctx, e, id, container.WaitConditionNotRunning)()
}

func wait(ctx context.Context, e *Engine, id string, condition container.WaitCondition) func() (int, error) {
	results, errs := e.client.ContainerWait(ctx, id, condition)
	return func() (int, error) {
		select {
		case r := <-results:
			if r.Error != nil {
				return 0, errors.New(r.Error.Message)
			}
			return int(r.StatusCode), nil
		case err := <-errs:
			if ctx.Err() != nil {
				return 0, ctx.Err()
			}
			return 0, e.explain(err)
		}
	}
}

// RemoveCreated removes a container that was made but has never run.
func (e *Engine) RemoveCreated(ctx context.Context, name string) error {
	c, there, err := e.Status(ctx, e.created.id(name))
	if err != nil || !there || c.State != plan.StateCreated {
		return err
	}
	return e.explain(ignoreConflict(e.client.ContainerRemove(ctx, e.created.id(name), container.RemoveOptions{RemoveVolumes: true})))
}
