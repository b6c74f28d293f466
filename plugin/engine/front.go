package engine

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/containerd/errdefs"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// MakeFrontImage makes the image that fronts are made from, of a program, a file of
// this machine, under a name such as front.Image gives. Where there is such an image
// nothing is done, whatever program is in it: what it does is in its name. Another
// image, of somebody else, loses the name. The error is a *ForeignProgram where the
// program could not run on the engine.
func MakeFrontImage(ctx context.Context, e *Engine, ref, program string) error {
	there, err := e.client.ImageInspect(ctx, ref)
	switch {
	case err == nil && there.Config != nil && there.Config.Labels[front.ImageLabel] == ref:
		return nil
	case err != nil && !errdefs.IsNotFound(err):
		return e.explain(err)
	}
	content, err := readProgram(ctx, e, program)
	if err != nil {
		return err
	}
	return e.explain(importProgram(ctx, e, ref, content,
		"LABEL "+front.ImageLabel+"="+ref, "USER "+front.User, `ENTRYPOINT ["`+programPath+`"]`))
}

// Drain has the front in a container give a replica, by its address, no new
// connection, and waits until those that it has are over, for timeout at most: that
// some are left then is no error. A front that does not run gives nobody
// connections, which is none either.
func Drain(ctx context.Context, e *Engine, id, address string, timeout time.Duration) error {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return err
	}
	d := front.Drain{Address: addr, Timeout: timeout}
	execID, p, err := e.Exec(ctx, id, Exec{Command: append([]string{front.Program}, d.Args()...)})
	if err != nil {
		return ignoreConflict(err)
	}
	defer p.Close()
	defer context.AfterFunc(ctx, p.Close)()
	var out, said bytes.Buffer
	err = p.Output(&out, &said)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	code, _, err := e.ExecResult(ctx, execID)
	switch {
	case err != nil:
		return ignoreConflict(err) // it has gone meanwhile
	case code != 0:
		return fmt.Errorf("the front can't drain %s: %s", address, bytes.TrimSpace(append(said.Bytes(), out.Bytes()...)))
	}
	_, err = front.ParseLeft(out.String())
	return err
}
