package image

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/docker/docker/client"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// inMemory gives the store of an engine in memory that holds images.
func inMemory(t *testing.T, api string, o Options, images ...enginetest.Image) *Store {
	t.Helper()
	return storeOf(t, enginetest.New(t, enginetest.Options{APIVersion: api, Images: images}), o)
}

// storeOf gives the store of an engine in memory.
func storeOf(t *testing.T, memory *enginetest.Engine, o Options) *Store {
	t.Helper()
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.NegotiateAPIVersion(t.Context())
	return New(c, o)
}

func buildxOf(version string) func() *BuildxPlugin {
	return func() *BuildxPlugin { return &BuildxPlugin{Version: version} }
}

func TestTheBuilderIsChosenByWhatIsThere(t *testing.T) {
	plainDir := writeFiles(t, map[string]string{"Dockerfile": "FROM a\n"})
	withSecret := desired.BuildSpec{Service: "web", Context: plainDir, More: &compose.Build{Secrets: []compose.FileMount{{}}}}
	hidden := writeFiles(t, map[string]string{"Dockerfile": "FROM a\n", ".dockerignore": "Dockerfile"})
	for name, c := range map[string]struct {
		options Options
		spec    desired.BuildSpec
		want    string
	}{
		"buildx":                   {Options{Buildx: buildxOf("v0.23.0")}, desired.BuildSpec{Context: plainDir}, "images are built by buildx 0.23.0"},
		"an old buildx":            {Options{Buildx: buildxOf("v0.16.2")}, desired.BuildSpec{Context: plainDir}, "images are built by the engine's BuildKit"},
		"buildx without a version": {Options{Buildx: buildxOf("0.0.0+unknown")}, desired.BuildSpec{Context: plainDir}, "images are built by buildx 0.0.0+unknown"},
		"a vendor's version":       {Options{Buildx: buildxOf("v0.17.1-desktop.1")}, desired.BuildSpec{Context: plainDir}, "images are built by buildx 0.17.1-desktop.1"},
		"no buildx":                {Options{}, desired.BuildSpec{Context: plainDir}, "images are built by the engine's BuildKit"},
		"no buildx after all":      {Options{Buildx: func() *BuildxPlugin { return nil }}, desired.BuildSpec{Context: plainDir}, "images are built by the engine's BuildKit"},
		"a Dockerfile to be kept out": {Options{}, desired.BuildSpec{Context: hidden}, "p_web is built by the engine's classic builder, " +
			"because BuildKit can't keep the Dockerfile out of the image without buildx"},
		"the same with buildx": {Options{Buildx: buildxOf("v0.23.0")}, desired.BuildSpec{Context: hidden}, "images are built by buildx 0.23.0"},
		"a directory of a repository": {Options{Buildx: buildxOf("v0.23.0")}, desired.BuildSpec{Context: "https://example.com/a.git#main:web"},
			"p_web is built by the engine's classic builder, because the BuildKit of this engine can't build from a directory of a repository"},
		"a repository": {Options{Buildx: buildxOf("v0.23.0")}, desired.BuildSpec{Context: "git@example.com:a.git#main"}, "images are built by buildx 0.23.0"},
		"a limit of memory": {Options{Buildx: buildxOf("v0.23.0")}, desired.BuildSpec{Context: plainDir, Options: desired.BuildOptions{Memory: 1}},
			"p_web is built by the engine's classic builder, because no other builder can limit memory"},
		"classic, asked for":        {Options{Builder: Classic, Buildx: buildxOf("v0.23.0")}, desired.BuildSpec{Context: plainDir}, "images are built by the engine's classic builder"},
		"buildkit, asked for":       {Options{Builder: BuildKit, Buildx: buildxOf("v0.23.0")}, desired.BuildSpec{Context: hidden}, "images are built by the engine's BuildKit"},
		"buildx, asked for in vain": {Options{Builder: Buildx}, desired.BuildSpec{Context: plainDir}, "can't build with buildx: the docker command has no buildx plugin"},
		"an old one, asked for": {Options{Builder: Buildx, Buildx: buildxOf("v0.9.0")}, desired.BuildSpec{Context: plainDir},
			"can't build with buildx: it is version v0.9.0, and at least 0.17 is needed"},
		"needed, and not there":   {Options{}, withSecret, "can't build with buildx: build.secrets of web needs it, and the docker command has no buildx plugin"},
		"needed, and too old":     {Options{Buildx: buildxOf("v0.9.0")}, withSecret, "can't build with buildx: build.secrets of web needs it, and it is version v0.9.0, and at least 0.17 is needed"},
		"needed, and there":       {Options{Buildx: buildxOf("v0.23.0")}, withSecret, "images are built by buildx 0.23.0"},
		"needed, but not allowed": {Options{Builder: Classic, Buildx: buildxOf("v0.23.0")}, withSecret, "can't build with buildx: build.secrets of web needs it, and another builder is asked for"},
		"needed, with a limit": {Options{Buildx: buildxOf("v0.23.0")}, desired.BuildSpec{Service: "web", Context: plainDir, More: withSecret.More, Options: desired.BuildOptions{Memory: 1}},
			"can't build with buildx: build.secrets of web needs it, and no other builder can limit memory"},
		"contexts on an old engine": {Options{Buildx: buildxOf("v0.23.0")}, desired.BuildSpec{Service: "web", Context: plainDir, More: &compose.Build{Contexts: map[string]string{"a": "/b"}}},
			"can't build with buildx: build.additional_contexts of web needs a newer BuildKit than that of this engine"},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.Verbose = true
			s := inMemory(t, "1.41", c.options)
			p := plan.Builds([]string{"p_web"}, plan.Want{Images: []plan.Image{{Ref: "p_web", Build: true, Spec: c.spec}}}, plan.Have{})
			err := s.Prepare(t.Context(), p)
			got := strings.Join(p.Notes, "\n")
			if err != nil {
				var none *NoBuilder
				if !errors.As(err, &none) {
					t.Fatalf("%T: %v", err, err)
				}
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestImagesThatAreHereDecideWhetherTheEngineBuildsWithBuildKit(t *testing.T) {
	const instead = "images that are built upon others are built by the engine's classic builder, " +
		"because without buildx its BuildKit takes these from registries even if they are here"
	for name, c := range map[string]struct {
		dockerfile string
		remote     bool
		buildx     bool
		want       string
	}{
		"upon an image":                       {dockerfile: "FROM a\n", want: instead},
		"upon one in an argument":             {dockerfile: "ARG A=a\nFROM $A\n", want: instead},
		"copied from an image":                {dockerfile: "FROM scratch\nCOPY --from=a /a /a\n", want: instead},
		"upon nothing":                        {dockerfile: "FROM scratch\nCOPY a /a\n", want: "images are built by the engine's BuildKit"},
		"with buildx, which can ask":          {dockerfile: "FROM a\n", buildx: true, want: "images are built by buildx 0.23.0"},
		"a context of which nothing is known": {remote: true, want: instead},
		"what the classic builder does not know": {dockerfile: "FROM a\nRUN --mount=type=tmpfs,target=/t true\n",
			want: "p_web is built by the engine's BuildKit, because its Dockerfile needs that; without buildx it takes images from registries even if they are here"},
	} {
		for _, builder := range []Builder{AutoBuilder, BuildKit} {
			if c.buildx && builder == BuildKit {
				continue
			}
			o := Options{Builder: builder, Verbose: true}
			if c.buildx {
				o.Buildx = buildxOf("v0.23.0")
			}
			spec := desired.BuildSpec{Context: "https://example.com/a.git"}
			if !c.remote {
				spec.Context = writeFiles(t, map[string]string{"Dockerfile": c.dockerfile})
			}
			p := plan.Builds([]string{"p_web"}, plan.Want{Images: []plan.Image{{Ref: "p_web", Build: true, Spec: spec}}}, plan.Have{})
			s := storeOf(t, enginetest.New(t, enginetest.Options{APIVersion: "1.51", ContainerdStore: true}), o)
			if err := s.Prepare(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(p.Notes, "\n"); got != c.want {
				t.Errorf("%s, builder %s:\ngot  %s\nwant %s", name, builder, got, c.want)
			}
		}
	}
}

func TestAPlanWithoutBuildsLooksForNoBuilder(t *testing.T) {
	s := inMemory(t, "1.41", Options{Buildx: func() *BuildxPlugin { t.Error("looked"); return nil }})
	p := plan.Pulls([]plan.Image{{Ref: "redis"}})
	if err := s.Prepare(t.Context(), p); err != nil || len(p.Notes) > 0 {
		t.Errorf("%v, %v", err, p.Notes)
	}
}

func TestWhatBuildxIsGivenIsTakenLiterally(t *testing.T) {
	dir := writeFiles(t, map[string]string{"Dockerfile": "FROM a\n"})
	batch := []*baking{
		{image: plan.Image{Ref: "p_web"}, spec: desired.BuildSpec{Project: "p", Service: "web", Context: dir,
			Options: desired.BuildOptions{NoCache: true, Args: map[string]string{"A": "${B} %{c} $D"}}}},
		{image: plan.Image{Ref: "p_far.away"}, spec: desired.BuildSpec{Project: "p", Service: "far.away", Context: "github.com/a/b", Dockerfile: "x/Dockerfile"}},
	}
	b, err := json.MarshalIndent(bakeFileOf(batch), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "group": {
    "default": {
      "targets": [
        "s0",
        "s1"
      ]
    }
  },
  "target": {
    "s0": {
      "context": "DIR",
      "dockerfile": "DIR/Dockerfile",
      "tags": [
        "p_web"
      ],
      "labels": {
        "com.docker.compose.project": "p",
        "com.docker.compose.service": "web"
      },
      "args": {
        "A": "$${B} %%{c} $D"
      },
      "no-cache": true,
      "output": [
        "type=docker"
      ]
    },
    "s1": {
      "context": "github.com/a/b",
      "dockerfile": "x/Dockerfile",
      "tags": [
        "p_far.away"
      ],
      "labels": {
        "com.docker.compose.project": "p",
        "com.docker.compose.service": "far.away"
      },
      "output": [
        "type=docker"
      ]
    }
  }
}`
	if diff := cmp.Diff(want, strings.ReplaceAll(string(b), dir, "DIR")); diff != "" {
		t.Error(diff)
	}
}

func TestAnEngineBuildsUponWhatIsThereAndFetchesTheRest(t *testing.T) {
	for _, builder := range []Builder{BuildKit, Classic} {
		t.Run(string(builder), func(t *testing.T) {
			dir := writeFiles(t, map[string]string{"Dockerfile": "ARG TAG=1\nFROM here:$TAG AS one\nFROM one\nCOPY --from=nowhere:2 /a /a\n"})
			s := inMemory(t, "1.41", Options{Builder: builder}, enginetest.Image{Ref: "here:1"})
			image := plan.Image{Ref: "p_web", Build: true, Spec: desired.BuildSpec{Project: "p", Service: "web", Context: dir}}
			err := s.Apply(context.Background(), plan.BuildImage{Image: image}, func(plan.Progress) {})
			want := dir + "/Dockerfile:4: COPY --from=nowhere:2 /a /a: no such image, or access to it is denied"
			if err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

// Which builder it is matters only where something is lost by it.
func TestTheBuilderIsToldWhereSomethingIsLostByIt(t *testing.T) {
	for dockerfile, want := range map[string]bool{"FROM scratch\nCOPY a /a\n": false, "FROM a\n": true} {
		spec := desired.BuildSpec{Context: writeFiles(t, map[string]string{"Dockerfile": dockerfile})}
		p := plan.Builds([]string{"p_web"}, plan.Want{Images: []plan.Image{{Ref: "p_web", Build: true, Spec: spec}}}, plan.Have{})
		s := storeOf(t, enginetest.New(t, enginetest.Options{APIVersion: "1.51", ContainerdStore: true, Images: []enginetest.Image{{Ref: "a"}}}), Options{})
		if err := s.Prepare(t.Context(), p); err != nil || (len(p.Notes) > 0) != want {
			t.Errorf("%q: %v, %v", dockerfile, p.Notes, err)
		}
	}
}
