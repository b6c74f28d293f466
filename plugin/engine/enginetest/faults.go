package enginetest

import "net/http"

// A Fault is what goes wrong with a call. The zero value is nothing.
type Fault struct {
	kind    faultKind
	status  int
	message string
}

type faultKind int

const (
	none faultKind = iota
	answer
	cutBefore
	cutAfter
	hang
)

// The faults besides [Answer].
var (
	// None lets the call through.
	None = Fault{}
	// CutBefore closes the connection; the call had no effect.
	CutBefore = Fault{kind: cutBefore}
	// CutAfter lets the call have its effect and closes the connection
	// instead of answering.
	CutAfter = Fault{kind: cutAfter}
	// Hang answers nothing until the client gives up or the engine ends.
	Hang = Fault{kind: hang}
)

// Answer is the fault of a call that has no effect and is answered with an
// error status and message.
func Answer(status int, message string) Fault {
	return Fault{kind: answer, status: status, message: message}
}

// before does what a fault does before the call and reports whether the call
// goes on.
func (f Fault) before(w http.ResponseWriter, r *http.Request, done <-chan struct{}) bool {
	switch f.kind {
	case answer:
		writeError(w, errorf(f.status, "%s", f.message))
		return false
	case cutBefore:
		panic(http.ErrAbortHandler)
	case hang:
		select {
		case <-r.Context().Done():
		case <-done:
		}
		panic(http.ErrAbortHandler)
	}
	return true
}

// Fail asks f about each call from now on which fault it shall have. f is
// called for one call at a time; nil ends all faults.
func (e *Engine) Fail(f func(Call) Fault) { e.calls.setFault(f) }
