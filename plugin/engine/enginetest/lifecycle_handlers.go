package enginetest

import (
	"net/http"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/process"
)

func (l *lifecycle) postStart(c *container, w http.ResponseWriter, _ *http.Request) error {
	switch {
	case c.status == containertypes.StatePaused:
		return conflict("cannot start a paused container, try unpause instead")
	case c.running():
		return errNotModified
	}
	c.stopped = false
	if err := l.start(c); err != nil {
		return err
	}
	return noContent(w)
}

func (l *lifecycle) postStop(c *container, w http.ResponseWriter, _ *http.Request) error {
	if !c.alive() {
		return errNotModified
	}
	l.stop(c)
	return noContent(w)
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
		return errorf(http.StatusInternalServerError, "Cannot restart container %s: %v", r.PathValue("id"), err)
	}
	l.containers.emit(c, events.ActionRestart)
	return noContent(w)
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
	return noContent(w)
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
	return noContent(w)
}

func (l *lifecycle) postUnpause(c *container, w http.ResponseWriter, _ *http.Request) error {
	if c.status != containertypes.StatePaused {
		return errorf(http.StatusInternalServerError, "Container %s is not paused", c.id)
	}
	c.status = containertypes.StateRunning
	l.containers.emit(c, events.ActionUnPause)
	return noContent(w)
}

func (l *lifecycle) deleteContainer(c *container, w http.ResponseWriter, r *http.Request) error {
	if c.alive() {
		if !boolParam(r, "force") {
			return l.stillRunning(c, r.PathValue("id"))
		}
		c.stopped = true
		if c.running() {
			l.containers.emit(c, events.ActionKill, "signal", "9")
			l.ended(c, exitKilled)
		}
	}
	if !c.removed {
		l.remove(c, boolParam(r, "v"))
	}
	return noContent(w)
}

func (l *lifecycle) stillRunning(c *container, called string) error {
	if c.status == containertypes.StatePaused {
		return l.release.refusals.removePaused.about(called, c.id)
	}
	return l.release.refusals.removeRunning.about(called, c.id, c.status)
}
