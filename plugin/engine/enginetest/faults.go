package enginetest

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// A Fault is what goes wrong with a call. The zero value is nothing.
type Fault struct {
	kind    faultKind
	status  int
	message string
	held    *Held
	when    <-chan struct{}
	delay   time.Duration
}

type faultKind int

const (
	none faultKind = iota
	answer
	garbage
	cutBefore
	cutWithin
	cutAfter
	cutLate
	hang
	hangAfter
	hangLate
	hold
	wait
	drop
)

// The faults that are the same for every call.
var (
	// None lets the call through.
	None = Fault{}
	// CutBefore closes the connection; the call had no effect.
	CutBefore = Fault{kind: cutBefore}
	// CutWithin closes the connection in the middle of the first piece of the answer,
	// or instead of an answer that has only a header. A call that takes time
	// ends there, as it does when its client goes.
	CutWithin = Fault{kind: cutWithin}
	// CutAfter lets the call have its effect and closes the connection
	// instead of answering.
	CutAfter = Fault{kind: cutAfter}
	// Hang answers nothing until the client gives up or the engine ends; the
	// call has no effect.
	Hang = Fault{kind: hang}
	// HangAfter lets the call have its effect and answers nothing until the client
	// gives up or the engine ends.
	HangAfter = Fault{kind: hangAfter}
	// Garbage answers with what no engine says; the call has no effect.
	Garbage = Fault{kind: garbage}
)

// Answer is the fault of a call that has no effect and is answered with an
// error status and message.
func Answer(status int, message string) Fault {
	return Fault{kind: answer, status: status, message: message}
}

// Delay is the fault of a call that the engine gets only after some time.
func Delay(d time.Duration) Fault { return Fault{kind: wait, delay: d} }

// Drop is the fault of a call whose answer, a stream, is cut off once when is closed.
func Drop(when <-chan struct{}) Fault { return Fault{kind: drop, when: when} }

// Held are calls that the engine gets only when it is told so: a slow engine, of
// which the client may no longer be there when it does what it was asked for.
type Held struct{ gate *gate }

// NewHeld holds no call yet.
func NewHeld() *Held { return &Held{newGate()} }

// Answer holds a call, which is answered in the end if the client still waits. A
// client that has given up before has asked for nothing.
func (h *Held) Answer() Fault { return Fault{kind: hold, held: h} }

// Cut closes the connection at once; the call has its effect when it is released.
func (h *Held) Cut() Fault { return Fault{kind: cutLate, held: h} }

// Hang answers nothing until the client gives up or the engine ends; the call has
// its effect when it is released.
func (h *Held) Hang() Fault { return Fault{kind: hangLate, held: h} }

// Release lets the calls go, and those that come later, and waits until the engine
// has carried them out.
func (h *Held) Release() { h.gate.open() }

// A gate is something that happens once, and those who wait for it or have work to
// do until then.
type gate struct {
	mu     sync.Mutex
	isOpen bool
	opened chan struct{}
	work   sync.WaitGroup
}

func newGate() *gate { return &gate{opened: make(chan struct{})} }

// open opens the gate and waits until the work is done that had begun before.
func (g *gate) open() {
	g.mu.Lock()
	if !g.isOpen {
		g.isOpen = true
		close(g.opened)
	}
	g.mu.Unlock()
	g.work.Wait()
}

// begin says that work begins; end has to be called when it is done.
func (g *gate) begin() (end func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isOpen {
		return func() {}
	}
	g.work.Add(1)
	return g.work.Done
}

// strike lets a call meet the fault: next is what carries it out and answers.
func (f Fault) strike(all *Faults, w http.ResponseWriter, r *http.Request, c Call, next http.Handler) {
	switch f.kind {
	case none:
		next.ServeHTTP(w, r)
	case answer:
		api.WriteError(w, api.Errorf(f.status, "%s", f.message))
	case garbage:
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>not an engine</html>")) // who has gone needs no answer
	case cutBefore:
		panic(http.ErrAbortHandler)
	case cutWithin:
		tear(nil, w, r, next)
	case drop:
		tear(f.when, w, r, next)
	case cutAfter:
		all.carryOut(w, r, c, next)
		panic(http.ErrAbortHandler)
	case cutLate:
		all.carryOutLate(f.held.gate, r, c, next)
		panic(http.ErrAbortHandler)
	case hang:
		all.silence(r)
	case hangAfter:
		all.carryOut(nil, r, c, next)
		all.silence(r)
	case hangLate:
		all.carryOutLate(f.held.gate, r, c, next)
		all.silence(r)
	case hold:
		defer f.held.gate.begin()()
		all.passOn(f.held.gate.opened, w, r, next)
	case wait:
		over := make(chan struct{})
		defer time.AfterFunc(f.delay, func() { close(over) }).Stop()
		all.passOn(over, w, r, next)
	}
}

// passOn has a call answered once something has happened, if the client still waits.
func (f *Faults) passOn(when <-chan struct{}, w http.ResponseWriter, r *http.Request, next http.Handler) {
	select {
	case <-when:
		next.ServeHTTP(w, r)
	case <-r.Context().Done():
	case <-f.ended.opened:
		panic(http.ErrAbortHandler)
	}
}

// silence answers nothing until the client gives up.
func (f *Faults) silence(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-f.ended.opened:
	}
	panic(http.ErrAbortHandler)
}

// carryOut has a call carried out, be its client there or not, and throws the answer
// away. The answer to one
// that changes nothing may go on for ever: there the beginning of it is the end.
// w is what a call takes the connection over from that talks to a process.
func (f *Faults) carryOut(w http.ResponseWriter, r *http.Request, c Call, next http.Handler) {
	defer f.ended.begin()()
	ctx, end := context.WithCancel(context.WithoutCancel(r.Context()))
	defer end()
	go func() {
		select {
		case <-ctx.Done():
		case <-f.ended.opened:
			if !c.Changes() {
				end()
			}
		}
	}()
	unheard := &discard{header: http.Header{}, from: w, began: func() {}}
	if !c.Changes() {
		unheard.began = end
	}
	defer func() {
		if err := recover(); err != nil && err != http.ErrAbortHandler {
			panic(err)
		}
	}()
	next.ServeHTTP(unheard, r.WithContext(ctx))
}

// carryOutLate has a call carried out when it is released.
func (f *Faults) carryOutLate(held *gate, r *http.Request, c Call, next http.Handler) {
	end := held.begin()
	go func() {
		defer end()
		select {
		case <-held.opened:
			f.carryOut(nil, r, c, next)
		case <-f.ended.opened:
		}
	}()
}

// tear has a call answered until the connection is cut: when something happens, or
// in the first piece of the answer where that is nil.
func tear(when <-chan struct{}, w http.ResponseWriter, r *http.Request, next http.Handler) {
	ctx, cut := context.WithCancel(r.Context())
	defer cut()
	t := &torn{ResponseWriter: w, cut: cut, atOnce: when == nil}
	context.AfterFunc(ctx, t.close)
	go func() {
		select {
		case <-when:
			cut()
		case <-ctx.Done():
		}
	}()
	next.ServeHTTP(t, r.WithContext(ctx))
	if t.atOnce || ctx.Err() != nil {
		panic(http.ErrAbortHandler)
	}
}

// discard drops an answer that the client must never see.
type discard struct {
	header http.Header
	began  func()
	from   http.ResponseWriter
}

func (d *discard) Header() http.Header { return d.header }

func (d *discard) Write(b []byte) (int, error) {
	d.began()
	return len(b), nil
}

func (d *discard) WriteHeader(int) { d.began() }

// Hijack gives a connection away that is closed.
func (d *discard) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if d.from == nil {
		here, there := net.Pipe()
		there.Close()
		return here, bufio.NewReadWriter(bufio.NewReader(here), bufio.NewWriter(here)), nil
	}
	conn, rw, err := http.NewResponseController(d.from).Hijack()
	if err == nil {
		conn.Close()
	}
	return conn, rw, err
}

// torn passes an answer on until it is cut.
type torn struct {
	http.ResponseWriter
	cut    func()
	atOnce bool // in the middle of the first piece

	mu    sync.Mutex
	taken net.Conn
}

func (t *torn) WriteHeader(status int) {
	if t.taken == nil {
		t.ResponseWriter.WriteHeader(status)
	}
}

func (t *torn) Write(b []byte) (int, error) {
	if !t.atOnce {
		return t.ResponseWriter.Write(b)
	}
	if t.taken != nil {
		return 0, http.ErrHijacked
	}
	n, _ := t.ResponseWriter.Write(b[:len(b)/2])
	api.Flush(t.ResponseWriter)
	t.cut()
	return n, http.ErrAbortHandler
}

func (t *torn) Flush() { api.Flush(t.ResponseWriter) }

// Hijack gives the connection to who talks to a process.
func (t *torn) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(t.ResponseWriter).Hijack()
	t.mu.Lock()
	t.taken = conn
	t.mu.Unlock()
	if err == nil && t.atOnce {
		t.cut()
		t.close()
	}
	return conn, rw, err
}

// close closes a connection that was given away; the server closes others.
func (t *torn) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken != nil {
		t.taken.Close()
	}
}
