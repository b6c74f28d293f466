package session

import (
	"context"
	"time"

	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// LinkPlanner plans links by hand beside what an engine shows now, with the
// names of all containers that are linked by hand. Images are looked up with it.
func LinkPlanner(ctx context.Context, e *engine.Engine, version string, images ...string) (adhoc.Planner, error) {
	snapshot, err := e.Observe(ctx, observed.Claim{}, images)
	if err != nil {
		return adhoc.Planner{}, err
	}
	return adhoc.Planner{Snapshot: snapshot, Version: version, Now: time.Now()}, e.Names(ctx, adhoc.Linked(snapshot)...)
}
