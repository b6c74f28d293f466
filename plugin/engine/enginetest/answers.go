package enginetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
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

// nonNil makes an empty map of none, which the engine sends as {} and not null.
func nonNil[M ~map[K]V, K comparable, V any](m M) M {
	if m == nil {
		return M{}
	}
	return m
}
