package linking_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/realfiles"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/linking/linkingtest"
)

// randomProject makes a project of n services that Resolve accepts: links with
// and without aliases (some of them names of other services), volumes_from,
// and every kind of net.
func randomProject(r *rand.Rand, n int) *compose.Project {
	p := &compose.Project{Name: "p"}
	aliases := []string{"db", "s1", "s2", "cache.local", "DB"}
	linkable := func(i int) bool { return i%7 != 6 }
	for i := range n {
		s := &compose.Service{Name: fmt.Sprintf("s%d", i)}
		switch {
		case i%7 == 6 && i%2 == 0:
			s.Net = compose.Namespace{Mode: compose.NetHost}
		case i%7 == 6:
			s.Net = compose.Namespace{Mode: compose.NetNone}
		case i%7 == 5:
			s.Net = compose.Namespace{Mode: compose.NetService, Name: "s0"}
		case i%7 == 4:
			s.Net = compose.Namespace{Mode: compose.NetNetwork, Name: fmt.Sprintf("other%d", i)}
		}
		for range r.IntN(4) {
			j := r.IntN(n)
			shares := j == i || (i == 0 && j%7 == 5)
			if i%7 >= 5 || !linkable(j) || shares {
				continue
			}
			l := compose.Link{Target: fmt.Sprintf("s%d", j), Alias: fmt.Sprintf("s%d", j)}
			if r.IntN(3) == 0 {
				l.Alias = aliases[r.IntN(len(aliases))]
			}
			s.Links = append(s.Links, l)
		}
		if i%7 < 5 && r.IntN(4) == 0 {
			container := fmt.Sprintf("x%d", r.IntN(3))
			l := compose.Link{Target: container, Alias: container}
			if r.IntN(2) == 0 {
				l.Alias = aliases[r.IntN(len(aliases))]
			}
			s.ExternalLinks = append(s.ExternalLinks, l)
		}
		if r.IntN(6) == 0 {
			s.Volumes = []compose.Volume{{Host: "/var/run/docker.sock", Target: "/var/run/docker.sock"}}
			s.Ports = []compose.Port{{HostFirst: 80, HostLast: 80, First: 80, Last: 80, Proto: "tcp"}}
		}
		if host := "s.dev"; r.IntN(5) == 0 {
			s.Environment = []compose.Var{{Name: linking.VirtualHost, Value: &host}}
		}
		if i > 0 && r.IntN(4) == 0 {
			s.VolumesFrom = append(s.VolumesFrom, compose.VolumesFrom{Source: fmt.Sprintf("s%d", r.IntN(i)), Service: true})
		}
		p.Services = append(p.Services, s)
	}
	return p
}

// randomExternals makes a few externals that discovery knows.
func randomExternals(r *rand.Rand) []linking.External {
	var list []linking.External
	for _, name := range []string{"/nginx", "shop/web", "shop/proxy", "/x1"} {
		if r.IntN(3) > 0 {
			continue
		}
		o := linking.External{Name: name, Proxy: r.IntN(2) == 0, Discoverable: r.IntN(2) == 0}
		if r.IntN(3) == 0 {
			o.JoinedWith = []string{"s0", "s2"}
		}
		for i := range 20 {
			if r.IntN(2) == 0 {
				o.Allowed = append(o.Allowed, fmt.Sprintf("s%d", i))
			}
		}
		list = append(list, o)
	}
	return list
}

var engineName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]*$`)

// checkIsolation fails unless the topology keeps the promises of the package:
// services that are linked share a network, no others do, and names mean what
// the file says.
func checkIsolation(t *testing.T, p *compose.Project, top *linking.Topology) {
	t.Helper()
	neighbours := make(map[[2]string]bool)
	externals := make(map[string]bool)
	for _, e := range top.Edges {
		if e.OnOtherNetwork {
			continue
		}
		neighbours[[2]string{min(e.From, e.Owner), max(e.From, e.Owner)}] = true
		for _, end := range []string{e.From, e.Owner} {
			if linking.IsExternal(end) {
				externals[end] = true
			}
		}
		if e.Network == "" {
			t.Errorf("no network carries %+v", e)
		}
	}
	g := graph.Of(p, top).Reach()
	linked := 0
	names := make(map[string]bool)
	for _, n := range top.Networks {
		if n.Kind == linking.Linked {
			linked++
		}
		if names[n.Name] || !engineName.MatchString(n.Name) || len(n.Name) > 60 || !slices.IsSorted(n.Members) {
			t.Errorf("network %+v: bad name or members", n)
		}
		names[n.Name] = true
	}
	if linked > len(neighbours) {
		t.Errorf("%d networks for %d pairs", linked, len(neighbours))
	}
	for i, a := range top.Services {
		for _, b := range top.Services[:i] {
			pair := [2]string{min(a.NetworkOwner, b.NetworkOwner), max(a.NetworkOwner, b.NetworkOwner)}
			if got := len(linkingtest.Between(top, a.Name, b.Name)) > 0; got != neighbours[pair] && pair[0] != pair[1] {
				t.Errorf("%s and %s: neighbours %v, share a network %v", a.Name, b.Name, neighbours[pair], got)
			}
			x, y := p.Service(pair[0]), p.Service(pair[1])
			stacks := [2]string{min(stackOf(x), stackOf(y)), max(stackOf(x), stackOf(y))}
			want := neighbours[pair] || neighbours[stacks] || reachOtherwise(x, y) || meet(top, pair)
			if got, back := g.Reaches(a.Name, b.Name), g.Reaches(b.Name, a.Name); got != want || back != want {
				t.Errorf("%s reaches %s: %v, the other way %v, want %v", a.Name, b.Name, got, back, want)
			}
		}
		checkEndpoints(t, top, a, p.Service(a.Name).Net.Mode)
	}
	checkExternals(t, p, top, neighbours, externals)
	checkNames(t, top)
	checkOrder(t, top)
}

// stackOf is what has the network stack that an owner is reached by: an external
// container has that of a service with net: container:NAME.
func stackOf(owner *compose.Service) string {
	if owner.Net.Mode == compose.NetContainer {
		return linking.ExternalContainer(owner.Net.Name)
	}
	return owner.Name
}

// reachOtherwise reports whether two owners of network stacks reach each other
// by their net, whatever their links.
func reachOtherwise(a, b *compose.Service) bool {
	switch {
	case a == b:
		return true
	case a.Net.Mode == compose.NetNone || b.Net.Mode == compose.NetNone:
		return false
	case a.Net.Mode == compose.NetHost || b.Net.Mode == compose.NetHost:
		return true
	}
	own := a.Net.Mode == compose.NetLinks
	return !own && a.Net.Mode == b.Net.Mode && a.Net.Name == b.Net.Name
}

// meet reports whether two are on a network of the user's, as discovery sees
// it.
func meet(top *linking.Topology, pair [2]string) bool {
	return slices.ContainsFunc(top.Edges, func(e linking.Edge) bool {
		return e.OnOtherNetwork && min(e.From, e.Owner) == pair[0] && max(e.From, e.Owner) == pair[1]
	})
}

// checkExternals fails unless every external shares a network with those that
// it is a neighbour of, and with nothing else, other externals included.
func checkExternals(t *testing.T, p *compose.Project, top *linking.Topology, neighbours map[[2]string]bool, externals map[string]bool) {
	t.Helper()
	g := graph.Of(p, top).Reach()
	together := make(map[[2]string]bool)
	for _, n := range top.Networks {
		for i, o := range n.Externals {
			for _, other := range slices.Concat(n.Members, n.Externals[:i]) {
				together[[2]string{min(o, other), max(o, other)}] = true
			}
		}
	}
	for o := range externals {
		for _, s := range top.Services {
			pair := [2]string{min(o, s.Name), max(o, s.Name)}
			if together[pair] != neighbours[pair] {
				t.Errorf("%s and %s: neighbours %v, share a network %v", o, s.Name, neighbours[pair], together[pair])
			}
			owner := p.Service(s.NetworkOwner)
			pair = [2]string{min(o, owner.Name), max(o, owner.Name)}
			want := neighbours[pair] || stackOf(owner) == o || owner.Net.Mode == compose.NetHost || meet(top, pair)
			if got, back := g.Reaches(o, s.Name), g.Reaches(s.Name, o); got != want || back != want {
				t.Errorf("%s reaches %s: %v, the other way %v, want %v", o, s.Name, got, back, want)
			}
		}
	}
	for pair := range together {
		if !neighbours[pair] {
			t.Errorf("%v share a network and are no neighbours", pair)
		}
	}
}

func checkEndpoints(t *testing.T, top *linking.Topology, s linking.Service, mode compose.NetMode) {
	t.Helper()
	isolated := false
	for _, e := range s.Endpoints {
		n := top.Network(e.Network)
		if n == nil || !slices.Contains(n.Members, s.Name) {
			t.Errorf("%s has an endpoint on %s, which does not list it", s.Name, e.Network)
			continue
		}
		isolated = isolated || n.Kind == linking.Isolated
	}
	switch {
	case isolated && len(s.Endpoints) > 1:
		t.Errorf("%s is isolated and linked: %+v", s.Name, s.Endpoints)
	case mode == compose.NetLinks && len(s.Endpoints) == 0:
		t.Errorf("%s is on no network", s.Name)
	case mode != compose.NetLinks && mode != compose.NetNetwork && len(s.Endpoints) > 0:
		t.Errorf("%s has net %v and endpoints %+v", s.Name, mode, s.Endpoints)
	}
}

// checkNames looks every alias up as the engine does, private names before
// those of the networks, and wants the target of the last link that has it.
func checkNames(t *testing.T, top *linking.Topology) {
	t.Helper()
	for _, s := range top.Services {
		want := make(map[string]string)
		for _, e := range top.Edges {
			if e.From == s.Name && e.Alias != "" {
				want[strings.ToLower(e.Alias)] = e.Owner
			}
		}
		for alias, at := range want {
			if got := lookup(top, s, alias, nobody); !slices.Equal(got, []string{at}) {
				t.Errorf("%s asks for %s and gets %v, want %s", s.Name, alias, got, at)
			}
			if got := lookup(top, s, strings.ToLower(alias), strangers); !slices.Equal(got, []string{at}) {
				t.Errorf("%s asks for %s beside strangers and gets %v, want %s", s.Name, alias, got, at)
			}
			if got := lookup(top, s, alias, strangersAlone); slices.Contains(got, stranger) {
				t.Errorf("%s asks for %s while nobody runs and gets a stranger", s.Name, alias)
			}
		}
	}
}

// company is who else is on the networks that the project shares with others.
type company int

const (
	nobody         company = iota
	strangers              // containers that answer to every name, beside those of the project
	strangersAlone         // and none of the project runs
)

const stranger = "a stranger"

// lookup answers as the engine's name server does (libnetwork's
// Sandbox.ResolveName): private names of all endpoints first, compared exactly,
// then the names on each network, but for those where the name is private.
func lookup(top *linking.Topology, s linking.Service, name string, others company) []string {
	answers := func(network, name string) []string {
		found := answers(top, network, name)
		if others == strangersAlone {
			found = nil
		}
		meant := slices.ContainsFunc(top.Network(network).Externals, func(x string) bool {
			return strings.EqualFold(linking.ExternalText(x), strings.TrimSuffix(name, linking.ExternalAlias("")))
		})
		if others != nobody && len(top.Network(network).Externals) > 0 && !meant && !strings.HasSuffix(name, "!elsewhere") {
			found = append(found, stranger)
		}
		return found
	}
	private := func(e linking.Endpoint) (target string, is bool) {
		for _, l := range e.Links {
			if l.Alias == name {
				return l.Target, true
			}
		}
		return "", false
	}
	for _, e := range s.Endpoints {
		if target, is := private(e); is {
			if found := answers(e.Network, target); len(found) > 0 {
				return found
			}
		}
	}
	var found []string
	for _, e := range s.Endpoints {
		if _, is := private(e); !is {
			found = append(found, answers(e.Network, name)...)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// answers returns the services that have the alias on the network.
func answers(top *linking.Topology, network, alias string) []string {
	var found []string
	for _, s := range top.Services {
		for _, e := range s.Endpoints {
			own := func(a string) bool { return strings.EqualFold(a, alias) }
			if e.Network == network && slices.ContainsFunc(e.Aliases, own) {
				found = append(found, s.Name)
			}
		}
	}
	for _, o := range top.Network(network).Externals {
		name := linking.ExternalText(o)
		if strings.EqualFold(name, alias) || strings.EqualFold(linking.ExternalAlias(name), alias) {
			found = append(found, o)
		}
	}
	return found
}

func checkOrder(t *testing.T, top *linking.Topology) {
	t.Helper()
	order := top.Order()
	if len(order) != len(top.Services) {
		t.Errorf("order %v of %d services", order, len(top.Services))
	}
	for _, s := range top.Services {
		for _, a := range s.After {
			if slices.Index(order, a) > slices.Index(order, s.Name) {
				t.Errorf("%s comes before %s in %v", s.Name, a, order)
			}
		}
	}
}

func TestLinkedServicesShareANetworkAndNoOthersDo(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		p := randomProject(r, 1+r.IntN(20))
		top, err := linking.Resolve(p, linking.Options{Externals: randomExternals(r)})
		if err != nil {
			t.Fatal(err)
		}
		checkIsolation(t, p, top)
		if t.Failed() {
			t.Fatal(linkingtest.Describe(top))
		}
	}
}

func TestTheOrderOfTheServicesChangesNoNetwork(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		p := randomProject(r, 2+r.IntN(15))
		first, err := linking.Resolve(p, linking.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r.Shuffle(len(p.Services), func(i, j int) {
			p.Services[i], p.Services[j] = p.Services[j], p.Services[i]
		})
		second, err := linking.Resolve(p, linking.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.Networks, second.Networks); diff != "" {
			t.Fatalf("-first +shuffled:\n%s", diff)
		}
		for _, s := range first.Services {
			if diff := cmp.Diff(s.Endpoints, second.Service(s.Name).Endpoints); diff != "" {
				t.Fatalf("%s: -first +shuffled:\n%s", s.Name, diff)
			}
		}
	}
}

func TestNetworksThatExistStayWhileTheirMembersAreNeighbours(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var have [][]string
	for range 1000 {
		p := randomProject(r, 6+r.IntN(3))
		o := linking.Options{Keep: have, Externals: randomExternals(r)}
		top, err := linking.Resolve(p, o)
		if err != nil {
			t.Fatal(err)
		}
		checkIsolation(t, p, top)
		now := linkNetworks(top)
		for _, k := range have {
			if cliqueIn(top, k) && !slices.ContainsFunc(now, func(n []string) bool { return slices.Equal(n, k) }) {
				t.Fatalf("%v is given up in\n%s", k, linkingtest.Describe(top))
			}
		}
		again, err := linking.Resolve(p, linking.Options{Keep: now, Externals: o.Externals})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(top, again, cmpopts.IgnoreUnexported(linking.Topology{})); diff != "" {
			t.Fatalf("bringing the same up twice: -first +second:\n%s", diff)
		}
		have = now
	}
}

func linkNetworks(top *linking.Topology) [][]string {
	var sets [][]string
	for _, n := range top.Networks {
		if n.Kind == linking.Linked {
			sets = append(sets, slices.Concat(n.Members, n.Externals))
		}
	}
	return sets
}

// cliqueIn reports whether all of the services are neighbours of each other.
func cliqueIn(top *linking.Topology, services []string) bool {
	for i, a := range services {
		for _, b := range services[:i] {
			if !slices.ContainsFunc(top.Edges, func(t linking.Edge) bool {
				return !t.OnOtherNetwork && (t.From == a && t.Owner == b || t.From == b && t.Owner == a)
			}) {
				return false
			}
		}
	}
	return true
}

func TestByProjectEverybodyWithLinksOrWithoutNetReachesEverybody(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		p := randomProject(r, 1+r.IntN(12))
		top, err := linking.Resolve(p, linking.Options{Isolation: linking.ByProject})
		if err != nil {
			t.Fatal(err)
		}
		last := len(top.Networks) - 1
		if top.Networks[last].Name != "default" || top.Networks[last].Kind != linking.Shared {
			t.Fatalf("networks %+v", top.Networks)
		}
		for _, n := range top.Networks[:last] {
			if n.Kind != linking.Linked || len(n.Externals) == 0 {
				t.Fatalf("network %+v leads nowhere", n)
			}
		}
		checkNames(t, top)
		checkOrder(t, top)
		g := graph.Of(p, top).Reach()
		for _, s := range p.Services {
			if s.Net.Mode == compose.NetLinks && !g.Reaches("s0", s.Name) {
				t.Fatalf("s0 does not reach %s", s.Name)
			}
		}
	}
}

// TestFilesOfRealProjectsAreIsolated takes files from public repositories.
func TestFilesOfRealProjectsAreIsolated(t *testing.T) {
	files := slices.Sorted(maps.Values(realfiles.LayOut(t, "..")))
	resolved, networks, edges, pairs, linked := 0, 0, 0, 0, 0
	for _, file := range files {
		p := loadReal(file)
		if p == nil {
			continue
		}
		top, err := linking.Resolve(p, linking.Options{})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		checkIsolation(t, p, top)
		resolved++
		networks += len(linkNetworks(top))
		n := len(top.Services)
		pairs += n * (n - 1) / 2
		g := graph.Of(p, top).Reach()
		for i, a := range top.Services {
			for _, b := range top.Services[:i] {
				if g.Reaches(a.Name, b.Name) {
					linked++
				}
			}
		}
		edges += len(top.Edges)
	}
	t.Logf("%d of %d files, %d link networks for %d links; %d of %d pairs of services reach each other",
		resolved, len(files), networks, edges, linked, pairs)
	if resolved < len(files)-4 {
		t.Errorf("only %d of %d files resolve", resolved, len(files))
	}
}
