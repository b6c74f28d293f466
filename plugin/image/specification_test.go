package image

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/docker/docker/api/types/build"
	"github.com/docker/go-units"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func buildOf(more *compose.Build) desired.BuildSpec {
	return desired.BuildSpec{Project: "p", Service: "web", Context: "/src", Dockerfile: "Dockerfile", More: more}
}

func TestBuildxIsToldAllThatFilesOfTodaySayOfABuild(t *testing.T) {
	address := "10.0.0.1"
	batch := []*baking{{image: plan.Image{Ref: "p-web"}, spec: buildOf(&compose.Build{
		Inline: "FROM x", Target: "two", Network: "host", ShmSize: 1024, Tags: []string{"also"}, Platforms: []string{"linux/amd64", "linux/arm64"},
		CacheFrom: []string{"c"}, CacheTo: []string{"type=inline"}, Contexts: map[string]string{"other": "/${x}"}, SSH: []string{"default"}, Privileged: true,
		Secrets: []compose.FileMount{{Name: "file", Path: "/pw"}, {Name: "var", Variable: "TOKEN", Content: []byte("abc")}},
		Ulimits: []compose.Ulimit{{Name: "nofile", Soft: 1, Hard: 2}}, Hosts: []compose.Var{{Name: "a", Value: &address}}, Provenance: "mode=max", SBOM: "false",
	})}}
	file := bakeFileOf(batch)
	text, err := json.Marshal(file.Target["s0"])
	if err != nil {
		t.Fatal(err)
	}
	want := `{"context":"/src","tags":["p-web","also"],"labels":{"com.docker.compose.project":"p","com.docker.compose.service":"web"},"output":["type=docker"],` +
		`"ssh":["default"],"dockerfile-inline":"FROM x","target":"two","cache-from":["c"],"cache-to":["type=inline"],"contexts":{"other":"/$${x}"},` +
		`"secret":["type=file,id=file,src=/pw","type=env,id=var,env=TOKEN"],"platforms":["linux/amd64","linux/arm64"],"network":"host","shm-size":"1024",` +
		`"ulimits":["nofile=1:2"],"extra-hosts":{"a":"10.0.0.1"},"entitlements":["security.insecure"],"attest":["type=provenance,mode=max","type=sbom,disabled=true"]}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
	if got := allowed(file); !slices.Equal(got, []string{"--allow=network.host", "--allow=security.insecure"}) {
		t.Errorf("allowed %q", got)
	}
	if got := secretVariables(batch); !slices.Equal(got, []string{"TOKEN=abc"}) {
		t.Errorf("variables %q", got)
	}
}

func TestTheEnginesCallIsToldWhatItKnows(t *testing.T) {
	spec := buildOf(&compose.Build{Target: "two", Network: "none", ShmSize: 5, Platforms: []string{"linux/arm64"}, Tags: []string{"also"},
		CacheFrom: []string{"c"}, Ulimits: []compose.Ulimit{{Name: "nofile", Soft: 1, Hard: 2}}})
	o := build.ImageBuildOptions{Tags: []string{"p-web"}}
	addToCall(&o, spec)
	want := build.ImageBuildOptions{Tags: []string{"p-web", "also"}, Target: "two", NetworkMode: "none", ShmSize: 5, Platform: "linux/arm64",
		CacheFrom: []string{"c"}, Ulimits: []*units.Ulimit{{Name: "nofile", Soft: 1, Hard: 2}}}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Error(diff)
	}
}

func TestWhatTheEnginesCallCanNotDoNeedsBuildx(t *testing.T) {
	for key, more := range map[string]*compose.Build{
		"":                    {Target: "x", Provenance: "false", Platforms: []string{"linux/arm64"}},
		"additional_contexts": {Contexts: map[string]string{"a": "b"}},
		"secrets":             {Secrets: []compose.FileMount{{}}},
		"ssh":                 {SSH: []string{"default"}},
		"cache_to":            {CacheTo: []string{"x"}},
		"platforms":           {Platforms: []string{"a", "b"}},
		"privileged":          {Privileged: true},
		"provenance":          {SBOM: "true"},
	} {
		if got := buildOf(more).NeedsBuildx(); got != key {
			t.Errorf("%q needs it, not %q", got, key)
		}
	}
	if got := buildOf(nil).NeedsBuildx(); got != "" {
		t.Error(got)
	}
}
