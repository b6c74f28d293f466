package faulty_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario/faulty"
)

const (
	image = "stacklite-probe:test"
	name  = "stacklite-faulty-test"
)

// engine is one whose calls meet faults, and how it is asked without.
type engine struct {
	faults interface {
		Fail(func(enginetest.Call) enginetest.Fault)
		Strike(int, func(enginetest.Call) bool, enginetest.Fault) func() (enginetest.Call, bool)
	}
	met, direct *client.Client
}

func inMemory(t *testing.T) *enginetest.Engine {
	return enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe(image)}})
}

func before(t *testing.T, host string, direct *client.Client) engine {
	t.Helper()
	e, err := faulty.Before(host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return engine{e, connect(t, e.Host()), direct}
}

func connect(t *testing.T, host string) *client.Client {
	t.Helper()
	cli, err := client.NewClientWithOpts(client.WithHost(host), client.WithVersion("1.41"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cli.Close() })
	return cli
}

// strike lets calls of a path meet a fault.
func (e engine) strike(path string, fault enginetest.Fault) {
	e.faults.Fail(func(c enginetest.Call) enginetest.Fault {
		if c.Path == path {
			return fault
		}
		return enginetest.None
	})
}

// made reports whether there is a network of the test's name, which it removes.
func (e engine) made(t *testing.T) bool {
	t.Helper()
	e.faults.Fail(nil)
	err := e.direct.NetworkRemove(context.Background(), name)
	if err != nil && !errdefs.IsNotFound(err) {
		t.Fatal(err)
	}
	return err == nil
}

// all claims what holds of faults wherever they are met.
func all(t *testing.T, e engine) {
	for what, test := range map[string]func(*testing.T, engine){
		"a fault strikes before or after the effect":               strikesBeforeOrAfter,
		"a call that hangs ends with its client":                   hangsUntilItsClientGoes,
		"a held call that is cut off has its effect when released": isCutOffAndCarriedOutLate,
		"a held call that hangs has its effect when released":      hangsAndIsCarriedOutLate,
		"a held call is answered when released":                    isAnsweredLate,
		"a stream of events is dropped":                            dropsAStream,
		"a conversation passes and is cut off":                     cutsAConversation,
		"the call that is chosen meets a fault":                    meetsAFaultByNumber,
	} {
		t.Run(what, func(t *testing.T) {
			defer e.made(t)
			test(t, e)
		})
	}
}

func TestFaultsInMemory(t *testing.T) {
	memory := inMemory(t)
	cli := connect(t, memory.Host())
	all(t, engine{memory, cli, cli})
}

func TestFaultsBeforeAnEngineInMemory(t *testing.T) {
	host := inMemory(t).Host()
	all(t, before(t, host, connect(t, host)))
}

func TestFaultsBeforeTheRealEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, image)
	all(t, before(t, cli.DaemonHost(), cli))
}

func strikesBeforeOrAfter(t *testing.T, e engine) {
	for _, test := range []struct {
		what           string
		fault          enginetest.Fault
		made, succeeds bool
	}{
		{"none", enginetest.None, true, true},
		{"an error", enginetest.Answer(http.StatusInternalServerError, "out of order"), false, false},
		{"garbage", enginetest.Garbage, false, false},
		{"cut before", enginetest.CutBefore, false, false},
		{"cut in the answer", enginetest.CutWithin, true, false},
		{"cut after", enginetest.CutAfter, true, false},
		{"a delay", enginetest.Delay(time.Millisecond), true, true},
		{"a stream that would be dropped later", enginetest.Drop(make(chan struct{})), true, true},
	} {
		e.strike("/networks/create", test.fault)
		if _, err := e.met.NetworkCreate(t.Context(), name, network.CreateOptions{}); (err == nil) != test.succeeds {
			t.Errorf("%s: the call ends with %v", test.what, err)
		}
		if made := e.made(t); made != test.made {
			t.Errorf("%s: the network is made: %v, want %v", test.what, made, test.made)
		}
	}
}

func hangsUntilItsClientGoes(t *testing.T, e engine) {
	asked := make(chan struct{})
	end := e.asks(t, asked, func() enginetest.Fault { return enginetest.Hang })
	<-asked
	end()
	if e.made(t) {
		t.Error("a call that hangs has an effect")
	}
	asked = make(chan struct{})
	end = e.asks(t, asked, func() enginetest.Fault { return enginetest.HangAfter })
	<-asked
	await(t, func() bool { return e.made(t) })
	end()
}

// asks has a call meet a fault that hangs, says when it came, and ends it.
func (e engine) asks(t *testing.T, asked chan<- struct{}, fault func() enginetest.Fault) (end func()) {
	e.faults.Fail(func(c enginetest.Call) enginetest.Fault {
		if c.Path != "/networks/create" {
			return enginetest.None
		}
		close(asked)
		return fault()
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := e.met.NetworkCreate(ctx, name, network.CreateOptions{})
		ended <- err
	}()
	return func() {
		t.Helper()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the call ends with %v, want that it was cancelled", err)
		}
	}
}

// await asks until it is so.
func await(t *testing.T, so func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		if so() {
			return
		}
		<-tick.C
	}
	t.Fatal("it does not come about")
}

func isCutOffAndCarriedOutLate(t *testing.T, e engine) {
	held := enginetest.NewHeld()
	e.strike("/networks/create", held.Cut())
	if _, err := e.met.NetworkCreate(t.Context(), name, network.CreateOptions{}); err == nil {
		t.Error("the call succeeds")
	}
	if e.made(t) {
		t.Error("the network is made before")
	}
	held.Release()
	if !e.made(t) {
		t.Error("the network is not made")
	}
}

func hangsAndIsCarriedOutLate(t *testing.T, e engine) {
	held, asked := enginetest.NewHeld(), make(chan struct{})
	end := e.asks(t, asked, held.Hang)
	<-asked
	end()
	if e.made(t) {
		t.Error("the network is made before")
	}
	await(t, func() bool { held.Release(); return e.made(t) })
}

func isAnsweredLate(t *testing.T, e engine) {
	held, asked := enginetest.NewHeld(), make(chan struct{})
	e.faults.Fail(func(c enginetest.Call) enginetest.Fault {
		if c.Path != "/networks/create" {
			return enginetest.None
		}
		close(asked)
		return held.Answer()
	})
	ended := make(chan error, 1)
	go func() {
		_, err := e.met.NetworkCreate(t.Context(), name, network.CreateOptions{})
		ended <- err
	}()
	<-asked
	if e.made(t) {
		t.Error("the network is made before")
	}
	held.Release()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !e.made(t) {
		t.Error("the network is not made")
	}
}

func meetsAFaultByNumber(t *testing.T, e engine) {
	struck := e.faults.Strike(1, func(c enginetest.Call) bool { return c.Path == "/networks/create" }, enginetest.CutBefore)
	for i, succeeds := range []bool{true, false, true} {
		call, came := struck()
		if came != (i == 2) {
			t.Errorf("before change %d it has struck: %v, %v", i, came, call)
		}
		if _, err := e.met.NetworkList(t.Context(), network.ListOptions{}); err != nil {
			t.Errorf("a look meets the fault: %v", err)
		}
		_, err := e.met.NetworkCreate(t.Context(), fmt.Sprint(name, i), network.CreateOptions{})
		if (err == nil) != succeeds {
			t.Errorf("change %d ends with %v", i, err)
		}
		if err := e.direct.NetworkRemove(t.Context(), fmt.Sprint(name, i)); (err == nil) != succeeds {
			t.Errorf("removing what change %d made: %v", i, err)
		}
	}
}

func dropsAStream(t *testing.T, e engine) {
	dropped := make(chan struct{})
	e.strike("/events", enginetest.Drop(dropped))
	messages, errs := e.met.Events(t.Context(), events.ListOptions{Filters: filters.NewArgs(filters.Arg("network", name))})
	if _, err := e.direct.NetworkCreate(t.Context(), name, network.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	defer e.made(t)
	select {
	case m := <-messages:
		if m.Action != events.ActionCreate {
			t.Errorf("the event is %v", m)
		}
	case err := <-errs:
		t.Fatalf("the stream ends with %v", err)
	}
	close(dropped)
	if err := <-errs; err == nil {
		t.Error("the stream goes on")
	}
}

// Talking to a process takes the connection over.
func cutsAConversation(t *testing.T, e engine) {
	ctx := t.Context()
	made, err := e.direct.ContainerCreate(ctx, &container.Config{Image: image}, nil, nil, nil, name)
	if err != nil {
		t.Fatal(err)
	}
	defer e.direct.ContainerRemove(context.Background(), made.ID, container.RemoveOptions{Force: true})
	if err := e.direct.ContainerStart(ctx, made.ID, container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	say := func() (string, error) {
		x, err := e.met.ContainerExecCreate(ctx, made.ID, container.ExecOptions{
			Cmd: []string{"/probe", "env", "PATH"}, AttachStdin: true, AttachStdout: true, AttachStderr: true,
		})
		if err != nil {
			return "", err
		}
		conn, err := e.met.ContainerExecAttach(ctx, x.ID, container.ExecAttachOptions{})
		if err != nil {
			return "", err
		}
		defer conn.Close()
		if err := conn.CloseWrite(); err != nil {
			return "", err
		}
		var said strings.Builder
		_, err = stdcopy.StdCopy(&said, io.Discard, conn.Reader)
		return said.String(), err
	}
	if said, err := say(); err != nil || strings.TrimSpace(said) != "/" {
		t.Errorf("the process says %q (%v)", said, err)
	}
	for _, fault := range []enginetest.Fault{enginetest.CutBefore, enginetest.CutWithin, enginetest.CutAfter} {
		e.faults.Fail(func(c enginetest.Call) enginetest.Fault {
			if strings.HasPrefix(c.Path, "/exec/") {
				return fault
			}
			return enginetest.None
		})
		if said, err := say(); said != "" {
			t.Errorf("cut off, the process says %q (%v)", said, err)
		}
	}
}
