package follow

import (
	"errors"
	"io"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// RefusedExec is where a command in a container writes to. An engine that can't
// begin the command says so there, in the command's place and as all of its output:
// that is held back, to be told in other words.
type RefusedExec struct {
	Out io.Writer

	begun bool
	held  []byte
}

func (r *RefusedExec) Write(p []byte) (int, error) {
	if !r.begun && refusal.OfExec(string(p)) {
		r.begun, r.held = true, append(r.held, p...)
		return len(p), nil
	}
	r.begun = true
	if err := r.Flush(); err != nil {
		return 0, err
	}
	return r.Out.Write(p)
}

// Flush writes what was held back.
func (r *RefusedExec) Flush() error {
	held := r.held
	if r.held = nil; len(held) == 0 {
		return nil
	}
	_, err := r.Out.Write(held)
	return err
}

// Refused is what the engine said where it could not begin the command, which is to
// have ended with an exit code; nil: it began it.
func (r *RefusedExec) Refused(code int) error {
	if len(r.held) == 0 || !refusal.IsExecCode(code) {
		return nil
	}
	return errors.New(refusal.Daemon + strings.TrimSpace(string(r.held)))
}

// FD and IsTerminal are those of the stream behind it.
func (r *RefusedExec) FD() uintptr {
	fd, _ := descriptor(r.Out)
	return fd
}

// IsTerminal reports whether a terminal is behind it.
func (r *RefusedExec) IsTerminal() bool {
	_, is := descriptor(r.Out)
	return is
}
