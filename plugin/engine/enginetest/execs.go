package enginetest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/process"
)

// execution is a command run in a container beside its process.
type execution struct {
	id       string
	c        *container
	options  containertypes.ExecOptions
	started  bool
	exitCode *int
	pid      int
}

// execStore holds the execs: the commands that clients run in containers.
type execStore struct {
	base
	byID       map[string]*execution
	containers *containerStore
	processes  *processes
}

func newExecStore(b base, containers *containerStore, processes *processes) *execStore {
	return &execStore{base: b, byID: map[string]*execution{}, containers: containers, processes: processes}
}

func (s *execStore) routes() api.Routes {
	return api.Routes{Atomic: map[string]api.Handler{
		"POST /containers/{id}/exec": api.WithID(s.containers.find, s.postExec),
		"POST /exec/{id}/resize":     api.WithID(s.find, s.postResize),
		"GET /exec/{id}/json":        api.WithID(s.find, s.getExec),
	}, Open: map[string]api.Handler{
		"POST /exec/{id}/start": s.postStart,
	}}
}

func (s *execStore) postExec(c *container, w http.ResponseWriter, r *http.Request) error {
	var options containertypes.ExecOptions
	if err := api.ReadJSON(r, &options, true); err != nil {
		return err
	}
	switch {
	case len(options.Cmd) == 0:
		return api.BadRequest("No exec command specified")
	case !c.running():
		return s.release.refusals.notRunning.about(c.id)
	case c.status == containertypes.StatePaused:
		return api.Conflict("Container %s is paused, unpause the container before exec", r.PathValue("id"))
	}
	if err := c.checkLinks(s.release); err != nil {
		return err
	}
	x := &execution{id: newID(), c: c, options: options}
	s.byID[x.id] = x
	s.containers.emit(c, events.Action("exec_create: "+strings.Join(options.Cmd, " ")), "execID", x.id)
	return api.WriteJSON(w, http.StatusCreated, containertypes.ExecCreateResponse{ID: x.id})
}

func (s *execStore) find(id string) (*execution, error) {
	if x, ok := s.byID[id]; ok && !x.c.removed {
		return x, nil
	}
	return nil, api.NotFound("No such exec instance: %s", id)
}

// pendingExecs lists the commands in a container that have not ended; those of
// the model end as soon as they begin, so only ones not yet started count.
func (s *execStore) pendingExecs(c *container) []string {
	var ids []string
	for id, x := range s.byID {
		if x.c == c && x.exitCode == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (s *execStore) postStart(w http.ResponseWriter, r *http.Request) error {
	var options containertypes.ExecStartOptions
	if err := api.ReadJSON(r, &options, false); err != nil {
		return err
	}
	var out []process.Line
	x, err := api.FirstLook(s.lock, r, s.find, func(x *execution) (err error) {
		out, err = s.execute(x)
		return err
	})
	if err != nil || options.Detach {
		return err
	}
	conn, err := hijack(w, r, x.options.Tty)
	if err != nil {
		return err
	}
	defer conn.Close()
	lines := newLineWriter(conn, x.options.Tty, false)
	for _, l := range out {
		if lines.write(logLine{stderr: l.Stderr, text: l.Text}) != nil {
			break
		}
	}
	return nil
}

// execute runs a command from its beginning to its end.
func (s *execStore) execute(x *execution) ([]process.Line, error) {
	switch {
	case x.started:
		return nil, api.Conflict("Error: Exec command %s has already run", x.id)
	case !x.c.running():
		return nil, s.release.refusals.notRunning.about(x.c.id)
	}
	x.started = true
	s.containers.emit(x.c, events.Action("exec_start: "+strings.Join(x.options.Cmd, " ")), "execID", x.id)
	o, pid := s.processes.exec(x.c, x.options.Cmd, x.options.Env)
	x.exitCode, x.pid = &o.Code, pid
	s.containers.emit(x.c, events.ActionExecDie, "execID", x.id, "exitCode", strconv.Itoa(o.Code))
	return o.Lines, nil
}

// postResize changes nothing in the model.
func (s *execStore) postResize(*execution, http.ResponseWriter, *http.Request) error { return nil }

func (s *execStore) getExec(x *execution, w http.ResponseWriter, _ *http.Request) error {
	type processConfig struct {
		TTY        bool     `json:"tty"`
		Entrypoint string   `json:"entrypoint"`
		Arguments  []string `json:"arguments"`
		Privileged bool     `json:"privileged"`
		User       string   `json:"user,omitempty"`
	}
	return api.WriteJSON(w, http.StatusOK, map[string]any{
		"ID":          x.id,
		"ContainerID": x.c.id,
		"Running":     false, // it ends as soon as it begins
		"ExitCode":    x.exitCode,
		"Pid":         x.pid,
		"OpenStdin":   x.options.AttachStdin,
		"OpenStdout":  x.options.AttachStdout,
		"OpenStderr":  x.options.AttachStderr,
		"CanRemove":   x.exitCode != nil,
		"ProcessConfig": processConfig{
			TTY: x.options.Tty, Entrypoint: x.options.Cmd[0], Arguments: x.options.Cmd[1:],
			Privileged: x.options.Privileged, User: x.options.User,
		},
	})
}
