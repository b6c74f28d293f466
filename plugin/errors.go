package plugin

import (
	"context"
	"errors"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// usageError is a command line that can't be followed.
type usageError struct {
	msg   string
	hints []string
}

func (u usageError) Error() string   { return u.msg }
func (u usageError) Hints() []string { return u.hints }

// failure is an error with something to try.
type failure struct {
	msg   string
	hints []string
}

func (f failure) Error() string   { return f.msg }
func (f failure) Hints() []string { return f.hints }

// status ends the process with a code and no word: whatever there was to say
// has been said.
type status int

func (s status) Error() string { return "" }

// flagHint adds to an error what flag there is against it.
func flagHint(err error) error {
	var none *image.NoBuilder
	if errors.As(err, &none) {
		return failure{msg: err.Error(), hints: []string{"--builder auto takes what is there"}}
	}
	return err
}

// exitCode tells the user what went wrong and gives the code to exit with:
// 0 success, 1 failure, 2 a mistake in a file or on the command line, 130
// interrupted.
func exitCode(err error, o view.Options) int {
	var (
		code  status
		usage usageError
		file  compose.Errors
		gone  *engine.Missing
	)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	case errors.Is(err, context.Canceled):
		view.PrintError(o, failure{msg: "interrupted", hints: []string{"what was begun is finished by the same command again"}})
		return 130
	}
	view.PrintError(o, err)
	if errors.As(err, &gone) {
		return 1
	}
	if errors.As(err, &usage) || errors.As(err, &file) {
		return 2
	}
	return 1
}

// watched is the end of a command that only looks on and that Ctrl-C is the
// way to leave: there is nothing to say about it.
func watched(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return status(130)
	}
	return err
}
