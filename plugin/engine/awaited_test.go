package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// silent is an engine that takes calls and answers none, for so long.
type silent struct {
	engine.Client
	until time.Duration
}

func (s silent) ContainerList(ctx context.Context, _ container.ListOptions) ([]container.Summary, error) {
	select {
	case <-time.After(s.until):
		return nil, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (silent) DaemonHost() string { return "unix:///silent" }

func TestThatAnEngineDoesNotAnswerIsToldOnceAndItIsWaitedFor(t *testing.T) {
	for name, c := range map[string]struct {
		until time.Duration
		want  int
	}{
		"it answers":             {time.Second, 0},
		"it answers after a day": {24 * time.Hour, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				told := 0
				e := engine.New(engine.Awaited(silent{until: c.until}, func(time.Duration) { told++ }), engine.Options{})
				for range 2 {
					if _, err := e.Containers(t.Context(), observed.Claim{}); err != nil {
						t.Fatal(err)
					}
				}
				synctest.Wait()
				if told != c.want {
					t.Errorf("told %d times, want %d", told, c.want)
				}
			})
		})
	}
}
