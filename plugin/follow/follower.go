package follow

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Follower shows what the containers of a project write, from when they are
// made to when they are removed: also those that are made later, and what a
// container writes after it was started again. It learns of that from the
// engine's events.
type Follower struct {
	Engine  *engine.Engine
	Claim   observed.Claim // of the project
	View    view.Options
	Log     view.LogOptions
	Query   engine.LogQuery                // which lines of the containers that there are at the beginning
	After   map[string]time.Time           // by id of one of these: lines until then are not shown
	Shown   func(*observed.Container) bool // which containers are meant
	Stopped func() bool                    // reports that no container that exits is started again; nil: never
	Muted   func() bool                    // reports that nothing is shown any more; nil: never

	// Exited is called, one at a time, for each container that has exited and
	// isn't restarted by its policy, nor stopped for another that takes its place.
	// Where it is nil exits are not shown either.
	Exited func(Exit)

	logs  *view.Logs
	merge *view.Merge
	open  sync.WaitGroup // tails
	wake  chan struct{}  // something has changed
	lost  chan error     // why it can't be known how a container ended

	older map[string]bool // the containers that there were at the beginning, by id

	mu    sync.Mutex
	began bool
	early []engine.Event // that came before the list did
	tails map[string]*tail
}

// Exit is the end of a container's run.
type Exit struct {
	Container observed.Container
	Code      int
	At        time.Time
}

// MergeTimeout is how long the lines of one container wait for those of others,
// to be shown in the order in which they were written.
const MergeTimeout = 200 * time.Millisecond

// returnTimeout is how long a container that something else has stopped is
// waited for where no other runs: it may be about to be restarted or replaced.
const returnTimeout = 3 * time.Second

// Run follows until ctx ends or until no container that is meant runs any more.
// begun is called with those that exist at the beginning.
func (f *Follower) Run(ctx context.Context, begun func([]observed.Container)) (err error) {
	f.tails, f.wake = map[string]*tail{}, make(chan struct{}, 1)
	out := view.NewOutput(f.View.Out)
	f.View.Out = out
	f.lost = make(chan error, 1)
	within, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		f.open.Wait()
		if f.logs != nil && err == nil {
			err = f.logs.Close()
		}
	}()
	ready, failed := make(chan struct{}), make(chan error, 1)
	go func() {
		query := engine.EventQuery{Claim: f.Claim}
		failed <- f.Engine.Watch(within, query, func() { close(ready) }, func(e engine.Event) { f.event(within, e) })
	}()
	<-ready
	list, err := f.Engine.Containers(ctx, f.Claim)
	if err != nil {
		return err
	}
	f.begin(within, list, begun)
	for {
		wait, over, err := f.over(ctx)
		if over || err != nil {
			return err
		}
		var timeout <-chan time.Time
		if wait > 0 {
			timeout = time.After(wait)
		}
		select {
		case <-f.wake:
		case <-out.Broken(): // what follows can't be shown either
			return out.Err()
		case <-timeout:
			return nil
		case err := <-failed:
			return err
		case err := <-f.lost:
			return err
		}
	}
}

// lose ends Run with an error: what a container does can't be followed any more.
func (f *Follower) lose(err error) {
	select {
	case f.lost <- err:
	default: // one is enough
	}
}

// begin follows what there is.
func (f *Follower) begin(ctx context.Context, list []observed.Container, begun func([]observed.Container)) {
	var meant []observed.Container
	f.older = map[string]bool{}
	for _, r := range list {
		f.older[r.ID] = true
		if f.Shown(&r) {
			meant = append(meant, r)
			f.Log.Containers = append(f.Log.Containers, LogLine(r, engine.LogLine{}))
		}
	}
	f.logs = view.NewLogs(f.View, f.Log)
	f.merge = view.NewMerge(MergeTimeout, func(l view.LogLine) {
		if !f.muted() {
			f.logs.Line(l)
		}
	})
	begun(meant)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.began = true
	for _, r := range meant {
		query := f.Query
		query.After = f.After[r.ID]
		f.tail(ctx, r, query)
	}
	for _, e := range f.early {
		f.take(ctx, e)
	}
}

func (f *Follower) muted() bool { return f.Muted != nil && f.Muted() }

// tail begins to follow one container; f.mu is held.
func (f *Follower) tail(ctx context.Context, r observed.Container, q engine.LogQuery) {
	t := &tail{follower: f, container: r, query: q, wake: make(chan struct{}, 1), busy: true}
	t.up, t.ended = r.State.Up(), r.State == plan.StateExited
	f.tails[r.ID] = t
	f.open.Go(func() { t.run(ctx) })
}

// event takes an event in.
func (f *Follower) event(ctx context.Context, e engine.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.began {
		f.early = append(f.early, e)
		return
	}
	f.take(ctx, e)
}

func (f *Follower) take(ctx context.Context, e engine.Event) {
	t := f.tails[e.ID]
	switch {
	case t != nil:
		t.queue, t.busy = append(t.queue, e), true
		notify(t.wake)
	case e.Action == engine.Started && f.Shown(&e.Container):
		e.State = plan.StateRunning
		f.tail(ctx, e.Container, engine.LogQuery{Follow: true, Tail: -1})
	}
	notify(f.wake)
}

// over reports whether no container runs and none will, or how long to wait for
// one that may be started again: 0 is until something happens.
func (f *Follower) over(ctx context.Context) (wait time.Duration, over bool, err error) {
	f.mu.Lock()
	killed := false
	known := map[string]bool{}
	for id, t := range f.tails {
		known[id] = true
		if t.busy {
			f.mu.Unlock()
			return 0, false, nil
		}
		killed = killed || t.killed
	}
	f.mu.Unlock()
	list, err := f.Engine.Containers(ctx, f.Claim)
	if err != nil {
		return 0, false, err
	}
	made := false
	for _, r := range list {
		if !f.Shown(&r) {
			continue
		}
		if up := r.State.Up(); up && known[r.ID] {
			// A list may still say so of one that has just exited.
			now, _, err := f.Engine.Status(ctx, r.ID)
			if err != nil || now.State.Up() {
				return 0, false, err
			}
		} else if up {
			return 0, false, nil
		}
		made = made || r.State == plan.StateCreated
	}
	if f.Stopped != nil && f.Stopped() || !killed && !made {
		return 0, true, nil
	}
	return returnTimeout, false, nil
}

// unreadable reports that a container's log can't be read.
func (f *Follower) unreadable(r observed.Container, err error) {
	view.PrintNotes(f.View, []compose.Note{{Text: Unreadable(r, err)}})
}

// notify wakes whatever waits on a channel of length one.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// LogLine is a line of a container as view shows it.
func LogLine(c observed.Container, l engine.LogLine) view.LogLine {
	name := plan.LaterName(c.Name)
	if !strings.HasSuffix(name, fmt.Sprintf("_%s_%d", c.Service, c.Number)) {
		name = c.Name
	}
	return view.LogLine{Container: name, Service: c.Service, Number: c.Number, Time: l.Time, Text: l.Text}
}

// Unreadable says why nothing is shown of a container.
func Unreadable(c observed.Container, err error) string {
	if engine.IsUnreadable(err) {
		return "no logs of " + c.Name + ": its log driver can't be read"
	}
	return "no logs of " + c.Name + ": " + err.Error()
}
