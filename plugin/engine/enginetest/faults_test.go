package enginetest_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

func networkNames(t *testing.T, cli *client.Client) []string {
	t.Helper()
	list, err := cli.NetworkList(context.Background(), network.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range list {
		names = append(names, n.Name)
	}
	slices.Sort(names)
	return names
}

func TestAFaultStrikesBeforeOrAfterTheEffect(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault enginetest.Fault
		made  bool
	}{
		{"an error answer", enginetest.Answer(http.StatusInternalServerError, "out of order"), false},
		{"cut before", enginetest.CutBefore, false},
		{"cut after", enginetest.CutAfter, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			onEachVersion(t, func(t *testing.T, e *enginetest.Engine, cli *client.Client) {
				e.Fail(func(c enginetest.Call) enginetest.Fault {
					if c.Path == "/networks/create" {
						return test.fault
					}
					return enginetest.None
				})
				if _, err := cli.NetworkCreate(t.Context(), "one", network.CreateOptions{}); err == nil {
					t.Error("the call succeeds")
				}
				e.Fail(nil)
				if made := slices.Contains(networkNames(t, cli), "one"); made != test.made {
					t.Errorf("the network is made: %v, want %v", made, test.made)
				}
			})
		})
	}
}

func TestACallThatHangsEndsWithItsClient(t *testing.T) {
	onEachVersion(t, func(t *testing.T, e *enginetest.Engine, cli *client.Client) {
		asked := make(chan struct{})
		e.Fail(func(c enginetest.Call) enginetest.Fault {
			if c.Path == "/networks/create" {
				close(asked)
				return enginetest.Hang
			}
			return enginetest.None
		})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-asked
			cancel()
		}()
		if _, err := cli.NetworkCreate(ctx, "one", network.CreateOptions{}); !errors.Is(err, context.Canceled) {
			t.Errorf("the call ends with %v, want that it was cancelled", err)
		}
	})
}

func TestCallsAreCounted(t *testing.T) {
	onEachVersion(t, func(t *testing.T, e *enginetest.Engine, cli *client.Client) {
		networkNames(t, cli)
		e.ResetCalls()
		s := session{t, cli}
		s.run("web", "bridge", nil)
		var changes []string
		for _, c := range e.Calls() {
			if c.Changes() {
				changes = append(changes, c.Method+" "+c.Path)
			}
		}
		if len(changes) != 2 || changes[0] != "POST /containers/create" || !strings.HasSuffix(changes[1], "/start") {
			t.Errorf("creating and starting a container are the changes %v", changes)
		}
		e.ResetCalls()
		s.exec("web", "/probe", "env")
		if slices.ContainsFunc(e.Calls(), enginetest.Call.Changes) {
			t.Errorf("looking into a container is taken for a change: %v", e.Calls())
		}
	})
}

func TestEnginesAreIndependent(t *testing.T) {
	one := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("probe"), enginetest.Probe(contractImage)}})
	two := enginetest.New(t, enginetest.Options{APIVersion: "1.51"})
	session{t, connect(t, one.Host())}.run("web", "bridge", nil)
	list, err := connect(t, two.Host()).ContainerList(t.Context(), container.ListOptions{All: true})
	if err != nil || len(list) != 0 {
		t.Errorf("the second engine holds %v (%v)", list, err)
	}
}
