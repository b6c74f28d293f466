package api

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Messages write the stream of JSON messages of a long operation. Once it has
// begun errors are messages too.
type Messages struct {
	w       http.ResponseWriter
	encoder *json.Encoder
}

// NewMessages begins a stream of messages.
func NewMessages(w http.ResponseWriter) Messages {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	return Messages{w, json.NewEncoder(w)}
}

// Send writes one message.
func (m Messages) Send(v any) {
	_ = m.encoder.Encode(v) // the work goes on when the client is gone
	Flush(m.w)
}

// Status tells how far something has come, which may have an ID.
func (m Messages) Status(id, text string) {
	if id == "" {
		m.Send(map[string]string{"status": text})
		return
	}
	m.Send(map[string]string{"status": text, "id": id})
}

// Stream passes on what was printed.
func (m Messages) Stream(format string, a ...any) {
	m.Send(map[string]string{"stream": fmt.Sprintf(format, a...)})
}

// Fail ends with an error.
func (m Messages) Fail(text string) {
	m.Send(map[string]any{"errorDetail": map[string]string{"message": text}, "error": text})
}

// Flush sends what was written so far to the client.
func Flush(w http.ResponseWriter) {
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}
