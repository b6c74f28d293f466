package image

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/image/dockerfile"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// The files of testdata/build are what Engine 20.10 and buildx 0.23 said to
// this Dockerfile.
const recordedDockerfile = `FROM demo-base:1
ENV A=b

RUN echo hello && \
    echo oops >&2
COPY . /src/
RUN cat /src/a.txt; exit 3
`

func parsed(t testing.TB, text string) *dockerfile.File {
	t.Helper()
	f, err := dockerfile.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// reported collects what is reported of a build; several lines at once count as
// that many.
type reported []string

func (r *reported) note(p plan.Progress) {
	if p.Text != "" && p.Total == 0 {
		*r = append(*r, strings.Split(p.Text, "\n")...)
	}
}

func readRecorded(t *testing.T, name string, h Habits) (reported, error) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "build", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var said reported
	spec := desired.BuildSpec{Service: "web", Context: "/build"}
	file := parsed(t, recordedDockerfile)
	if name == "buildx" {
		r := newBakeReader([]*baking{{spec: spec, file: file, report: said.note, done: make(chan struct{})}}, h)
		if err := r.read(f); err != nil {
			t.Fatal(err)
		}
		return said, errorOf(r.failure(errors.New("exit status 1")), r.batch[0])
	}
	r := buildReader{spec: spec, file: file, trace: traceOf(file, h), words: h.Words, report: said.note}
	err = r.read(f)
	return said, err
}

func TestAllBuildersFailWithTheSameWords(t *testing.T) {
	for _, name := range []string{"classic", "buildkit", "buildx"} {
		t.Run(name, func(t *testing.T) {
			_, err := readRecorded(t, name, Habits{})
			var failed *BuildError
			if !errors.As(err, &failed) {
				t.Fatalf("got %v", err)
			}
			want := "/build/Dockerfile:7: RUN cat /src/a.txt; exit 3: exit code 3"
			if failed.Error() != want {
				t.Errorf("got  %s\nwant %s", failed, want)
			}
		})
	}
}

func TestAllBuildersTellTheStepsAndWhatTheyPrint(t *testing.T) {
	layers := []string{"RUN echo hello &&     echo oops >&2", "COPY . /src/", "RUN cat /src/a.txt; exit 3"}
	for name, want := range map[string][]string{
		"classic": {"[1/5] FROM demo-base:1", "[2/5] ENV A=b",
			"[3/5] " + layers[0], "hello", "oops", "[4/5] " + layers[1], "[5/5] " + layers[2], "content"},
		"buildkit": {"[1/4] FROM docker.io/library/demo-base:1",
			"[2/4] " + layers[0], "hello", "oops", "[3/4] " + layers[1], "[4/4] " + layers[2], "content"},
		"buildx": {"[1/4] FROM docker.io/library/demo-base:1",
			"[2/4] " + layers[0], "hello", "oops", "[3/4] " + layers[1], "[4/4] " + layers[2], "content"},
	} {
		t.Run(name, func(t *testing.T) {
			said, _ := readRecorded(t, name, Habits{})
			for i, line := range said {
				said[i] = strings.TrimSuffix(line, cachedWord)
			}
			// Standard output and error of a step are two streams.
			if i := slices.Index(said, "oops"); i >= 0 && i+1 < len(said) && said[i+1] == "hello" {
				said[i], said[i+1] = said[i+1], said[i]
			}
			if diff := cmp.Diff(want, []string(said)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOnlyTheImageThatBuildxNamesHasFailed(t *testing.T) {
	f, err := os.Open("testdata/build/buildx-several.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	said := make([]reported, 3)
	var batch []*baking
	for i, text := range []string{
		"FROM demo-base:1\nRUN echo quick; sleep 0\n",
		"FROM demo-base:1\nRUN sleep 2; exit 3\n",
		"FROM demo-base:1\nRUN echo slow; sleep 9\n",
	} {
		batch = append(batch, &baking{spec: desired.BuildSpec{Service: "s", Context: "/build"}, file: parsed(t, text),
			report: said[i].note, done: make(chan struct{})})
	}
	r := newBakeReader(batch, Habits{})
	if err := r.read(f); err != nil {
		t.Fatal(err)
	}
	failed := failedOf(r.failure(errors.New("exit status 1")))
	if len(failed) != 1 || failed[batch[1]] == nil {
		t.Fatalf("failed: %v", failed)
	}
	if got, want := failed[batch[1]].Error(), "/build/Dockerfile:2: RUN sleep 2; exit 3: exit code 3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !batch[0].finished() || batch[2].finished() {
		t.Errorf("done before the end: %v, %v", batch[0].finished(), batch[2].finished())
	}
	if !slices.Contains(said[0], "quick") || !slices.Contains(said[2], "slow") || slices.Contains(said[1], "quick") {
		t.Errorf("got %q", said)
	}
}

func TestTheSameMistakeReadsAlikeWhicheverBuilderFoundIt(t *testing.T) {
	file := parsed(t, "FROM a\nCOPY x /x\nRUN true\n")
	for want, said := range map[string][][2]string{ // what the builders say: step and text
		"/b/Dockerfile:2: COPY x /x: x is not in the build directory, or .dockerignore leaves it out": {
			{"[2/3] COPY x /x", `"/x" not found: not found`},
			{"[2/3] COPY x /x", `failed to compute cache key: failed to calculate checksum of ref 1::2: "/x": not found`},
			{"Step 2/5 : COPY x /x", "COPY failed: file not found in build context or excluded by .dockerignore: stat x: file does not exist"},
		},
		"/b/Dockerfile:3: RUN true: exit code 7": {
			{"[3/3] RUN true", "executor failed running [/bin/sh -c true]: exit code: 7"},
			{"[3/3] RUN true", `process "/bin/sh -c true" did not complete successfully: exit code: 7`},
			{"Step 3/5 : RUN true", "The command '/bin/sh -c true' returned a non-zero code: 7"},
		},
		"/b/Dockerfile:2: unknown instruction: RUNN": {
			{"", "dockerfile parse error line 2: unknown instruction: RUNN"},
			{"", "failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error on line 2: unknown instruction: RUNN"},
		},
		"/b/Dockerfile: no space left on device": {
			{"", "failed to solve: no space left on device"},
		},
	} {
		for _, s := range said {
			got := builderError(desired.BuildSpec{Service: "web", Context: "/b"}, file, s[0], s[1]).Error()
			if got != want {
				t.Errorf("%s\n got  %s\n want %s", s[1], got, want)
			}
		}
	}
}

func TestABuildThatBreaksOffIsNoSuccess(t *testing.T) {
	r := buildReader{spec: desired.BuildSpec{Service: "web", Context: "/b"}, trace: newTrace(), report: func(plan.Progress) {}}
	if err := r.read(strings.NewReader(`{"stream":"Step 1/2 : FROM a\n"}`)); err == nil {
		t.Error("no error")
	}
	if err := r.read(strings.NewReader(`{"stream":"Step`)); err == nil {
		t.Error("no error for half a message")
	}
}

// FuzzDecodeStatus makes sure that no message makes the reader panic, and that
// what is read of a good one is what was written.
func FuzzDecodeStatus(f *testing.F) {
	f.Add([]byte{}, "sha256:1", "[1/2] FROM a", int64(5))
	f.Add([]byte{0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f}, "", "", int64(-1))
	f.Fuzz(func(t *testing.T, junk []byte, digest, name string, current int64) {
		_, _ = decodeStatus(junk)
		var v, s, whole []byte
		v = protowire.AppendString(protowire.AppendTag(v, 1, protowire.BytesType), digest)
		v = protowire.AppendString(protowire.AppendTag(v, 3, protowire.BytesType), name)
		s = protowire.AppendVarint(protowire.AppendTag(s, 4, protowire.VarintType), uint64(current))
		whole = protowire.AppendBytes(protowire.AppendTag(whole, 1, protowire.BytesType), v)
		whole = protowire.AppendBytes(protowire.AppendTag(whole, 2, protowire.BytesType), s)
		got, err := decodeStatus(whole)
		if err != nil || got.Vertexes[0].Digest != digest || got.Vertexes[0].Name != name || got.Statuses[0].Current != current {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}
