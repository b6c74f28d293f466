// Package watch lets watchers of package probe see what the containers of a project say to
// each other: one in the network of each, for as long as is asked for. Containers that
// are started meanwhile are watched from then on. What watchers see goes to a
// suggest.Traffic; where one ends too early the result says so.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/probe"
	"github.com/stack-lite/stack-lite/plugin/suggest"
)

const (
	// every is how often watchers tell what they saw.
	every = time.Second
	// beyond is how much longer a watcher may stay than is asked for, should its input not
	// end: others have to begin, and an engine may be slow.
	beyond = 5 * time.Minute
	// patience is how long the first watchers may take to begin. What has not begun by
	// then is watched later, or not at all.
	patience = 2 * time.Minute
	// settle is how long events may gather before containers are looked at again.
	settle = 100 * time.Millisecond
)

// Stayer runs a program in the network of a container until enough ends: an
// engine.Prober.
type Stayer interface {
	Stay(ctx, enough context.Context, id string, args []string, out io.Writer) error
}

// Options are what is watched, and how.
type Options struct {
	Watchers Stayer
	For      time.Duration
	Names    []string // that containers may look up
	Parallel int      // how many watchers begin at once

	// Observe takes a snapshot, with the containers that are to be watched.
	Observe func(context.Context) (*observed.Snapshot, []suggest.Member, error)

	// Changes reports which containers start and end, until its context ends.
	Changes func(ctx context.Context, begun func(), each func(engine.Happened)) error

	// Begun is called when all that run are watched, with the names of their containers.
	Begun func(containers []string)
}

// Result is what came of it.
type Result struct {
	Traffic *suggest.Traffic
	Notes   []string // what is incomplete
}

// Run watches until the time is over or enough ends. The error is that of the engine at
// the beginning, that nothing could be watched, or that of ctx, or of enough where it ends
// before anything is watched.
func Run(ctx, enough context.Context, o Options) (Result, error) {
	w := &watch{
		o: o, traffic: suggest.NewTraffic(), running: map[string]*watcher{}, places: make(chan struct{}, max(1, o.Parallel)),
		died: map[string]bool{}, skipped: map[string]skip{}, tries: map[string]int{},
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	enough, w.stop = context.WithCancel(enough)
	defer w.stop()
	changed, followed := w.follow(ctx)
	defer func() { cancel(); <-followed }()
	w.ctx, w.enough = ctx, enough
	if err := w.look(); err != nil {
		return Result{}, err
	}
	w.awaitBegin()
	if ctx.Err() != nil {
		w.all.Wait()
		return Result{}, ctx.Err()
	}
	names := w.begun()
	if len(names) == 0 {
		early := enough.Err()
		w.stop()
		if w.all.Wait(); early != nil {
			return Result{}, early
		}
		return Result{}, w.nothing()
	}
	if enough.Err() == nil {
		o.Begun(names)
	}
	over := time.NewTimer(o.For)
	defer over.Stop()
	for watching := true; watching; {
		select {
		case <-over.C:
			watching = false
		case <-enough.Done():
			watching = false
		case <-ctx.Done():
			watching = false
		case <-changed:
			w.again()
		}
	}
	w.stop()
	w.all.Wait()
	if ctx.Err() != nil {
		return Result{}, ctx.Err()
	}
	w.lastLook()
	return Result{Traffic: w.traffic, Notes: w.allNotes()}, nil
}

// watch is one run.
type watch struct {
	o           Options
	ctx, enough context.Context
	stop        context.CancelFunc
	places      chan struct{} // for those that begin
	all         sync.WaitGroup

	mu      sync.Mutex
	traffic *suggest.Traffic
	running map[string]*watcher // by the container in whose network it is
	ended   []string            // containers that have ended since the last look
	died    map[string]bool     // containers that have ended at all
	skipped map[string]skip     // containers that are not watched
	tries   map[string]int      // how often a watcher could not begin
	notes   []string
}

// skip is why a container is not watched.
type skip struct{ name, why string }

// mostTries is how often a watcher is tried that can't begin.
const mostTries = 3

// watcher is one that was started.
type watcher struct {
	name  string        // of the container
	end   func()        // lets it end
	first chan struct{} // closed when it has begun, or failed
	begun bool
	gone  bool // the container has ended: so may it
}

// follow notes what happens to containers, and says when to look again.
func (w *watch) follow(ctx context.Context) (changed, ended chan struct{}) {
	changed, ended = make(chan struct{}, 1), make(chan struct{})
	begun := make(chan struct{})
	once := sync.OnceFunc(func() { close(begun) })
	go func() {
		defer close(ended)
		defer once()
		err := w.o.Changes(ctx, once, func(h engine.Happened) {
			if h.Action == engine.Died {
				w.mu.Lock()
				w.ended = append(w.ended, h.ID)
				w.died[h.ID] = true
				w.mu.Unlock()
			}
			select {
			case changed <- struct{}{}:
			default:
			}
		})
		if err != nil && ctx.Err() == nil {
			w.note(fmt.Sprintf("containers that were started meanwhile were not watched: %v", err))
		}
	}()
	<-begun
	return changed, ended
}

func (w *watch) note(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.notes, text) {
		w.notes = append(w.notes, text)
	}
}

// look takes a snapshot and lets what is not watched be watched.
func (w *watch) look() error {
	snapshot, members, err := w.o.Observe(w.ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.traffic.Know(snapshot, members)
	for _, m := range members {
		if m.Namespace == "" {
			w.skipped[m.ID] = skip{m.Name, m.Why}
			continue
		}
		if w.running[m.Namespace] == nil && w.tries[m.Namespace] < mostTries {
			name := m.Name
			if owner := snapshot.ByID(m.Namespace); owner != nil {
				name = owner.Name
			}
			w.start(m.Namespace, name)
		}
	}
	return nil
}

// again looks again, after events.
func (w *watch) again() {
	select {
	case <-time.After(settle): // several come together
	case <-w.enough.Done():
	}
	w.mu.Lock()
	for _, id := range w.ended {
		if old := w.running[id]; old != nil {
			old.gone = true
			old.end()
			delete(w.running, id)
		}
	}
	w.ended = nil
	w.mu.Unlock()
	if err := w.look(); err != nil && w.ctx.Err() == nil {
		w.note(fmt.Sprintf("containers that were started meanwhile may not have been watched: %v", err))
	}
}

// lastLook finds out whose the addresses are that nobody had yet.
func (w *watch) lastLook() {
	snapshot, members, err := w.o.Observe(w.ctx)
	if err != nil {
		return // what is known by then counts
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.traffic.Know(snapshot, members)
}

// start lets a watcher begin in the network of a container.
func (w *watch) start(id, name string) {
	enough, end := context.WithCancel(w.enough)
	one := &watcher{name: name, end: end, first: make(chan struct{})}
	w.running[id] = one
	w.all.Go(func() {
		defer end()
		w.run(enough, id, one)
	})
}

// run lets a watcher run to its end.
func (w *watch) run(enough context.Context, id string, one *watcher) {
	first := sync.OnceFunc(func() { close(one.first) })
	defer first()
	select {
	case w.places <- struct{}{}:
	case <-enough.Done():
		w.missed(id, one, nil)
		return
	}
	leave := sync.OnceFunc(func() { <-w.places })
	defer leave()
	r, out := io.Pipe()
	read := make(chan error, 1)
	complete := false
	go func() {
		err := probe.ReadReports(r, func(report probe.Report) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if report.Begun != nil {
				one.begun = true
				delete(w.skipped, id)
				first()
				leave()
			}
			complete = complete || report.End
			w.traffic.Add(id, report)
		})
		r.CloseWithError(errors.Join(err, io.ErrClosedPipe))
		read <- err
	}()
	args := append([]string{probe.WatchCommand, (w.o.For + beyond).String(), every.String()}, w.o.Names...)
	err := w.o.Watchers.Stay(w.ctx, enough, id, args, out)
	out.Close()
	if unread := <-read; unread != nil {
		err = unread
	}
	if !complete {
		w.missed(id, one, err)
	}
}

// missed notes that a container was not watched to the end. One whose watcher could not
// begin is tried again when containers are looked at the next time: it may have been
// about to be started.
func (w *watch) missed(id string, one *watcher, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	why := ""
	if err != nil {
		why = ": " + strings.TrimSpace(err.Error())
	}
	switch {
	case w.ctx.Err() != nil, one.begun && one.gone:
	case one.begun:
		w.notes = append(w.notes, fmt.Sprintf("%s was not watched to the end: its watcher ended early%s", one.name, why))
	default:
		w.skipped[id] = skip{one.name, "its watcher could not begin" + why}
		w.tries[id]++
		if w.running[id] == one {
			delete(w.running, id)
		}
	}
}

// awaitBegin waits until all watchers have begun, or failed.
func (w *watch) awaitBegin() {
	w.mu.Lock()
	var list []*watcher
	for _, one := range w.running {
		list = append(list, one)
	}
	w.mu.Unlock()
	late := time.NewTimer(patience)
	defer late.Stop()
	for _, one := range list {
		select {
		case <-one.first:
		case <-late.C:
			return
		case <-w.enough.Done():
			return
		case <-w.ctx.Done():
			return
		}
	}
}

// begun lists the containers that are watched, by name.
func (w *watch) begun() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var names []string
	for _, one := range w.running {
		if one.begun {
			names = append(names, one.name)
		}
	}
	slices.Sort(names)
	return names
}

// Nothing is the error where nothing could be watched.
type Nothing struct{ Why []string }

func (n *Nothing) Error() string {
	if len(n.Why) == 0 {
		return "nothing to watch: no container of the project runs"
	}
	return "nothing could be watched: " + strings.Join(n.Why, "; ")
}

func (w *watch) nothing() error { return &Nothing{Why: w.whySkipped()} }

// whySkipped says why containers are not watched, those of one reason together.
func (w *watch) whySkipped() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	by := map[string][]string{}
	for id, s := range w.skipped {
		if w.died[id] && w.tries[id] > 0 {
			s.why = "it ended before it could be watched"
		}
		by[s.why] = append(by[s.why], s.name)
	}
	var list []string
	for why, names := range by {
		slices.Sort(names)
		list = append(list, strings.Join(names, ", ")+": "+why)
	}
	slices.Sort(list)
	return list
}

// allNotes are all that a user should know.
func (w *watch) allNotes() []string {
	var notes []string
	for _, why := range w.whySkipped() {
		notes = append(notes, "not watched: "+why)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Concat(notes, w.notes, w.traffic.Notes())
}
