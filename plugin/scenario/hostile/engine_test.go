package hostile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// payload is what must not reach a terminal: colours that are not ours, a cleared
// screen, a title, the clipboard, C1 controls in both spellings, a bell, a
// turned direction of writing, characters that are not seen, and forged lines. The
// mark shows that the text around it was printed at all.
const (
	mark    = "MARK"
	forged  = "FORGED"
	payload = "\x1b[5;45m\x1b[2J\x1b]0;title\a\x1b]52;c;eA==\x1b\\" + mark +
		"\u009b31m\u0085\a\b\x7f\u202e\u2066\u200b\u200d\ufeff\u2028\r\n" + forged + "\r" + forged + "\t\x1b]0;open"
)

// poison says which of an engine's texts are hostile.
type poison int

const (
	clean   poison = iota // none
	words                 // those that are free: commands, states, messages, what is printed
	texts                 // all but what the client needs to read an answer at all
	refusal               // one call is answered with a hostile error
)

// engine is an engine in memory, and before it a proxy that poisons its answers.
type engine struct {
	host string

	mu    sync.Mutex
	how   poison
	after int // calls that are answered before the refusal
	calls int
}

// set poisons the answers from now on.
func (e *engine) set(how poison, after int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.how, e.after, e.calls = how, after, 0
}

// called is how many calls there were since set.
func (e *engine) called() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.calls
}

func (e *engine) now() poison {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.how
}

func newEngine(t *testing.T) *engine {
	t.Helper()
	memory := scenario.NewMemory(t, "1.51")
	e := &engine{}
	socket := strings.TrimPrefix(memory.Host(), "unix://")
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "docker"})
	proxy.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	proxy.FlushInterval = -1
	proxy.ErrorLog = log.New(io.Discard, "", 0) // of answers that a client no longer wanted
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	proxy.ModifyResponse = e.poison
	e.host = enginetest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e.refuses() {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusInternalServerError)
			_ = json.NewEncoder(w).Encode(map[string]string{"message": payload})
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	return e
}

func (e *engine) refuses() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls++
	return e.how == refusal && e.calls == e.after+1
}

// poison poisons an answer in JSON, or a stream of them, as it passes.
func (e *engine) poison(r *http.Response) error {
	how := e.now()
	if how != words && how != texts || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") ||
		strings.HasSuffix(r.Request.URL.Path, "/version") || strings.HasSuffix(r.Request.URL.Path, "/_ping") {
		return nil
	}
	from := r.Body
	reader, writer := io.Pipe()
	r.Body = struct {
		io.Reader
		io.Closer
	}{reader, from}
	r.ContentLength = -1
	r.Header.Del("Content-Length")
	go func() {
		d := json.NewDecoder(from)
		d.UseNumber()
		for {
			var v any
			if err := d.Decode(&v); err != nil {
				writer.CloseWithError(err)
				return
			}
			var b bytes.Buffer
			_ = json.NewEncoder(&b).Encode(poisoned(v, "", how))
			if _, err := writer.Write(b.Bytes()); err != nil {
				return
			}
		}
	}()
	return nil
}

// freeWords are the keys of free text in the answers of engines.
var freeWords = []string{
	"Command", "Path", "Args", "Cmd", "Entrypoint", "Error", "Message", "message", "error", "detail", "stream", "status",
	"progress", "Warnings", "Titles", "Processes", "Status", "Source", "Destination", "Mountpoint", "Driver", "execID", "comment",
	"Author", "Comment", "Action", "signal", "exitCode", "name",
}

// needed are the keys of what is read by the client library or says which object
// is meant.
var needed = []string{"Id", "ID", "id", "Created", "StartedAt", "FinishedAt", "time", "Health", "ApiVersion", "aux", labels.Project}

func poisoned(v any, key string, how poison) any {
	switch v := v.(type) {
	case string:
		if how == words && slices.Contains(freeWords, key) || how == texts && !slices.Contains(needed, key) {
			return v + payload
		}
	case []any:
		for i := range v {
			v[i] = poisoned(v[i], key, how)
		}
	case map[string]any:
		for k := range v {
			v[k] = poisoned(v[k], k, how)
		}
	}
	return v
}
