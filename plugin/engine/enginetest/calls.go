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

// Calls lists the calls since the start or the last ResetCalls, in the order
// in which they came in; those that met a fault are included.
func (e *Engine) Calls() []Call { return e.calls.list() }

// ResetCalls forgets the calls so far.
func (e *Engine) ResetCalls() { e.calls.reset() }

// recorder notes calls and chooses their faults.
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
