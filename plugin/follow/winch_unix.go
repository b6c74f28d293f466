//go:build !windows

package follow

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// sizeChanges signals when the terminal may have another size, until ctx ends.
func sizeChanges(ctx context.Context) <-chan struct{} {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGWINCH)
	changes := make(chan struct{})
	go func() {
		defer close(changes)
		defer signal.Stop(signals)
		for {
			select {
			case <-signals:
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
