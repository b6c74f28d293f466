package enginetest

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/process"
)

// lifecycle makes containers run and end.
type lifecycle struct {
	base
	containers *containerStore
	networks   *networkStore
	volumes    *volumeStore
	ports      *hostPorts
	processes  *processes
	missing    []string // commands that no image has
	tasks      containerTasks
}

// containerTasks is what containers ask of the swarm that their engine is in.
type containerTasks interface {
	// ended is for a container whose process has ended.
	ended(c *container, code int)
}

func (l *lifecycle) routes() api.Routes {
	find := l.containers.find
	return api.Routes{Atomic: map[string]api.Handler{
		"POST /containers/{id}/start":   api.WithID(find, l.postStart),
		"POST /containers/{id}/stop":    api.WithID(find, l.postStop),
		"POST /containers/{id}/restart": api.WithID(find, l.postRestart),
		"POST /containers/{id}/kill":    api.WithID(find, l.postKill),
		"POST /containers/{id}/pause":   api.WithID(find, l.postPause),
		"POST /containers/{id}/unpause": api.WithID(find, l.postUnpause),
		"DELETE /containers/{id}":       api.WithID(find, l.deleteContainer),
	}, Open: map[string]api.Handler{
		"POST /containers/{id}/wait": l.postWait,
	}}
}

// Exit statuses of a container that a signal ended or that never began.
const (
	exitKilled   = 128 + 9
	exitNotBegun = 128
)

// start brings a container up: network, ports, process, in this order.
func (l *lifecycle) start(c *container) error {
	fail := func(err error) error {
		l.networks.detachAll(c)
		c.exitCode, c.failure = exitNotBegun, err.Error()
		if c.host.AutoRemove {
			l.remove(c, true)
		}
		l.lock.Notify()
		return err
	}
	if err := c.checkMountSources(); err != nil {
		return fail(err)
	}
	if err := c.checkLinks(l.release); err != nil {
		return fail(err)
	}
	if id := c.host.PidMode.Container(); id != "" {
		// Recorded stacks have one that names itself.
		if of, err := l.containers.find(id); err != nil {
			return fail(l.release.refusals.pidMissing.about(id))
		} else if of != c && !of.running() {
			return fail(l.release.refusals.pidStopped.about(of.id))
		}
	}
	if c.host.NetworkMode.IsContainer() {
		if err := l.joinNetwork(c); err != nil {
			return fail(err)
		}
	} else if err := l.attachNetworks(c); err != nil {
		return fail(l.networkFailure(err))
	}
	if slices.Contains(l.missing, c.argv()[0]) {
		l.ports.release(c)
		return fail(api.Errorf(http.StatusBadRequest, l.release.notExecutable, c.argv()[0]))
	}
	l.volumes.mount(c)
	c.pid = l.processes.nextPid()
	c.status, c.exitCode, c.failure = containertypes.StateRunning, 0, ""
	c.startedAt = time.Now().UTC()
	c.runs++
	l.containers.emit(c, events.ActionStart)
	l.play(c, l.processes.main(c), c.runs)
	return nil
}

// joinNetwork makes sure that the networks of another container can be used.
func (l *lifecycle) joinNetwork(c *container) error {
	of, err := joined(l.containers, c)
	if err == nil {
		c.namespace = of.namespace
	}
	return err
}

// attachNetworks attaches a container to its networks, and publishes its ports.
func (l *lifecycle) attachNetworks(c *container) error {
	c.namespace = &namespace{owner: c}
	if err := l.networks.attachAll(c); err != nil {
		return err
	}
	err := l.ports.publish(c)
	if err != nil && l.release.forgetsFailedNetwork {
		l.networks.forgetFailed(c)
	}
	return err
}

// networkFailure says of an error of a start what it was about.
func (l *lifecycle) networkFailure(err error) error {
	if refused := (*api.Error)(nil); errors.As(err, &refused) {
		return api.Errorf(refused.Status, l.release.startFailure, refused.Message)
	}
	return err
}

// ended notes that the process of a container is gone, frees what it held and
// lets its restart policy decide what follows.
func (l *lifecycle) ended(c *container, code int) {
	l.networks.detachAll(c)
	l.ports.release(c)
	c.status, c.exitCode, c.pid = containertypes.StateExited, code, 0
	c.finishedAt = time.Now().UTC()
	c.exits++
	l.containers.emit(c, events.ActionDie, "exitCode", strconv.Itoa(code))
	l.volumes.unmount(c)
	if c.namespace != nil && c.namespace.owner == c {
		c.namespace.gone = true
	}
	for _, other := range l.containers.all() { // whose processes were started in those of c
		if of, err := l.containers.find(other.host.PidMode.Container()); err == nil && of == c && other.running() {
			l.ended(other, exitKilled)
		}
	}
	l.tasks.ended(c, code)
	switch {
	case c.removed:
	case c.host.AutoRemove:
		l.remove(c, true)
	case c.wantsRestart(code):
		l.restartLater(c)
	}
}

// restartLater starts a container again after a pause that doubles each time,
// from a tenth of a second to a minute, as the engine does.
func (l *lifecycle) restartLater(c *container) {
	c.status = containertypes.StateRestarting
	c.restarts++
	run := c.runs
	pause := min(100*time.Millisecond<<min(c.restarts-1, 10), time.Minute)
	l.lock.After(pause, func() {
		if c.removed || c.stopped || c.runs != run || c.status != containertypes.StateRestarting {
			return
		}
		if l.start(c) != nil {
			c.status = containertypes.StateExited
		}
	})
}

// play lets a process that has just begun print, and ends its container if it
// ends by itself. Lines with a pause between them are printed as they are due,
// unless the container has been stopped or started anew meanwhile.
func (l *lifecycle) play(c *container, o process.Outcome, run int) {
	for len(o.Lines) > 0 {
		l.containers.print(c, o.Lines[0].Stderr, o.Lines[0].Text)
		o.Lines = o.Lines[1:]
		if o.Every > 0 && len(o.Lines) > 0 {
			l.lock.After(o.Every, func() {
				if c.running() && c.runs == run {
					l.play(c, o, run)
				}
			})
			return
		}
	}
	if !o.Stays {
		l.ended(c, o.Code)
	}
}

// signal delivers a signal to the process of a running container.
func (l *lifecycle) signal(c *container, name string) {
	if name == "KILL" {
		l.ended(c, exitKilled)
		return
	}
	if code, ends := c.commandLine().OnSignal(name, c.config.StopSignal); ends {
		l.ended(c, code)
	}
}

func (l *lifecycle) stop(c *container) {
	c.stopped = true
	if c.status == containertypes.StateRestarting {
		c.status = containertypes.StateExited
		l.lock.Notify()
		return
	}
	name := process.SignalName(c.config.StopSignal)
	if name == "" {
		name = "TERM"
	}
	l.containers.emit(c, events.ActionKill, "signal", process.SignalNumber(name))
	c.status = containertypes.StateRunning // a paused one is woken for it
	l.signal(c, name)
	if c.running() {
		l.containers.emit(c, events.ActionKill, "signal", "9")
		l.ended(c, exitKilled)
	}
	if !c.removed {
		l.containers.emit(c, events.ActionStop)
	}
}

// remove deletes a container that does not run, and with it, when asked, the
// volumes without a name.
func (l *lifecycle) remove(c *container, volumes bool) {
	c.removed = true
	delete(l.containers.byID, c.id)
	if volumes {
		l.volumes.dropUnnamed(c)
	}
	l.containers.emit(c, events.ActionDestroy)
}
