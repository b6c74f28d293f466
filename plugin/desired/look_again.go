package desired

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// LookAgain is a discovery proxy that a plan joins with what it finds while both
// run, and that has no reason to look at the engine then.
type LookAgain struct {
	Proxy   string
	Watcher string // what looks at the engine: the proxy itself or what configures it, as people write it
	Targets []string

	Containers []string // of an external watcher, by name
}

// LookAgain lists the discovery proxies that do not notice what a plan does: they
// look at the engine when a container starts, stops or dies, and a plan may only
// connect containers that run.
func (in Inputs) LookAgain(p *plan.Plan) []LookAgain { return watchers{outside{in}}.lookAgain(p) }

// watchers is a project next to what looks at the engine for discovery.
type watchers struct{ outside }

func (in watchers) lookAgain(p *plan.Plan) []LookAgain {
	var list []LookAgain
	for _, e := range in.Topology.Edges {
		if e.Kind != linking.DiscoveryEdge || e.For != "" {
			continue
		}
		watcher := in.watcher(e.From)
		svc := in.Project.Service(watcher)
		if svc != nil && linking.SeesConnects(svc) || !in.joinedRunning(p, e, watcher) {
			continue
		}
		i := slices.IndexFunc(list, func(l LookAgain) bool { return l.Watcher == linking.ExternalText(watcher) })
		if i < 0 {
			i = len(list)
			list = append(list, LookAgain{Proxy: linking.ExternalText(e.From), Watcher: linking.ExternalText(watcher)})
			if svc == nil {
				for _, c := range in.containersOf(watcher) {
					list[i].Containers = append(list[i].Containers, c.Name)
				}
			}
		}
		list[i].Targets = append(list[i].Targets, linking.ExternalText(e.To))
	}
	return list
}

// watcher is what looks at the engine for a proxy.
func (in watchers) watcher(proxy string) string {
	for _, e := range in.Topology.Edges {
		if e.Kind == linking.DiscoveryEdge && e.For == proxy && e.To == proxy {
			return e.From
		}
	}
	return proxy
}

// joinedRunning reports whether a plan connects a running container of one end of
// an edge, or of what watches for it, to the network of both, and starts none
// of these.
func (in watchers) joinedRunning(p *plan.Plan, e linking.Edge, watcher string) bool {
	networks := in.networksOf(e)
	ids := map[string]bool{}
	for _, name := range []string{e.From, e.Owner, watcher} {
		containers := in.containersOf(name)
		if !slices.ContainsFunc(containers, func(c *observed.Container) bool { return c.State.Up() }) {
			return false
		}
		for _, c := range containers {
			ids[c.ID] = true
		}
	}
	connects := false
	for _, step := range p.Steps {
		switch a := step.Action.(type) {
		case plan.Connect:
			connects = connects || ids[a.Container] && slices.Contains(networks, a.Network.Name)
		case plan.StartContainer:
			if ids[a.Container] || slices.Contains([]string{e.From, e.Owner, watcher}, a.Service) {
				return false
			}
		case plan.RestartContainer:
			if ids[a.Container] {
				return false
			}
		}
	}
	return connects
}

// networksOf names the networks that carry an edge.
func (in watchers) networksOf(e linking.Edge) []string {
	if !e.OnOtherNetwork {
		return []string{engineNetwork(in.Inputs, e.Network)}
	}
	var names []string
	for _, n := range in.Have.otherNetworks(in.Project.Name) {
		from, to := in.Project.Service(e.From), in.Project.Service(e.Owner)
		if from != nil && in.joins(n, from, e.Owner) || to != nil && in.joins(n, to, e.From) {
			names = append(names, n.Name)
		}
	}
	return names
}

// containersOf lists the containers of what an edge names.
func (in watchers) containersOf(name string) []*observed.Container {
	project, service, external := strings.Cut(name, "/")
	switch {
	case !external:
		return in.Have.Snapshot.Replicas(in.Project.Name, name)
	case project != "":
		return in.Have.Snapshot.Replicas(project, service)
	}
	if c := in.Have.external(name); c != nil {
		return []*observed.Container{c}
	}
	return nil
}
