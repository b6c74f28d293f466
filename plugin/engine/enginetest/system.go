package enginetest

import (
	"io"
	"net/http"
	"runtime"
	"time"

	"github.com/docker/docker/api/types"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/system"
)

func (e *Engine) systemRoutes() map[string]handler {
	return map[string]handler{
		"GET /_ping":   e.ping, // HEAD comes with it
		"GET /version": e.version,
		"GET /info":    e.info,
		"GET /events":  e.streamEvents,
		"POST /auth":   e.auth,
	}
}

// modern reports whether this is an engine of today rather than a 20.10.
func (e *Engine) modern() bool { return !e.api.before("1.44") }

func (e *Engine) engineVersion() string {
	if e.modern() {
		return "28.5.2"
	}
	return "20.10.24"
}

func (e *Engine) minAPIVersion() string {
	if e.modern() {
		return "1.24"
	}
	return "1.12"
}

func (e *Engine) ping(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-cache, no-store, must-revalidate")
	w.Header().Set("Pragma", "no-cache")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if e.modern() {
		w.Header().Set("Builder-Version", "2")
		w.Header().Set("Swarm", "inactive")
	}
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Length", "0")
		return nil
	}
	_, _ = io.WriteString(w, "OK")
	return nil
}

func (e *Engine) version(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, types.Version{
		Components: []types.ComponentVersion{{
			Name:    "Engine",
			Version: e.engineVersion(),
			Details: map[string]string{
				"ApiVersion": string(e.api), "MinAPIVersion": e.minAPIVersion(),
				"Os": "linux", "Arch": runtime.GOARCH, "Experimental": "false",
			},
		}},
		Version:       e.engineVersion(),
		APIVersion:    string(e.api),
		MinAPIVersion: e.minAPIVersion(),
		Os:            "linux",
		Arch:          runtime.GOARCH,
		GoVersion:     runtime.Version(),
	})
}

func (e *Engine) info(w http.ResponseWriter, _ *http.Request) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	info := system.Info{
		ID:              "enginetest",
		Name:            "enginetest",
		Containers:      len(e.containers),
		Images:          len(e.images.byID),
		Driver:          "memory",
		LoggingDriver:   "json-file",
		ServerVersion:   e.engineVersion(),
		OSType:          "linux",
		OperatingSystem: "enginetest",
		Architecture:    "x86_64",
		NCPU:            runtime.NumCPU(),
		SystemTime:      time.Now().UTC().Format(time.RFC3339Nano),
	}
	for _, c := range e.containers {
		switch c.status {
		case containertypes.StatePaused:
			info.ContainersPaused++
		case containertypes.StateRunning, containertypes.StateRestarting:
			info.ContainersRunning++
		default:
			info.ContainersStopped++
		}
	}
	return writeJSON(w, http.StatusOK, info)
}

func (e *Engine) auth(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, map[string]string{"Status": "Login Succeeded", "IdentityToken": ""})
}
