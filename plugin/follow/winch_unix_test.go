//go:build !windows

package follow

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestAChangeOfSizeIsSeenWhileTheFirstIsSet(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	set := 0
	resizeAlways(ctx, func() error {
		set++
		if set == 2 {
			cancel()
			return nil
		}
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			return err
		}
		return self.Signal(syscall.SIGWINCH)
	})
	if set != 2 {
		t.Errorf("set %d times", set)
	}
}
