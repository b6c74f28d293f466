package enginetest

import (
	"bytes"
	"io"
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
	return !strings.HasPrefix(c.Path, "/exec/") && c.Path != "/session"
}

// Faults notes the calls to an engine, and lets them meet faults. An [Engine] has
// them; so has whoever stands before a real one.
type Faults struct {
	ended *gate // the engine; work are calls for whose answer nobody waits

	mu    sync.Mutex
	calls []Call
	fault func(Call) Fault
}

// NewFaults lets all calls through.
func NewFaults() *Faults { return &Faults{ended: newGate()} }

// Fail asks f about each call from now on which fault it shall have. f is
// called for one call at a time; nil ends all faults.
func (f *Faults) Fail(fault func(Call) Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

// Strike lets the k-th call from now on meet a fault, from 0, of those that which
// takes. What it returns says which call that was, once it has come.
func (f *Faults) Strike(k int, which func(Call) bool, fault Fault) (struck func() (Call, bool)) {
	var mu sync.Mutex
	var call Call
	seen := 0
	f.Fail(func(c Call) Fault {
		mu.Lock()
		defer mu.Unlock()
		if !which(c) {
			return None
		}
		seen++
		if seen != k+1 {
			return None
		}
		call = c
		return fault
	})
	return func() (Call, bool) {
		mu.Lock()
		defer mu.Unlock()
		return call, seen > k
	}
}

// Calls lists the calls since the start or the last ResetCalls, in the order
// in which they came in; those that met a fault are included.
func (f *Faults) Calls() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// ResetCalls forgets the calls so far.
func (f *Faults) ResetCalls() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = nil
}

// Meet notes a call. When its body has come too, it meets its fault, or is answered by
// next.
func (f *Faults) Meet(w http.ResponseWriter, r *http.Request, c Call, next http.Handler) {
	f.note(c)
	body, err := io.ReadAll(r.Body) // only then it shows when the client goes, too
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	f.faultOf(c).strike(f, w, r, c, next)
}

// End ends the calls that hang or are held, and waits for those that the engine is
// carrying out though nobody waits for their answer.
func (f *Faults) End() { f.ended.open() }

func (f *Faults) note(c Call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, c)
}

func (f *Faults) faultOf(c Call) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fault == nil {
		return None
	}
	return f.fault(c)
}
