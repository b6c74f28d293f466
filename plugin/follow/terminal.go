package follow

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/moby/term"

	"github.com/stack-lite/stack-lite/plugin/engine"
)

// Terminal is the user's streams, to which a process in a container can be
// attached.
type Terminal struct {
	In       io.Reader // nil: none
	Out, Err io.Writer
}

// Interactive reports whether the user is at a terminal, so that a container
// can be given one too.
func (t Terminal) Interactive() bool {
	_, in := descriptor(t.In)
	_, out := descriptor(t.Out)
	return in && out
}

// descriptor gives a stream's descriptor and reports whether a terminal is
// behind it. Streams of the Docker CLI's library say so themselves.
func descriptor(stream any) (fd uintptr, terminal bool) {
	if s, ok := stream.(interface {
		FD() uintptr
		IsTerminal() bool
	}); ok {
		return s.FD(), s.IsTerminal()
	}
	return term.GetFdInfo(stream)
}

// ErrDetached says that the user has detached from a process, with Ctrl-P
// Ctrl-Q.
var ErrDetached = errors.New("detached")

// detachKeys are those of docker: Ctrl-P Ctrl-Q.
func detachKeys() []byte { return []byte{16, 17} }

// Join attaches the user to a process in a container until it ends: with
// terminal in raw mode and at the user's size, else as a pipe. begun is called
// when the streams are attached, to start the process. The terminal is as it
// was when Join returns, which it also does when ctx ends.
func (t Terminal) Join(ctx context.Context, p *engine.Process, terminal bool, begun func() error) error {
	defer p.Close()
	var input io.Reader = t.In
	if terminal {
		restore, err := t.raw()
		if err != nil {
			return err
		}
		defer restore()
		input = term.NewEscapeProxy(t.In, detachKeys())
	}
	ended, left := make(chan error, 1), make(chan error, 1)
	go func() { ended <- p.Output(t.Out, t.Err) }()
	if t.In != nil {
		go func() {
			to := p.Input()
			_, err := io.Copy(to, input)
			if escape := (term.EscapeError{}); errors.As(err, &escape) {
				left <- ErrDetached
				return
			}
			_ = to.Close() // the process may be gone before its input is
		}()
	}
	if err := begun(); err != nil {
		return err
	}
	if terminal {
		within, stop := context.WithCancel(ctx)
		defer stop()
		go t.keepSize(within, p)
	}
	select {
	case err := <-ended:
		return err
	case err := <-left:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// raw passes every key to the process. What restore does can be done again.
func (t Terminal) raw() (restore func(), err error) {
	in, _ := descriptor(t.In)
	out, _ := descriptor(t.Out)
	before, err := term.SetRawTerminal(in)
	if err != nil {
		return nil, err
	}
	beforeOut, err := term.SetRawTerminalOutput(out)
	if err != nil {
		return nil, errors.Join(err, term.RestoreTerminal(in, before))
	}
	return func() {
		_ = term.RestoreTerminal(in, before)
		if beforeOut != nil {
			_ = term.RestoreTerminal(out, beforeOut)
		}
	}, nil
}

// keepSize gives the process's terminal the size of the user's, now and when
// that changes.
func (t Terminal) keepSize(ctx context.Context, p *engine.Process) {
	out, _ := descriptor(t.Out)
	resizeAlways(ctx, func() error {
		size, err := term.GetWinsize(out)
		if err != nil || size.Width == 0 || size.Height == 0 {
			return err
		}
		return p.Resize(ctx, uint(size.Width), uint(size.Height))
	})
}

// resizeAlways resizes now and with each change. It listens before it begins, so that no
// change is lost that comes meanwhile.
func resizeAlways(ctx context.Context, resize func() error) {
	changes := sizeChanges(ctx)
	// An engine may say that it has started a process before it can resize
	// its terminal.
	for try := 0; resize() != nil && try < 10; try++ {
		select {
		case <-time.After(time.Duration(try+1) * 10 * time.Millisecond):
		case <-ctx.Done():
			return
		}
	}
	for range changes {
		_ = resize() // the next change sets it again
	}
}
