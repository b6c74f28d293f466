package engine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"github.com/stack-lite/stack-lite/plugin/labels"
)

// lastWords is how long a program may take to end when its input has.
const lastWords = 5 * time.Second

// Stay runs the program with arguments inside the network of a container until enough
// ends, which is the end of its input, and passes on what it writes to its standard
// output. It returns when the program has ended, and then nothing of it is left; also
// where ctx has ended, which does not wait for its last words.
func (p *Prober) Stay(ctx, enough context.Context, id string, args []string, out io.Writer) error {
	made, err := p.create(context.WithoutCancel(ctx), id, args, true) // as in Ask
	if err != nil {
		return p.engine.explain(err)
	}
	defer p.remove(ctx, made)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	process, err := p.engine.Attach(ctx, made, true, false)
	if err != nil {
		return err
	}
	defer process.Close()
	defer context.AfterFunc(ctx, process.Close)()
	if err := p.engine.client.ContainerStart(ctx, made, container.StartOptions{}); err != nil {
		return p.engine.explain(err)
	}
	ended := make(chan struct{})
	defer close(ended)
	defer context.AfterFunc(enough, func() {
		_ = process.Input().Close()
		select {
		case <-ended:
		case <-time.After(lastWords):
			process.Close()
		}
	})()
	var said bytes.Buffer
	err = process.Output(out, &said)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case said.Len() > 0:
		return fmt.Errorf("the watcher says: %s", bytes.TrimSpace(said.Bytes()))
	}
	return err
}

// Happened is that a container was started, or has ended.
type Happened struct {
	Time    time.Time
	ID      string
	Project string // that its labels name, whoever made it
	Action  string // Started or Died
}

// Changes reports which containers start and end, of any project. It calls begun when
// nothing that happens from then on is missed, and returns when ctx ends, or with an
// error.
func Changes(ctx context.Context, e *Engine, begun func(), each func(Happened)) error {
	filter := filters.NewArgs(filters.Arg("type", string(events.ContainerEventType)), filters.Arg("event", Started), filters.Arg("event", Died))
	messages, errs := e.client.Events(ctx, events.ListOptions{Filters: filter})
	begun()
	for {
		select {
		case m := <-messages:
			if m.Actor.Attributes[labels.Prober] == "" {
				each(Happened{Time: time.Unix(0, m.TimeNano), ID: m.Actor.ID, Project: m.Actor.Attributes[labels.Project], Action: string(m.Action)})
			}
		case err := <-errs:
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return eventsEnded(e, err)
		}
	}
}
