package follow

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Interrupts counts how often the user has asked to stop: by Ctrl-C, by
// SIGTERM, or through the docker command, which ends ctx when it is asked
// itself. Both may say the same first time, so that the end of ctx counts only
// where no signal was before. Call stop when the counts are no longer needed.
func Interrupts(ctx context.Context) (times <-chan int, stop func()) {
	signals := make(chan os.Signal, 3)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	out := make(chan int, 3)
	go func() {
		ended := ctx.Done()
		for reported, signalled := 0, 0; ; {
			select {
			case <-signals:
				signalled++
			case <-ended:
				ended = nil
			case <-done:
				return
			}
			if count := max(signalled, 1); count > reported {
				reported = count
				select {
				case out <- count:
				case <-done:
					return
				}
			}
		}
	}()
	return out, func() {
		signal.Stop(signals)
		close(done)
	}
}
