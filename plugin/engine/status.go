package engine

import (
	"context"
	"time"

	"github.com/containerd/errdefs"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Status looks at one container; ok is false where it is gone.
func (e *Engine) Status(ctx context.Context, id string) (c observed.Status, ok bool, err error) {
	found, err := e.client.ContainerInspect(ctx, id)
	if errdefs.IsNotFound(err) {
		return c, false, nil
	}
	if err != nil {
		return c, false, e.explain(err)
	}
	if s := found.State; s != nil {
		c.State, c.ExitCode = plan.State(s.Status), s.ExitCode
		c.Started, c.Finished = moment(s.StartedAt), moment(s.FinishedAt)
		if s.Health != nil && s.Health.Status != "none" {
			c.Health = s.Health.Status
		}
	}
	c.Command = append([]string{found.Path}, found.Args...)
	if found.Config != nil {
		c.Terminal = found.Config.Tty
	}
	if found.HostConfig != nil {
		c.Driver = found.HostConfig.LogConfig.Type
	}
	return c, true, nil
}

// moment reads a time that an engine gives; zero: it never was.
func moment(text string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || at.Year() <= 1 {
		return time.Time{}
	}
	return at
}
