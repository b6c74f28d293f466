package image

import (
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/build"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// containerID is what each run of a builder calls otherwise.
var containerID = regexp.MustCompile(`\b[0-9a-f]{12}\b`)

func TestAllBuildersCanTellTheirStepsInTheWordsOfTheClassicOne(t *testing.T) {
	layers := []string{"RUN echo hello &&     echo oops >&2", "COPY . /src/", "RUN cat /src/a.txt; exit 3"}
	kit := []string{"Step 1/5 : FROM demo-base:1", "Step 3/5 : " + layers[0], "hello", "oops", "Step 4/5 : " + layers[1], "Step 5/5 : " + layers[2], "content"}
	for name, want := range map[string][]string{
		"classic": {
			"Step 1/5 : FROM demo-base:1", " ---> ID",
			"Step 2/5 : ENV A=b", " ---> Running in ID", "Removing intermediate container ID", " ---> ID",
			"Step 3/5 : " + layers[0], " ---> Running in ID", "hello", "oops", "Removing intermediate container ID", " ---> ID",
			"Step 4/5 : " + layers[1], " ---> ID",
			"Step 5/5 : " + layers[2], " ---> Running in ID", "content", "Removing intermediate container ID",
		},
		"buildkit": kit,
		"buildx":   kit,
	} {
		t.Run(name, func(t *testing.T) {
			said, _ := readRecorded(t, name, Habits{Words: true})
			lines := strings.Split(strings.TrimSuffix(containerID.ReplaceAllString(strings.Join(said, "\n"), "ID"), "\n"), "\n")
			// Each report ends its last line, so that blank lines of a step are seen.
			lines = slices.DeleteFunc(lines, func(l string) bool { return l == "" || l == usingCache })
			if i := slices.Index(lines, "oops"); i >= 0 && i+1 < len(lines) && lines[i+1] == "hello" { // two streams
				lines[i], lines[i+1] = lines[i+1], lines[i]
			}
			if diff := cmp.Diff(want, lines); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAStepThatTwoBuildsShareHasTheNumberThatItHasInEach(t *testing.T) {
	file := parsed(t, "ARG A=b\nFROM a\nENV C=d\nRUN echo \\\n  hi\n")
	for name, want := range map[string]string{
		"[1/2] FROM docker.io/library/a":       "Step 2/4 : FROM a\n",
		"[1/5] FROM docker.io/library/a":       "Step 2/4 : FROM a\n",
		"[web 4/5] RUN echo   hi":              "Step 4/4 : RUN echo   hi\n",
		"[2/2] RUN echo   hi":                  "Step 4/4 : RUN echo   hi\n",
		"[2/5] RUN echo of the other":          "Step 2/5 : RUN echo of the other\n",
		"[internal] load build definition":     "",
		"exporting to image":                   "",
		"[auth] library/a:pull token for x.io": "",
	} {
		if got := kitWords(file)(vertex{Name: name}); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := kitWords(nil)(vertex{Name: "[1/2] FROM a", Cached: true}); got != "Step 1/2 : FROM a\n ---> Using cache\n" {
		t.Errorf("without a file: %q", got)
	}
}

func TestTheWordsOfTheClassicBuilderLeaveOutStepsOfLabels(t *testing.T) {
	var said strings.Builder
	spec := desired.BuildSpec{Project: "p", Service: "web", Context: "https://example.com/a.git"}
	r := buildReader{spec: spec, trace: newTrace(), words: true, report: func(p plan.Progress) { said.WriteString(p.Text) }}
	text := `{"stream":"Step 1/4 : FROM a\n"}{"stream":" ---> 1\n"}{"stream":"Step 2/4 : RUN b\n"}{"stream":"Step 1/9 : no\n"}{"stream":" ---> Using cache\n"}{"stream":" ---> 2\n"}` +
		`{"stream":"Step 3/4 : LABEL c=d\n"}{"stream":" ---> Running in 3\n"}{"stream":"Step 4/4 : LABEL e=f\n"}{"stream":" ---> 4\n"}` +
		`{"stream":"Successfully built 4\n"}{"stream":"Successfully tagged p_web:latest\n"}`
	if err := r.read(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	want := "Step 1/2 : FROM a\n ---> 1\nStep 2/2 : RUN b\nStep 1/9 : no\n ---> Using cache\n ---> 2\nSuccessfully built 4\nSuccessfully tagged p_web:latest\n"
	if diff := cmp.Diff(want, said.String()); diff != "" {
		t.Error(diff)
	}
}

// What a build prints is told once, whoever builds, and ends with what came out.
func TestABuildInWordsEndsWithItsImage(t *testing.T) {
	dir := writeFiles(t, map[string]string{"Dockerfile": "FROM a\nENV B=c\n"})
	for _, builder := range []Builder{Classic, BuildKit} {
		s := inMemory(t, "1.41", Options{Builder: builder, Habits: Habits{Words: true}}, enginetest.Image{Ref: "a"})
		var said strings.Builder
		a := plan.BuildImage{Image: plan.Image{Ref: "p_web", Build: true, Spec: desired.BuildSpec{Project: "p", Service: "web", Context: dir}}}
		if err := s.Apply(t.Context(), a, func(p plan.Progress) { said.WriteString(p.Text) }); err != nil {
			t.Fatal(err)
		}
		built, err := s.client.ImageInspect(t.Context(), "p_web")
		if err != nil {
			t.Fatal(err)
		}
		id := strings.TrimPrefix(built.ID, "sha256:")[:12]
		for _, words := range []string{"Step 1/2 : FROM a\n", "Successfully built " + id + "\n", "Successfully tagged p_web:latest\n"} {
			if strings.Count(said.String(), words) != 1 {
				t.Errorf("%s: %q is not said once:\n%s", builder, words, said.String())
			}
		}
	}
}

func TestErrorsKeepTheWordsOfTheEngine(t *testing.T) {
	_, err := readRecorded(t, "classic", Habits{})
	var failed *BuildError
	if !errors.As(err, &failed) {
		t.Fatal(err)
	}
	if want := "The command '/bin/sh -c cat /src/a.txt; exit 3' returned a non-zero code: 3"; failed.EngineWords() != want {
		t.Errorf("got  %s\nwant %s", failed.EngineWords(), want)
	}
	dir := writeFiles(t, map[string]string{"Dockerfile": "FROM nosuch:1\n"})
	s := inMemory(t, "1.41", Options{Builder: Classic})
	spec := desired.BuildSpec{Service: "web", Context: dir}
	const denied = "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"
	for _, a := range []plan.Action{
		plan.PullImage{Image: plan.Image{Ref: "nosuch:1"}},
		plan.BuildImage{Image: plan.Image{Ref: "p_web", Build: true, Spec: spec}},
	} {
		err := s.Apply(t.Context(), a, func(plan.Progress) {})
		var said interface{ EngineWords() string }
		if !errors.As(err, &said) || said.EngineWords() != denied {
			t.Errorf("%s: %v", a.Words(), err)
		}
	}
	said := unreadable(desired.BuildSpec{Service: "web", Context: dir + "/none"}, errors.New("x")).(*BuildError)
	if said.EngineWords() != said.Msg {
		t.Errorf("got %q", said.EngineWords())
	}
}

// recorder is an engine that builds nothing, and keeps what it was asked for.
type recorder struct {
	Client
	asked build.ImageBuildOptions
}

func (r *recorder) ImageBuild(_ context.Context, _ io.Reader, o build.ImageBuildOptions) (build.ImageBuildResponse, error) {
	r.asked = o
	return build.ImageBuildResponse{Body: io.NopCloser(strings.NewReader(`{"stream":"Successfully built 1\n"}`))}, nil
}

func TestTheContainerOfAFailedStepStaysWhereThatIsTheHabit(t *testing.T) {
	dir := writeFiles(t, map[string]string{"Dockerfile": "FROM scratch\n"})
	for _, c := range []struct {
		habit, keep         bool // KeepFailed; Keep of the build
		remove, forceRemove bool
	}{{false, false, true, true}, {true, false, true, false}, {true, true, false, false}, {false, true, false, false}} {
		var r recorder
		s := New(&r, Options{Builder: Classic, Habits: Habits{KeepFailed: c.habit}})
		spec := desired.BuildSpec{Service: "web", Context: dir, Options: desired.BuildOptions{Keep: c.keep}}
		if err := s.Apply(t.Context(), plan.BuildImage{Image: plan.Image{Ref: "a", Spec: spec}}, func(plan.Progress) {}); err != nil {
			t.Fatal(err)
		}
		if r.asked.Remove != c.remove || r.asked.ForceRemove != c.forceRemove {
			t.Errorf("%+v: asked to remove %v, also after a failure %v", c, r.asked.Remove, r.asked.ForceRemove)
		}
	}
}

func TestInThePlaceOfAnotherToolImagesAreBuiltAsDockerBuildsThem(t *testing.T) {
	plainDir := writeFiles(t, map[string]string{"Dockerfile": "FROM a\n"})
	modern := writeFiles(t, map[string]string{"Dockerfile": "FROM a\nRUN --mount=type=tmpfs,target=/t true\n"})
	modernHidden := writeFiles(t, map[string]string{"Dockerfile": "FROM a\nRUN --mount=type=tmpfs,target=/t true\n", ".dockerignore": "Dockerfile"})
	broken := writeFiles(t, map[string]string{"Dockerfile": "FROM a\nRUN <<EOF\n"})
	hidden := writeFiles(t, map[string]string{"Dockerfile": "FROM a\n", ".dockerignore": "Dockerfile"})
	docker := Habits{AsDocker: true}
	for name, c := range map[string]struct {
		options Options
		context string
		want    Builder
	}{
		"nothing installed":            {Options{Habits: docker}, plainDir, Classic},
		"a repository":                 {Options{Habits: docker}, "https://example.com/a.git", Classic},
		"a Dockerfile with a mistake":  {Options{Habits: docker}, broken, Classic},
		"what needs BuildKit":          {Options{Habits: docker}, modern, BuildKit},
		"buildx":                       {Options{Habits: docker, Buildx: buildxOf("v0.23.0")}, plainDir, Buildx},
		"BuildKit, asked for":          {Options{Habits: docker, Builder: AnyBuildKit}, plainDir, BuildKit},
		"BuildKit with buildx":         {Options{Habits: docker, Builder: AnyBuildKit, Buildx: buildxOf("v0.23.0")}, plainDir, Buildx},
		"without it":                   {Options{Habits: docker, Builder: Classic, Buildx: buildxOf("v0.23.0")}, modern, Classic},
		"in no other's place":          {Options{}, plainDir, BuildKit},
		"in no other's place, wanted":  {Options{Builder: AnyBuildKit}, hidden, BuildKit},
		"in no other's place, neither": {Options{}, hidden, Classic},
		"hidden, and needs BuildKit":   {Options{}, modernHidden, BuildKit},
	} {
		got, err := inMemory(t, "1.41", c.options).strategyFor(t.Context(), plan.Image{Ref: "p_web", Build: true, Spec: desired.BuildSpec{Context: c.context}})
		if err != nil || got.builder != c.want {
			t.Errorf("%s: %s, %v; want %s", name, got.builder, err, c.want)
		}
	}
}

func TestBuildKitThatIsAskedForAndNotThereIsAnError(t *testing.T) {
	memory := enginetest.New(t, enginetest.Options{APIVersion: "1.41"})
	c := storeOf(t, memory, Options{Builder: AnyBuildKit})
	no := false
	c.buildKit = &no
	_, err := c.strategyFor(t.Context(), plan.Image{Ref: "p_web", Build: true, Spec: desired.BuildSpec{Context: t.TempDir()}})
	if want := "can't build with buildkit: the engine does not have it, and the docker command has no buildx plugin"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
