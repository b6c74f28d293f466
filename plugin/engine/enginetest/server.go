package enginetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/docker/docker/api/types/versions"
)

// An apiError is an answer with a status and a message.
type apiError struct {
	status  int
	message string
}

func (e *apiError) Error() string { return e.message }

func errorf(status int, format string, a ...any) error {
	return &apiError{status, fmt.Sprintf(format, a...)}
}

func notFound(format string, a ...any) error { return errorf(http.StatusNotFound, format, a...) }
func badRequest(format string, a ...any) error {
	return errorf(http.StatusBadRequest, format, a...)
}
func conflict(format string, a ...any) error { return errorf(http.StatusConflict, format, a...) }

// errNotModified is the answer to a start of what runs and a stop of what does not.
var errNotModified = &apiError{status: http.StatusNotModified}

var versionPrefix = regexp.MustCompile(`^/v(\d+\.\d+)(/.*)$`)

// ServeHTTP answers one call of the Engine API.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	version, err := e.stripVersion(r)
	if err != nil {
		writeError(w, err)
		return
	}
	call := Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery}
	if e.trace != nil {
		e.trace(call)
	}
	fault := e.calls.note(call)
	if !fault.before(w, r, e.lock.ended) {
		return
	}
	if fault.kind == cutAfter {
		w = discard{header: http.Header{}}
	}
	w.Header().Set("Api-Version", e.release.api)
	w.Header().Set("Ostype", "linux")
	w.Header().Set("Docker-Experimental", "false")
	w.Header().Set("Server", "Docker/"+e.release.version+" (linux)")
	e.mux.ServeHTTP(w, withVersion(r, version))
	if fault.kind == cutAfter {
		panic(http.ErrAbortHandler)
	}
}

// stripVersion takes the version off the path, refusing what the engine does
// not speak. A call without one is taken for the newest.
func (e *Engine) stripVersion(r *http.Request) (string, error) {
	m := versionPrefix.FindStringSubmatch(r.URL.Path)
	if m == nil {
		return e.release.api, nil
	}
	switch {
	case versions.GreaterThan(m[1], e.release.api):
		return "", badRequest("client version %s is too new. Maximum supported API version is %s", m[1], e.release.api)
	case versions.LessThan(m[1], e.release.minAPI):
		return "", badRequest("client version %s is too old. Minimum supported API version is %s, "+
			"please upgrade your client to a newer version", m[1], e.release.minAPI)
	}
	r.URL.Path, r.URL.RawPath = m[2], ""
	return m[1], nil
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that is gone needs no answer
	return nil
}

func noContent(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func writeError(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if api := (*apiError)(nil); errors.As(err, &api) {
		status = api.status
	}
	if status == http.StatusNotModified {
		w.WriteHeader(status)
		return
	}
	writeJSON(w, status, map[string]string{"message": err.Error()})
}

// readJSON decodes the body of a call as the engine does: an empty body is an
// error only where a body is needed.
func readJSON(r *http.Request, v any, needed bool) error {
	err := json.NewDecoder(r.Body).Decode(v)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF) && !needed:
		return nil
	case errors.Is(err, io.EOF):
		return badRequest("invalid JSON: got EOF while reading request body")
	}
	return badRequest("invalid JSON: %v", err)
}

// boolParam reads a query parameter as the engine does: anything but these is true.
func boolParam(r *http.Request, name string) bool {
	switch strings.ToLower(strings.TrimSpace(r.FormValue(name))) {
	case "", "0", "no", "false", "none":
		return false
	}
	return true
}

// discard swallows an answer that the client shall never see.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// nonNil makes an empty map of none, which the engine sends as {} and not null.
func nonNil[M ~map[K]V, K comparable, V any](m M) M {
	if m == nil {
		return M{}
	}
	return m
}
