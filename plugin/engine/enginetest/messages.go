package enginetest

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// messages writes the stream of JSON messages of a long operation. Once it has
// begun errors are messages too.
type messages struct {
	w       http.ResponseWriter
	encoder *json.Encoder
}

func newMessages(w http.ResponseWriter) messages {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	return messages{w, json.NewEncoder(w)}
}

func (m messages) send(v any) {
	_ = m.encoder.Encode(v) // the work goes on when the client is gone
	flush(m.w)
}

func (m messages) status(id, text string) {
	if id == "" {
		m.send(map[string]string{"status": text})
		return
	}
	m.send(map[string]string{"status": text, "id": id})
}

func (m messages) stream(format string, a ...any) {
	m.send(map[string]string{"stream": fmt.Sprintf(format, a...)})
}

func (m messages) fail(text string) {
	m.send(map[string]any{"errorDetail": map[string]string{"message": text}, "error": text})
}
