package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// counter is a socket that leads to the engine and counts the calls through it.
type counter struct {
	host  string
	calls atomic.Int64
	srv   *http.Server
}

// countCalls opens a socket in dir that leads to the engine.
func countCalls(dir string) (*counter, error) {
	engine := strings.TrimPrefix(os.Getenv("DOCKER_HOST"), "unix://")
	if engine == "" {
		engine = "/var/run/docker.sock"
	}
	socket := filepath.Join(dir, "engine.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	c := &counter{host: "unix://" + socket}
	target := &url.URL{Scheme: "http", Host: "engine"}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", engine)
		},
		MaxIdleConnsPerHost: 64,
	}
	proxy.FlushInterval = -1
	c.srv = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.calls.Add(1)
		proxy.ServeHTTP(w, r)
	})}
	go func() {
		if err := c.srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			_, _ = io.WriteString(os.Stderr, "bench: "+err.Error()+"\n")
		}
	}()
	return c, nil
}

func (c *counter) count() int { return int(c.calls.Load()) }

func (c *counter) close() { _ = c.srv.Close() }
