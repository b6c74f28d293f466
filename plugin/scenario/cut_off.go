package scenario

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// CutOff does something that talks to the engine, and cuts it off after so many
// changes: a real engine by standing between, an engine in memory by itself. It
// is given where the engine is to be found meanwhile.
func (s *Scene) CutOff(after int, do func(host string) error) error {
	if s.Memory != nil {
		s.Memory.Fail(CutOffAfter(after))
		defer s.Memory.Fail(nil)
		return do(s.Host)
	}
	host, end, err := faulty(s.Host, CutOffAfter(after))
	if err != nil {
		return err
	}
	defer end()
	return do(host)
}

// faulty is the address of an engine on this machine, behind a socket where calls
// meet faults.
func faulty(engine string, fault func(enginetest.Call) enginetest.Fault) (host string, end func(), err error) {
	dir, err := os.MkdirTemp("", "faulty")
	if err != nil {
		return "", nil, err
	}
	socket := filepath.Join(dir, "docker.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		os.RemoveAll(dir)
		return "", nil, err
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", strings.TrimPrefix(engine, "unix://"))
	}}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "engine"}) },
		Transport:      transport,
		FlushInterval:  -1,
		ModifyResponse: abortWhereCut,
		ErrorHandler:   func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	var mu sync.Mutex
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		meets := fault(enginetest.Call{Method: r.Method, Path: apiPrefix.ReplaceAllString(r.URL.Path, ""), Query: r.URL.RawQuery})
		mu.Unlock()
		switch meets {
		case enginetest.CutBefore:
			panic(http.ErrAbortHandler)
		case enginetest.CutAfter:
			// What is killed has sent its request: the engine carries it out.
			r = r.WithContext(context.WithValue(context.WithoutCancel(r.Context()), cutKey{}, true))
		}
		proxy.ServeHTTP(w, r)
	})}
	go server.Serve(listener)
	return "unix://" + socket, func() {
		server.Close()
		transport.CloseIdleConnections()
		os.RemoveAll(dir)
	}, nil
}

// cutKey marks the request of a call whose answer is not to arrive.
type cutKey struct{}

func abortWhereCut(r *http.Response) error {
	if r.Request.Context().Value(cutKey{}) != nil {
		return http.ErrAbortHandler
	}
	return nil
}
