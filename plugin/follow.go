package plugin

import (
	"context"
	"sync"
	"time"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// follower shows what the containers of a stack write, from when they come to
// when they are gone: also those that are made later, and what a container
// writes after it was started again. It learns of that from the engine's
// events.
type follower struct {
	engine  *engine.Engine
	project string
	view    view.Options
	look    view.LogOptions
	query   engine.LogQuery           // which lines of the containers that there are at the beginning
	after   map[string]time.Time      // by id of one of these: lines until then are not shown
	shown   func(engine.Replica) bool // which containers are meant
	stopped func() bool               // tells that no container that exits comes back; nil: never

	// exited is told, one at a time, that a container has exited and isn't
	// restarted by its policy. Where it is nil exits are not shown either.
	exited func(exit)

	logs  *view.Logs
	merge *view.Merge
	open  sync.WaitGroup // tails
	wake  chan struct{}  // something has changed

	mu    sync.Mutex
	began bool
	early []engine.Event // that came before the list did
	tails map[string]*tail
}

// exit is the end of a container's run.
type exit struct {
	replica engine.Replica
	code    int
	at      time.Time
}

// returning is how long a container that somebody else has stopped is waited
// for where no other runs: it may be about to be restarted or replaced.
const returning = 3 * time.Second

// run follows until ctx ends or until no container that is meant runs any
// more. begun is told which there are at the beginning.
func (f *follower) run(ctx context.Context, begun func([]engine.Replica)) (err error) {
	f.tails, f.wake = map[string]*tail{}, make(chan struct{}, 1)
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
		query := engine.EventQuery{Project: f.project}
		failed <- f.engine.Watch(within, query, func() { close(ready) }, func(e engine.Event) { f.event(within, e) })
	}()
	<-ready
	list, err := f.engine.List(ctx, f.project)
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
			timer := time.NewTimer(wait)
			defer timer.Stop()
			timeout = timer.C
		}
		select {
		case <-f.wake:
		case <-timeout:
			return nil
		case err := <-failed:
			return err
		}
	}
}

// begin follows what there is.
func (f *follower) begin(ctx context.Context, list []engine.Replica, begun func([]engine.Replica)) {
	var meant []engine.Replica
	for _, r := range list {
		if f.shown(r) {
			meant = append(meant, r)
			f.look.Containers = append(f.look.Containers, logLine(r, engine.LogLine{}))
		}
	}
	f.logs = view.NewLogs(f.view, f.look)
	f.merge = view.NewMerge(patience, f.logs.Line)
	begun(meant)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.began = true
	for _, r := range meant {
		query := f.query
		query.After = f.after[r.ID]
		f.tail(ctx, r, query)
	}
	for _, e := range f.early {
		f.take(ctx, e)
	}
}

// tail begins to follow one container; f.mu is held.
func (f *follower) tail(ctx context.Context, r engine.Replica, q engine.LogQuery) {
	t := &tail{follower: f, replica: r, query: q, ping: make(chan struct{}, 1), busy: true}
	state := plan.State(r.State)
	t.up, t.ended = state.Up(), state == plan.StateExited
	f.tails[r.ID] = t
	f.open.Go(func() { t.run(ctx) })
}

// event takes an event in.
func (f *follower) event(ctx context.Context, e engine.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.began {
		f.early = append(f.early, e)
		return
	}
	f.take(ctx, e)
}

func (f *follower) take(ctx context.Context, e engine.Event) {
	t := f.tails[e.ID]
	switch {
	case t != nil:
		t.queue, t.busy = append(t.queue, e), true
		poke(t.ping)
	case e.Action == engine.Started && f.shown(e.Replica):
		e.State = string(plan.StateRunning)
		f.tail(ctx, e.Replica, engine.LogQuery{Follow: true, Tail: -1})
	}
	poke(f.wake)
}

// over tells whether no container runs and none will, or how long to wait for
// one that may come back: 0 is until something happens.
func (f *follower) over(ctx context.Context) (wait time.Duration, over bool, err error) {
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
	list, err := f.engine.List(ctx, f.project)
	if err != nil {
		return 0, false, err
	}
	made := false
	for _, r := range list {
		if !f.shown(r) {
			continue
		}
		if up := plan.State(r.State).Up(); up && known[r.ID] {
			// A list may still say so of one that has just exited.
			now, _, err := f.engine.Status(ctx, r.ID)
			if err != nil || now.State.Up() {
				return 0, false, err
			}
		} else if up {
			return 0, false, nil
		}
		made = made || plan.State(r.State) == plan.StateCreated
	}
	if f.stopped != nil && f.stopped() || !killed && !made {
		return 0, true, nil
	}
	return returning, false, nil
}

// silent tells that a container's log can't be read.
func (f *follower) silent(r engine.Replica, err error) {
	view.PrintNotes(f.view, []compose.Note{{Text: unreadable(r, err)}})
}

// poke wakes who waits on a channel of length one.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
