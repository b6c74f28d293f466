package probe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Result is how a question was answered.
type Result string

// The results.
const (
	Found     Result = "found"     // the name leads to Addresses
	Unknown   Result = "unknown"   // the name leads nowhere
	Connected Result = "connected" // the port takes connections
	Refused   Result = "refused"   // nothing listens, and the address says so
	Answered  Result = "answered"  // the echo came back
	NoWay     Result = "no way"    // the network has no route to the address, or a router says so
	Silent    Result = "silent"    // nothing came back in time
	Failed    Result = "failed"    // the question could not be asked
)

// Arrived reports whether packets went there and back.
func (r Result) Arrived() bool { return r == Connected || r == Refused || r == Answered }

// Answer is what came of a question.
type Answer struct {
	Question  string   `json:"question"`
	Result    Result   `json:"result"`
	Addresses []string `json:"addresses,omitempty"`
	Error     string   `json:"error,omitempty"` // for Failed
}

// Parse reads what a prober wrote, an answer a line, by question.
func Parse(b []byte) (map[string]Answer, error) {
	answers := map[string]Answer{}
	for lines := json.NewDecoder(bytes.NewReader(b)); ; {
		var a Answer
		if err := lines.Decode(&a); err == io.EOF {
			return answers, nil
		} else if err != nil {
			return answers, fmt.Errorf("the prober's answer can't be read: %w", err)
		}
		answers[a.Question] = a
	}
}
