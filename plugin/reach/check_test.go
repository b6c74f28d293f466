package reach_test

import (
	"context"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/reach"
)

// up is a project that was brought up, next to its files.
func up(t *testing.T, services string, numbers map[string][]int) reach.View {
	t.Helper()
	p, top := resolved(t, services)
	return reach.View{Project: "p", Snapshot: brought(reach.Planned(p, top, numbers)), File: graph.Of(p, top), Loaded: p, Topology: top}
}

// plain is a running container of no project.
func plain(name string, endpoints ...observed.Endpoint) observed.Container {
	return observed.Container{ID: name, Name: name, State: plan.StateRunning, Endpoints: endpoints}
}

// checked asks all questions and gives what is found that is not as it should
// be, a line each.
func checked(t *testing.T, v reach.View, scope reach.Scope) (*reach.Check, []string) {
	t.Helper()
	check := reach.NewCheck(v, scope)
	if err := check.Ask(t.Context(), names{v.Snapshot}, reach.Asking{Timeout: time.Second, Parallel: 4, Limit: context.WithTimeout, Pause: atOnce}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range check.Findings() {
		if f.Verdict != reach.OK {
			lines = append(lines, f.String())
		}
	}
	return check, lines
}

func attach(v reach.View, name string, e observed.Endpoint) {
	c := v.Snapshot.Container("p", name)
	c.Endpoints = append(c.Endpoints, e)
}

// at is an endpoint on a network that a planned snapshot has.
func at(v reach.View, network, address string) observed.Endpoint {
	e := on(network, address)
	e.NetworkID = v.Snapshot.NetworkNamed(network).ID
	return e
}
