package follow

import (
	"context"
	"time"
)

// sizeChanges signals when the terminal may have another size, until ctx ends.
// Windows has no signal for it.
func sizeChanges(ctx context.Context) <-chan struct{} {
	changes := make(chan struct{})
	go func() {
		defer close(changes)
		clock := time.NewTicker(250 * time.Millisecond)
		defer clock.Stop()
		for {
			select {
			case <-clock.C:
				select {
				case changes <- struct{}{}:
				case <-ctx.Done():
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return changes
}
