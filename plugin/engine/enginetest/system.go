package enginetest

import (
	"io"
	"net/http"
	"runtime"
	"time"

	"github.com/docker/docker/api/types"
	containertypes "github.com/docker/docker/api/types/container"
	systemtypes "github.com/docker/docker/api/types/system"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// system answers what the engine says about itself.
type system struct {
	release    release
	containers *containerStore
	images     *imageStore
	member     *membership
}

func (s *system) routes() api.Routes {
	return api.Routes{Atomic: map[string]api.Handler{
		"GET /_ping":   s.getPing, // HEAD comes with it
		"GET /version": s.getVersion,
		"GET /info":    s.getInfo,
		"POST /auth":   s.postAuth,
	}}
}

func (s *system) getPing(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-cache, no-store, must-revalidate")
	w.Header().Set("Pragma", "no-cache")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	for key, value := range s.release.pingHeader {
		w.Header().Set(key, value)
	}
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Length", "0")
		return nil
	}
	_, _ = io.WriteString(w, "OK")
	return nil
}

func (s *system) getVersion(w http.ResponseWriter, _ *http.Request) error {
	return api.WriteJSON(w, http.StatusOK, types.Version{
		Components: []types.ComponentVersion{{
			Name:    "Engine",
			Version: s.release.version,
			Details: map[string]string{
				"ApiVersion": s.release.api, "MinAPIVersion": s.release.minAPI,
				"Os": "linux", "Arch": runtime.GOARCH, "Experimental": "false",
			},
		}},
		Version:       s.release.version,
		APIVersion:    s.release.api,
		MinAPIVersion: s.release.minAPI,
		Os:            "linux",
		Arch:          runtime.GOARCH,
		GoVersion:     runtime.Version(),
	})
}

func (s *system) getInfo(w http.ResponseWriter, _ *http.Request) error {
	info := systemtypes.Info{
		ID:              s.member.name,
		Name:            s.member.name,
		Containers:      len(s.containers.byID),
		Images:          len(s.images.byID),
		Driver:          "memory",
		LoggingDriver:   "json-file",
		ServerVersion:   s.release.version,
		OSType:          "linux",
		OperatingSystem: "enginetest",
		Architecture:    "x86_64",
		NCPU:            runtime.NumCPU(),
		Swarm:           s.member.info(),
		SystemTime:      time.Now().UTC().Format(time.RFC3339Nano),
	}
	if s.images.containerd {
		info.DriverStatus = append(info.DriverStatus, [2]string{"driver-type", "io.containerd.snapshotter.v1"})
	}
	for _, c := range s.containers.byID {
		switch c.status {
		case containertypes.StatePaused:
			info.ContainersPaused++
		case containertypes.StateRunning, containertypes.StateRestarting:
			info.ContainersRunning++
		default:
			info.ContainersStopped++
		}
	}
	return api.WriteJSON(w, http.StatusOK, info)
}

func (s *system) postAuth(w http.ResponseWriter, _ *http.Request) error {
	return api.WriteJSON(w, http.StatusOK, map[string]string{"Status": "Login Succeeded", "IdentityToken": ""})
}
