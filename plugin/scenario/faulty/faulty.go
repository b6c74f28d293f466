// Package faulty stands between the program and a real engine, and lets calls meet
// the faults of [enginetest]: what is tried on an engine in memory is tried on a real
// one by the same words.
package faulty

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// Engine is a real engine whose calls may meet faults.
type Engine struct {
	*enginetest.Faults
	host      string
	dir       string
	server    *http.Server
	transport *http.Transport
}

// apiPrefix is the version of the API in the path of a call.
var apiPrefix = regexp.MustCompile(`^/v1\.\d+`)

// Before stands before the engine at an address in the form of DOCKER_HOST, until it
// is closed. It listens on a socket: whoever asks takes the engine for one of this
// machine.
func Before(engine string) (*Engine, error) {
	at, err := client.ParseHostURL(engine)
	if err != nil {
		return nil, err
	}
	// Not t.TempDir: the path of a unix socket must stay below 104 bytes.
	dir, err := os.MkdirTemp("", "faulty")
	if err != nil {
		return nil, err
	}
	socket := filepath.Join(dir, "docker.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	e := &Engine{
		Faults: enginetest.NewFaults(), host: "unix://" + socket, dir: dir,
		transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, at.Scheme, at.Host)
		}},
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "engine"}) },
		Transport:     e.transport,
		FlushInterval: -1,
		// An engine that is not there closes connections, too.
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	e.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.Meet(w, r, enginetest.Call{Method: r.Method, Path: apiPrefix.ReplaceAllString(r.URL.Path, ""), Query: r.URL.RawQuery}, proxy)
	})}
	go e.server.Serve(listener)
	return e, nil
}

// Host is the address of the engine with its faults, in the form of DOCKER_HOST.
func (e *Engine) Host() string { return e.host }

// Close ends all connections, and waits until the engine has carried out what it was
// asked for by clients that were cut off.
func (e *Engine) Close() {
	e.End()
	e.server.Close()
	e.transport.CloseIdleConnections()
	os.RemoveAll(e.dir)
}
