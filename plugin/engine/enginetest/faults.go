package enginetest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// A Call is one request to the engine, without its API version.
type Call struct {
	Method, Path string
	// Query is the raw query string.
	Query string
}

func (c Call) String() string {
	if c.Query == "" {
		return c.Method + " " + c.Path
	}
	return c.Method + " " + c.Path + "?" + c.Query
}

// Changes reports whether a call of this kind changes what the engine holds.
// Asking, watching and talking to a running process do not.
func (c Call) Changes() bool {
	if c.Method != http.MethodPost && c.Method != http.MethodDelete && c.Method != http.MethodPut {
		return false
	}
	for _, suffix := range []string{"/attach", "/resize", "/wait", "/exec", "/auth"} {
		if strings.HasSuffix(c.Path, suffix) {
			return false
		}
	}
	return !strings.HasPrefix(c.Path, "/exec/")
}

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

// before plays the part of a fault that comes before the call and reports
// whether the call goes on.
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

// Calls lists the calls since the start or the last ResetCalls, in the order
// in which they came in; those that met a fault are included.
func (e *Engine) Calls() []Call { return e.calls.list() }

// ResetCalls forgets the calls so far.
func (e *Engine) ResetCalls() { e.calls.reset() }

// recorder notes calls and hands out faults.
type recorder struct {
	mu    sync.Mutex
	calls []Call
	fault func(Call) Fault
}

func (r *recorder) note(c Call) Fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, c)
	if r.fault == nil {
		return None
	}
	return r.fault(c)
}

func (r *recorder) setFault(f func(Call) Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault = f
}

func (r *recorder) list() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

func (r *recorder) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = nil
}
