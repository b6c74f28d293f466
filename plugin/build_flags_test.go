package plugin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/engine"
)

func TestFlagsOfBuildAreWhatTheEngineIsAskedFor(t *testing.T) {
	env := map[string]string{"FROM_ENV": "value"}
	for name, c := range map[string]struct {
		flags buildFlags
		want  engine.BuildOptions
	}{
		"none":         {buildFlags{}, engine.BuildOptions{}},
		"switches":     {buildFlags{noCache: true, pull: true, noRm: true, compress: true}, engine.BuildOptions{NoCache: true, Pull: true, Keep: true, Compress: true}},
		"memory":       {buildFlags{memory: "512m"}, engine.BuildOptions{Memory: 512 << 20}},
		"arguments":    {buildFlags{args: []string{"A=1", "B=", "C=a=b"}}, engine.BuildOptions{Args: map[string]string{"A": "1", "B": "", "C": "a=b"}}},
		"environment":  {buildFlags{args: []string{"FROM_ENV", "NOT_SET"}}, engine.BuildOptions{Args: map[string]string{"FROM_ENV": "value"}}},
		"force-rm":     {buildFlags{forceRm: true}, engine.BuildOptions{}},
		"the last one": {buildFlags{args: []string{"A=1", "A=2"}}, engine.BuildOptions{Args: map[string]string{"A": "2"}}},
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
	if _, err := parseBuilder("podman"); err == nil {
		t.Error("--builder podman is taken")
	}
}
