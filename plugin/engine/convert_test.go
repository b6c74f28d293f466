package engine

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/network"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

var addresses = cmpopts.EquateComparable(netip.Addr{})

const id = "0123456789abcdef"

func TestAContainerIsReadFromAList(t *testing.T) {
	role := func(r linking.Role) observed.Container { return observed.Container{ID: id, Name: "proxy", Role: r} }
	socket := []container.MountPoint{{Source: "/run/docker.sock"}}
	loopback := []container.Port{{IP: "127.0.0.1", PrivatePort: 80, PublicPort: 80, Type: "tcp"}}
	published := []container.Port{{IP: "0.0.0.0", PrivatePort: 80, PublicPort: 80, Type: "tcp"}}
	proxyPrint := plan.NewFingerprint(map[string]string{labels.RoleSetting(): "proxy", "image": "app"})
	for name, c := range map[string]struct {
		summary container.Summary
		mode    string
		copied  bool
		want    observed.Container
	}{
		"of a service": {
			summary: container.Summary{
				ID: id, Names: []string{"/demo_web_2"}, Image: "app", ImageID: "sha256:1", Command: "serve", State: "running", Status: "Up 2 minutes",
				Ports: []container.Port{{IP: "0.0.0.0", PrivatePort: 80, PublicPort: 8080, Type: "tcp"}, {PrivatePort: 53, Type: "udp"}},
				Labels: map[string]string{
					labels.Project: "demo", labels.Service: "web", labels.Number: "2", labels.OneOff: "False",
					labels.Fingerprint: string(proxyPrint), labels.After: "cache,db", labels.LinkEnv: "1 db=aabb", labels.Discovery: "proxy",
					labels.WorkingDir: "/src", labels.Files: "/src/fig.yml,/src/more.yml", labels.MACAddress: "02:42:ac:11:65:43",
				},
				NetworkSettings: &container.NetworkSettingsSummary{Networks: map[string]*network.EndpointSettings{
					"demo_db.web": {NetworkID: "n2", IPAddress: "10.0.0.2", Gateway: "10.0.0.1", GlobalIPv6Address: "fd00::2", IPv6Gateway: "fd00::1"},
					"demo_a.web":  {NetworkID: "n1"},
				}},
			},
			mode: "demo_a.web",
			want: observed.Container{
				ID: id, Name: "demo_web_2", Owner: "demo", Project: "demo", Service: "web", Number: 2,
				Fingerprint: proxyPrint, After: []string{"cache", "db"}, LinkEnv: map[string]string{"db": "aabb"},
				Dir: "/src", Files: []string{"/src/fig.yml", "/src/more.yml"}, MAC: "02:42:ac:11:65:43", Role: linking.Role{Proxy: true},
				Image: "app", ImageID: "sha256:1", Command: "serve", State: plan.StateRunning, Status: "Up 2 minutes",
				Ports:     []observed.Port{{IP: "0.0.0.0", Public: 8080, Private: 80, Protocol: "tcp"}, {Private: 53, Protocol: "udp"}},
				CreatedOn: "demo_a.web",
				Endpoints: []observed.Endpoint{
					{Network: "demo_a.web", NetworkID: "n1"},
					{
						Network: "demo_db.web", NetworkID: "n2", Address: netip.MustParseAddr("10.0.0.2"), Gateway: netip.MustParseAddr("10.0.0.1"),
						Address6: netip.MustParseAddr("fd00::2"), Gateway6: netip.MustParseAddr("fd00::1"),
					},
				},
			},
		},
		"a one-off one, which takes no part in discovery": {
			summary: container.Summary{ID: id, Names: []string{"/demo_web_run_f00"}, Labels: map[string]string{
				labels.Project: "demo", labels.Service: "web", labels.OneOff: "True", labels.Fingerprint: "print", labels.Discovery: "discoverable",
			}},
			want: observed.Container{
				ID: id, Name: "demo_web_run_f00", Owner: "demo", Project: "demo", Service: "web", OneOff: true, Fingerprint: "print",
			},
		},
		"of docker-compose, which is external": {
			summary: container.Summary{ID: id, Names: []string{"/demo_web_1"}, Labels: map[string]string{
				labels.Project: "demo", labels.Service: "web", labels.Number: "1", labels.OneOff: "False", labels.WorkingDir: "/src",
			}},
			mode: "demo_default",
			want: observed.Container{ID: id, Name: "demo_web_1", Owner: "demo", CreatedOn: "demo_default"},
		},
		"a copy, which is external": {
			summary: container.Summary{ID: id, Names: []string{"/other"}, Ports: published, Mounts: socket, Labels: map[string]string{
				labels.Project: "demo", labels.Service: "web", labels.Number: "1", labels.Fingerprint: "print", labels.Container: "demo_web_1",
				labels.LinkEnv: "1", labels.After: "db", labels.Discovery: "discoverable",
			}},
			copied: true,
			want: observed.Container{
				ID: id, Name: "other", Owner: "demo", CopyOf: "web", Role: linking.Role{Proxy: true}, Socket: true,
				Ports: []observed.Port{{IP: "0.0.0.0", Private: 80, Public: 80, Protocol: "tcp"}},
			},
		},
		"a one-off one of an image with a number": {
			summary: container.Summary{ID: id, Names: []string{"/demo_web_run_f00"}, Labels: map[string]string{
				labels.Project: "demo", labels.Service: "web", labels.OneOff: "True", labels.Fingerprint: "print", labels.Number: "4",
			}},
			want: observed.Container{
				ID: id, Name: "demo_web_run_f00", Owner: "demo", Project: "demo", Service: "web", OneOff: true, Fingerprint: "print",
			},
		},
		"whose labels are all empty": {
			summary: container.Summary{ID: id, Names: []string{"/x"}, Labels: labels.Blank()},
			want:    observed.Container{ID: id, Name: "x"},
		},
		"on the default bridge": {
			summary: container.Summary{
				ID: id, Names: []string{"/x"},
				NetworkSettings: &container.NetworkSettingsSummary{Networks: map[string]*network.EndpointSettings{"bridge": {NetworkID: "b"}}},
			},
			mode: "default",
			want: observed.Container{ID: id, Name: "x", Endpoints: []observed.Endpoint{{Network: "bridge", NetworkID: "b"}}},
		},
		"on the host's network": {
			summary: container.Summary{
				ID: id, Names: []string{"/x"},
				NetworkSettings: &container.NetworkSettingsSummary{Networks: map[string]*network.EndpointSettings{"host": {NetworkID: "h"}}},
			},
			mode: "host",
			want: observed.Container{ID: id, Name: "x", NetworkMode: "host"},
		},
		"without a network": {
			summary: container.Summary{ID: id, Names: []string{"/x"}}, mode: "none",
			want: observed.Container{ID: id, Name: "x", NetworkMode: "none"},
		},
		"that was made without a network, and is on none": {
			summary: container.Summary{
				ID: id, Names: []string{"/x"},
				NetworkSettings: &container.NetworkSettingsSummary{Networks: map[string]*network.EndpointSettings{"none": {NetworkID: "n"}}},
			},
			mode: "none",
			want: observed.Container{ID: id, Name: "x", NetworkMode: "none"},
		},
		"that was made without a network, and is attached to one": {
			summary: container.Summary{
				ID: id, Names: []string{"/x"},
				NetworkSettings: &container.NetworkSettingsSummary{Networks: map[string]*network.EndpointSettings{"lan": {NetworkID: "l"}}},
			},
			mode: "none",
			want: observed.Container{ID: id, Name: "x", Endpoints: []observed.Endpoint{{Network: "lan", NetworkID: "l"}}},
		},
		"on another's network": {
			summary: container.Summary{ID: id, Names: []string{"/x"}, Labels: map[string]string{linking.DiscoverLabel: "true"}}, mode: "container:fedc",
			want: observed.Container{ID: id, Name: "x", NetworkMode: "container:fedc"},
		},
		"of docker-compose 1.x": {
			summary: container.Summary{
				ID: id, Names: []string{"/demo_web_2"},
				Mounts: []container.MountPoint{
					{Type: "volume", Name: "cache", Destination: "/tmp", RW: true}, {Type: "bind", Source: "/src", Destination: "/code"},
					{Type: "tmpfs", Destination: "/run"},
				},
				Labels: map[string]string{
					labels.Project: "demo", labels.Service: "web", labels.Number: "2", labels.OneOff: "False",
					labels.ComposeVersion: "1.29.2", labels.WorkingDir: "/src", labels.Files: "/src/fig.yml",
					"com.docker.compose.config-hash": "f00",
				},
			},
			want: observed.Container{
				ID: id, Name: "demo_web_2", Owner: "demo",
				Compose: &observed.ComposeLabels{Version: "1.29.2", Service: "web", Number: 2, Dir: "/src", Files: []string{"/src/fig.yml"}},
				Mounts:  []observed.Mount{{Source: "/src", Target: "/code", ReadOnly: true}, {Volume: "cache", Target: "/tmp"}},
			},
		},
		"of docker-compose 1.x, with a file as the command line named it": {
			summary: container.Summary{ID: id, Names: []string{"/x"}, Labels: map[string]string{
				labels.Project: "demo", labels.Service: "web", labels.OneOff: "True", labels.ComposeVersion: "1.25.0",
				labels.WorkingDir: "/src", labels.Files: "base.yml,/etc/more.yml", "com.docker.compose.slug": "f00",
			}},
			want: observed.Container{ID: id, Name: "x", Owner: "demo", Compose: &observed.ComposeLabels{
				Version: "1.25.0", Service: "web", OneOff: true, Dir: "/src", Files: []string{"/src/base.yml", "/etc/more.yml"},
			}},
		},
		"of docker compose": {
			summary: container.Summary{ID: id, Names: []string{"/demo-web-1"}, Labels: map[string]string{
				labels.Project: "demo", labels.Service: "web", labels.Number: "1", labels.ComposeVersion: "2.24.5", labels.WorkingDir: "/src",
			}},
			want: observed.Container{ID: id, Name: "demo-web-1", Owner: "demo", Compose2: &observed.ComposeLabels{
				Version: "2.24.5", Service: "web", Number: 1, Dir: "/src",
			}},
		},
		"of docker-compose 1.x, copied": {
			summary: container.Summary{ID: id, Names: []string{"/copy"}, Labels: map[string]string{
				labels.Project: "demo", labels.Service: "web", labels.Number: "2", labels.ComposeVersion: "1.29.2",
			}},
			copied: true,
			want:   observed.Container{ID: id, Name: "copy", Owner: "demo", CopyOf: "web"},
		},
		"with names that legacy links gave it": {
			summary: container.Summary{ID: id, Names: []string{"/web/db", "/db", "/app/sql"}},
			want:    observed.Container{ID: id, Name: "db", LinkedBy: []string{"app", "web"}},
		},
		"without a name yet": {
			summary: container.Summary{ID: id, Names: []string{"/web/db"}},
			want:    observed.Container{ID: id, Name: id[:12], LinkedBy: []string{"web"}},
		},
		"an external proxy": {
			summary: container.Summary{ID: id, Names: []string{"/proxy"}, Mounts: socket, Ports: published},
			want: func() observed.Container {
				c := role(linking.Role{Proxy: true})
				c.Socket = true
				c.Ports = []observed.Port{{IP: "0.0.0.0", Private: 80, Public: 80, Protocol: "tcp"}}
				return c
			}(),
		},
		"a socket without a published port": {
			summary: container.Summary{ID: id, Names: []string{"/proxy"}, Mounts: socket},
			want:    observed.Container{ID: id, Name: "proxy", Socket: true},
		},
		"a socket and a port on loopback": {
			summary: container.Summary{ID: id, Names: []string{"/proxy"}, Mounts: socket, Ports: loopback},
			want: observed.Container{
				ID: id, Name: "proxy", Socket: true, Ports: []observed.Port{{IP: "127.0.0.1", Private: 80, Public: 80, Protocol: "tcp"}},
			},
		},
		"a proxy that takes no part": {
			summary: container.Summary{
				ID: id, Names: []string{"/proxy"}, Mounts: socket, Ports: published, Labels: map[string]string{linking.DiscoverLabel: "False"},
			},
			want: observed.Container{
				ID: id, Name: "proxy", Ports: []observed.Port{{IP: "0.0.0.0", Private: 80, Public: 80, Protocol: "tcp"}},
			},
		},
		"an external one that wants to be found": {
			summary: container.Summary{ID: id, Names: []string{"/proxy"}, Labels: map[string]string{linking.DiscoverLabel: "True"}},
			want:    role(linking.Role{Discoverable: true}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.summary.HostConfig.NetworkMode = c.mode
			if diff := cmp.Diff(c.want, observedContainer(c.summary, c.copied), addresses); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestTheRoleOfAReplicaCountsAsFarAsItsFingerprintVouchesForIt(t *testing.T) {
	public := []container.Port{{IP: "0.0.0.0", PrivatePort: 80, PublicPort: 80, Type: "tcp"}}
	loopback := []container.Port{{IP: "127.0.0.1", PrivatePort: 80, PublicPort: 80, Type: "tcp"}, {PrivatePort: 53, Type: "udp"}}
	proxy := linking.Role{Proxy: true}
	for name, c := range map[string]struct {
		vouched, role, projects string
		ports                   []container.Port
		want                    linking.Role
		finds                   []string
	}{
		"a proxy of its project":        {"proxy", "proxy", "", public, proxy, nil},
		"of other projects":             {"proxy shop,blog*", "proxy", "shop,blog*", public, proxy, []string{"shop", "blog*"}},
		"projects of the image":         {"proxy", "proxy", "*", public, proxy, nil},
		"a role of the image":           {"", "proxy", "", public, linking.Role{}, nil},
		"all of the image":              {"", "proxy", "*", public, linking.Role{}, nil},
		"what stopped publishes":        {"proxy", "proxy", "", nil, proxy, nil},
		"on loopback, made by an older": {"proxy discoverable", "proxy discoverable", "", loopback, linking.Role{Discoverable: true}, nil},
		"only exposed":                  {"proxy", "proxy", "", loopback[1:], proxy, nil},
	} {
		settings := map[string]string{"image": "app"}
		if c.vouched != "" {
			settings[labels.RoleSetting()] = c.vouched
		}
		got := observedContainer(container.Summary{ID: id, Ports: c.ports, Labels: map[string]string{
			labels.Fingerprint: string(plan.NewFingerprint(settings)), labels.Discovery: c.role, linking.ProjectsLabel: c.projects,
		}}, false)
		if got.Role != c.want || !slices.Equal(got.FindsIn, c.finds) {
			t.Errorf("%s: got %+v, %q", name, got.Role, got.FindsIn)
		}
	}
}

func TestANetworkIsReadFromAList(t *testing.T) {
	subnets := func(list ...string) network.IPAM {
		var out network.IPAM
		for _, s := range list {
			out.Config = append(out.Config, network.IPAMConfig{Subnet: s})
		}
		return out
	}
	for name, c := range map[string]struct {
		summary network.Summary
		want    observed.Network
	}{
		"of a project": {
			network.Summary{ID: id, Name: "demo_db.web", IPAM: subnets("10.222.0.0/28"), Labels: map[string]string{
				labels.Project: "demo", labels.Settings: "linked", labels.Wiring: `{"db":"db"}`, labels.Externals: "/box,shop/web", labels.For: "demo_web_run_1",
			}},
			observed.Network{
				ID: id, Name: "demo_db.web", Project: "demo", Subnet: "10.222.0.0/28", Room: 13, Traffic: true, Kind: linking.Linked, Settings: "linked",
				Wiring: map[string]string{"db": "db"}, Externals: []string{"/box", "shop/web"}, For: "demo_web_run_1",
			},
		},
		"of docker-compose, which is external": {
			network.Summary{ID: id, Name: "demo_default", IPAM: subnets("172.18.0.0/16"), Labels: map[string]string{labels.Project: "demo", labels.Network: "default"}},
			observed.Network{ID: id, Name: "demo_default", Subnet: "172.18.0.0/16", Room: 1 << 16, Traffic: true},
		},
		"whose members are isolated": {
			network.Summary{ID: id, Name: "x", IPAM: subnets("10.0.0.0/29"), Options: map[string]string{desired.OptionICC: "false"}},
			observed.Network{ID: id, Name: "x", Subnet: "10.0.0.0/29", Room: 5},
		},
		"with several subnets": {
			network.Summary{ID: id, Name: "x", IPAM: subnets("10.0.0.0/29", "fd00::/64", "10.0.1.0/28")},
			observed.Network{ID: id, Name: "x", Room: 5 + 13, Traffic: true},
		},
		"of which nothing is told": {
			network.Summary{ID: id, Name: "x"},
			observed.Network{ID: id, Name: "x", Room: 1 << 16, Traffic: true},
		},
		"of a link by hand": {
			network.Summary{ID: id, Name: "stacklite_db.web", Labels: map[string]string{labels.Link: ""}},
			observed.Network{ID: id, Name: "stacklite_db.web", Room: 1 << 16, Traffic: true, Adhoc: true},
		},
		"of one whose second end is to come": {
			network.Summary{ID: id, Name: "stacklite_db.web", Labels: map[string]string{labels.Link: "2026-01-02T03:04:05Z"}},
			observed.Network{
				ID: id, Name: "stacklite_db.web", Room: 1 << 16, Traffic: true, Adhoc: true, Deadline: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, observedNetwork(c.summary)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestNamesAreThoseThatCanBeUsed(t *testing.T) {
	c := observed.Container{ID: id, Name: "web", Endpoints: []observed.Endpoint{{Network: "a"}, {Network: "b"}}}
	endpoint := &network.EndpointSettings{
		Aliases: []string{"web", id[:12], "www", "web.outside"}, Links: []string{"demo_db_1:sql", "db:database", "cache"},
	}
	addNames(&c, container.InspectResponse{
		ContainerJSONBase: &container.ContainerJSONBase{HostConfig: &container.HostConfig{Links: []string{"/box:/web/b", "/box:/web/store"}}},
		NetworkSettings:   &container.NetworkSettings{Networks: map[string]*network.EndpointSettings{"a": endpoint}},
	})
	want := observed.Container{
		ID: id, Name: "web",
		Endpoints: []observed.Endpoint{
			{Network: "a", Aliases: []string{"web", "www"}, Links: []linking.Name{
				{Alias: "cache", Target: "cache"}, {Alias: "database", Target: "db"}, {Alias: "sql", Target: "demo_db_1"},
			}},
			{Network: "b"},
		},
		Legacy: map[string]string{"b": "box", "store": "box"},
	}
	if diff := cmp.Diff(want, c, addresses); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(endpoint.Aliases) != 4 {
		t.Error("what the client answered was changed")
	}
}

func TestAnEventSaysWhichContainerItIsAbout(t *testing.T) {
	attributes := map[string]string{
		"name": "demo_web_2", "image": "probe", "exitCode": "3",
		labels.Project: "demo", labels.Service: "web", labels.Number: "2", labels.OneOff: "False", labels.Fingerprint: "print",
	}
	got := event(events.Message{Action: "die", TimeNano: 5, Actor: events.Actor{ID: id, Attributes: attributes}})
	want := Event{
		Time: time.Unix(0, 5), Action: Died, ExitCode: 3,
		Container:  observed.Container{ID: id, Name: "demo_web_2", Image: "probe", Owner: "demo", Project: "demo", Service: "web", Number: 2},
		Attributes: map[string]string{"name": "demo_web_2", "image": "probe", "exitCode": "3"},
	}
	if diff := cmp.Diff(want, got, addresses); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	attributes[labels.OneOff] = "True"
	if got := event(events.Message{Actor: events.Actor{Attributes: attributes}}); !got.OneOff {
		t.Errorf("a one-off container: got %+v", got)
	}
	delete(attributes, labels.Fingerprint)
	attributes[labels.ComposeVersion], attributes[labels.WorkingDir] = "1.29.2", "/src"
	if got := event(events.Message{Actor: events.Actor{Attributes: attributes}}); got.Compose == nil || got.Project != "" || got.Owner != "demo" {
		t.Errorf("of docker-compose 1.x: got %+v", got)
	}
}
