package scenario

import (
	"bytes"
	"context"
	"fmt"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"
)

// Inside runs something in a container, and gives what it prints. The error of what fails
// has what that printed.
func Inside(ctx context.Context, cli *client.Client, id string, words ...string) (string, error) {
	x, err := cli.ContainerExecCreate(ctx, id, container.ExecOptions{Cmd: words, AttachStdout: true, AttachStderr: true})
	if err != nil {
		return "", err
	}
	conn, err := cli.ContainerExecAttach(ctx, x.ID, container.ExecAttachOptions{})
	if err != nil {
		return "", err
	}
	defer conn.Close()
	var out, errs bytes.Buffer
	if _, err := stdcopy.StdCopy(&out, &errs, conn.Reader); err != nil {
		return "", err
	}
	state, err := cli.ContainerExecInspect(ctx, x.ID)
	if err != nil {
		return "", err
	}
	if state.ExitCode != 0 {
		return "", fmt.Errorf("%q: exit code %d: %s%s", words, state.ExitCode, &out, &errs)
	}
	return out.String(), nil
}
