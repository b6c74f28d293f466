//go:build !windows

package interrupt_test

import (
	"context"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/interrupt"
)

// TestACtrlCIsCountedOnce plays what reaches the program: "signal" is one of the
// terminal, "end" the docker command, which passes the first on.
func TestACtrlCIsCountedOnce(t *testing.T) {
	for name, c := range map[string]struct {
		happens []string
		want    []int // the count after each; 0: none
	}{
		"three signals":                  {[]string{"signal", "signal", "signal"}, []int{1, 2, 3}},
		"the docker command alone":       {[]string{"end"}, []int{1}},
		"both, the signal first":         {[]string{"signal", "end", "signal"}, []int{1, 0, 2}},
		"both, the docker command first": {[]string{"end", "signal", "signal"}, []int{1, 0, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, end := context.WithCancel(context.Background())
			defer end()
			var got []int
			if err := interrupt.Run(ctx, interrupt.Options{}, func(within context.Context) error {
				times, give := interrupt.Take(within)
				defer give()
				for i, what := range c.happens {
					if what == "end" {
						end()
					} else if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
						return err
					}
					timeout := 10 * time.Second
					if c.want[i] == 0 {
						timeout = 100 * time.Millisecond
					}
					select {
					case n := <-times:
						got = append(got, n)
					case <-time.After(timeout):
						got = append(got, 0)
					}
				}
				return within.Err()
			}); err != nil {
				t.Errorf("who has taken Ctrl-C is ended by it: %v", err)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
