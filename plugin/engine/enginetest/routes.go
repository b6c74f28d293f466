package enginetest

import (
	"bytes"
	"io"
	"net/http"
)

// A handler answers one kind of call; what it returns becomes an error answer,
// so it returns nil once it has written anything.
type handler func(w http.ResponseWriter, r *http.Request) error

// routes are the calls that a store answers, by patterns of net/http.
type routes struct {
	// atomic handlers are called with the lock held and with the whole body
	// of the call in memory: no other call comes between their first look
	// and their last change, and no slow client holds up the others.
	atomic map[string]handler
	// open handlers go on after their first look. They are called without
	// the lock and take it for each look and each change.
	open map[string]handler
}

// newMux routes calls to the stores, and says of all others that they are not known.
func newMux(lock *stateLock, stores []store) *http.ServeMux {
	mux := http.NewServeMux()
	handle := func(pattern string, h handler) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := h(w, r); err != nil {
				writeError(w, err)
			}
		})
	}
	for _, s := range stores {
		known := s.routes()
		for pattern, h := range known.open {
			handle(pattern, h)
		}
		for pattern, h := range known.atomic {
			handle(pattern, atomic(lock, h))
		}
	}
	handle("/", func(_ http.ResponseWriter, r *http.Request) error { return notKnown(r) })
	return mux
}

func notKnown(r *http.Request) error {
	return errorf(http.StatusNotImplemented, "enginetest does not know %s %s", r.Method, r.URL.Path)
}

// atomic calls a handler with the lock held, after the body has come in.
func atomic(lock *stateLock, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return badRequest("%v", err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		return lock.hold(func() error { return h(w, r) })
	}
}

// withID makes a handler of one that takes what the {id} of its path refers to.
// The lock is held.
func withID[T any](find func(ref string) (T, error), h func(T, http.ResponseWriter, *http.Request) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		found, err := find(r.PathValue("id"))
		if err != nil {
			return err
		}
		return h(found, w, r)
	}
}

// firstLook is how an open handler begins: with the lock held it finds what the
// {id} of the path refers to and, if there is such a thing, looks at it.
func firstLook[T any](l *stateLock, r *http.Request, find func(ref string) (T, error), look func(T) error) (found T, err error) {
	err = l.hold(func() error {
		if found, err = find(r.PathValue("id")); err != nil {
			return err
		}
		return look(found)
	})
	return found, err
}
