package view

import (
	"errors"
	"io"
	"io/fs"
	"sync"
	"syscall"
)

// Output is standard output, which does not forget that something could not be
// written.
type Output struct {
	w io.Writer

	mu     sync.Mutex
	err    error
	broken chan struct{}
}

// NewOutput is an Output to a stream; to one that is an Output, that.
func NewOutput(w io.Writer) *Output {
	if o, is := w.(*Output); is {
		return o
	}
	return &Output{w: w, broken: make(chan struct{})}
}

// Unwritten is that results could not be written.
type Unwritten struct{ Err error }

func (u *Unwritten) Error() string {
	why := u.Err
	if path := (*fs.PathError)(nil); errors.As(u.Err, &path) {
		why = path.Err
	}
	return "can't write to standard output: " + why.Error()
}

// Unwrap gives the error of the stream.
func (u *Unwritten) Unwrap() error { return u.Err }

// Unread reports whether an error says that nobody reads the results any more: what
// they were piped to has ended.
func Unread(err error) bool {
	var u *Unwritten
	return errors.As(err, &u) && errors.Is(u.Err, syscall.EPIPE)
}

// Write implements io.Writer.
func (o *Output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err == nil {
		return n, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = &Unwritten{err}
		close(o.broken)
	}
	return n, o.err
}

// Err is the first error of writing.
func (o *Output) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// Lost adds to the end of a command that a stream's results could not be written,
// where nothing has looked.
func Lost(err error, w io.Writer) error {
	o, is := w.(*Output)
	if !is || o.Err() == nil || errors.Is(err, o.Err()) {
		return err
	}
	return errors.Join(err, o.Err())
}

// Broken ends with the first error of writing.
func (o *Output) Broken() <-chan struct{} { return o.broken }

// FD and IsTerminal are those of the stream behind it.
func (o *Output) FD() uintptr {
	fd, _ := terminal(o.w)
	return fd
}

// IsTerminal reports whether a terminal is behind it.
func (o *Output) IsTerminal() bool {
	_, is := terminal(o.w)
	return is
}

// Shared is a stream that several may write to at the same time, as who waits for an
// interrupted command does while that shows its progress.
type Shared struct {
	mu sync.Mutex
	w  io.Writer
}

// NewShared is a Shared to a stream.
func NewShared(w io.Writer) *Shared { return &Shared{w: w} }

// Write implements io.Writer.
func (s *Shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// FD and IsTerminal are those of the stream behind it.
func (s *Shared) FD() uintptr {
	fd, _ := terminal(s.w)
	return fd
}

// IsTerminal reports whether a terminal is behind it.
func (s *Shared) IsTerminal() bool {
	_, is := terminal(s.w)
	return is
}
