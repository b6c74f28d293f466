package engine

import (
	"github.com/containerd/errdefs"
	"github.com/docker/docker/client"
)

// explain makes the client's error one that a user can act on.
func (e *Engine) explain(err error) error { return Explain(err, e.Host()) }

// Explain makes of a client's error that the connection to host failed an
// Unreachable, and leaves others as they are.
func Explain(err error, host string) error {
	if client.IsErrConnectionFailed(err) {
		return Unreachable{Host: host, Err: err}
	}
	return err
}

// IsUnreadable reports whether an error says that a log driver can only be
// written to.
func IsUnreadable(err error) bool { return errdefs.IsNotImplemented(err) }

// IsGone reports whether an error says that a container, image or network does
// not exist, or no longer.
func IsGone(err error) bool { return errdefs.IsNotFound(err) }
