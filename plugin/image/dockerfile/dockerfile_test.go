package dockerfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parse(t *testing.T, lines ...string) *File {
	t.Helper()
	f, err := Parse(strings.NewReader(strings.Join(lines, "\n") + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestBasesAreTheImagesThatStagesNeed(t *testing.T) {
	for name, c := range map[string]struct {
		lines  []string
		args   map[string]string
		want   []string
		target string
	}{
		"one":                       {[]string{"FROM redis:3"}, nil, []string{"redis:3"}, ""},
		"scratch is no image":       {[]string{"FROM scratch", "COPY a /a"}, nil, nil, ""},
		"a keyword in lower case":   {[]string{"from redis"}, nil, []string{"redis"}, ""},
		"stages are not images":     {[]string{"FROM go AS Build", "FROM build", "COPY --from=build /a /a"}, nil, []string{"go"}, ""},
		"a stage by number":         {[]string{"FROM go", "FROM alpine", "COPY --from=0 /a /a"}, nil, []string{"go", "alpine"}, ""},
		"copied from an image":      {[]string{"FROM alpine", "COPY --from=busybox:1 /bin /bin"}, nil, []string{"alpine", "busybox:1"}, ""},
		"mounted from an image":     {[]string{"FROM alpine", "RUN --mount=type=bind,from=tools,target=/t true"}, nil, []string{"alpine", "tools"}, ""},
		"each once":                 {[]string{"FROM a AS x", "FROM a AS y"}, nil, []string{"a"}, ""},
		"an argument's default":     {[]string{"ARG V=1", "FROM redis:${V}"}, nil, []string{"redis:1"}, ""},
		"an argument that is given": {[]string{"ARG V=1", "FROM redis:$V"}, map[string]string{"V": "2"}, []string{"redis:2"}, ""},
		"an argument of another":    {[]string{"ARG V=1", "ARG T=v$V", "FROM redis:$T"}, nil, []string{"redis:v1"}, ""},
		"a default in the word":     {[]string{"ARG V", "FROM redis:${V:-7}"}, nil, []string{"redis:7"}, ""},
		"an argument never given":   {[]string{"ARG IMAGE", "FROM $IMAGE"}, nil, nil, ""},
		"a continued line":          {[]string{`FROM \`, "  redis"}, nil, []string{"redis"}, ""},
		"another platform":          {[]string{"FROM --platform=linux/arm64 redis"}, nil, nil, ""},
		"text of a heredoc":         {[]string{"FROM a", "RUN <<X", "FROM b", "X"}, nil, []string{"a"}, ""},
		"a comment":                 {[]string{"# FROM b", "FROM a"}, nil, []string{"a"}, ""},
		"no more than the target":   {[]string{"FROM a AS dev", "FROM b AS prod", "FROM c"}, nil, []string{"a", "b"}, "Prod"},
		"a target by number":        {[]string{"FROM a", "FROM b"}, nil, []string{"a"}, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, b := range parse(t, c.lines...).Bases(c.args, c.target) {
				got = append(got, b.Ref)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatOnlyBuildKitKnowsIsFound(t *testing.T) {
	for line, want := range map[string]bool{
		"RUN true":                                 false,
		"RUN --mount=type=cache,target=/c true":    true,
		"RUN --network=none true":                  true,
		"RUN <<X\ntrue\nX":                         true,
		"COPY a /a":                                false,
		"COPY --from=a --chown=1:1 /a /":           false,
		"COPY --chmod=755 a /a":                    true,
		"COPY --link a /a":                         true,
		"COPY <<X /a\ntext\nX":                     true,
		"add --chown=1:1 a /a":                     false,
		"ADD --checksum=sha256:0 a /a":             true,
		"ARG TARGET":                               false,
		"ARG TARGETARCH":                           true,
		"ARG TARGETARCH=amd64":                     false,
		"ARG BUILDPLATFORM":                        true,
		"FROM --platform=linux/386 a":              false,
		"FROM --platform=$BUILDPLATFORM a":         true,
		"FROM --platform=${TARGETPLATFORM} a":      true,
		"HEALTHCHECK --interval=1s CMD true":       false,
		"HEALTHCHECK --start-interval=1s CMD true": true,
	} {
		if got := parse(t, "FROM a", line).NeedsBuildKit(); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}

func TestABaseKnowsTheStepThatNamesIt(t *testing.T) {
	f := parse(t, "ARG V=1", "FROM a:$V", "FROM b", "COPY --from=a:1 /x /", "COPY --from=c /x /")
	got := map[string]int{}
	for _, b := range f.Bases(nil, "") {
		got[b.Ref] = b.Step.Line
	}
	if diff := cmp.Diff(map[string]int{"a:1": 2, "b": 3, "c": 5}, got); diff != "" {
		t.Error(diff)
	}
}

func TestStepsOfBothBuildersAreFoundAgain(t *testing.T) {
	f := parse(t,
		"ARG V=1",              // 1
		"FROM go AS build",     // 2
		"WORKDIR /src",         // 3
		"COPY . .",             // 4
		"ENV A=b",              // 5
		`RUN go build \`,       // 6
		"    ./...",            // 7
		"",                     // 8
		"FROM scratch",         // 9
		"COPY --from=build / ", // 10
		`CMD ["/app"]`,         // 11
	)
	lines := map[string]int{}
	note := func(name string, s Step, ok bool) {
		if ok {
			lines[name] = s.Line
		}
	}
	for name, n := range map[string]int{"1st": 1, "6th": 6, "9th": 9, "0th": 0, "10th": 10} {
		s, ok := f.Nth(n)
		note(name, s, ok)
	}
	s, ok := f.Layer("build", 1, 4)
	note("FROM of build", s, ok)
	s, ok = f.Layer("build", 4, 4)
	note("RUN of build", s, ok)
	s, ok = f.Layer("stage-1", 1, 1)
	note("COPY of the last", s, ok)
	s, ok = f.Layer("build", 4, 5)
	note("a total that differs", s, ok)
	s, ok = f.At(7)
	note("a continued line", s, ok)
	want := map[string]int{
		"1st": 1, "6th": 6, "9th": 11, "FROM of build": 2, "RUN of build": 6, "COPY of the last": 10, "a continued line": 6,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}
