package desired

import (
	"fmt"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// UnreachedReport is what a user should know of services that ask to be found by a
// discovery proxy and that none reaches.
type UnreachedReport struct {
	Services []string // each with how it asks
	HasProxy bool     // a discovery proxy is known
	Label    string   // by which it would find Labelled; without one, by which a service is declared to be one
	Labelled []string // those of which nothing that counts says that they are to be found
}

// ReportUnreached reports on the services of a project, by what the files say and
// what the images of some services do. There is nothing to tell where somebody has
// said how far discovery is to look. Skip says of what not to report; nil: nothing.
func (o Options) ReportUnreached(p *compose.Project, t *linking.Topology, images map[string]ImageFacts, skip func(linking.Unreached) bool) UnreachedReport {
	r := UnreachedReport{Label: fmt.Sprintf("%s: %q", linking.DiscoverLabel, linking.DeclaredProxy)}
	if d := o.Discovery; d.Off || d.Within || d.Among != nil {
		return r
	}
	hosts := map[string]bool{}
	for name, facts := range images {
		hosts[name] = slices.ContainsFunc(facts.Env, func(v compose.Var) bool {
			return v.Name == linking.VirtualHost && v.Value != nil && *v.Value != ""
		})
	}
	hasProxy := t.HasProxy(p)
	if hasProxy {
		r.Label = fmt.Sprintf("%s: %q", linking.DiscoverLabel, "true")
	}
	for _, u := range t.Unreached(p, hosts) {
		if skip != nil && skip(u) {
			continue
		}
		r.Services = append(r.Services, fmt.Sprintf("%s (%s)", u.Service, u.Sign))
		if hasProxy && (u.Sign == linking.HostInImage || u.Sign == linking.TraefikLabel) {
			r.Labelled = append(r.Labelled, u.Service)
		}
	}
	r.HasProxy = hasProxy
	return r
}
