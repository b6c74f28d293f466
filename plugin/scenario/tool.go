package scenario

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
)

// A tool is the probe at work inside a container, beside what the container
// runs.
type tool struct {
	scene *Scene
	who   string
	exec  string
	conn  types.HijackedResponse
	out   *bufio.Reader
	errs  *strings.Builder // complete when out has ended
}

// begin starts a tool and waits for its first line, by which it says that it
// works.
func (s *Scene) begin(r replica, args ...string) (*tool, error) {
	ctx := context.Background()
	x, err := s.Client.ContainerExecCreate(ctx, r.id, container.ExecOptions{
		Cmd: append([]string{"/probe"}, args...), AttachStdin: true, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return nil, err
	}
	conn, err := s.Client.ContainerExecAttach(ctx, x.ID, container.ExecAttachOptions{})
	if err != nil {
		return nil, err
	}
	said, saying := io.Pipe()
	t := &tool{scene: s, who: fmt.Sprintf("%s in %s", args[0], r.name), exec: x.ID, conn: conn,
		out: bufio.NewReader(said), errs: &strings.Builder{}}
	go func() {
		_, err := stdcopy.StdCopy(saying, t.errs, conn.Reader)
		saying.CloseWithError(err)
	}()
	if _, err := t.out.ReadString('\n'); err != nil {
		conn.Close()
		return nil, fmt.Errorf("%s says nothing: %s (%w)", t.who, t.errs, err)
	}
	return t, nil
}

// end closes the tool's input, by which those end that go on until then, and
// gives what it printed after its first line.
func (t *tool) end() (string, error) {
	if err := t.conn.CloseWrite(); err != nil {
		t.conn.Close()
		return "", err
	}
	return t.wait()
}

// wait waits until the tool ends by itself.
func (t *tool) wait() (string, error) {
	defer t.conn.Close()
	printed, err := io.ReadAll(t.out)
	if err != nil {
		return "", err
	}
	state, err := t.scene.Client.ContainerExecInspect(context.Background(), t.exec)
	if err != nil {
		return "", err
	}
	if state.ExitCode != 0 {
		return "", fmt.Errorf("%s ends with status %d: %s", t.who, state.ExitCode, t.errs)
	}
	return string(printed), nil
}
