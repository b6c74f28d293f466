package command

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/desired"
)

func TestFlagsOfBuildAreWhatTheEngineIsAskedFor(t *testing.T) {
	env := map[string]string{"FROM_ENV": "value"}
	for name, c := range map[string]struct {
		flags buildFlags
		want  desired.BuildOptions
	}{
		"none":         {buildFlags{}, desired.BuildOptions{}},
		"switches":     {buildFlags{noCache: true, pull: true, noRm: true, compress: true}, desired.BuildOptions{NoCache: true, Pull: true, Keep: true, Compress: true}},
		"memory":       {buildFlags{memory: "512m"}, desired.BuildOptions{Memory: 512 << 20}},
		"arguments":    {buildFlags{args: []string{"A=1", "B=", "C=a=b"}}, desired.BuildOptions{Args: map[string]string{"A": "1", "B": "", "C": "a=b"}}},
		"environment":  {buildFlags{args: []string{"FROM_ENV", "NOT_SET"}}, desired.BuildOptions{Args: map[string]string{"FROM_ENV": "value"}}},
		"force-rm":     {buildFlags{forceRm: true}, desired.BuildOptions{}},
		"the last one": {buildFlags{args: []string{"A=1", "A=2"}}, desired.BuildOptions{Args: map[string]string{"A": "2"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.flags.options(env)
			if err != nil {
				t.Fatal(err)
			}
			if c.want.Args == nil {
				c.want.Args = map[string]string{}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWrongFlagsOfBuildAreRefused(t *testing.T) {
	for want, f := range map[string]buildFlags{
		`--build-arg "=x" is not NAME=VALUE`: {args: []string{"=x"}},
		"--memory much is no amount of":      {memory: "much"},
		"--memory -1 is no amount of":        {memory: "-1"},
	} {
		if _, err := f.options(nil); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestAnUnknownBuilderIsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "fig.yml", "web:\n  image: probe\n")
	_, errs, code := newMemory(t).run(t, "--builder", "podman", "build")
	want := "stack-lite: --builder must be auto, buildx, buildkit or classic, not \"podman\"\n"
	if diff := cmp.Diff(want, errs); code != 2 || diff != "" {
		t.Errorf("exit code %d\n%s", code, diff)
	}
}

func TestWhoAsksForABuilderThatIsNotThereIsShownTheFlag(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "fig.yml", "web:\n  build: .\n")
	write(t, "Dockerfile", "FROM probe\n")
	_, errs, code := newMemory(t).run(t, "--builder", "buildx", "build")
	want := "stack-lite: can't build with buildx: the docker command has no buildx plugin\nhint: --builder auto uses what is installed\n"
	if diff := cmp.Diff(want, errs); code != 1 || diff != "" {
		t.Errorf("exit code %d\n%s", code, diff)
	}
}
