//go:build !linux

package main

import (
	"errors"
	"time"
)

// A wire is for containers, which run Linux.
type wire struct{}

func openWire() (*wire, error) { return nil, errors.ErrUnsupported }

func (*wire) close() error { return nil }

func (*wire) send(int, []byte) error { return errors.ErrUnsupported }

func (*wire) receive(time.Duration) (on int, frame []byte, err error) {
	return 0, nil, errors.ErrUnsupported
}
