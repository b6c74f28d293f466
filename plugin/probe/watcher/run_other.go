//go:build !linux

package watcher

import (
	"errors"
	"io"
	"time"
)

// watch says that it can't: containers run on Linux.
func watch(time.Duration, time.Duration, []string, io.Writer) error {
	return errors.New("a watcher runs on Linux only")
}
