package api

import (
	"bytes"
	"io"
	"net/http"
)

// A Handler answers one kind of call; what it returns becomes an error answer,
// so it returns nil once it has written anything.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Routes are the calls that a store answers, by patterns of net/http.
type Routes struct {
	// Atomic handlers are called with the lock held and with the whole body
	// of the call in memory: no other call comes between their first look
	// and their last change, and no slow client holds up the others.
	Atomic map[string]Handler
	// Open handlers go on after their first look. They are called without
	// the lock and take it for each look and each change.
	Open map[string]Handler
}

// NewMux routes calls to the stores, and says of all others that they are not known.
func NewMux(lock *Lock, stores []Routes) *http.ServeMux {
	mux := http.NewServeMux()
	handle := func(pattern string, h Handler) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := h(w, r); err != nil {
				WriteError(w, err)
			}
		})
	}
	for _, known := range stores {
		for pattern, h := range known.Open {
			handle(pattern, h)
		}
		for pattern, h := range known.Atomic {
			handle(pattern, atomic(lock, h))
		}
	}
	handle("/", func(_ http.ResponseWriter, r *http.Request) error { return NotKnown(r) })
	return mux
}

// NotKnown is the answer to a call that is not modelled.
func NotKnown(r *http.Request) error {
	return Errorf(http.StatusNotImplemented, "enginetest does not know %s %s", r.Method, r.URL.Path)
}

// atomic calls a handler with the lock held, after the body has come in.
func atomic(lock *Lock, h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return BadRequest("%v", err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		return lock.Hold(func() error { return h(w, r) })
	}
}

// WithID makes a handler of one that takes what the {id} of its path refers to.
// The lock is held.
func WithID[T any](find func(ref string) (T, error), h func(T, http.ResponseWriter, *http.Request) error) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		found, err := find(r.PathValue("id"))
		if err != nil {
			return err
		}
		return h(found, w, r)
	}
}

// FirstLook is how an open handler begins: with the lock held it finds what the
// {id} of the path refers to and, if there is such a thing, looks at it.
func FirstLook[T any](l *Lock, r *http.Request, find func(ref string) (T, error), look func(T) error) (found T, err error) {
	err = l.Hold(func() error {
		if found, err = find(r.PathValue("id")); err != nil {
			return err
		}
		return look(found)
	})
	return found, err
}
