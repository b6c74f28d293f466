package enginetest

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/docker/docker/api/types/versions"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

var versionPrefix = regexp.MustCompile(`^/v(\d+\.\d+)(/.*)$`)

// Serve lets something answer the calls of a client, as an engine does or what stands
// before one, until the test ends. Its address is in the form of DOCKER_HOST.
func Serve(t testing.TB, h http.Handler) (host string) {
	t.Helper()
	// Not t.TempDir: the path of a unix socket must stay below 104 bytes.
	dir, err := os.MkdirTemp("", "engine")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "docker.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return "unix://" + socket
}

// ServeHTTP answers one call of the Engine API.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if e.isOff() {
		panic(http.ErrAbortHandler)
	}
	version, err := e.stripVersion(r)
	if err != nil {
		api.WriteError(w, err)
		return
	}
	call := Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery}
	if e.trace != nil {
		e.trace(call)
	}
	e.Meet(w, r, call, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", e.release.api)
		w.Header().Set("Ostype", "linux")
		w.Header().Set("Docker-Experimental", "false")
		w.Header().Set("Server", "Docker/"+e.release.version+" (linux)")
		e.mux.ServeHTTP(w, withVersion(r, version))
	}))
}

// stripVersion takes the version off the path, refusing what the engine does
// not speak. A call without one is taken for the newest.
func (e *Engine) stripVersion(r *http.Request) (string, error) {
	m := versionPrefix.FindStringSubmatch(r.URL.Path)
	if m == nil {
		return e.release.api, nil
	}
	switch {
	case versions.GreaterThan(m[1], e.release.api):
		return "", api.BadRequest("client version %s is too new. Maximum supported API version is %s", m[1], e.release.api)
	case versions.LessThan(m[1], e.release.minAPI):
		return "", api.BadRequest("client version %s is too old. Minimum supported API version is %s, "+
			"please upgrade your client to a newer version", m[1], e.release.minAPI)
	}
	r.URL.Path, r.URL.RawPath = m[2], ""
	return m[1], nil
}
