package desired

import (
	"slices"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestKeysOfTheSpecificationBecomeSettingsOfContainers(t *testing.T) {
	yes, pids, grace := true, int64(50), 1500*time.Millisecond
	s := &compose.Service{Name: "web", Image: "x", Spec: &compose.ServiceSpec{
		Healthcheck: &compose.Healthcheck{Test: []string{"CMD", "true"}, Interval: time.Second, Retries: 3},
		Init:        &yes, StopGracePeriod: &grace, PidsLimit: &pids, NanoCPUs: 500_000_000, MemReservation: 1 << 20,
		Tmpfs: map[string]string{"/tmp": "size=1m"}, Sysctls: map[string]string{"net.core.somaxconn": "1024"},
		GroupAdd: []string{"mail"}, UsernsMode: "host", Runtime: "runc", OOMScoreAdj: -5,
		DeviceRequests: []compose.DeviceRequest{{Driver: "nvidia", Count: -1, Capabilities: []string{"gpu"}}},
		Mounts: []compose.Mount{
			{Type: "bind", Source: "/a", Target: "/b", ReadOnly: true, MustExist: true},
			{Type: "volume", Source: "demo_data", Target: "/data", Subpath: "x"},
			{Type: "tmpfs", Target: "/t", Size: 1024, Mode: 0o700},
		},
		Files: []compose.FileMount{{Secret: true, Name: "pw", Path: "/pw", Target: "/run/secrets/pw"}, {Name: "c", Target: "/c", Content: []byte("x")}},
		Blkio: &compose.Blkio{Weight: 300, ReadBps: map[string]int64{"/dev/sda": 10}},
	}}
	c, h := config(s, "x", nil), hostConfig(s)
	if c.Healthcheck == nil || c.Healthcheck.Retries != 3 || c.Healthcheck.Interval != time.Second || c.StopTimeout == nil || *c.StopTimeout != 2 {
		t.Errorf("%+v %v", c.Healthcheck, c.StopTimeout)
	}
	if h.Init == nil || !*h.Init || *h.PidsLimit != 50 || h.NanoCPUs != 500_000_000 || h.MemoryReservation != 1<<20 || h.Tmpfs["/tmp"] != "size=1m" ||
		h.GroupAdd[0] != "mail" || h.UsernsMode != "host" || h.Runtime != "runc" || h.OomScoreAdj != -5 || h.BlkioWeight != 300 || h.BlkioDeviceReadBps[0].Rate != 10 {
		t.Errorf("%+v", h)
	}
	if diff := cmp.Diff(map[string]string{"net.core.somaxconn": "1024", "net.ipv4.ip_forward": "0"}, h.Sysctls); diff != "" {
		t.Error(diff)
	}
	if _, leaked := s.Spec.Sysctls["net.ipv4.ip_forward"]; leaked {
		t.Error("the service itself has changed")
	}
	if diff := cmp.Diff([]container.DeviceRequest{{Driver: "nvidia", Count: -1, Capabilities: [][]string{{"gpu"}}}}, h.DeviceRequests); diff != "" {
		t.Error(diff)
	}
	want := []mount.Mount{
		{Type: "bind", Source: "/a", Target: "/b", ReadOnly: true},
		{Type: "volume", Source: "demo_data", Target: "/data", VolumeOptions: &mount.VolumeOptions{Subpath: "x"}},
		{Type: "tmpfs", Target: "/t", TmpfsOptions: &mount.TmpfsOptions{SizeBytes: 1024, Mode: 0o700}},
		{Type: "bind", Source: "/pw", Target: "/run/secrets/pw", ReadOnly: true},
	}
	if diff := cmp.Diff(want, h.Mounts); diff != "" {
		t.Error(diff)
	}
	before := fingerprint(s)
	s.Spec.Healthcheck.Retries = 4
	if got := fingerprint(s).Differences(before); len(got) != 1 || got[0] != "healthcheck" {
		t.Errorf("changed: %q", got)
	}
}

func TestFilesOfTheFirstFormatHaveNoSettingsOfTheSpecification(t *testing.T) {
	s := &compose.Service{Name: "web", Image: "x"}
	if c := config(s, "x", nil); c.Healthcheck != nil || c.StopTimeout != nil {
		t.Errorf("%+v", c)
	}
	if got := settings(s); len(got) != 1 {
		t.Errorf("settings %v", got)
	}
}

func TestADeclaredNetworkIsMadeAnewWhereWhatIsSaidOfItChanges(t *testing.T) {
	plain := linking.Network{Name: "front", Kind: linking.Declared, Declared: &compose.Network{Name: "front", Engine: "demo_front"}}
	if got := kindText(plain); got != "declared" {
		t.Error(got)
	}
	internal := plain
	internal.Declared = &compose.Network{Name: "front", Engine: "demo_front", Internal: true}
	made, shut := linking.Network{Kind: linking.Linked}, linking.Network{Kind: linking.Linked, Like: &compose.Network{Internal: true}}
	if kindText(made) != "linked" || kindText(shut) == kindText(made) || kindOf(kindText(shut)) != "linked" {
		t.Errorf("a network for links is %q, %q without a way out", kindText(made), kindText(shut))
	}
	if kindText(internal) == kindText(plain) {
		t.Error("internal is nothing")
	}
	renamed := plain
	renamed.Declared = &compose.Network{Name: "front", Engine: "own"}
	if kindText(renamed) != kindText(plain) || EngineNetwork("demo", renamed) != "own" || EngineNetwork("demo", linking.Network{Name: "db.web"}) != "demo_db.web" {
		t.Error("a name is no setting")
	}
}

func TestServicesWaitForMoreThanAStart(t *testing.T) {
	web := &compose.Service{Name: "web", Spec: &compose.ServiceSpec{DependsOn: []compose.Dependency{
		{Service: "db", Condition: compose.Healthy}, {Service: "init", Condition: compose.Completed},
		{Service: "cache", Condition: compose.Started}, {Service: "gone", Condition: compose.Healthy, Optional: true},
	}}}
	p := &compose.Project{Format: compose.Spec, Services: []*compose.Service{web, {Name: "db"}, {Name: "init"}, {Name: "cache"}}}
	want := []plan.Awaited{{Service: "db", Until: plan.UntilHealthy}, {Service: "init", Until: plan.UntilCompleted}}
	if diff := cmp.Diff(want, awaits(p, web)); diff != "" {
		t.Error(diff)
	}
}

func TestAnImageIsBuiltAfterThoseOfItsContexts(t *testing.T) {
	p := &compose.Project{Name: "p", Format: compose.Spec, Services: []*compose.Service{
		{Name: "app", Build: "/src", Spec: &compose.ServiceSpec{Build: &compose.Build{Contexts: map[string]string{"parent": "service:base", "src": "/more"}}}},
		{Name: "base", Build: "/src", Spec: &compose.ServiceSpec{Build: &compose.Build{}}},
	}}
	p.Index()
	images := Images(p, BuildOptions{}, BuildSpec.ContextImages)
	app := images[0].Spec.(BuildSpec)
	if !slices.Equal(images[0].From, []string{"p-base"}) || !slices.Equal(app.Built, []string{"p-base"}) || app.More.Contexts["src"] != "/more" {
		t.Errorf("%+v", images[0])
	}
	if p.Services[0].Spec.Build.Contexts["parent"] != "service:base" {
		t.Error("the project was changed")
	}
	for name, want := range map[string]bool{"parent": true, "docker.io/library/parent:latest": true, "parent:2": false, "p-base": false} {
		if app.IsContext(name) != want {
			t.Error(name)
		}
	}
}

func TestAnImageIsGotForThePlatformOfItsService(t *testing.T) {
	p := &compose.Project{Name: "p", Format: compose.Spec, Services: []*compose.Service{
		{Name: "web", Image: "x", Spec: &compose.ServiceSpec{Platform: "linux/arm64"}},
		{Name: "api", Build: "/src", Spec: &compose.ServiceSpec{Platform: "linux/arm64", Build: &compose.Build{}}},
		{Name: "db", Image: "y", Spec: &compose.ServiceSpec{}},
	}}
	images := Images(p, BuildOptions{}, nil)
	if of, _ := images[0].Spec.(PullSpec); of.Platform != "linux/arm64" {
		t.Errorf("%+v", images[0])
	}
	if of := images[1].Spec.(BuildSpec); of.Platform() != "linux/arm64" {
		t.Errorf("%+v", of)
	}
	if images[2].Spec != nil {
		t.Errorf("%+v", images[2])
	}
}

func TestCommandsOfTheFilesAreRunInContainersThatThereAre(t *testing.T) {
	b := "b"
	db := &compose.Service{Name: "db", Spec: &compose.ServiceSpec{
		PostStart: []compose.Hook{{Command: []string{"x", "y"}, User: "root", WorkingDir: "/d", Privileged: true, Environment: map[string]*string{"C": nil, "A": &b}}},
		PreStop:   []compose.Hook{{Command: []string{"z"}}},
	}}
	web := &compose.Service{Name: "web", Spec: &compose.ServiceSpec{DependsOn: []compose.Dependency{
		{Service: "db", Condition: compose.Healthy, Restart: true, Optional: true}, {Service: "cache", Condition: compose.Started},
		{Service: "gone", Restart: true, Optional: true},
	}}}
	p := &compose.Project{Name: "demo", Format: compose.Spec, Services: []*compose.Service{web, db, {Name: "cache"}}}
	want := plan.Want{
		Project: "demo",
		Hooks: map[string]plan.Hooks{"web": {}, "cache": {}, "db": {
			PostStart: []plan.Hook{{Command: []string{"x", "y"}, User: "root", Dir: "/d", Privileged: true, Env: []string{"A=b", "C"}}},
			PreStop:   []plan.Hook{{Command: []string{"z"}}},
		}},
		RestartWith: map[string][]plan.Awaited{"web": {{Service: "db", Until: plan.UntilHealthy, Optional: true}}},
	}
	if diff := cmp.Diff(want, Kept(p)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(plan.Want{}, Kept(nil)); diff != "" {
		t.Error(diff)
	}

	// A change of one gives its service new containers, and of none that of no other.
	plain := fingerprint(web)
	if plain.Has("post_start") || plain.Has("pre_stop") {
		t.Error("a service without commands has them in its fingerprint", plain)
	}
	before := fingerprint(db)
	db.Spec.PostStart[0].User = "nobody"
	if got := fingerprint(db).Differences(before); len(got) != 1 || got[0] != "post_start" {
		t.Errorf("the fingerprints differ in %q", got)
	}
	before = fingerprint(db)
	db.Spec.PostStart[0].Pos.Line = 7
	web.Spec.DependsOn[0].Restart = false
	if got := fingerprint(db).Differences(before); len(got) > 0 || fingerprint(web) != plain {
		t.Errorf("where it stands counts: %q; or who is restarted with another", got)
	}
}
