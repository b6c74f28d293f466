package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// each runs several commands at once, parted by "--", and prints for each in turn
// the status with which it ended, and its words. To run something in a container
// takes an engine a hundred times as long as to start a process there does.
func each(ctx context.Context, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var list [][]string
	for _, part := range strings.Split(strings.Join(args, "\x00"), "\x00--\x00") {
		list = append(list, strings.Split(part, "\x00"))
	}
	codes := make([]int, len(list))
	errs := make([]error, len(list))
	var running sync.WaitGroup
	for i, words := range list {
		running.Go(func() {
			err := exec.CommandContext(ctx, self, words...).Run()
			if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
				codes[i] = exit.ExitCode()
				return
			}
			errs[i] = err
		})
	}
	running.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for i, words := range list {
		fmt.Println(codes[i], strings.Join(words, " "))
	}
	return nil
}
