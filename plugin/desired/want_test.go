package desired_test

import (
	"fmt"
	"os"
	"path/filepath"
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

// loaded reads a file as the project demo.
func loaded(t *testing.T, text string) (*compose.Project, *linking.Topology) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "fig.yml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := compose.Load(compose.Options{Dir: dir, ProjectName: "demo", Env: map[string]string{}, SkipBuildCheck: true})
	if err != nil {
		t.Fatal(err)
	}
	topology, err := linking.Resolve(p, linking.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, topology
}

func wantOf(t *testing.T, text string, have plan.Have, scale desired.Scale) (plan.Want, error) {
	t.Helper()
	p, topology := loaded(t, text)
	return desired.Inputs{
		Project: p, Topology: topology, Have: desired.Have{Have: have},
		Scale: desired.KeepScale(p, have, scale), Options: desired.Options{Version: "test"},
	}.Want()
}

func TestReplicasKeepTheNumbersAndTheScaleThatTheyHave(t *testing.T) {
	have := plan.Have{Containers: []plan.HaveContainer{
		{Service: "web", Number: 3}, {Service: "web", Number: 1}, {Service: "web", Number: 7, OneOff: true},
	}}
	for wanted, names := range map[int][]string{
		-1: {"demo_web_1", "demo_web_3"},
		1:  {"demo_web_1"},
		4:  {"demo_web_1", "demo_web_2", "demo_web_3", "demo_web_4"},
	} {
		scale := desired.Scale{"web": wanted}
		if wanted < 0 {
			scale = nil
		}
		want, err := wantOf(t, "web:\n  image: x\n", have, scale)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range want.Containers {
			got = append(got, c.Name)
		}
		if !slices.Equal(got, names) {
			t.Errorf("scaled to %d: %v, want %v", wanted, got, names)
		}
	}
}

func TestOnlyWhatTheFileSaysOfAContainerIsInItsFingerprint(t *testing.T) {
	base := "db:\n  image: x\nweb:\n  image: y\n  command: a\n"
	for change, differs := range map[string][]string{
		"  links: [db]\n":                nil,
		"  container_name: www\n":        nil,
		"  environment: [A=1]\n":         {"environment"},
		"  ports: ['80']\n  tty: true\n": {"ports", "tty"},
	} {
		before, err := wantOf(t, base, plan.Have{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		after, err := wantOf(t, base+change, plan.Have{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		web := func(w plan.Want) plan.Container {
			return w.Containers[slices.IndexFunc(w.Containers, func(c plan.Container) bool { return c.Service == "web" })]
		}
		if got := web(after).Fingerprint.Differences(web(before).Fingerprint); !slices.Equal(got, differs) {
			t.Errorf("%q: differs in %v, want %v", change, got, differs)
		}
	}
}

func TestPortsOfTheHostThatTheEngineChoosesAreKnown(t *testing.T) {
	want, err := wantOf(t, `web:
  image: x
  ports: ["80", "127.0.0.1::53/udp", "443:443", "8000-8010:81", "9000-9001", "9100-9101:9200-9201"]
`, plan.Have{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, ports := want.Containers[0].ChosenPorts, []string{"80/tcp", "53/udp", "81/tcp", "9000-9001/tcp"}; !slices.Equal(got, ports) {
		t.Errorf("got %q, want %q", got, ports)
	}
}

func TestWhatCanNotBeScaledIsRefusedWithItsPlaceAndAWayOut(t *testing.T) {
	_, err := wantOf(t, `web:
  image: x
  ports:
    - "127.0.0.1:80:8080"
    - "8000-8001:80"
    - "443"
  container_name: www
`, plan.Have{}, desired.Scale{"web": 3})
	var text []string
	for _, e := range err.(compose.Errors) {
		text = append(text, strings.TrimPrefix(e.Error(), e.Pos.File)+" | "+strings.Join(e.Hints, " | "))
	}
	want := []string{
		`:7:3: web.container_name: only one container can be named www, and web is scaled to 3 | leave container_name out: replicas are then named demo_web_1 and so on`,
		`:4:7: web.ports[0]: only one container can publish host port 80, and web is scaled to 3 | write "127.0.0.1::8080" to let the engine choose a free host port for each | or "127.0.0.1:80-89:8080" to keep them in a range`,
		`:5:7: web.ports[1]: host ports 8000-8001 are enough for 2 containers, and web is scaled to 3 | write "80" to let the engine choose a free host port for each | or "8000-8009:80" to keep them in a range`,
	}
	if diff := cmp.Diff(want, text); diff != "" {
		t.Error(diff)
	}
}

func TestTheWantedImagesAreThoseOfTheProject(t *testing.T) {
	want, err := wantOf(t, "worker:\n  image: demo_web\nweb:\n  build: .\n", plan.Have{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(want.Images) != 1 || want.Images[0].Ref != "demo_web" || !want.Images[0].Build {
		t.Fatalf("%+v", want.Images)
	}
}

func TestAServiceCanNotShareTheNetworkOfOneThatHasNoContainer(t *testing.T) {
	const file = "app:\n  image: x\nsidecar:\n  image: y\n  net: container:app\n"
	_, err := wantOf(t, file, plan.Have{}, desired.Scale{"app": 0})
	if err == nil || !strings.HasSuffix(err.Error(), ":3:1: sidecar: needs a container of app, which is scaled to 0") {
		t.Error(err)
	}
	if _, err := wantOf(t, file, plan.Have{}, desired.Scale{"app": 0, "sidecar": 0}); err != nil {
		t.Error(err)
	}
}

func TestAContainerGoesOnSharingWithTheReplicaThatItSharesWith(t *testing.T) {
	const file = "db:\n  image: x\nbackup:\n  image: x\n  volumes_from: [db]\nsidecar:\n  image: x\n  net: container:db\n"
	container := func(service string, number int, volume, networkOf string) plan.HaveContainer {
		return plan.HaveContainer{ID: fmt.Sprint(service, number), Service: service, Number: number, Anonymous: map[string]string{"/data": volume}, NetworkOf: networkOf}
	}
	for _, c := range []struct {
		name            string
		have            []plan.HaveContainer
		backup, sidecar string
	}{
		{"nothing", nil, "demo_db_1", "demo_db_1"},
		{"the second", []plan.HaveContainer{container("db", 1, "a", ""), container("db", 2, "b", ""), container("backup", 1, "b", ""), container("sidecar", 1, "c", "db2")}, "demo_db_2", "demo_db_2"},
		{"one that is gone", []plan.HaveContainer{container("db", 1, "a", ""), container("backup", 1, "b", ""), container("sidecar", 1, "c", "db2")}, "demo_db_1", "demo_db_1"},
		{"another number", []plan.HaveContainer{container("db", 1, "a", ""), container("db", 2, "b", ""), container("backup", 2, "b", "")}, "demo_db_1", "demo_db_1"},
	} {
		want, err := wantOf(t, file, plan.Have{Containers: c.have}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want.Containers {
			expected := map[string]string{"backup": c.backup, "sidecar": c.sidecar}[w.Service]
			if w.Number == 1 && expected != "" && !slices.Equal(w.SharesWith, []string{expected}) {
				t.Errorf("%s: %s shares with %v, want %s", c.name, w.Name, w.SharesWith, expected)
			}
		}
	}
}

func TestAServiceMaySeeTheProcessesAndTheMemoryOfAnother(t *testing.T) {
	want, err := wantOf(t, "agent:\n  image: y\n  pid: container:app\n  ipc: container:other\napp:\n  image: x\n", plan.Have{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	agent := want.Containers[1]
	if !slices.Equal(agent.SharesWith, []string{"demo_app_1"}) {
		t.Fatalf("%+v", agent)
	}
	facts := desired.CreationFacts{SharesIDs: map[string]string{"demo_app_1": "f00"}}
	host := agent.Spec.(desired.ContainerSpec).Creation(agent, facts).Host
	if host.PidMode != "container:f00" || host.IpcMode != "container:other" {
		t.Errorf("%s %s", host.PidMode, host.IpcMode)
	}
}

func TestTheShortNameOfANetworkIsThatInItsProject(t *testing.T) {
	for name, want := range map[string]string{
		desired.NetworkName("demo", "db.web"): "db.web", "shop_db.web": "shop_db.web", "bridge": "bridge", "demo": "demo",
	} {
		if got := desired.ShortNetworkName("demo", name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// TestNamesThatEarlierVersionsGaveStayButForCapitals: an alias in the one spelling
// of the file does not answer to clients that ask in lower case.
func TestNamesThatEarlierVersionsGaveStayButForCapitals(t *testing.T) {
	want, err := wantOf(t, `
web: {image: x, links: ["db:sql", "cache:Store"]}
db: {image: x}
cache: {image: x}
`, plan.Have{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	accepts := map[string]linking.Endpoint{}
	for _, n := range want.Networks {
		accepts[n.Name] = labels.ParseEndpoint(n.Accepts["web"])
	}
	if got := accepts["demo_db.web"].Links; len(got) != 1 || got[0].Alias != "sql" {
		t.Errorf("of the link to db are accepted %v", got)
	}
	if got := accepts["demo_cache.web"].Links; len(got) != 3 {
		t.Errorf("of the link to cache are accepted %v, want all spellings", got)
	}
}

func TestAnotherPathToTheSamePlaceIsNoOtherVolume(t *testing.T) {
	p, _ := loaded(t, `
web: {image: x, volumes: ["/real/data:/data", "/real/conf:/conf:ro", "named:/named", /cache]}
`)
	mounts := []observed.Mount{{Source: "/link/data", Target: "/data"}, {Source: "/link/conf", Target: "/conf"}, {Volume: "named", Target: "/named"}}
	same := func(a, b string) bool { return strings.TrimPrefix(a, "/link") == strings.TrimPrefix(b, "/real") }
	printed := func(host, mode string) plan.Fingerprint {
		want, err := wantOf(t, fmt.Sprintf(`
web: {image: x, volumes: ["%[1]s/data:/data", "%[1]s/conf:/conf%[2]s", "named:/named", /cache]}
`, host, mode), plan.Have{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return want.Containers[0].Fingerprint
	}
	wanted := printed("/real", ":ro")
	for name, c := range map[string]struct {
		has  plan.Fingerprint
		same bool
	}{
		"by another path":               {printed("/link", ":ro"), true},
		"by another path, and writable": {printed("/link", ""), false},
		"of another place":              {printed("/other", ":ro"), false},
	} {
		have := desired.Have{Same: same, Have: plan.Have{Containers: []plan.HaveContainer{{ID: "1", Service: "web", Fingerprint: c.has}}}}
		have.Snapshot.Containers = []observed.Container{{ID: "1", Mounts: mounts}}
		have.Respell(p)
		if got := len(wanted.Differences(have.Containers[0].Fingerprint)) == 0; got != c.same {
			t.Errorf("%s: taken for the same: %v, want %v", name, got, c.same)
		}
	}
}
