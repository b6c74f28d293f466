package desired

import (
	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// Options are what a user may choose beside the files.
type Options struct {
	Version   string // of Stack Lite, for labels
	Isolation linking.Isolation
	LinkEnv   linking.EnvMode // which link variables containers get
	Discovery Discovery       // how far discovery looks
	Swarm     bool            // the topology is for a swarm
}

// Discovery says how far discovery looks. The zero value is the project, and what
// the proxy's side allows beyond it.
type Discovery struct {
	Off    bool     // links are all there is
	Within bool     // only the services of the project
	Among  []string // patterns of the other projects, and of the names of external containers of no project, that count, and are allowed; nil: all count
}

// counts reports whether an external container counts, by its project or, where
// it is of none, by its name.
func (d Discovery) counts(name string) bool {
	return d.Among == nil || linking.MatchesProject(d.Among, name)
}

// Inputs are all that the wanted stack follows from.
type Inputs struct {
	Project  *compose.Project
	Topology *linking.Topology // of Resolve
	Have     Have
	Scale    Scale // of every service: see KeepScale
	Options  Options
	Bases    Bases // what images are built upon; nil: does not matter

	*lookup // of lookUp
}

// Resolve works out what the links of a project mean beside what there is:
// networks that are right stay, and external containers are known. Topology
// need not be set. The error is that of linking.Resolve.
func (in Inputs) Resolve() (*linking.Topology, error) {
	o := linking.Options{
		Isolation: in.Options.Isolation, NoDiscovery: in.Options.Discovery.Off, Keep: linkedMembers(in.Have.Have), Swarm: in.Options.Swarm,
	}
	if !in.Options.Discovery.Within {
		o.Externals = outside{in}.discovered()
	}
	return linking.Resolve(in.Project, o)
}
