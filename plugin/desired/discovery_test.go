package desired_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

const (
	demoProxy = "proxy:\n  image: x\n  ports: ['80:80']\n  volumes: ['/run/docker.sock:/run/docker.sock']\n  labels: {io.stack-lite.discover.projects: 'PROJECTS'}\n"
	demoSite  = "site:\n  image: x\n  environment: [VIRTUAL_HOST=site.dev]\n"
)

var (
	proxyRole = linking.Role{Proxy: true}
	siteRole  = linking.Role{Discoverable: true}
)

// replica is a container of a project that runs, attached to networks.
func replica(project, service string, role linking.Role, networks ...string) observed.Container {
	c := observed.Container{
		ID: "id-" + project + service, Name: project + "_" + service + "_1", Owner: project, Project: project, Service: service, Number: 1,
		Role: role, State: plan.StateRunning,
	}
	for _, n := range networks {
		c.Endpoints = append(c.Endpoints, observed.Endpoint{Network: n, NetworkID: "id-" + n})
	}
	return c
}

// plain is a container of no project.
func plain(name string, role linking.Role, state plan.State) observed.Container {
	return observed.Container{ID: "id-" + name, Name: name, Role: role, Socket: true, State: state}
}

func finding(c observed.Container, projects ...string) observed.Container {
	c.FindsIn = projects
	return c
}

// joint is the network by which a project joined a service with an external one.
func joint(project, service, external string) observed.Network {
	return observed.Network{
		ID: "id-" + project + "_joint", Name: project + "_joint", Project: project, Kind: linking.Linked, Room: 13,
		Wiring: map[string]string{service: service}, Externals: []string{external},
	}
}

// inputsOf are those of the project demo on an engine.
func inputsOf(t *testing.T, file string, d desired.Discovery, s observed.Snapshot) desired.Inputs {
	t.Helper()
	p, _ := loaded(t, file)
	have := desired.HaveOf(&s, "demo")
	in := desired.Inputs{
		Project: p, Have: have, Options: desired.Options{Version: "test", Discovery: d}, Scale: desired.KeepScale(p, have.Have, nil),
	}
	var err error
	if in.Topology, err = in.Resolve(); err != nil {
		t.Fatal(err)
	}
	return in
}

// across writes the edges that lead out of a project, with a star where they are
// on another project's network, and in brackets what is withheld.
func across(top *linking.Topology) string {
	var words []string
	for _, e := range top.Edges {
		if !linking.IsExternal(e.From) && !linking.IsExternal(e.To) {
			continue
		}
		word := e.From + ">" + e.To
		if e.OnOtherNetwork {
			word += "*"
		}
		words = append(words, word)
	}
	for _, e := range top.Withheld {
		words = append(words, "["+e.From+">"+e.To+"]")
	}
	return strings.Join(words, " ")
}

func TestDiscoveryLeavesTheProjectWhereTheProxysSideSaysYes(t *testing.T) {
	proxyFor := func(projects string) string { return strings.ReplaceAll(demoProxy, "PROJECTS", projects) }
	engine := func(list ...any) (s observed.Snapshot) {
		for _, x := range list {
			switch x := x.(type) {
			case observed.Container:
				s.Containers = append(s.Containers, x)
			case observed.Network:
				s.Networks = append(s.Networks, x)
			case bool:
				s.AttachAll = x
			}
		}
		s.Sort()
		return s
	}
	named := func(names ...string) desired.Discovery { return desired.Discovery{Among: names} }
	on := desired.Discovery{}
	edge, shop := replica("edge", "proxy", proxyRole), replica("shop", "web", siteRole)
	for name, c := range map[string]struct {
		file string
		mode desired.Discovery
		have observed.Snapshot
		want string
	}{
		"nobody says yes":               {demoSite, on, engine(edge), "[edge/proxy>site]"},
		"nor for what is found":         {proxyFor(""), on, engine(shop), "[proxy>shop/web]"},
		"its file names the project":    {demoSite, on, engine(finding(edge, "shop", "d?mo")), "edge/proxy>site"},
		"its file names another":        {demoSite, on, engine(finding(edge, "shop", "dem")), "[edge/proxy>site]"},
		"the own file does":             {proxyFor("blog, sh*"), on, engine(shop), "proxy>shop/web"},
		"the own file names another":    {proxyFor("blog"), on, engine(shop), "[proxy>shop/web]"},
		"a plain one by its name":       {proxyFor("my?"), on, engine(plain("my1", siteRole, plan.StateRunning)), "proxy>/my1"},
		"a plain proxy has no file":     {demoSite, on, engine(plain("nginx", proxyRole, plan.StateRunning)), "[/nginx>site]"},
		"named":                         {demoSite, named("ed*"), engine(edge), "edge/proxy>site"},
		"named from the other side":     {proxyFor(""), named("shop"), engine(shop), "proxy>shop/web"},
		"plain and named":               {demoSite, named("nginx"), engine(plain("nginx", proxyRole, plan.StateRunning)), "/nginx>site"},
		"others are named":              {demoSite, named("shop"), engine(finding(edge, "*")), ""},
		"within the project":            {demoSite, desired.Discovery{Within: true}, engine(finding(edge, "*")), ""},
		"off":                           {demoSite, desired.Discovery{Off: true}, engine(finding(edge, "*")), ""},
		"joined before":                 {demoSite, on, engine(replica("edge", "proxy", proxyRole, "demo_joint"), joint("demo", "site", "edge/proxy")), "edge/proxy>site"},
		"joined before, and others are": {demoSite, named("shop"), engine(replica("edge", "proxy", proxyRole, "demo_joint"), joint("demo", "site", "edge/proxy")), ""},
		"before by the other side":      {demoSite, on, engine(replica("edge", "proxy", proxyRole, "edge_joint"), joint("edge", "proxy", "demo/site")), "edge/proxy>site*"},
		"before with a plain one":       {demoSite, on, engine(plain("nginx", proxyRole, plan.StateRunning), joint("demo", "site", "/nginx")), "/nginx>site"},
		"with one that is stopped":      {demoSite, on, engine(plain("nginx", linking.Role{}, plan.StateExited), joint("demo", "site", "/nginx")), "/nginx>site"},
		"a stopped one, never before":   {demoSite, on, engine(plain("nginx", linking.Role{}, plan.StateExited)), ""},
		"with one that is away":         {demoSite, on, engine(joint("demo", "site", "edge/proxy")), "edge/proxy>site"},
		"with a plain one that is gone": {demoSite, on, engine(joint("demo", "site", "/nginx")), ""},
		"with another service":          {demoSite, on, engine(edge, joint("demo", "other", "edge/proxy")), "[edge/proxy>site]"},
		"left by the other side":        {demoSite, on, engine(edge, joint("demo", "site", "edge/proxy")), "[edge/proxy>site]"},
		"left by the own": {
			demoSite, on,
			engine(replica("edge", "proxy", proxyRole, "edge_joint"), replica("demo", "site", siteRole), joint("edge", "proxy", "demo/site")), "[edge/proxy>site]",
		},
		"left, and the network could not be removed": {
			demoSite, on,
			engine(true, replica("demo", "site", siteRole), replica("edge", "proxy", proxyRole, "demo_joint"), joint("demo", "site", "edge/proxy")), "[edge/proxy>site]",
		},
		"an empty network of the other side joins nothing": {demoSite, named("edge"), engine(true, edge, joint("edge", "proxy", "demo/site")), "edge/proxy>site"},
		"detached by hand": {
			demoSite, on,
			engine(replica("demo", "site", siteRole), replica("edge", "proxy", proxyRole, "demo_joint"), joint("demo", "site", "edge/proxy")), "edge/proxy>site",
		},
	} {
		in := inputsOf(t, c.file, c.mode, c.have)
		if got := across(in.Topology); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestAServiceLeavesTheNetworkOfAnotherProjectThatNoLongerJoinsIt(t *testing.T) {
	s := observed.Snapshot{
		Networks: []observed.Network{joint("edge", "proxy", "demo/site")},
		Containers: []observed.Container{
			replica("demo", "site", siteRole, "edge_joint"), replica("edge", "proxy", proxyRole, "edge_joint"),
		},
	}
	for name, c := range map[string]struct {
		mode          desired.Discovery
		other, leaves []string
	}{
		"on":      {desired.Discovery{}, []string{"edge_joint"}, nil},
		"project": {desired.Discovery{Within: true}, nil, []string{"edge_joint"}},
		"off":     {desired.Discovery{Off: true}, nil, []string{"edge_joint"}},
	} {
		want, err := inputsOf(t, demoSite, c.mode, s).Want()
		if err != nil {
			t.Fatal(err)
		}
		if got := want.Containers[0]; !slices.Equal(got.OtherNetworks, c.other) || !slices.Equal(got.Leaves, c.leaves) {
			t.Errorf("%s: on %v, leaves %v", name, got.OtherNetworks, got.Leaves)
		}
	}
}

// TestHowFarDiscoveryLooksIsNotInAContainer also takes the containers that
// earlier versions made, which had the role in their fingerprint by another rule,
// or did not have it.
func TestHowFarDiscoveryLooksIsNotInAContainer(t *testing.T) {
	file := demoSite + strings.ReplaceAll(demoProxy, "80:80", "127.0.0.1:80:80") + strings.ReplaceAll(demoProxy, "proxy:", "gate:")
	file = strings.ReplaceAll(file, "PROJECTS", "")
	labelsOf := func(d desired.Discovery) map[string]map[string]string {
		want, err := inputsOf(t, file, d, observed.Snapshot{}).Want()
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]map[string]string{}
		for _, c := range want.Containers {
			of := c.Spec.(desired.ContainerSpec).Creation(c, desired.CreationFacts{}).Config.Labels
			delete(of, labels.WorkingDir) // another folder each time
			delete(of, labels.Files)
			all[c.Service] = of
		}
		return all
	}
	on := labelsOf(desired.Discovery{})
	for _, d := range []desired.Discovery{{Off: true}, {Within: true}, {Among: []string{"shop"}}} {
		if diff := cmp.Diff(on, labelsOf(d)); diff != "" {
			t.Errorf("%+v: -on +then:\n%s", d, diff)
		}
	}
	for service, want := range map[string]string{"site": "discoverable", "proxy": "", "gate": "proxy"} {
		if got := on[service][labels.Discovery]; got != want {
			t.Errorf("%s is %q, want %q", service, got, want)
		}
	}
	if text, written := on["gate"][linking.ProjectsLabel]; !written || text != "" {
		t.Errorf("the image of a proxy may name projects: %q", text)
	}
	for _, role := range []string{"", "proxy", "discoverable", "proxy discoverable"} {
		for service, of := range on {
			print := plan.Fingerprint(of[labels.Fingerprint]).Without(labels.RoleSetting())
			if role != "" {
				words := strings.Fields(string(plan.NewFingerprint(map[string]string{labels.RoleSetting(): role})))
				print += plan.Fingerprint(" " + words[1])
			}
			s := observed.Snapshot{Containers: []observed.Container{{
				ID: "1", Name: "demo_" + service + "_1", Project: "demo", Service: service, Number: 1, Fingerprint: print,
			}}}
			in := inputsOf(t, file, desired.Discovery{}, s)
			want, err := in.Want()
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range want.Containers {
				if c.Service == service && len(c.Fingerprint.Differences(in.Have.Containers[0].Fingerprint)) > 0 {
					t.Errorf("%s, made as %q, is replaced: %s, %s", service, role, print, c.Fingerprint)
				}
			}
		}
	}
}

func TestNamesOfProjectsThatAreNoneAreMistakesOfTheFile(t *testing.T) {
	p, _ := loaded(t, demoSite)
	text := "shop/web"
	p.Services[0].Labels = []compose.Var{{Name: linking.ProjectsLabel, Value: &text}}
	if _, err := (desired.Inputs{Project: p}).Resolve(); err == nil || !strings.Contains(err.Error(), `"shop/web" is not a project name`) {
		t.Errorf("got %v", err)
	}
}

// TestWhatIsPartedIsToldOnBothSides has one that publishes on loopback alone on a
// network of its project, or of the other, with what it was taken for a proxy of.
func TestWhatIsPartedIsToldOnBothSides(t *testing.T) {
	const demoLocal = "proxy:\n  image: x\n  ports: ['127.0.0.1:80:80']\n  volumes: ['/var/run/docker.sock:/s/docker.sock']\n"
	local := func(network string) observed.Container {
		c := replica("edge", "proxy", linking.Role{}, network)
		c.Socket = true
		return c
	}
	own := func(service string, network string) observed.Container {
		return replica("demo", service, linking.Role{}, network)
	}
	for name, c := range map[string]struct {
		file string
		mode desired.Discovery
		list []observed.Container
		on   observed.Network
		want string
	}{
		"a site, on its network":   {demoSite, desired.Discovery{}, []observed.Container{own("site", "demo_joint"), local("demo_joint")}, joint("demo", "site", "edge/proxy"), "edge/proxy>site"},
		"a site, on theirs":        {demoSite, desired.Discovery{}, []observed.Container{own("site", "edge_joint"), local("edge_joint")}, joint("edge", "proxy", "demo/site"), "edge/proxy>site"},
		"a site that has left":     {demoSite, desired.Discovery{}, []observed.Container{own("site", ""), local("edge_joint")}, joint("edge", "proxy", "demo/site"), ""},
		"the proxy, on theirs":     {demoLocal, desired.Discovery{}, []observed.Container{own("proxy", "shop_joint"), replica("shop", "web", siteRole, "shop_joint")}, joint("shop", "web", "demo/proxy"), "proxy>shop/web"},
		"the proxy, on its own":    {demoLocal, desired.Discovery{}, []observed.Container{own("proxy", "demo_joint"), replica("shop", "web", siteRole, "demo_joint")}, joint("demo", "proxy", "shop/web"), "proxy>shop/web"},
		"with one that is no site": {demoLocal, desired.Discovery{}, []observed.Container{own("proxy", "shop_joint"), replica("shop", "web", linking.Role{}, "shop_joint")}, joint("shop", "web", "demo/proxy"), ""},
		"two of other projects":    {demoSite, desired.Discovery{}, []observed.Container{local("shop_joint"), replica("shop", "web", siteRole, "shop_joint")}, joint("shop", "web", "edge/proxy"), ""},
		"without discovery":        {demoSite, desired.Discovery{Off: true}, []observed.Container{own("site", "edge_joint"), local("edge_joint")}, joint("edge", "proxy", "demo/site"), ""},
	} {
		s := observed.Snapshot{Containers: c.list, Networks: []observed.Network{c.on}}
		s.Sort()
		var got []string
		for _, f := range inputsOf(t, c.file, c.mode, s).Discovered().Parted {
			got = append(got, f.Proxy+">"+strings.Join(f.Targets, ","))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
