package engine

import (
	"github.com/docker/docker/client"
)

// explain makes the client's error one that a user can act on.
func (e *Engine) explain(err error) error {
	if client.IsErrConnectionFailed(err) {
		return Unreachable{Host: e.client.DaemonHost(), Err: err}
	}
	return err
}
