package follow

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// tail follows one container through all of its runs.
type tail struct {
	follower  *Follower
	container observed.Container
	query     engine.LogQuery // for the stream that is opened first
	wake      chan struct{}   // the queue has grown

	// Of the follower's lock:
	queue  []engine.Event
	busy   bool // it runs, or its last lines or its exit are not reported yet
	killed bool // it was sent a signal in this run

	// Of the tail's own goroutine:
	last   time.Time // of the line that was shown last; zero: none was
	cut    bool      // lines from the past were left out, and none was shown yet
	up     bool
	ended  bool // it has exited, and that is not reported yet
	code   *int // with which code; nil: the engine has to be asked
	unread bool // that its log can't be read was reported
}

// run reads a stream of lines at a time. A stream ends with the run of the
// container, before or after the engine's event; the exit is reported when both
// have happened.
func (t *tail) run(ctx context.Context) {
	var reading chan struct{}
	read := func() {
		reading = make(chan struct{})
		go func(done chan struct{}) {
			defer close(done)
			t.read(ctx)
		}(reading)
	}
	read()
	again := false // it was started while a stream was open
	for {
		select {
		case <-reading:
			reading = nil
			t.confirmExit(ctx)
		case <-t.wake:
			for _, e := range t.events() {
				switch e.Action {
				case engine.Started:
					t.reportExit(ctx, reading == nil) // what comes from now on is of another run
					t.up = true
					t.follower.logs.Restarted(LogLine(t.container, engine.LogLine{}))
					if again = reading != nil; !again {
						read()
					}
				case engine.Died:
					if t.up {
						t.up, t.ended, t.code = false, true, &e.ExitCode
					}
				}
			}
		case <-ctx.Done():
			if reading != nil {
				<-reading
			}
			return
		}
		if reading == nil && again {
			again = false
			read()
		}
		if reading == nil {
			t.reportExit(ctx, true)
		}
		t.settle(reading != nil)
	}
}

// confirmExit checks whether the container has exited when its stream has ended
// and no event has said so: it may have exited before events were listened to,
// while the list still took it for running.
func (t *tail) confirmExit(ctx context.Context) {
	if !t.up {
		return
	}
	now, there, err := t.follower.Engine.Status(ctx, t.container.ID)
	switch {
	case err != nil && ctx.Err() == nil:
		t.follower.lose(err)
	case err == nil && (!there || !now.State.Up()):
		t.up, t.ended, t.code = false, true, nil
	}
}

// events takes what has happened off the queue.
func (t *tail) events() []engine.Event {
	t.follower.mu.Lock()
	defer t.follower.mu.Unlock()
	list := t.queue
	t.queue = nil
	for _, e := range list {
		switch e.Action {
		case engine.Signalled:
			t.killed = true
		case engine.Started:
			t.killed = false
		}
	}
	return list
}

// settle says whether there is anything left to wait for.
func (t *tail) settle(reading bool) {
	t.follower.mu.Lock()
	t.busy = reading || t.up || t.ended || len(t.queue) > 0
	t.follower.mu.Unlock()
	notify(t.follower.wake)
}

// read shows what the container writes until its run ends.
func (t *tail) read(ctx context.Context) {
	q := t.query
	t.query = engine.LogQuery{Follow: true, Tail: -1}
	if !t.last.IsZero() {
		q.After = t.last
	}
	t.show(ctx, q)
	if t.last.IsZero() {
		t.last, t.cut = q.After, q.Tail >= 0 || q.Since != "" || q.Until != ""
	}
}

// drain shows what came after the end of a stream: an engine may end it before
// the last line of a container that has exited, where that has no line end.
func (t *tail) drain(ctx context.Context) {
	if !t.unread && !t.cut {
		t.show(ctx, engine.LogQuery{Tail: -1, After: t.last})
	}
}

// show shows lines of the container until there are no more.
func (t *tail) show(ctx context.Context, q engine.LogQuery) {
	source := t.follower.merge.Source()
	defer source.Close()
	err := t.follower.Engine.Logs(ctx, t.container.ID, q, func(l engine.LogLine) {
		if l.Time.After(t.last) {
			t.last, t.cut = l.Time, false
		}
		source.Line(LogLine(t.container, l))
	})
	if away := (engine.Unreachable{}); errors.As(err, &away) && ctx.Err() == nil {
		t.follower.lose(err) // which is so of all
		return
	}
	if err != nil && ctx.Err() == nil && !engine.IsGone(err) && !t.unread {
		t.unread = true
		t.follower.unreadable(t.container, err)
	}
}

// reportExit says that the container has exited, if it has and that wasn't
// said. Its last lines come before, unless a stream is still open, which will
// have them.
func (t *tail) reportExit(ctx context.Context, closed bool) {
	if !t.ended {
		return
	}
	t.ended = false
	// Asking waits until the engine is done with the container.
	now, there, err := t.follower.Engine.Status(ctx, t.container.ID)
	if err != nil {
		if ctx.Err() == nil {
			t.follower.lose(err)
		}
		return
	}
	if closed {
		t.drain(ctx)
	}
	if t.follower.Exited == nil {
		return
	}
	switch replaced := t.replaced(ctx); {
	case ctx.Err() != nil: // nobody follows any more
		return
	case replaced:
		t.code = nil
		if !t.follower.muted() {
			t.follower.logs.Replaced(LogLine(t.container, engine.LogLine{}))
		}
		return
	}
	e := Exit{Container: t.container, Code: now.ExitCode, At: now.Finished}
	if t.code != nil {
		e.Code = *t.code
		t.code = nil
	}
	if !t.follower.muted() {
		t.follower.logs.Exited(LogLine(t.container, engine.LogLine{}), e.Code)
	}
	if !there || !now.State.Up() && now.State != plan.StateCreated {
		t.follower.mu.Lock()
		defer t.follower.mu.Unlock()
		t.follower.Exited(e)
	}
}

// replaced reports whether the container was stopped because another takes its
// place: that one was made, as the same replica, since all are followed.
func (t *tail) replaced(ctx context.Context) bool {
	if t.follower.Log.Classic || t.container.OneOff {
		return false
	}
	// Its log and the engine's events may tell in any order what happened to it.
	list, err := t.follower.Engine.Containers(ctx, t.follower.Claim)
	return err == nil && slices.ContainsFunc(list, func(c observed.Container) bool {
		same := c.Service == t.container.Service && c.Number == t.container.Number && !c.OneOff
		return same && c.ID != t.container.ID && !t.follower.older[c.ID]
	}) && t.signalled(ctx)
}

// signalTimeout is how long an engine may take to tell that a container was sent a
// signal after that has ended it.
const signalTimeout = time.Second

// signalled reports whether the container was sent a signal in this run. Its log may
// end before the engine tells of that.
func (t *tail) signalled(ctx context.Context) bool {
	timeout := time.After(signalTimeout)
	defer notify(t.wake) // what was woken for is still to be taken
	for {
		t.follower.mu.Lock()
		killed := t.killed || slices.ContainsFunc(t.queue, func(e engine.Event) bool { return e.Action == engine.Signalled })
		t.follower.mu.Unlock()
		if killed {
			return true
		}
		select {
		case <-t.wake:
		case <-timeout:
			return false
		case <-ctx.Done():
			return false
		}
	}
}
