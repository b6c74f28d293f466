package watcher

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/stack-lite/stack-lite/plugin/probe"
)

// Run is the program as a watcher: how long it stays at most (10m), how often it tells
// (1s) and names that are looked for in, reports out. The error is one of arguments, of out, or says why nothing
// can be watched here.
func Run(_ context.Context, args []string, out io.Writer) error {
	if len(args) < 2 {
		return fmt.Errorf("usage: %s LONGEST EVERY [NAME...]", probe.WatchCommand)
	}
	var times [2]time.Duration
	for i, arg := range args[:2] {
		d, err := time.ParseDuration(arg)
		if err != nil || d <= 0 {
			return fmt.Errorf("%s is no time", arg)
		}
		times[i] = d
	}
	return watch(times[0], times[1], args[2:], out)
}
