package linking_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// today is a project of the specification, of lines SERVICE NETWORK... | LINK...; a network
// that ends with ! is external, with - internal.
func today(lines ...string) *compose.Project {
	p := &compose.Project{Name: "demo", Format: compose.Spec}
	for _, line := range lines {
		left, right, _ := strings.Cut(line, "|")
		words := strings.Fields(left)
		s := &compose.Service{Name: words[0], Image: "x", Spec: &compose.ServiceSpec{}}
		for _, word := range words[1:] {
			name, alias, _ := strings.Cut(word, "=")
			name, external := strings.CutSuffix(name, "!")
			name, internal := strings.CutSuffix(name, "-")
			on := compose.ServiceNetwork{Name: name}
			if alias != "" {
				on.Aliases = []string{alias}
			}
			s.Spec.Networks = append(s.Spec.Networks, on)
			if !slices.ContainsFunc(p.Networks, func(n compose.Network) bool { return n.Name == name }) {
				p.Networks = append(p.Networks, compose.Network{Name: name, Engine: "demo_" + name, External: external, Internal: internal})
			}
		}
		for _, l := range strings.Fields(right) {
			target, alias, ok := strings.Cut(l, ":")
			if !ok {
				alias = target
			}
			s.Links = append(s.Links, compose.Link{Target: target, Alias: alias})
		}
		p.Services = append(p.Services, s)
	}
	return p
}

// shown are the networks of a topology, with their members, and what services see there.
func shown(t *linking.Topology) []string {
	var list []string
	for _, n := range t.Networks {
		kind := string(n.Kind)
		if n.Like != nil && n.Like.Internal {
			kind += ", internal,"
		}
		list = append(list, fmt.Sprintf("%s %s: %s", kind, n.Name, strings.Join(n.Members, " ")))
	}
	for _, s := range t.Services {
		for _, e := range s.Endpoints {
			for _, l := range e.Links {
				if !l.Hides() && l.Alias != l.Target {
					list = append(list, fmt.Sprintf("%s calls %s %s on %s", s.Name, l.Target, l.Alias, e.Network))
				}
			}
			if more := slices.DeleteFunc(slices.Clone(e.Aliases), func(a string) bool { return a == s.Name }); len(more) > 0 {
				list = append(list, fmt.Sprintf("%s is %s on %s", s.Name, strings.Join(more, " "), e.Network))
			}
		}
	}
	return list
}

// checkBoth resolves files with either isolation and compares what is shown of it.
func checkBoth(t *testing.T, name string, files, byProject, links []string) {
	t.Helper()
	for isolation, want := range map[linking.Isolation][]string{linking.ByProject: byProject, linking.ByLinks: links} {
		topology, err := linking.Resolve(today(files...), linking.Options{Isolation: isolation})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := shown(topology); !slices.Equal(got, want) {
			t.Errorf("%s, isolation %v:\n got %q\nwant %q", name, isolation, got, want)
		}
	}
}

func TestWhatFilesDeclareStaysAndTheDefaultNetworkDissolves(t *testing.T) {
	for name, c := range map[string]struct {
		files            []string
		byProject, links []string
	}{
		"all on the default network": {
			[]string{"web | db:sql", "db", "cache"},
			[]string{"shared default: cache db web", "web calls db sql on default"},
			[]string{"linked db.web: db web", "apart cache: cache", "web calls db sql on db.web"},
		},
		"declared networks stay": {
			[]string{"proxy front", "web front=www back", "db back"},
			[]string{"declared front: proxy web", "declared back: db web", "web is www on front"},
			[]string{"declared front: proxy web", "declared back: db web", "web is www on front"},
		},
		"a link rides on a declared network": {
			[]string{"web back default | db:sql", "db back", "cache default"},
			[]string{"declared back: db web", "shared default: cache web", "web calls db sql on back"},
			[]string{"declared back: db web", "apart cache: cache", "web calls db sql on back"},
		},
		"one between services that share none gets a network": {
			[]string{"web front | db", "db back"},
			[]string{"linked db.web: db web", "declared front: web", "declared back: db"},
			[]string{"linked db.web: db web", "declared front: web", "declared back: db"},
		},
		"an external network is not made, and carries links": {
			[]string{"web proxy! | app", "app proxy!", "db"},
			[]string{"shared default: db"},
			[]string{"apart db: db"},
		},
		"names of declared networks are theirs": {
			[]string{"web default db.web | db", "db default", "cache default db.web"},
			[]string{"declared db.web: cache web", "shared default: cache db web"},
			[]string{"linked db.web.links: db web", "declared db.web: cache web"},
		},
		"a default network that is external is one": {
			[]string{"web default!", "db default! | web"},
			nil, nil,
		},
	} {
		checkBoth(t, name, c.files, c.byProject, c.links)
	}
}

func TestWhoDependsOnAnotherStartsAfterIt(t *testing.T) {
	p := today("web", "db", "cache")
	p.Services[0].Spec.DependsOn = []compose.Dependency{{Service: "db"}, {Service: "gone", Optional: true}}
	topology, err := linking.Resolve(p, linking.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := topology.Order(); !slices.Equal(got, []string{"db", "web", "cache"}) {
		t.Errorf("order %q", got)
	}
}
