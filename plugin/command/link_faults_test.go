package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// byHand is an engine in memory with two containers of no file, web and db.
type byHand struct {
	t      *testing.T
	engine *enginetest.Engine
	client *client.Client
}

func newByHand(t *testing.T, version string, before [][]string) *byHand {
	t.Helper()
	e := enginetest.New(t, enginetest.Options{APIVersion: version, Images: []enginetest.Image{enginetest.Probe("probe")}})
	c, err := client.NewClientWithOpts(client.WithHost(e.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	h := &byHand{t, e, c}
	for _, name := range []string{"web", "db"} {
		h.must(h.make(name))
	}
	for _, args := range before {
		if errs, code := h.link(args...); code != 0 {
			t.Fatal(errs)
		}
	}
	return h
}

func (h *byHand) make(name string) error {
	if _, err := h.client.ContainerCreate(h.t.Context(), &container.Config{Image: "probe"}, nil, nil, nil, name); err != nil {
		return err
	}
	return h.client.ContainerStart(h.t.Context(), name, container.StartOptions{})
}

func (h *byHand) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *byHand) link(args ...string) (errs string, code int) {
	h.t.Helper()
	_, errs, code = memory{h.engine.Host()}.run(h.t, append([]string{"link"}, args...)...)
	return errs, code
}

// is says which networks web and db are on, with what they call each other there,
// and which networks of links nobody is on: "db: bridge, link; web: bridge, link (db:sql)".
func (h *byHand) is() string {
	h.t.Helper()
	list, err := h.client.NetworkList(context.Background(), network.ListOptions{})
	h.must(err)
	var parts, empty []string
	for _, n := range list {
		if strings.HasPrefix(n.Name, "stacklite_") {
			empty = append(empty, n.Name)
		}
	}
	for _, name := range []string{"db", "web"} {
		c, err := h.client.ContainerInspect(context.Background(), name)
		h.must(err)
		var on []string
		for network, endpoint := range c.NetworkSettings.Networks {
			text := network
			empty = slices.DeleteFunc(empty, func(name string) bool { return name == network })
			if strings.HasPrefix(network, "stacklite_") {
				text = "link"
			}
			if len(endpoint.Links) > 0 {
				text += fmt.Sprint(" ", endpoint.Links)
			}
			on = append(on, text)
		}
		slices.Sort(on)
		parts = append(parts, name+": "+strings.Join(on, ", "))
	}
	if len(empty) > 0 {
		parts = append(parts, fmt.Sprint("nobody: ", len(empty)))
	}
	return strings.Join(parts, "; ")
}

// killedAfter lets n changes have their effect and answers nothing more, to a client
// of whom the engine sees as much as of one that was killed.
func killedAfter(n int) func(enginetest.Call) enginetest.Fault {
	changes := 0
	return func(c enginetest.Call) enginetest.Fault {
		if c.Changes() {
			changes++
		}
		switch {
		case changes < n, changes == n && !c.Changes():
			return enginetest.None
		case changes == n:
			changes++
			return enginetest.CutAfter
		}
		return enginetest.CutBefore
	}
}

// struckAt lets the kth call meet a fault, from 0 and without those that settle
// the version.
func struckAt(k int, fault enginetest.Fault) func(enginetest.Call) enginetest.Fault {
	seen := -1
	return func(c enginetest.Call) enginetest.Fault {
		if c.Path != "/_ping" {
			seen++
		}
		if seen == k && c.Path != "/_ping" {
			return fault
		}
		return enginetest.None
	}
}

// A link by hand of which any call fails, or that is killed after any change, is
// finished by the same command; nothing is lost, and nothing is left. With -short each
// is on one engine, and a call meets one of the faults besides.
func TestALinkByHandIsFinishedByTheSameCommand(t *testing.T) {
	var (
		named   = []string{"add", "web", "db:sql", "db:store"}
		mutual  = []string{"add", "db", "web:front"}
		alone   = []string{"add", "--isolate", "web", "db:sql"}
		unnamed = "db: bridge; web: bridge"
	)
	faults := []struct {
		what string
		at   func(k int) func(enginetest.Call) enginetest.Fault
	}{
		{"killed it", func(k int) func(enginetest.Call) enginetest.Fault { return killedAfter(k + 1) }},
		{"was answered with an error", func(k int) func(enginetest.Call) enginetest.Fault {
			return struckAt(k, enginetest.Answer(500, "out of order"))
		}},
		{"was cut off before it began", func(k int) func(enginetest.Call) enginetest.Fault { return struckAt(k, enginetest.CutBefore) }},
		{"was cut off when done", func(k int) func(enginetest.Call) enginetest.Fault { return struckAt(k, enginetest.CutAfter) }},
	}
	for n, test := range []struct {
		before  [][]string
		command []string
		after   string
	}{
		{nil, []string{"add", "web", "db:sql"}, "db: bridge, link; web: bridge, link [db:sql]"},
		{nil, alone, "db: link; web: link [db:sql]"},
		{[][]string{alone}, []string{"add", "web", "db:store"}, "db: link; web: link [db:sql db:store]"},
		{[][]string{alone}, mutual, "db: link [web:front]; web: link [db:sql]"},
		{[][]string{named}, []string{"rm", "web", "db:store"}, "db: bridge, link; web: bridge, link [db:sql]"},
		{[][]string{alone, mutual}, []string{"rm", "web", "db"}, "db: link [web:front]; web: link"},
		{[][]string{alone}, []string{"rm", "web", "db"}, unnamed},
		{[][]string{named, mutual}, []string{"rm", "web", "db"}, "db: bridge, link [web:front]; web: bridge, link"},
	} {
		for v, version := range []string{"1.41", "1.51"} {
			if testing.Short() && n%2 != v {
				continue
			}
			t.Run(fmt.Sprint(test.before, test.command, version), func(t *testing.T) {
				t.Parallel()
				count := newByHand(t, version, test.before)
				count.engine.ResetCalls()
				if errs, code := count.link(test.command...); code != 0 || count.is() != test.after {
					t.Fatalf("%s%s, want %s", errs, count.is(), test.after)
				}
				calls := count.engine.Calls()
				changes := len(slices.DeleteFunc(slices.Clone(calls), func(c enginetest.Call) bool { return !c.Changes() }))
				for k := range calls {
					for i, fault := range faults {
						if i == 0 && k >= changes || testing.Short() && i != 0 && i != 1+k%3 {
							continue
						}
						h := newByHand(t, version, test.before)
						h.engine.Fail(fault.at(k))
						errs, _ := h.link(test.command...)
						h.engine.Fail(nil)
						left := h.is()
						again, code := h.link(test.command...)
						// All was done but the answer did not arrive: it says that there is no such link.
						done := left == test.after && strings.Contains(again, "has no such link")
						if code != 0 && !done || h.is() != test.after {
							t.Errorf("call %d %s: %s\n%sagain: %s\n%swant %s", k, fault.what, left, errs, h.is(), again, test.after)
						}
					}
				}
			})
		}
	}
}
