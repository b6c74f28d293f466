package desired

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// demo is a project of services with an image each, or that are built.
func demo(services ...*compose.Service) *compose.Project {
	return &compose.Project{Name: "demo", Services: services}
}

func pulled(name, image string) *compose.Service {
	return &compose.Service{Name: name, Image: image}
}

func built(name string) *compose.Service {
	return &compose.Service{Name: name, Build: "/src/" + name}
}

// uponEach gives bases by the service that is built.
func uponEach(bases map[string][]string) Bases {
	return func(b BuildSpec) []string { return bases[b.Service] }
}

func TestAnImageThatIsBuiltIsNamedAfterProjectAndService(t *testing.T) {
	p := &compose.Project{Name: "-My_App", Services: []*compose.Service{built("Web"), pulled("db", "Redis:7")}}
	want := []string{"my_app_web", "Redis:7"}
	if diff := cmp.Diff(want, ImageRefs(p)); diff != "" {
		t.Error(diff)
	}
}

func TestEachImageIsListedOnce(t *testing.T) {
	p := demo(pulled("a", "redis"), built("web"), pulled("b", "redis"), pulled("worker", "demo_web"))
	if diff := cmp.Diff([]string{"redis", "demo_web"}, ImageRefs(p)); diff != "" {
		t.Error(diff)
	}
}

func TestAServiceMayUseTheImageBuiltForAnother(t *testing.T) {
	for name, p := range map[string]*compose.Project{
		"before it": demo(pulled("worker", "demo_web"), built("web")),
		"after it":  demo(built("web"), pulled("worker", "demo_web")),
	} {
		want := []plan.Image{{Ref: "demo_web", Build: true, Spec: BuildSpec{Project: "demo", Service: "web", Context: "/src/web"}}}
		if diff := cmp.Diff(want, Images(p, BuildOptions{}, nil)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAnImageKnowsWhichOthersOfTheProjectItIsBuiltUpon(t *testing.T) {
	p := demo(built("web"), built("base"), pulled("cache", "redis"), pulled("db", "postgres:9"))
	images := Images(p, BuildOptions{}, uponEach(map[string][]string{
		"web": {"demo_base:latest", "docker.io/library/redis", "postgres:10", "demo_web", "NOT A REFERENCE"},
	}))
	if diff := cmp.Diff([]string{"demo_base", "redis"}, images[0].From); diff != "" {
		t.Error(diff)
	}
	if len(images[1].From)+len(images[2].From) > 0 {
		t.Errorf("%+v", images[1:])
	}
	spec := images[0].Spec.(BuildSpec)
	for ref, want := range map[string]bool{"demo_base": true, "docker.io/library/demo_base:latest": true, "demo_base:2": false, "redis": false} {
		if got := spec.BuildsBase(ref); got != want {
			t.Errorf("builds %s itself: %v", ref, got)
		}
	}
}

func TestWhatAnOnlyImageIsBuiltUponIsNotLookedUp(t *testing.T) {
	Images(demo(built("web")), BuildOptions{}, func(BuildSpec) []string {
		t.Error("it was, and no other image of the project can be among it")
		return nil
	})
}

func TestEveryBuildGetsTheOptions(t *testing.T) {
	o := BuildOptions{Pull: true, Args: map[string]string{"A": "b"}}
	for _, image := range Images(demo(built("a"), built("b")), o, nil) {
		if diff := cmp.Diff(o, image.Spec.(BuildSpec).Options); diff != "" {
			t.Error(diff)
		}
	}
}

func TestADockerfileIsFoundFromItsBuildDirectory(t *testing.T) {
	for dockerfile, want := range map[string]string{
		"": "/src/web/Dockerfile", "sub/web.docker": "/src/web/sub/web.docker", "../shared/Dockerfile": "/src/shared/Dockerfile", "/else/where": "/else/where",
	} {
		if got := (BuildSpec{Context: "/src/web", Dockerfile: dockerfile}).DockerfilePath(); got != want {
			t.Errorf("%q: got %s, want %s", dockerfile, got, want)
		}
	}
	for context, want := range map[string]bool{"/src": true, "https://example.com/a.git": false, "git@example.com:a.git": false, "github.com/a/b": false} {
		if got := (BuildSpec{Context: context}).Local(); got != want {
			t.Errorf("%s is local: %v", context, got)
		}
	}
}

func TestWhatIsAskedForIsBuiltAndWhatIsMissingForIt(t *testing.T) {
	p := demo(built("web"), built("base"), built("other"), pulled("cache", "redis"))
	bases := uponEach(map[string][]string{"web": {"demo_base"}, "base": {"redis"}})
	for name, c := range map[string]struct {
		services []string
		have     map[string]string
		want     string
	}{
		"all": {nil, map[string]string{"redis": "1"},
			"  1 build image demo_base: asked for\n  2 build image demo_web: asked for [1]\n  3 build image demo_other: asked for\n"},
		"one, where nothing is there": {[]string{"web"}, nil,
			"  1 pull image redis: demo_base is built upon it\n  2 build image demo_base: demo_web is built upon it [1]\n  3 build image demo_web: asked for [2]\n"},
		"one, where its base is there": {[]string{"web"}, map[string]string{"demo_base": "1"}, "  1 build image demo_web: asked for\n"},
		"one that is not built":        {[]string{"cache"}, nil, ""},
	} {
		got := Builds(p, c.services, plan.Have{Images: c.have}, BuildOptions{}, bases).String()
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWhatIsBuiltIsNotPulled(t *testing.T) {
	p := demo(pulled("a", "redis"), built("web"), pulled("b", "postgres"), pulled("c", "redis"), pulled("worker", "demo_web"))
	for name, c := range map[string]struct {
		services []string
		skip     string
		want     string
	}{
		"all":         {nil, "", "  1 pull image redis: asked for\n  2 pull image postgres: asked for\n"},
		"two":         {[]string{"b", "c"}, "", "  1 pull image postgres: asked for\n  2 pull image redis: asked for\n"},
		"but one":     {nil, "redis", "  1 pull image postgres: asked for\n"},
		"built alone": {[]string{"web", "worker"}, "", ""},
	} {
		got := Pulls(p, c.services, func(ref string) bool { return ref == c.skip }).String()
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWhatIsBuiltIsPushedBehindAPrefix(t *testing.T) {
	p := demo(built("web"), pulled("cache", "redis"), built("worker"))
	const (
		web    = "push image demo_web as localhost:5000/team/demo_web: asked for\n"
		worker = "push image demo_worker as localhost:5000/team/demo_worker: asked for\n"
	)
	for prefix, c := range map[string]struct {
		services []string
		want     string
	}{
		"localhost:5000/team":  {nil, "  1 " + web + "  2 " + worker},
		"localhost:5000/team/": {[]string{"worker", "cache"}, "  1 " + worker},
	} {
		if diff := cmp.Diff(c.want, Pushes(p, c.services, prefix).String()); diff != "" {
			t.Errorf("%s: %s", prefix, diff)
		}
	}
}
