package view

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"
)

// failing is a stream that takes nothing.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestWhatCouldNotBeWrittenIsNotForgotten(t *testing.T) {
	o := NewOutput(failing{&fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}})
	_ = Lines(Options{Out: o}, "a result") // nobody looks
	select {
	case <-o.Broken():
	default:
		t.Error("who follows is not told")
	}
	err := Lost(nil, NewOutput(o))
	if err == nil || err.Error() != "can't write to standard output: no space left on device" || Unread(err) {
		t.Errorf("got %v", err)
	}
	if again := Lost(err, o); again != err {
		t.Errorf("told twice: %v", again)
	}
	if err := Lost(nil, NewOutput(&failing{})); err != nil {
		t.Errorf("lost without a write: %v", err)
	}
}

func TestAPipeThatNobodyReadsIsToldFromOtherErrors(t *testing.T) {
	o := NewOutput(failing{syscall.EPIPE})
	if err := Lines(Options{Out: o}, "a result"); !Unread(err) || !errors.Is(err, syscall.EPIPE) {
		t.Errorf("got %v", err)
	}
	if Unread(syscall.EPIPE) {
		t.Error("an engine that breaks off is taken for it")
	}
}
