package desired_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// wanted is the container of a service that a file describes.
func wanted(t *testing.T, text, service string) plan.Container {
	t.Helper()
	want, err := wantOf(t, text, plan.Have{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return want.Containers[slices.IndexFunc(want.Containers, func(c plan.Container) bool { return c.Service == service })]
}

func TestAContainerIsMadeOnAsManyNetworksAsTheEngineTakes(t *testing.T) {
	linked := "web:\n  image: x\n  links: [a, b]\na:\n  image: x\nb:\n  image: x\n"
	for name, c := range map[string]struct {
		file      string
		attachAll bool
		mode      string
		on        []string
	}{
		"all at once":                     {linked, true, "demo_a.web", []string{"demo_a.web", "demo_b.web"}},
		"one":                             {linked, false, "demo_a.web", []string{"demo_a.web"}},
		"on a network of others, all":     {"web:\n  image: x\n  net: lan\n  links: [a]\na:\n  image: x\n", true, "lan", []string{"demo_a.web", "lan"}},
		"on a network of others, one":     {"web:\n  image: x\n  net: lan\n  links: [a]\na:\n  image: x\n", false, "lan", []string{"lan"}},
		"on the host's":                   {"web:\n  image: x\n  net: host\n", true, "host", nil},
		"on none":                         {"web:\n  image: x\n  net: none\n", true, "none", nil},
		"on that of another container":    {"web:\n  image: x\n  net: container:box\n", true, "container:box", nil},
		"on that of a service, by its id": {"web:\n  image: x\n  net: container:a\na:\n  image: x\n", true, "container:f00", nil},
	} {
		web := wanted(t, c.file, "web")
		spec := web.Spec.(desired.ContainerSpec)
		facts := desired.CreationFacts{
			AttachAll: c.attachAll, SharesIDs: map[string]string{"demo_a_1": "f00"}, Links: make([]desired.ImageFacts, len(spec.LinkSources())),
		}
		made := spec.Creation(web, facts)
		if on := slices.Sorted(maps.Keys(made.Endpoints)); string(made.Host.NetworkMode) != c.mode || !slices.Equal(on, c.on) {
			t.Errorf("%s: made on %s, attached to %v, want %s and %v", name, made.Host.NetworkMode, on, c.mode, c.on)
		}
	}
}

func TestAReplacementTakesTheAnonymousVolumesOver(t *testing.T) {
	web := wanted(t, "web:\n  image: x\n  volumes: ['/src:/code']\n", "web")
	hex := func(word string) string { return strings.Repeat(word, 64)[:64] }
	volume := func(name, target string) container.MountPoint {
		return container.MountPoint{Type: mount.TypeVolume, Name: name, Destination: target}
	}
	was := &container.InspectResponse{
		Config: &container.Config{Volumes: map[string]struct{}{"/data": {}, "/code": {}, "/named": {}, "/shared": {}, "/was-shared": {}}},
		Mounts: []container.MountPoint{
			volume(hex("a1"), "/data"),       // declared by the image
			volume(hex("b2"), "/code"),       // where the file mounts something now
			volume("cache", "/named"),        // mounted by its name, and declared: docker-compose 1.x
			volume(hex("c3"), "/undeclared"), // mounted by its name
			volume(hex("d4"), "/shared"),     // where another container's volume is
			volume(hex("e5"), "/was-shared"), // of another container, whose volumes it used
			{Type: mount.TypeBind, Source: "/etc", Destination: "/data"},
		},
	}
	made := web.Spec.(desired.ContainerSpec).Creation(web, desired.CreationFacts{Replaced: was, From: []observed.Mount{
		{Volume: "other", Target: "/shared"}, {Volume: hex("e5"), Target: "/elsewhere"}, {Source: "/etc", Target: "/host"},
	}})
	if !slices.Equal(made.Host.Binds, []string{"/src:/code", hex("a1") + ":/data"}) {
		t.Errorf("mounts %v", made.Host.Binds)
	}
	if targets := slices.Sorted(maps.Keys(made.Config.Volumes)); !slices.Equal(targets, []string{"/data"}) {
		t.Errorf("declares %v", targets)
	}
}

func TestOnlyWhatRoutesForOthersForwardsPackets(t *testing.T) {
	for text, want := range map[string]string{
		"web:\n  image: x\n":                                         "0",
		"web:\n  image: x\n  net: lan\n":                             "0",
		"web:\n  image: x\n  cap_add: [NET_RAW, SYS_TIME]\n":         "0",
		"web:\n  image: x\n  cap_add: [CAP_NET_ADMIN]\n":             "",
		"web:\n  image: x\n  cap_add: [net_admin]\n":                 "",
		"web:\n  image: x\n  cap_add: [ALL]\n":                       "",
		"web:\n  image: x\n  privileged: true\n":                     "",
		"web:\n  image: x\n  net: host\n":                            "",
		"web:\n  image: x\n  net: none\n":                            "",
		"web:\n  image: x\n  net: container:a\na:\n  image: x\n":     "",
		"web:\n  image: x\n  net: container:other\n":                 "",
		"web:\n  image: x\n  links: [a]\na:\n  image: x\n":           "0",
		"web:\n  image: x\n  privileged: false\n  cap_drop: [ALL]\n": "0",
	} {
		web := wanted(t, text, "web")
		spec := web.Spec.(desired.ContainerSpec)
		made := spec.Creation(web, desired.CreationFacts{
			SharesIDs: map[string]string{"demo_a_1": "f00"}, Links: make([]desired.ImageFacts, len(spec.LinkSources())),
		})
		if got := made.Host.Sysctls["net.ipv4.ip_forward"]; got != want {
			t.Errorf("%q: ip_forward %q, want %q", text, got, want)
		}
	}
}

// TestEveryContainerHasAllLabels makes them of an image which has all: none shows
// through.
func TestEveryContainerHasAllLabels(t *testing.T) {
	p, topology := loaded(t, "web:\n  image: x\n  container_name: the-web\n  labels: {team: a, io.stack-lite.print: b, com.docker.compose.service: c, io.stack-lite.next: d}\n")
	hostile := map[string]string{}
	for _, name := range labels.All() {
		hostile[name] = "hostile"
	}
	hostile[labels.Container] = "the-web"
	for _, discovery := range []desired.Discovery{{}, {Off: true}} {
		in := desired.Inputs{
			Project: p, Topology: topology, Scale: desired.Scale{"web": 1},
			Options: desired.Options{Version: "test", LinkEnv: linking.EnvNone, Discovery: discovery},
		}
		want, err := in.Want()
		if err != nil {
			t.Fatal(err)
		}
		in.AddOneOff(&want, desired.OneOff{Service: p.Service("web"), Name: "once", Labels: []string{"team=b", "io.stack-lite.print=b", "io.stack-lite.next"}})
		for i, of := range []struct{ name, number, oneOff, team string }{{"the-web again", "1", "False", "a"}, {"once", "", "True", "b"}} {
			c := want.Containers[i]
			got := c.Spec.(desired.ContainerSpec).Creation(c, desired.CreationFacts{Image: desired.ImageFacts{Labels: hostile}}).Config.Labels
			expect := labels.Blank()
			maps.Copy(expect, map[string]string{
				"team": of.team, labels.Project: "demo", labels.Service: "web", labels.Number: of.number, labels.OneOff: of.oneOff,
				labels.ComposeVersion: "1.29.2", labels.Version: "test", labels.WorkingDir: p.Dir, labels.Files: p.Files[0], labels.Fingerprint: string(c.Fingerprint),
				labels.Container: of.name,
			})
			if diff := cmp.Diff(expect, got); diff != "" {
				t.Errorf("%s, -want +got:\n%s", c.Name, diff)
			}
		}
	}
}

func TestLabelsThatAreLeftOutAreToldInTheOrderOfTheFile(t *testing.T) {
	p, _ := loaded(t, `web:
  image: x
  labels:
    team: a
    io.stack-lite.print: b
    com.docker.compose.project:
    io.stack-lite.discover: "true"
db:
  image: x
  labels: [io.stack-lite.after=web]
`)
	var told []string
	for _, n := range desired.Notes(p) {
		told = append(told, n.String())
	}
	if diff := cmp.Diff([]string{
		`fig.yml:5:5: web.labels: label "io.stack-lite.print" is written by Stack Lite itself and was left out`,
		`fig.yml:6:5: web.labels: label "com.docker.compose.project" is written by Stack Lite itself and was left out`,
		`fig.yml:10:12: db.labels: label "io.stack-lite.after" is written by Stack Lite itself and was left out`,
	}, told); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	once := desired.OneOff{Labels: []string{"team=a", "io.stack-lite.print=b"}}
	if diff := cmp.Diff([]string{`label "io.stack-lite.print" is written by Stack Lite itself and was left out`}, once.Notes()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTheMACAddressIsThatOfTheNetworkThatAContainerIsMadeOn(t *testing.T) {
	const mac = "02:42:ac:11:65:43"
	linked := "web:\n  image: x\n  mac_address: " + mac + "\n  links: [a, b]\na:\n  image: x\nb:\n  image: x\n"
	for name, c := range map[string]struct {
		file      string
		attachAll bool
		on        string // the network where it has it; empty: it goes with the container
		nowhere   bool
	}{
		"of several":                   {file: linked, attachAll: true, on: "demo_a.web"},
		"one at creation":              {file: linked},
		"of others, all":               {file: strings.Replace(linked, "links", "net: lan\n  links", 1), attachAll: true, on: "lan"},
		"of others, one":               {file: strings.Replace(linked, "links", "net: lan\n  links", 1)},
		"no network card of its own":   {file: "web:\n  image: x\n  mac_address: " + mac + "\n  net: host\n", nowhere: true},
		"no network card at all":       {file: "web:\n  image: x\n  mac_address: " + mac + "\n  net: none\n", nowhere: true},
		"no network card, all at once": {file: "web:\n  image: x\n  mac_address: " + mac + "\n  net: none\n", attachAll: true, nowhere: true},
	} {
		web := wanted(t, c.file, "web")
		spec := web.Spec.(desired.ContainerSpec)
		facts := desired.CreationFacts{AttachAll: c.attachAll, Links: make([]desired.ImageFacts, len(spec.LinkSources()))}
		for range 2 { // the second time is like the first
			made := spec.Creation(web, facts)
			if has := made.Config.MacAddress == mac; has != (c.on == "" && !c.nowhere) {
				t.Errorf("%s: the container itself has %q", name, made.Config.MacAddress)
			}
			for network, settings := range made.Endpoints {
				if has := settings.MacAddress == mac; has != (network == c.on) {
					t.Errorf("%s: on %s it has %q", name, network, settings.MacAddress)
				}
			}
			if label := made.Config.Labels[labels.MACAddress]; (label == mac) == c.nowhere {
				t.Errorf("%s: the label says %q", name, label)
			}
		}
	}
}

// A container is external on a network of another project, which finds it there by
// a second name where it has a service that is called the same.
func TestAContainerHasItsSecondNameWhereverItIsExternal(t *testing.T) {
	for name, n := range map[string]plan.Network{
		"on one of the project": {Name: "demo_db.web", Spec: desired.NetworkSpec{}},
		"on one of another":     {Name: "shop_db.web"},
	} {
		got := desired.ConnectSettings(plan.Connect{Name: "db", Network: n, Hides: []string{"x"}})
		if !slices.Equal(got.Aliases, []string{linking.ExternalAlias("db")}) || len(got.Links) != 2 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := desired.ConnectSettings(plan.Connect{Name: "db", Network: plan.Network{Spec: desired.DefaultBridge{}}}); got.Aliases != nil {
		t.Errorf("on the default bridge: %v", got.Aliases)
	}
}

func TestWhoHoldsTheDataOfOneThatIsGoneGivesItBack(t *testing.T) {
	volume := func(digit, target string) observed.Mount {
		return observed.Mount{Volume: strings.Repeat(digit, 64), Target: target}
	}
	data := wanted(t, "data:\n  image: x\n  volumes: [/data, '/src:/code']\n", "data")
	made := data.Spec.(desired.ContainerSpec).Creation(data, desired.CreationFacts{
		Image: desired.ImageFacts{Volumes: []string{"/var/lib/db/", "/code"}},
		Held: []observed.Mount{
			volume("1", "/data"), volume("2", "/data"), // the first is the likeliest
			volume("3", "/var/lib/db"), volume("4", "/code"), volume("5", "/own"),
			{Volume: "named", Target: "/var/lib/db"},
		},
	})
	want := []string{"/src:/code", strings.Repeat("1", 64) + ":/data", strings.Repeat("3", 64) + ":/var/lib/db"}
	if !slices.Equal(made.Host.Binds, want) || len(made.Taken) != 2 {
		t.Errorf("binds %q, taken %v, want %q", made.Host.Binds, made.Taken, want)
	}
	for _, path := range []string{"/data", "/var/lib/db"} {
		if _, declared := made.Config.Volumes[path]; !declared {
			t.Errorf("the next replacement does not find %s", path)
		}
	}
}
