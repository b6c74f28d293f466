package deployed_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/deployed"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// write lays a file down, and returns what it asks of a swarm without anything there.
func write(t *testing.T, name, text string) deployed.Inputs {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return open(t, path)
}

func wanted(t *testing.T, in deployed.Inputs) plan.Want {
	t.Helper()
	want, _, err := deployed.Want(in)
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// service is what is wanted of a service.
func service(t *testing.T, want plan.Want, name string) plan.Managed {
	t.Helper()
	i := slices.IndexFunc(want.Managed, func(m plan.Managed) bool { return m.Service == name })
	if i < 0 {
		t.Fatalf("no service %s", name)
	}
	return want.Managed[i]
}

// changed are the settings of a service in which two wanted stacks differ.
func changed(t *testing.T, a, b plan.Want, name string) string {
	t.Helper()
	return strings.Join(service(t, a, name).Fingerprint.Differences(service(t, b, name).Fingerprint), " ")
}

func TestAChangeOfTheFileShowsInTheFingerprintByTheNameOfItsKey(t *testing.T) {
	const before = `
web: {image: shop, links: [db], environment: {A: b}}
db: {image: postgres, volumes: ["data:/data"]}
lone: {image: x}
`
	was := wanted(t, write(t, "fig.yml", before))
	for _, c := range []struct{ from, to, service, keys string }{
		{"image: shop", "image: shop:2", "web", "image"},
		{"A: b", "A: c", "web", "environment"},
		{"links: [db]", `links: ["db:sql"]`, "db", "networks"},
		{"links: [db]", `links: ["db:sql"]`, "web", ""},
		{"links: [db]", `links: [db, lone]`, "web", "networks"},
		{"data:/data", "other:/data", "db", "volumes"},
		{"image: x", "image: x, restart: always", "lone", "restart"},
		{"image: x", "image: x, mem_limit: 64m", "lone", "resources"},
		{"image: x", `image: x, ports: ["80"]`, "lone", "endpoint_mode ports"},
		{"image: x", `image: x, labels: [a=b]`, "lone", "labels"},
		{"image: x", `image: x, labels: [io.stack-lite.print=b]`, "lone", ""},
		{"web: {", "x-stack-lite: {update: {order: start-first}}\nweb: {", "lone", "update_config"},
		{"web: {", "x-stack-lite: {placement: {lone: [node.hostname == one]}}\nweb: {", "lone", "placement"},
		{"web: {", "x-stack-lite: {encrypt: true}\nweb: {", "lone", "networks"},
	} {
		is := wanted(t, write(t, "fig.yml", strings.Replace(before, c.from, c.to, 1)))
		if got := changed(t, was, is, c.service); got != c.keys {
			t.Errorf("%s: %s differs in %q, not in %q", c.to, c.service, got, c.keys)
		}
	}
	if again := wanted(t, write(t, "fig.yml", before)); !reflect.DeepEqual(prints(was), prints(again)) {
		t.Error("the same file has other fingerprints")
	}
}

func prints(want plan.Want) map[string]plan.Fingerprint {
	all := map[string]plan.Fingerprint{}
	for _, m := range want.Managed {
		all[m.Service] = m.Fingerprint
	}
	return all
}

func TestHowACommandHasTasksReplacedChangesNothingByItself(t *testing.T) {
	in := write(t, "fig.yml", "web: {image: shop}")
	was := wanted(t, in)
	in.Options.Update, in.Scale = &compose.Update{Order: "start-first"}, map[string]int{"web": 5}
	is := wanted(t, in)
	if got := changed(t, was, is, "web"); got != "" {
		t.Errorf("differs in %s", got)
	}
	spec := service(t, is, "web").Spec.(deployed.ServiceSpec).Spec
	if spec.UpdateConfig == nil || spec.UpdateConfig.Order != "start-first" || spec.UpdateConfig.Parallelism != 1 || *spec.Mode.Replicated.Replicas != 5 {
		t.Errorf("%+v", spec.UpdateConfig)
	}
}

func TestAnotherContentOfASecretIsAnotherSecret(t *testing.T) {
	const file = "services: {web: {image: x, secrets: [pass]}}\nsecrets: {pass: {file: ./pass}}\n"
	in := write(t, "compose.yaml", file)
	content := "one"
	in.Read = func(string) ([]byte, error) { return []byte(content), nil }
	was := wanted(t, in)
	content = "two"
	is := wanted(t, in)
	if got := changed(t, was, is, "web"); got != "secrets" {
		t.Errorf("differs in %q", got)
	}
	before, after := service(t, was, "web").Spec.(deployed.ServiceSpec), service(t, is, "web").Spec.(deployed.ServiceSpec)
	if before.Secrets[0].Name == after.Secrets[0].Name || after.Spec.TaskTemplate.ContainerSpec.Secrets[0].SecretName != after.Secrets[0].Name {
		t.Errorf("%+v, %+v", before.Secrets, after.Secrets)
	}
}

func TestNetworksOfOneNameHaveTheSameSettings(t *testing.T) {
	const file = "services: {web: {image: x, networks: [front, fixed]}}\nnetworks: {front: {%}, fixed: {name: fixed, %}}\n"
	network := func(want plan.Want, begin string) plan.Network {
		i := slices.IndexFunc(want.Networks, func(n plan.Network) bool { return strings.HasPrefix(n.Name, begin) })
		return want.Networks[i]
	}
	plain := wanted(t, write(t, "compose.yaml", strings.ReplaceAll(file, "%", "")))
	inner := wanted(t, write(t, "compose.yaml", strings.ReplaceAll(file, "%", "internal: true")))
	a, b := network(plain, "demo_front"), network(inner, "demo_front")
	if a.Name != "demo_front" || !strings.HasPrefix(b.Name, "demo_front-") || a.Settings == b.Settings {
		t.Errorf("%s %s, %s %s", a.Name, a.Settings, b.Name, b.Settings)
	}
	a, b = network(plain, "fixed"), network(inner, "fixed")
	if a.Name != "fixed" || b.Name != "fixed" || a.Settings == b.Settings {
		t.Errorf("%s %s, %s %s", a.Name, a.Settings, b.Name, b.Settings)
	}
}

func TestServicesKeepTheReplicasThatTheyHave(t *testing.T) {
	in := write(t, "fig.yml", "web: {image: x}\nheld: {image: x}\nnone: {image: x}\nnew: {image: x}\nasked: {image: x}\nother: {image: x}")
	in.Have.Services = []observed.Service{
		{Project: "demo", Service: "web", Replicas: 4},
		{Project: "demo", Service: "held", Stopped: true, Held: 3},
		{Project: "demo", Service: "none"},
		{Project: "demo", Service: "asked", Replicas: 2},
		{Project: "else", Service: "other", Replicas: 2},
		{Project: "demo", Service: "other", Replicas: 2, OneOff: true},
	}
	in.Scale = map[string]int{"asked": 0}
	want := wanted(t, in)
	for name, n := range map[string]int{"web": 4, "held": 3, "none": 1, "new": 1, "asked": 0, "other": 1} {
		if got := service(t, want, name).Replicas; got != n {
			t.Errorf("%s is to have %d", name, got)
		}
	}
	in = write(t, "compose.yaml", "services: {web: {image: x, deploy: {replicas: 2}}, each: {image: x, deploy: {mode: global}}}")
	in.Have.Services = []observed.Service{{Project: "demo", Service: "web", Replicas: 4}, {Project: "demo", Service: "each", Everywhere: true}}
	want = wanted(t, in)
	if web, each := service(t, want, "web"), service(t, want, "each"); web.Replicas != 2 || each.Replicas != 0 || !each.Everywhere {
		t.Errorf("%+v, %+v", web, each)
	}
}

func TestImagesAreAskedForWhereTheyWerePushed(t *testing.T) {
	in := write(t, "fig.yml", "web: {build: /tmp}\ndb: {image: postgres}")
	web := service(t, wanted(t, in), "web")
	if web.Image != "demo_web" || !web.Here || service(t, wanted(t, in), "db").Here {
		t.Errorf("%+v", web)
	}
	var err error
	if in.Images, err = desired.PushAll(in.Images, "localhost:5000"); err != nil {
		t.Fatal(err)
	}
	pushed := service(t, wanted(t, in), "web")
	if spec := pushed.Spec.(deployed.ServiceSpec); pushed.Image != "localhost:5000/demo_web:latest" || pushed.Here || spec.Spec.TaskTemplate.ContainerSpec.Image != pushed.Image {
		t.Errorf("%+v", pushed)
	}
}

// made is a wanted stack as the manager shows it.
func made(want plan.Want) *observed.Swarm {
	s := &observed.Swarm{}
	for i, n := range want.Networks {
		of := n.Spec.(deployed.NetworkSpec).Options.Labels
		s.Networks = append(s.Networks, observed.Network{ID: "n" + string(rune('0'+i)), Name: n.Name, Project: of[labels.ProjectOf], Settings: of[labels.Settings]})
	}
	for _, m := range want.Managed {
		of := m.Spec.(deployed.ServiceSpec).Spec
		is := observed.Service{
			ID: m.Name, Name: m.Name, Project: of.Labels[labels.ProjectOf], Service: of.Labels[labels.ServiceOf], Labels: of.Labels,
			Fingerprint: plan.Fingerprint(of.Labels[labels.Fingerprint]), After: labels.ParseList(of.Labels[labels.After]),
			Replicas: m.Replicas, Running: m.Replicas, Everywhere: m.Everywhere,
		}
		for _, a := range m.Attach {
			id := a
			for _, n := range s.Networks {
				if n.Name == a {
					id = n.ID
				}
			}
			is.Attached = append(is.Attached, observed.Attachment{Network: id})
		}
		s.Services = append(s.Services, is)
	}
	return s
}

func TestWhatWasMadeNeedsNoChange(t *testing.T) {
	in := write(t, "compose.yaml", `
x-stack-lite: {isolation: link, encrypt: true}
services:
  web: {image: shop, links: ["db:sql"], ports: ["80:80"], networks: [front, default]}
  db: {image: postgres, restart: always}
  lone: {image: x, network_mode: none}
networks: {front: {internal: true, name: fixed}}
`)
	want := wanted(t, in)
	have := made(want)
	p, err := plan.Make(plan.Goal{State: plan.UpAndRunning}, want, deployed.HaveOf(have, "demo"))
	if err != nil || !p.Empty() {
		t.Errorf("%v, %+v", err, p)
	}
	in.Have = *have
	if again := wanted(t, in); !reflect.DeepEqual(want, again) {
		t.Error("it is wanted otherwise beside what was made")
	}
	in.Options.Encrypt = false
	in.Project.Swarm.Encrypt = false
	if p, err = plan.Make(plan.Goal{State: plan.UpAndRunning}, wanted(t, in), deployed.HaveOf(have, "demo")); err == nil {
		t.Errorf("a network of a fixed name changes: %+v", p)
	}
}

func TestHaveIsWhatTheManagerShowsOfTheProject(t *testing.T) {
	s := &observed.Swarm{
		Networks: []observed.Network{
			{ID: "1", Name: "demo_web", Project: "demo", Settings: "apart:12345678"},
			{ID: "2", Name: "else_web", Project: "else", Settings: "linked"},
		},
		Services: []observed.Service{
			{ID: "a", Name: "demo_web", Project: "demo", Service: "web", Replicas: 2, Running: 2, Attached: []observed.Attachment{{Network: "1"}, {Network: "9"}}},
			{ID: "b", Project: "demo", Service: "slow", Replicas: 2, Running: 1},
			{ID: "c", Project: "demo", Service: "stopped", Stopped: true, Held: 3},
			{ID: "d", Project: "demo", Service: "done", Replicas: 2},
			{ID: "e", Project: "demo", Service: "each", Everywhere: true, Wanted: 3, Running: 2},
			{ID: "f", Project: "demo", Service: "updated", Replicas: 1, Running: 1, Update: observed.Update{State: "updating"}},
			{ID: "g", Project: "demo", Service: "job", Replicas: 2, Job: true, Completed: 2},
			{ID: "h", Project: "else", Service: "web"},
		},
		Tasks: []observed.Task{
			{Service: "d", Name: "d.1", State: "complete"}, {Service: "d", Name: "d.1", State: "failed", Desired: "shutdown"}, {Service: "d", Name: "d.2", State: "complete"},
			{Service: "a", Name: "a.1", State: "running", Desired: "running"}, {Service: "a", Name: "a.2", State: "running", Desired: "running"},
			{Service: "b", Name: "b.2", State: "running", Desired: "shutdown"}, // on a node that is lost
			{Service: "a", Name: "a.1", State: "failed", Desired: "shutdown"},
			{Service: "b", Name: "b.1", State: "failed", Desired: "running"},
			{Service: "c", Name: "c.1", State: "shutdown", Desired: "shutdown"},
		},
	}
	have := deployed.HaveOf(s, "demo")
	if len(have.Networks) != 1 || have.Networks[0].Settings != "overlay:12345678" || len(have.Managed) != 7 {
		t.Fatalf("%+v", have)
	}
	if web := have.Managed[0]; !slices.Equal(web.Attached, []string{"demo_web", "9"}) {
		t.Errorf("%+v", web)
	}
	for _, h := range have.Managed {
		if want := !slices.Contains([]string{"slow", "each", "updated"}, h.Service); h.Settled != want {
			t.Errorf("%s is settled: %v", h.Service, h.Settled)
		}
		if h.Ended != (h.Service == "done") {
			t.Errorf("%s has ended: %v", h.Service, h.Ended)
		}
	}
}

func TestWhatACommandAskedForIsRemembered(t *testing.T) {
	in := write(t, "fig.yml", "web: {image: shop}")
	if got := deployed.Asked(made(wanted(t, in)), "demo"); got.Encrypt || got.PublishHost {
		t.Errorf("%+v", got)
	}
	in.Options.Encrypt, in.Options.PublishHost = true, true
	s := made(wanted(t, in))
	if got := deployed.Asked(s, "demo"); !got.Encrypt || !got.PublishHost {
		t.Errorf("%+v", got)
	}
	if got := deployed.Asked(s, "else"); got.Encrypt {
		t.Errorf("%+v", got)
	}
}
