package enginetest

import (
	"errors"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Exit statuses of a container that a signal ended or that never began.
const (
	exitKilled   = 128 + 9
	exitNotBegun = 128
)

func (e *Engine) startContainer(c *container, w http.ResponseWriter, _ *http.Request) error {
	switch {
	case c.status == containertypes.StatePaused:
		return conflict("cannot start a paused container, try unpause instead")
	case c.running():
		return errNotModified
	}
	c.stopped = false
	if err := e.start(c); err != nil {
		return err
	}
	return noContent(w)
}

// start brings a container up: network, ports, process, in this order.
func (e *Engine) start(c *container) error {
	fail := func(err error) error {
		e.leaveNetworks(c)
		c.exitCode, c.failure = exitNotBegun, err.Error()
		if c.host.AutoRemove {
			e.remove(c, true)
		}
		e.lock.notify()
		return err
	}
	if err := e.joinNetworks(c); err != nil {
		return fail(e.networkFailure(err))
	}
	if err := e.bindPorts(c); err != nil {
		return fail(e.networkFailure(err))
	}
	e.volumes.mount(c)
	e.lastPid++
	c.pid = 1000 + e.lastPid
	c.status, c.exitCode, c.failure = containertypes.StateRunning, 0, ""
	c.startedAt = time.Now().UTC()
	c.runs++
	e.emitContainer(c, events.ActionStart)
	e.runProcess(c)
	return nil
}

// networkFailure says of an error of a start what it was about.
func (e *Engine) networkFailure(err error) error {
	if api := (*apiError)(nil); errors.As(err, &api) {
		return errorf(api.status, e.release.startFailure, api.message)
	}
	return err
}

// ended notes that the process of a container is gone, frees what it held and
// lets its restart policy decide what follows.
func (e *Engine) ended(c *container, code int) {
	e.leaveNetworks(c)
	e.ports.release(c.bound)
	c.bound = nil
	c.status, c.exitCode, c.pid = containertypes.StateExited, code, 0
	c.finishedAt = time.Now().UTC()
	c.exits++
	e.emitContainer(c, events.ActionDie, "exitCode", strconv.Itoa(code))
	e.volumes.unmount(c)
	switch {
	case c.host.AutoRemove:
		e.remove(c, true)
	case c.wantsRestart(code):
		e.restartLater(c)
	}
}

func (c *container) wantsRestart(code int) bool {
	if c.stopped {
		return false
	}
	switch policy := c.host.RestartPolicy; policy.Name {
	case containertypes.RestartPolicyAlways, containertypes.RestartPolicyUnlessStopped:
		return true
	case containertypes.RestartPolicyOnFailure:
		return code != 0 && (policy.MaximumRetryCount == 0 || c.restarts < policy.MaximumRetryCount)
	}
	return false
}

// restartLater starts a container again after a pause that doubles each time,
// from a tenth of a second to a minute, as the engine does.
func (e *Engine) restartLater(c *container) {
	c.status = containertypes.StateRestarting
	c.restarts++
	run := c.runs
	pause := min(100*time.Millisecond<<min(c.restarts-1, 10), time.Minute)
	e.lock.after(pause, func() {
		if c.removed || c.stopped || c.runs != run || c.status != containertypes.StateRestarting {
			return
		}
		if e.start(c) != nil {
			c.status = containertypes.StateExited
		}
	})
}

// signal delivers a signal to the process of a running container.
func (e *Engine) signal(c *container, name string) {
	if name == "KILL" {
		e.ended(c, exitKilled)
		return
	}
	if code, ends := c.program().onSignal(name, c.config.StopSignal); ends {
		e.ended(c, code)
	}
}

func signalName(s string) string {
	switch s = strings.TrimPrefix(strings.ToUpper(s), "SIG"); s {
	case "9":
		return "KILL"
	case "15":
		return "TERM"
	case "2":
		return "INT"
	case "1":
		return "HUP"
	}
	return s
}

func signalNumber(name string) string {
	numbers := map[string]string{
		"HUP": "1", "INT": "2", "QUIT": "3", "KILL": "9", "USR1": "10", "USR2": "12", "TERM": "15",
	}
	if n, ok := numbers[name]; ok {
		return n
	}
	return name
}

func (e *Engine) stopContainer(c *container, w http.ResponseWriter, _ *http.Request) error {
	if !c.running() && c.status != containertypes.StateRestarting {
		return errNotModified
	}
	e.stop(c)
	return noContent(w)
}

func (e *Engine) stop(c *container) {
	c.stopped = true
	if c.status == containertypes.StateRestarting {
		c.status = containertypes.StateExited
		e.lock.notify()
		return
	}
	name := signalName(c.config.StopSignal)
	if name == "" {
		name = "TERM"
	}
	e.emitContainer(c, events.ActionKill, "signal", signalNumber(name))
	c.status = containertypes.StateRunning // a paused one is woken for it
	e.signal(c, name)
	if c.running() {
		e.emitContainer(c, events.ActionKill, "signal", "9")
		e.ended(c, exitKilled)
	}
	if !c.removed {
		e.emitContainer(c, events.ActionStop)
	}
}

func (e *Engine) restartContainer(c *container, w http.ResponseWriter, _ *http.Request) error {
	autoRemove := c.host.AutoRemove
	c.host.AutoRemove = false
	if c.running() || c.status == containertypes.StateRestarting {
		e.stop(c)
	}
	c.host.AutoRemove = autoRemove
	c.stopped = false
	if err := e.start(c); err != nil {
		return err
	}
	e.emitContainer(c, events.ActionRestart)
	return noContent(w)
}

func (e *Engine) killContainer(c *container, w http.ResponseWriter, r *http.Request) error {
	if !c.running() {
		return e.release.refusals.killStopped.about(r.PathValue("id"), c.id)
	}
	name := signalName(r.FormValue("signal"))
	if name == "" {
		name = "KILL"
	}
	e.emitContainer(c, events.ActionKill, "signal", signalNumber(name))
	if name == "KILL" || name == signalName(c.config.StopSignal) || name == "TERM" {
		c.stopped = true
	}
	e.signal(c, name)
	return noContent(w)
}

func (e *Engine) pauseContainer(c *container, w http.ResponseWriter, _ *http.Request) error {
	switch {
	case c.status == containertypes.StatePaused:
		return conflict("Container %s is already paused", c.id)
	case !c.running():
		return conflict("Container %s is not running", c.id)
	}
	c.status = containertypes.StatePaused
	e.emitContainer(c, events.ActionPause)
	return noContent(w)
}

func (e *Engine) unpauseContainer(c *container, w http.ResponseWriter, _ *http.Request) error {
	if c.status != containertypes.StatePaused {
		return errorf(http.StatusInternalServerError, "Container %s is not paused", c.id)
	}
	c.status = containertypes.StateRunning
	e.emitContainer(c, events.ActionUnPause)
	return noContent(w)
}

func (e *Engine) removeContainer(c *container, w http.ResponseWriter, r *http.Request) error {
	if c.running() || c.status == containertypes.StateRestarting {
		if !boolParam(r, "force") {
			return e.stillRunning(c)
		}
		c.stopped = true
		if c.running() {
			e.emitContainer(c, events.ActionKill, "signal", "9")
			e.ended(c, exitKilled)
		}
	}
	if !c.removed {
		e.remove(c, boolParam(r, "v"))
	}
	return noContent(w)
}

func (e *Engine) stillRunning(c *container) error {
	if c.status == containertypes.StatePaused {
		return e.release.refusals.removePaused.about("/"+c.name, c.id)
	}
	return e.release.refusals.removeRunning.about("/"+c.name, c.id, c.status)
}

// remove deletes a container that does not run, and with it, when asked, the
// volumes that nobody named.
func (e *Engine) remove(c *container, volumes bool) {
	c.removed = true
	delete(e.containers, c.id)
	if volumes {
		e.volumes.dropUnnamed(c)
	}
	e.emitContainer(c, events.ActionDestroy)
}
