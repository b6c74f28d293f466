package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// An exchange is a call to the engine that was answered with success.
type exchange struct {
	Method, Path string // the path with its parameters
	Body         string
	Made         string // the id of what it created
}

// recorder is a socket that leads to the engine, counts the calls through it and
// keeps those that change something. Programs are slower through it: it is not used
// in rounds that are timed.
type recorder struct {
	host string
	srv  *http.Server

	mu      sync.Mutex
	calls   int
	changes []*exchange
}

// record opens a socket in dir that leads to the engine at the socket given.
func record(dir, engine string) (*recorder, error) {
	socket := filepath.Join(dir, "engine.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	r := &recorder{host: "unix://" + socket}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "engine"})
	proxy.Transport = transportTo(engine)
	proxy.FlushInterval = -1
	proxy.ModifyResponse = r.answered
	proxy.ErrorHandler = func(w http.ResponseWriter, req *http.Request, err error) {
		if req.Context().Err() == nil {
			fmt.Fprintln(os.Stderr, "bench:", req.Method, req.URL.Path+":", err)
		}
		w.WriteHeader(http.StatusBadGateway)
	}
	r.srv = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		proxy.ServeHTTP(w, r.asked(req))
	})}
	go func() {
		if err := r.srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}()
	return r, nil
}

func transportTo(socket string) *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
		MaxIdleConnsPerHost: 256,
	}
}

type exchangeKey struct{}

// asked counts a call. It keeps the order in which calls were made, which is not
// that of the answers.
func (r *recorder) asked(req *http.Request) *http.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if req.Method != http.MethodPost && req.Method != http.MethodDelete {
		return req
	}
	x := &exchange{Method: req.Method, Path: req.URL.RequestURI()}
	if req.Header.Get("Upgrade") == "" {
		body, _ := io.ReadAll(req.Body)
		x.Body = string(body)
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	r.changes = append(r.changes, x)
	return req.WithContext(context.WithValue(req.Context(), exchangeKey{}, x))
}

func (r *recorder) answered(resp *http.Response) error {
	x, ok := resp.Request.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if resp.StatusCode >= http.StatusBadRequest {
		x.Method = "" // changed nothing
		return nil
	}
	if !strings.Contains(x.Path, "/create") {
		return nil
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	var created struct {
		ID string `json:"Id"`
	}
	_ = json.Unmarshal(body, &created)
	x.Made = created.ID
	return nil
}

// take gives the number of calls, and the changes, since it was last asked.
func (r *recorder) take() (int, []exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	var changes []exchange
	for _, x := range r.changes {
		if x.Method != "" {
			changes = append(changes, *x)
		}
	}
	r.calls, r.changes = 0, nil
	return calls, changes
}

func (r *recorder) close() { _ = r.srv.Close() }
