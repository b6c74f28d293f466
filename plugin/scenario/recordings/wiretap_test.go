package recordings_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// wiretap stands between the program and an engine, writes down the requests
// that change something, and learns from the answers what identifiers stand
// for.
type wiretap struct {
	host  string
	words *words

	mu       sync.Mutex
	requests []request
}

// request is one call that changes something on the engine.
type request struct {
	method, path string
	query        url.Values
	body         []byte
}

func newWiretap(t *testing.T, engine, dir string) *wiretap {
	t.Helper()
	// Not a unix socket: an engine behind one is on this machine, and its networks
	// get no addresses that this machine has a route to, to a private network for one.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	w := &wiretap{host: "tcp://" + address, words: newWords(dir, address)}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", strings.TrimPrefix(engine, "unix://"))
	}}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "engine"}) },
		Transport:      transport,
		FlushInterval:  -1,
		ModifyResponse: w.learn,
		ErrorHandler:   func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		body, err := w.note(r)
		if err != nil {
			t.Error(err)
		}
		proxy.ServeHTTP(out, r.WithContext(context.WithValue(r.Context(), askedKey{}, body)))
	})}
	go server.Serve(listener)
	t.Cleanup(func() {
		server.Close()
		transport.CloseIdleConnections()
	})
	return w
}

var apiPrefix = regexp.MustCompile(`^/v1\.\d+`)

// talk are the calls that change nothing though they are no GET.
var talk = regexp.MustCompile(`/(attach|resize|wait)$|^/(session|auth)$`)

// askedKey is where a request keeps the body that it came with.
type askedKey struct{}

// note writes a request down, and returns its body where it is no stream.
func (w *wiretap) note(r *http.Request) (body []byte, err error) {
	path := apiPrefix.ReplaceAllString(r.URL.Path, "")
	if r.Method == http.MethodGet || r.Method == http.MethodHead || talk.MatchString(path) {
		return nil, nil
	}
	noted := request{method: r.Method, path: path, query: r.URL.Query()}
	if !strings.HasPrefix(path, "/exec/") { // what follows may be a stream
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		noted.body = body
		if r.Header.Get("Content-Type") == "application/x-tar" {
			if noted.body, err = listing(body); err != nil {
				return nil, err
			}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests = append(w.requests, noted)
	return body, nil
}

// listing is the files of an archive and what is in them, as JSON.
func listing(archive []byte) ([]byte, error) {
	files := map[string]string{}
	for r := tar.NewReader(bytes.NewReader(archive)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return json.Marshal(files)
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		files[fmt.Sprintf("%s %v", h.Name, h.FileInfo().Mode())] = string(content)
	}
}

// describing are the calls whose answer says what an identifier stands for.
var describing = regexp.MustCompile(`^/containers/(create|json|[^/]+/json)$|^/networks(/[^/]+)?$|^/images/(.+/)?json$`)

// learn reads the names of containers, networks, images and volumes that
// answers identify.
func (w *wiretap) learn(r *http.Response) error {
	path := apiPrefix.ReplaceAllString(r.Request.URL.Path, "")
	if r.StatusCode >= 300 || !describing.MatchString(path) {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var many []described
	if json.Unmarshal(body, &many) != nil {
		many = make([]described, 1)
		_ = json.Unmarshal(body, &many[0]) // without a description there is nothing to learn
	}
	for _, d := range many {
		switch path {
		case "/containers/create":
			d.Name = r.Request.URL.Query().Get("name")
		case "/networks/create":
			asked, _ := r.Request.Context().Value(askedKey{}).([]byte)
			var network described
			_ = json.Unmarshal(asked, &network) // the engine took it
			d.Name = network.Name
		}
		w.words.learn(path, d)
	}
	return nil
}

// count is how many requests there were so far.
func (w *wiretap) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.requests)
}

// changes writes the requests but for some first ones, each with its parameters
// and its body.
func (w *wiretap) changes(after int) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, r := range w.requests[after:] {
		text := r.method + " " + r.path + "\n"
		for _, name := range slices.Sorted(maps.Keys(r.query)) {
			for _, value := range r.query[name] {
				text += "  " + name + " = " + value + "\n"
			}
		}
		if len(r.body) > 0 {
			text += pretty(r.path, r.body) + "\n"
		}
		all = append(all, w.words.plain(text))
	}
	return all
}
