package desired

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestAnImageIsPushedUnderItsNameBehindTheRegistry(t *testing.T) {
	for _, c := range []struct{ registry, ref, want string }{
		{"localhost:5000", "demo_web", "localhost:5000/demo_web:latest"},
		{"localhost:5000/", "demo_web:2", "localhost:5000/demo_web:2"},
		{"registry.example.com/team", "demo_web", "registry.example.com/team/demo_web:latest"},
		{"registry.example.com/team/", "shop/web:1.2", "registry.example.com/team/shop/web:1.2"},
		{"Registry.Example.com", "demo_web", "Registry.Example.com/demo_web:latest"},
		{"[::1]:5000", "demo_web", "[::1]:5000/demo_web:latest"},
		{"ann", "demo_web", "ann/demo_web:latest"},
		{"docker.io/ann", "demo_web", "ann/demo_web:latest"},
		{"docker.io/ann", "library/demo_web", "ann/demo_web:latest"},

		// another registry is left out
		{"localhost:5000", "registry.example.com/team/web:1", "localhost:5000/team/web:1"},
		{"localhost:5000/a", "ann/web", "localhost:5000/a/ann/web:latest"},

		// this one stays
		{"registry.example.com/team", "registry.example.com/team/web:1", "registry.example.com/team/web:1"},
		{"registry.example.com", "registry.example.com/other/web", "registry.example.com/other/web:latest"},
		{"docker.io/ann", "ann/web:1", "ann/web:1"},
	} {
		got, err := PushedRef(c.registry, c.ref)
		if err != nil || got != c.want {
			t.Errorf("%s to %s: %q, %v; not %q", c.ref, c.registry, got, err, c.want)
			continue
		}
		if again, err := PushedRef(c.registry, got); err != nil || again != got {
			t.Errorf("%s to %s again: %q, %v", got, c.registry, again, err)
		}
	}
}

func TestNoImageIsPushedToWhatIsNoRegistry(t *testing.T) {
	for registry, want := range map[string]string{
		"":                          "it is empty",
		"/":                         "it is empty",
		"https://registry.example":  "it has no scheme",
		"ann:secret@localhost:5000": "credentials are those of docker login",
		"localhost:5000/Team":       "a path has no capital letters",
		"localhost:5000/a b":        "invalid reference format",
		"-":                         "invalid reference format",
		"localhost:5000/web:1":      "invalid reference format",
	} {
		_, err := PushedRef(registry, "demo_web")
		of := (*NoRegistry)(nil)
		if !errors.As(err, &of) || !strings.Contains(err.Error(), want) || len(of.Hints()) == 0 {
			t.Errorf("%q: %v", registry, err)
		}
	}
	for _, ref := range []string{"demo_web@sha256:" + strings.Repeat("0", 64), "NO", "", strings.Repeat("a", 300)} {
		_, err := PushedRef("localhost:5000", ref)
		if of := (*NoRegistry)(nil); err == nil || errors.As(err, &of) {
			t.Errorf("%q: %v", ref, err)
		}
	}
}

func TestWhereAnImageWasPushedToShowsInItsReference(t *testing.T) {
	digest := "@sha256:" + strings.Repeat("0", 64)
	for _, c := range []struct{ registry, ref string }{
		{"localhost:5000", "demo_web"},
		{"registry.example.com/team", "demo_web:2"},
		{"registry.example.com/team/a", "shop/web:1.2"},
		{"docker.io/ann", "demo_web"},
		{"registry.example.com", "registry.example.com/team/web:1"},
		{"localhost:5000", "registry.example.com/team/web:1"},
	} {
		pushed, err := PushedRef(c.registry, c.ref)
		if err != nil {
			t.Fatal(err)
		}
		for _, image := range []string{pushed, pushed + digest} {
			if got, ok := PushedTo(image, c.ref); !ok || got != c.registry {
				t.Errorf("%s of %s: %q, %v; not %q", image, c.ref, got, ok, c.registry)
			}
		}
	}
	for image, ref := range map[string]string{
		"demo_web":                          "demo_web",
		"demo_web:latest":                   "demo_web",
		"localhost:5000/demo_web:2":         "demo_web",
		"localhost:5000/other_demo_web":     "demo_web",
		"sha256:" + strings.Repeat("0", 64): "demo_web",
		"":                                  "demo_web",
		"redis:6":                           "demo_web",
		"registry.example.com/a/team/web":   "registry.example.com/team/web",
	} {
		if got, ok := PushedTo(image, ref); ok {
			t.Errorf("%s of %s: %q", image, ref, got)
		}
	}
}

func TestOnlyWhatIsBuiltIsPushed(t *testing.T) {
	p := demo(built("web"), pulled("db", "redis"), pulled("worker", "demo_web"))
	list, err := PushAll(Images(p, BuildOptions{}, nil), "localhost:5000")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, image := range list {
		got[image.Ref] = image.As
	}
	if diff := cmp.Diff(map[string]string{"demo_web": "localhost:5000/demo_web:latest", "redis": ""}, got); diff != "" {
		t.Error(diff)
	}
	if err := CheckPushed(p, list, nil); err != nil {
		t.Error(err)
	}
}

func TestAServiceThatIsBuiltAndNotPushedIsRefusedAtItsPlace(t *testing.T) {
	at := func(line int) map[string]compose.Pos {
		pos := compose.Pos{File: "fig.yml", Line: line, Column: 3}
		return map[string]compose.Pos{"build": pos, "image": pos}
	}
	web, worker := built("web"), pulled("worker", "demo_web")
	web.At, worker.At = at(5), at(2)
	delete(worker.At, "build")
	p := demo(web, pulled("db", "redis"), worker)
	images := Images(p, BuildOptions{}, nil)
	want := "fig.yml:2:3: worker.image: nodes of a swarm pull images, and demo_web is only on this engine\n" +
		"fig.yml:5:3: web.build: nodes of a swarm pull images, and demo_web is only on this engine"
	if err := CheckPushed(p, images, nil); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	if err := CheckPushed(p, images, []string{"db"}); err != nil {
		t.Error(err)
	}
	if err := CheckPushed(p, []plan.Image{{Ref: "redis"}}, nil); err != nil {
		t.Error(err)
	}
}

func TestWhereImagesArePushedToIsRememberedByTheServices(t *testing.T) {
	p := demo(built("web"), built("api"), pulled("worker", "demo_web"))
	images := Images(p, BuildOptions{}, nil)
	pinned := "localhost:5000/team/demo_web:latest@sha256:" + strings.Repeat("0", 64)
	for _, c := range []struct {
		name     string
		registry string
		now      map[string]string
		alone    bool
		services []string
		want     string // of web and api; empty: it is refused
	}{
		{"a registry", "reg.example", nil, false, nil, "reg.example/demo_web:latest reg.example/demo_api:latest"},
		{"another registry", "reg.example", map[string]string{"web": pinned}, false, nil, "reg.example/demo_web:latest reg.example/demo_api:latest"},
		{"one that is known", "", map[string]string{"web": pinned}, false, nil, ""},
		{"one that is known, of one alone", "", map[string]string{"web": pinned}, false, []string{"web", "worker"}, "localhost:5000/team/demo_web:latest "},
		{"one that is known by another service", "", map[string]string{"worker": pinned}, false, []string{"worker"}, "localhost:5000/team/demo_web:latest "},
		{"an engine alone", "", nil, true, nil, " "},
		{"an engine that was alone", "", map[string]string{"web": "sha256:" + strings.Repeat("0", 64)}, false, []string{"web"}, ""},
		{"an engine alone, and a registry before", "", map[string]string{"web": pinned}, true, nil, "localhost:5000/team/demo_web:latest "},
	} {
		list, err := ForNodes(p, images, c.registry, c.now, c.alone, c.services)
		if c.want == "" {
			if of := (compose.Errors)(nil); !errors.As(err, &of) || of[0].Kind != KindNotPushed {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err != nil || list[0].As+" "+list[1].As != c.want {
			t.Errorf("%s: %+v, %v", c.name, list, err)
		}
	}
}
