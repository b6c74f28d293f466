package enginetest

import (
	"fmt"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"net/http"
	"slices"
	"strconv"
	"strings"
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

func (e *Engine) execRoutes() routes {
	return routes{atomic: map[string]handler{
		"POST /containers/{id}/exec": about(e.findContainer, e.createExec),
		"POST /exec/{id}/resize":     about(e.findExec, e.resizeExec),
		"GET /exec/{id}/json":        about(e.findExec, e.inspectExec),
	}, open: map[string]handler{
		"POST /exec/{id}/start": e.startExec,
	}}
}

func (e *Engine) createExec(c *container, w http.ResponseWriter, r *http.Request) error {
	var options containertypes.ExecOptions
	if err := readJSON(r, &options, true); err != nil {
		return err
	}
	switch {
	case len(options.Cmd) == 0:
		return badRequest("No exec command specified")
	case !c.running():
		return conflict("Container %s is not running", c.id)
	case c.status == containertypes.StatePaused:
		return conflict("Container %s is paused, unpause the container before exec", r.PathValue("id"))
	}
	x := &execution{id: newID(), c: c, options: options}
	e.execs[x.id] = x
	e.emitContainer(c, events.Action("exec_create: "+strings.Join(options.Cmd, " ")), "execID", x.id)
	return writeJSON(w, http.StatusCreated, containertypes.ExecCreateResponse{ID: x.id})
}

func (e *Engine) findExec(id string) (*execution, error) {
	if x, ok := e.execs[id]; ok && !x.c.removed {
		return x, nil
	}
	return nil, notFound("No such exec instance: %s", id)
}

// runningExecs lists the commands that run in a container; those of the model
// end as soon as they begin, so only ones not yet started count.
func (e *Engine) runningExecs(c *container) []string {
	var ids []string
	for id, x := range e.execs {
		if x.c == c && x.exitCode == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (e *Engine) startExec(w http.ResponseWriter, r *http.Request) error {
	var options containertypes.ExecStartOptions
	if err := readJSON(r, &options, false); err != nil {
		return err
	}
	var x *execution
	var out []logLine
	if err := e.lock.hold(func() (err error) {
		if x, err = e.findExec(r.PathValue("id")); err != nil {
			return err
		}
		out, err = e.execute(x)
		return err
	}); err != nil || options.Detach {
		return err
	}
	conn, err := hijack(w, r, x.options.Tty)
	if err != nil {
		return err
	}
	defer conn.Close()
	lines := newLineWriter(conn, x.options.Tty, false)
	for _, l := range out {
		if lines.write(l) != nil {
			break
		}
	}
	return nil
}

// execute runs a command from its beginning to its end.
func (e *Engine) execute(x *execution) ([]logLine, error) {
	switch {
	case x.started:
		return nil, conflict("Error: Exec command %s has already run", x.id)
	case !x.c.running():
		return nil, conflict("Container %s is not running", x.c.id)
	}
	x.started = true
	e.emitContainer(x.c, events.Action("exec_start: "+strings.Join(x.options.Cmd, " ")), "execID", x.id)
	out, code := e.runExec(x)
	x.exitCode = &code
	e.emitContainer(x.c, events.ActionExecDie, "execID", x.id, "exitCode", strconv.Itoa(code))
	return out, nil
}

// runExec gives the output and status of a command in a running container.
// Images hold nothing but the probe and the engine's Programs, so no other
// command is found.
func (e *Engine) runExec(x *execution) (out []logLine, code int) {
	p := programOf(x.options.Cmd)
	if out, code, known := e.runProgram(x.c, p.argv, slices.Concat(x.c.config.Env, x.options.Env)); known {
		return out, code
	}
	switch {
	case !p.probe:
		x.pid = 0
		return []logLine{{text: fmt.Sprintf("OCI runtime exec failed: exec failed: unable to start container process: "+
			"exec: %q: executable file not found in $PATH: unknown\r", x.options.Cmd[0])}}, 126
	case p.verb == "say":
		s, err := parseSpeech(p.args())
		if err != nil {
			return []logLine{{stderr: true, text: "probe: say: " + err.Error()}}, exitUsage
		}
		for _, text := range s.lines {
			out = append(out, logLine{stderr: s.stderr, text: text})
		}
		return out, s.exit
	}
	e.lastPid++
	x.pid = 1000 + e.lastPid
	return e.ask(x.c, p, slices.Concat(x.c.config.Env, x.options.Env))
}

// resizeExec changes nothing in the model.
func (e *Engine) resizeExec(*execution, http.ResponseWriter, *http.Request) error { return nil }

func (e *Engine) inspectExec(x *execution, w http.ResponseWriter, _ *http.Request) error {
	type processConfig struct {
		TTY        bool     `json:"tty"`
		Entrypoint string   `json:"entrypoint"`
		Arguments  []string `json:"arguments"`
		Privileged bool     `json:"privileged"`
		User       string   `json:"user,omitempty"`
	}
	return writeJSON(w, http.StatusOK, map[string]any{
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
