package enginetest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

func (s session) logs(of string, o container.LogsOptions) (stdout, stderr string) {
	s.t.Helper()
	r, err := s.cli.ContainerLogs(context.Background(), of, o)
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Close()
	var out, errs bytes.Buffer
	if _, err := stdcopy.StdCopy(&out, &errs, r); err != nil {
		s.t.Fatal(err)
	}
	return out.String(), errs.String()
}

// exited waits until a container does not run and returns its status.
func (s session) exited(id string) int64 {
	s.t.Helper()
	results, errs := s.cli.ContainerWait(context.Background(), id, container.WaitConditionNotRunning)
	select {
	case result := <-results:
		return result.StatusCode
	case err := <-errs:
		s.t.Fatal(err)
		return 0
	}
}

func TestAProgramThatSpeaksIsLoggedAndEnds(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		s := session{t, cli}
		s.run("say", "bridge", nil, "/probe", "say", "-n", "2", "-exit", "7", "one", "two")
		if code := s.exited("say"); code != 7 {
			t.Errorf("it ended with %d, want 7", code)
		}
		out, errs := s.logs("say", container.LogsOptions{ShowStdout: true, ShowStderr: true})
		if out != "one\ntwo\none\ntwo\n" || errs != "" {
			t.Errorf("it printed %q and %q", out, errs)
		}
		if out, _ := s.logs("say", container.LogsOptions{ShowStdout: true, Tail: "1"}); out != "two\n" {
			t.Errorf("its last line is %q", out)
		}
		if out, _ := s.logs("say", container.LogsOptions{ShowStdout: true, Tail: "1", Timestamps: true}); !strings.HasPrefix(out, time.Now().UTC().Format("2006-")) {
			t.Errorf("a line with its time is %q", out)
		}
		if out, _ := s.logs("say", container.LogsOptions{ShowStderr: true}); out != "" {
			t.Errorf("standard error holds %q", out)
		}
	})
}

func TestLogsAreFollowedToTheEndOfTheContainer(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		s := session{t, cli}
		s.run("say", "bridge", nil, "/probe", "say", "-stderr", "-n", "5", "-every", "5ms", "word")
		out, errs := s.logs("say", container.LogsOptions{ShowStdout: true, ShowStderr: true, Follow: true})
		if out != "" || errs != strings.Repeat("word\n", 5) {
			t.Errorf("followed: %q and %q", out, errs)
		}
	})
}

func TestWhoIsAttachedBeforeTheStartHearsEverything(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		s := session{t, cli}
		id := s.create("say", "bridge", nil, "/probe", "say", "hello")
		conn, err := cli.ContainerAttach(t.Context(), id, container.AttachOptions{Stream: true, Stdout: true, Stderr: true})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.CloseWrite(); err != nil { // no input is not the end of output
			t.Fatal(err)
		}
		if err := cli.ContainerStart(t.Context(), id, container.StartOptions{}); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if _, err := stdcopy.StdCopy(&out, io.Discard, conn.Reader); err != nil || out.String() != "hello\n" {
			t.Errorf("heard %q (%v)", out.String(), err)
		}
	})
}

func TestARestartPolicyBringsAContainerBack(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		made, err := cli.ContainerCreate(t.Context(),
			&container.Config{Image: "probe", Cmd: []string{"/probe", "say", "-exit", "1", "again"}},
			&container.HostConfig{RestartPolicy: container.RestartPolicy{Name: "on-failure", MaximumRetryCount: 2}},
			nil, nil, "restless")
		if err != nil {
			t.Fatal(err)
		}
		if err := cli.ContainerStart(t.Context(), made.ID, container.StartOptions{}); err != nil {
			t.Fatal(err)
		}
		s := session{t, cli}
		if out, _ := s.logs("restless", container.LogsOptions{ShowStdout: true, Follow: true}); out != strings.Repeat("again\n", 3) {
			t.Errorf("with two more chances it said %q", out)
		}
		c, err := cli.ContainerInspect(t.Context(), made.ID)
		if err != nil || c.RestartCount != 2 || c.State.Status != container.StateExited {
			t.Errorf("it ends restarted %d times and %s (%v)", c.RestartCount, c.State.Status, err)
		}
	})
}

func TestAContainerThatRemovesItselfIsGone(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		made, err := cli.ContainerCreate(t.Context(), &container.Config{Image: "probe", Cmd: []string{"/probe", "sleep"}},
			&container.HostConfig{AutoRemove: true}, nil, nil, "fleeting")
		if err != nil {
			t.Fatal(err)
		}
		if err := cli.ContainerStart(t.Context(), made.ID, container.StartOptions{}); err != nil {
			t.Fatal(err)
		}
		results, errs := cli.ContainerWait(t.Context(), made.ID, container.WaitConditionRemoved)
		if err := cli.ContainerStop(t.Context(), made.ID, container.StopOptions{}); err != nil {
			t.Fatal(err)
		}
		select {
		case r := <-results:
			if r.StatusCode != 0 {
				t.Errorf("stopped, it ended with %d", r.StatusCode)
			}
		case err := <-errs:
			t.Fatal(err)
		}
		if _, err := cli.ContainerInspect(t.Context(), made.ID); !cerrdefs.IsNotFound(err) {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func TestFreePortsComeInOrderAndComeBack(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		publish := func(name, port string) error {
			made, err := cli.ContainerCreate(t.Context(), &container.Config{Image: "probe"},
				&container.HostConfig{PortBindings: nat.PortMap{"80/tcp": {{HostPort: port}}}}, nil, nil, name)
			if err != nil {
				t.Fatal(err)
			}
			return cli.ContainerStart(t.Context(), made.ID, container.StartOptions{})
		}
		for _, name := range []string{"p1", "p2"} {
			if err := publish(name, ""); err != nil {
				t.Fatal(err)
			}
		}
		list, err := cli.ContainerList(t.Context(), container.ListOptions{Filters: filters.NewArgs(filters.Arg("name", "p2"))})
		if err != nil || len(list) != 1 || list[0].Ports[0].PublicPort != 32769 {
			t.Errorf("the second free port is in %v (%v)", list, err)
		}
		if err := publish("p3", "32768"); err == nil || !strings.Contains(err.Error(), "Bind for 0.0.0.0:32768 failed: port is already allocated") {
			t.Errorf("a taken port: %v", err)
		}
		if err := cli.ContainerRemove(t.Context(), "p1", container.RemoveOptions{Force: true}); err != nil {
			t.Fatal(err)
		}
		if err := cli.ContainerStart(t.Context(), "p3", container.StartOptions{}); err != nil {
			t.Errorf("a port given back: %v", err)
		}
	})
}

func TestEventsTellTheLifeOfAContainer(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		s := session{t, cli}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		begin := time.Now()
		// Those of the past and those to come, in one stream.
		s.run("web", "bridge", nil)
		messages, errs := cli.Events(ctx, events.ListOptions{
			Since:   begin.Add(-time.Minute).Format(time.RFC3339),
			Filters: filters.NewArgs(filters.Arg("type", "container"), filters.Arg("container", "web")),
		})
		if err := cli.ContainerRemove(ctx, "web", container.RemoveOptions{Force: true}); err != nil {
			t.Fatal(err)
		}
		var seen []string
		for len(seen) == 0 || seen[len(seen)-1] != "destroy" {
			select {
			case m := <-messages:
				seen = append(seen, string(m.Action))
			case err := <-errs:
				t.Fatal(err)
			}
		}
		if got := strings.Join(seen, " "); got != "create start kill die destroy" {
			t.Errorf("seen: %s", got)
		}
		cancel()
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Errorf("the stream ends with %v", err)
		}
	})
}
