package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// An Error is an answer with a status and a message.
type Error struct {
	Status  int
	Message string
}

func (e *Error) Error() string { return e.Message }

// Errorf is an answer with a status.
func Errorf(status int, format string, a ...any) error {
	return &Error{status, fmt.Sprintf(format, a...)}
}

// NotFound is the answer about what is not there.
func NotFound(format string, a ...any) error { return Errorf(http.StatusNotFound, format, a...) }

// BadRequest is the answer to what makes no sense.
func BadRequest(format string, a ...any) error {
	return Errorf(http.StatusBadRequest, format, a...)
}

// Conflict is the answer to what cannot be now.
func Conflict(format string, a ...any) error { return Errorf(http.StatusConflict, format, a...) }

// ErrNotModified is the answer to a start of what runs and a stop of what does not.
var ErrNotModified = &Error{Status: http.StatusNotModified}

// WriteJSON answers with a value.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that is gone needs no answer
	return nil
}

// NoContent answers that it was done.
func NoContent(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// WriteError answers with an error: its own status, or 500.
func WriteError(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if api := (*Error)(nil); errors.As(err, &api) {
		status = api.Status
	}
	if status == http.StatusNotModified {
		w.WriteHeader(status)
		return
	}
	WriteJSON(w, status, map[string]string{"message": err.Error()})
}

// ReadJSON decodes the body of a call as the engine does: an empty body is an
// error only where a body is needed.
func ReadJSON(r *http.Request, v any, needed bool) error {
	err := json.NewDecoder(r.Body).Decode(v)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF) && !needed:
		return nil
	case errors.Is(err, io.EOF):
		return BadRequest("invalid JSON: got EOF while reading request body")
	}
	return BadRequest("invalid JSON: %v", err)
}

// BoolParam reads a query parameter as the engine does: anything but these is true.
func BoolParam(r *http.Request, name string) bool {
	switch strings.ToLower(strings.TrimSpace(r.FormValue(name))) {
	case "", "0", "no", "false", "none":
		return false
	}
	return true
}

// NonNil makes an empty map of none, which the engine sends as {} and not null.
func NonNil[M ~map[K]V, K comparable, V any](m M) M {
	if m == nil {
		return M{}
	}
	return m
}
