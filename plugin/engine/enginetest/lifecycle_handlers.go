package enginetest

import (
	"net/http"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/process"
)

func (l *lifecycle) postStart(c *container, w http.ResponseWriter, _ *http.Request) error {
	switch {
	case c.status == containertypes.StatePaused:
		return api.Conflict("cannot start a paused container, try unpause instead")
	case c.running():
		return api.ErrNotModified
	}
	c.stopped = false
	if err := l.start(c); err != nil {
		return err
	}
	return api.NoContent(w)
}

func (l *lifecycle) postStop(c *container, w http.ResponseWriter, _ *http.Request) error {
	if !c.alive() {
		return api.ErrNotModified
	}
	l.stop(c)
	return api.NoContent(w)
}

func (l *lifecycle) postRestart(c *container, w http.ResponseWriter, r *http.Request) error {
	autoRemove := c.host.AutoRemove
	c.host.AutoRemove = false
	if c.alive() {
		l.stop(c)
	}
	c.host.AutoRemove = autoRemove
	c.stopped = false
	if err := l.start(c); err != nil {
		return api.Errorf(http.StatusInternalServerError, "Cannot restart container %s: %v", r.PathValue("id"), err)
	}
	l.containers.emit(c, events.ActionRestart)
	return api.NoContent(w)
}

func (l *lifecycle) postKill(c *container, w http.ResponseWriter, r *http.Request) error {
	if !c.running() {
		return l.release.refusals.killStopped.about(r.PathValue("id"), c.id)
	}
	name := process.SignalName(r.FormValue("signal"))
	if name == "" {
		name = "KILL"
	}
	l.containers.emit(c, events.ActionKill, "signal", process.SignalNumber(name))
	if name == "KILL" || name == process.SignalName(c.config.StopSignal) || name == "TERM" {
		c.stopped = true
	}
	l.signal(c, name)
	return api.NoContent(w)
}

func (l *lifecycle) postPause(c *container, w http.ResponseWriter, _ *http.Request) error {
	switch {
	case c.status == containertypes.StatePaused:
		return l.release.refusals.pausedAlready.about(c.id)
	case !c.running():
		return l.release.refusals.notRunning.about(c.id)
	}
	c.status = containertypes.StatePaused
	l.containers.emit(c, events.ActionPause)
	return api.NoContent(w)
}

func (l *lifecycle) postUnpause(c *container, w http.ResponseWriter, _ *http.Request) error {
	if c.status != containertypes.StatePaused {
		return api.Errorf(http.StatusInternalServerError, "Container %s is not paused", c.id)
	}
	c.status = containertypes.StateRunning
	l.containers.emit(c, events.ActionUnPause)
	return api.NoContent(w)
}

func (l *lifecycle) deleteContainer(c *container, w http.ResponseWriter, r *http.Request) error {
	if c.alive() {
		if !api.BoolParam(r, "force") {
			return l.stillRunning(c, r.PathValue("id"))
		}
		c.stopped = true
		if c.running() {
			l.containers.emit(c, events.ActionKill, "signal", "9")
			l.ended(c, exitKilled)
		}
	}
	if !c.removed {
		l.remove(c, api.BoolParam(r, "v"))
	}
	return api.NoContent(w)
}

func (l *lifecycle) stillRunning(c *container, called string) error {
	if c.status == containertypes.StatePaused {
		return l.release.refusals.removePaused.about(called, c.id)
	}
	return l.release.refusals.removeRunning.about(called, c.id, c.status)
}

// postWait answers once the condition holds, but sends its header at
// once, so that the client knows that the wait began.
func (l *lifecycle) postWait(w http.ResponseWriter, r *http.Request) error {
	condition := containertypes.WaitCondition(r.FormValue("condition"))
	switch condition {
	case "", containertypes.WaitConditionNotRunning, containertypes.WaitConditionNextExit, containertypes.WaitConditionRemoved:
	default:
		return api.BadRequest("invalid condition: %q", condition)
	}
	exits := 0
	c, err := api.FirstLook(l.lock, r, l.containers.find, func(c *container) error {
		exits = c.exits
		return nil
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	api.Flush(w)
	code := 0
	met := l.lock.Await(r, func() bool {
		code = c.exitCode
		switch condition {
		case containertypes.WaitConditionNextExit:
			return c.exits > exits || c.removed
		case containertypes.WaitConditionRemoved:
			return c.removed
		}
		return !c.alive() || c.removed
	})
	if !met {
		return nil
	}
	return api.WriteJSON(discardStatus{w}, http.StatusOK, containertypes.WaitResponse{StatusCode: int64(code)})
}

// discardStatus is for an answer whose status has been sent.
type discardStatus struct{ http.ResponseWriter }

func (discardStatus) WriteHeader(int) {}
