// Package exit is the one place where the end of a command becomes a message
// and an exit code.
package exit

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/interrupt"
	"github.com/stack-lite/stack-lite/plugin/refusal"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Kind is a kind of wrong command line, or of failure, that docker-compose 1.x
// had words of its own for: see package classic.
type Kind string

// The kinds, with what Words holds.
const (
	KindCommandLine     Kind = "command line"     // the verb; none where it is not known yet
	KindUnknownVerb     Kind = "unknown verb"     // the word, and then the verbs that there are, each with what it does
	KindUnknownService  Kind = "unknown service"  // the names
	KindExclusive       Kind = "exclusive flags"  // the flags
	KindScaleForm       Kind = "scale form"       // the word
	KindScaleNumber     Kind = "scale number"     // the service
	KindForeground      Kind = "foreground only"  // the flag
	KindRMI             Kind = "images to remove" // the word
	KindColor           Kind = "colours"          // the word
	KindOrphans         Kind = "orphans"          //
	KindParallelLimit   Kind = "parallel limit"   // the word
	KindParallelMinimum Kind = "parallel minimum" // the word
	KindNotBuilt        Kind = "not built"        // the service
	KindUnknownContext  Kind = "unknown context"  // its name
	KindNotRunning      Kind = "not running"      // the service, with a number where one was given
)

// Usage is a command line that can't be followed.
type Usage struct {
	Msg    string
	Advice []string
	Kind   Kind
	Words  []string // what it is about, as Kind says
}

func (u Usage) Error() string { return u.Msg }

// Hints says what to type instead.
func (u Usage) Hints() []string { return u.Advice }

// Failure is an error with something to try.
type Failure struct {
	Msg    string
	Advice []string
	Kind   Kind
	Words  []string // what it is about, as Kind says
}

func (f Failure) Error() string { return f.Msg }

// Hints says what to try.
func (f Failure) Hints() []string { return f.Advice }

// Status ends the process with a code and no message: everything has been
// printed.
type Status int

func (s Status) Error() string { return "" }

// Of makes the exit code of a container an error; 0 is none.
func Of(code int) error {
	if code == 0 {
		return nil
	}
	return Status(code)
}

// Terminated is the end by SIGTERM of a command that only watches. The old tools
// had no handler for that signal there.
type Terminated struct{}

func (Terminated) Error() string { return "" }

// The codes of this program itself.
const (
	codeFailure     = 1
	codeMistake     = 2 // in a file or on the command line
	codeInterrupted = 130
	codeUnread      = 141 // of what SIGPIPE has ended
)

// Code prints what went wrong and returns the code to exit with: 0 success, 1
// failure, 2 a mistake in a file or on the command line, 130 interrupted.
func Code(err error, o view.Options) int {
	var (
		status  Status
		usage   Usage
		file    compose.Errors
		missing *desired.Missing
	)
	if view.Unread(err) {
		if err = withoutUnread(err); err == nil {
			view.PrintEnd(o, nil)
			return codeUnread
		}
	}
	switch {
	case err == nil:
		view.PrintEnd(o, nil)
		return 0
	case errors.Is(err, Terminated{}):
		return codeInterrupted
	case errors.As(err, &status):
		var lost *view.Unwritten
		if errors.As(err, &lost) {
			view.PrintError(o, lost)
		}
		view.PrintEnd(o, nil)
		return int(status)
	case errors.Is(err, context.Canceled):
		view.PrintError(o, interruption(err))
		return codeInterrupted
	}
	var list []error
	for _, one := range Parts(err) {
		list = append(list, explained(one))
	}
	view.PrintEnd(o, errors.Join(list...))
	if errors.As(err, &missing) { // the file may be right: what is missing can still be made
		return codeFailure
	}
	if errors.As(err, &usage) || errors.As(err, &file) {
		return codeMistake
	}
	return codeFailure
}

// withoutUnread leaves out of an error that nobody reads the results, which nobody
// has to be told.
func withoutUnread(err error) error {
	var list []error
	for _, one := range Parts(err) {
		if !view.Unread(one) {
			list = append(list, one)
		}
	}
	return errors.Join(list...)
}

// interruption is what to tell of a command that was interrupted: what failed
// before, and then that it was, with what it has left.
func interruption(err error) error {
	var list []error
	var left *interrupt.Cut
	if errors.As(err, &left) {
		err = left.Err
	}
	var end error = Failure{Msg: "interrupted", Advice: []string{"run the same command again to finish what was begun"}}
	if left != nil && !left.Begun {
		end = Failure{Msg: "interrupted"}
	}
	var cut *refusal.Refusal
	if errors.As(err, &cut) && cut.Kind == refusal.Interrupted && len(cut.Advice) > 0 {
		end, err = cut, errors.Join(cut.Errs...)
	}
	if left != nil && len(left.Steps) > 0 {
		end = underWay(end, left.Steps)
	}
	for _, one := range Parts(err) {
		if !errors.Is(one, context.Canceled) {
			list = append(list, explained(one))
		}
	}
	return errors.Join(append(list, end)...)
}

// mostUnderWay is how many steps are named of those that were not waited for.
const mostUnderWay = 5

// underWay adds to the end of a command which steps the engine may still carry out.
func underWay(end error, steps []string) error {
	text := strings.Join(steps[:min(len(steps), mostUnderWay)], ", ")
	if more := len(steps) - mostUnderWay; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	f := Failure{Msg: end.Error() + "; the engine may still " + text}
	var hinting interface{ Hints() []string }
	if errors.As(end, &hinting) {
		f.Advice = hinting.Hints()
	}
	return f
}

// Parts returns the errors that errors.Join has joined, which have no message of
// their own.
func Parts(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if _, one := err.(*refusal.Refusal); !ok || one {
		return []error{err}
	}
	var list []error
	var texts []string
	for _, one := range joined.Unwrap() {
		list, texts = append(list, Parts(one)...), append(texts, one.Error())
	}
	if err.Error() != strings.Join(texts, "\n") {
		return []error{err}
	}
	return list
}

// explained puts the words of an engine that nothing has explained yet into ours.
func explained(err error) error {
	var known *refusal.Refusal
	if errors.As(err, &known) || !refusal.Said(err) {
		return err
	}
	r := refusal.Read(err, nil)
	if r.Kind == "" { // what was to be done says more
		r.Msg = refusal.Without(err)
	}
	return r
}

// Watched is the end of a command that only watches, which Ctrl-C ends: nothing
// is printed about it.
func Watched(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), Terminated{}) {
		return Terminated{}
	}
	if ctx.Err() != nil {
		return Status(codeInterrupted)
	}
	return err
}
