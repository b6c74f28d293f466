package command

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// garbage is what something answers that is no engine, or stands before one.
var garbage = map[string]http.HandlerFunc{
	"a page of a proxy": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprint(w, "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n<body>nginx</body></html>\n")
	},
	"a page that is not found": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "<html><body>404</body></html>")
	},
	"a page of success": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><body>Log in</body></html>")
	},
	"half of an answer": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `[{"Id": "0123`)
	},
	"nothing": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/json") },
	"another kind of thing": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `"engine"`)
	},
	"an object without anything": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{}`)
	},
	"a refusal without a reason": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, `{"message": ""}`)
	},
	"a refusal without a word": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
	"what is no HTTP": func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			fmt.Fprint(conn, "SSH-2.0-OpenSSH_9.2\r\n")
			conn.Close()
		}
	},
}

// garbling is an engine in memory behind something that answers one call itself.
type garbling struct {
	engine *enginetest.Engine
	host   string

	mu     sync.Mutex
	seen   int
	at     int // the call that it answers, from 0; below: none
	answer http.HandlerFunc
	struck string
}

func newGarbling(t *testing.T) *garbling {
	t.Helper()
	g := &garbling{
		engine: enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("probe")}}),
		at:     -1,
	}
	g.host = enginetest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer := g.answers(r); answer != nil {
			answer(w, r)
			return
		}
		g.engine.ServeHTTP(w, r)
	}))
	return g
}

func (g *garbling) answers(r *http.Request) http.HandlerFunc {
	g.mu.Lock()
	defer g.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "/_ping") {
		return nil
	}
	g.seen++
	if g.seen-1 != g.at {
		return nil
	}
	g.struck = r.Method + " " + r.URL.Path
	return g.answer
}

// set answers a call from now on, and gives how many there were since.
func (g *garbling) set(at int, answer http.HandlerFunc) (calls int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	calls, g.seen, g.at, g.answer = g.seen, 0, at, answer
	return calls
}

// raw are the words of Go's libraries and of web pages, which say nothing to who
// brings a stack up.
var raw = regexp.MustCompile(`EOF|invalid character|unmarshal|looking for|panic|goroutine|<html|<!DOCTYPE|\bjson\b|JSON|input header|malformed|value is empty|check if the server supports|nil pointer`)

// TestAnAnswerThatNoEngineGivesIsToldInOneLineThatNamesTheEngine has each call
// of each command meet each kind of garbage. With -short a call meets some.
func TestAnAnswerThatNoEngineGivesIsToldInOneLineThatNamesTheEngine(t *testing.T) {
	file := []byte("web: {image: probe, links: [db], ports: [\"80\"]}\ndb: {image: probe, volumes: [/data]}\n")
	g := newGarbling(t)
	m := memory{g.host}
	t.Chdir(t.TempDir())
	for _, command := range [][]string{{"up", "-d"}, {"ps"}, {"logs"}, {"down"}} {
		before := func() {
			g.set(-1, nil)
			if command[0] == "up" {
				m.do(t, file, "down")
			} else {
				m.do(t, file, "up", "-d")
			}
		}
		before()
		g.set(-1, nil)
		m.do(t, file, command...)
		calls := g.set(-1, nil)
		for k := range calls {
			n := 0
			for _, what := range slices.Sorted(maps.Keys(garbage)) {
				answer := garbage[what]
				if n++; testing.Short() && n%3 != k%3 {
					continue
				}
				before()
				g.set(k, answer)
				_, errs, code := m.run(t, command...)
				g.set(-1, nil)
				if raw.MatchString(errs) || code != 0 && !strings.Contains(errs, "docker engine") {
					t.Errorf("%v: %s was answered with %s: exit code %d\n%s", command, g.struck, what, code, errs)
				}
				if _, errs, code := m.run(t, command...); code != 0 {
					t.Errorf("%v: %s was answered with %s; again: exit code %d\n%s", command, g.struck, what, code, errs)
				}
			}
		}
	}
}
