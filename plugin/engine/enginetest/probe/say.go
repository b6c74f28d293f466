package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

// say prints its lines, all of them -n times over, pausing -every between two
// lines, and ends with status -exit. With -bare lines have no end. A signal cuts it short.
func say(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("say", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	times := flags.Int("n", 1, "")
	every := flags.Duration("every", 0, "")
	exit := flags.Int("exit", 0, "")
	toStderr := flags.Bool("stderr", false, "")
	bare := flags.Bool("bare", false, "")
	if err := flags.Parse(args); err != nil {
		return wrongUsage("say: %v", err)
	}
	out := os.Stdout
	if *toStderr {
		out = os.Stderr
	}
	first := true
	for range *times {
		for _, line := range flags.Args() {
			if !first && !pause(ctx, *every) {
				return nil
			}
			first = false
			if *bare {
				fmt.Fprint(out, line)
				continue
			}
			fmt.Fprintln(out, line)
		}
	}
	if *exit != 0 {
		return &exitError{code: *exit}
	}
	return nil
}

// pause waits for d and reports whether it passed before ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
