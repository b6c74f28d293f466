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

func (e *Engine) systemRoutes() routes {
	return routes{atomic: map[string]handler{
		"GET /_ping":   e.ping, // HEAD comes with it
		"GET /version": e.version,
		"GET /info":    e.info,
		"POST /auth":   e.auth,
	}}
}

func (e *Engine) ping(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-cache, no-store, must-revalidate")
	w.Header().Set("Pragma", "no-cache")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	for key, value := range e.release.pingHeader {
		w.Header().Set(key, value)
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
			Version: e.release.version,
			Details: map[string]string{
				"ApiVersion": e.release.api, "MinAPIVersion": e.release.minAPI,
				"Os": "linux", "Arch": runtime.GOARCH, "Experimental": "false",
			},
		}},
		Version:       e.release.version,
		APIVersion:    e.release.api,
		MinAPIVersion: e.release.minAPI,
		Os:            "linux",
		Arch:          runtime.GOARCH,
		GoVersion:     runtime.Version(),
	})
}

func (e *Engine) info(w http.ResponseWriter, _ *http.Request) error {
	info := system.Info{
		ID:              "enginetest",
		Name:            "enginetest",
		Containers:      len(e.containers),
		Images:          len(e.images.byID),
		Driver:          "memory",
		LoggingDriver:   "json-file",
		ServerVersion:   e.release.version,
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
