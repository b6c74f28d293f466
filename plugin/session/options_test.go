package session

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/image"
)

// read calls test for every text with what is to be read from it.
func read[T any](t *testing.T, parse func(string) (T, error), texts map[string]T) {
	t.Helper()
	for text, want := range texts {
		got, err := parse(text)
		if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" || err != nil {
			t.Errorf("%q: %v, -want +got:\n%s", text, err, diff)
		}
	}
}

func TestOptionsAreRead(t *testing.T) {
	read(t, parseIsolation, map[string]linking.Isolation{"": linking.ByLinks, "link": linking.ByLinks, "project": linking.ByProject})
	read(t, parseLinkEnv, map[string]linking.EnvMode{
		"": linking.EnvPorts, "ports": linking.EnvPorts, "full": linking.EnvFull, "none": linking.EnvNone,
	})
	read(t, parseDiscovery, map[string]desired.Discovery{
		"": {}, "on": {}, "project": {Within: true}, "off": {Off: true}, "proxy,shop*": {Among: []string{"proxy", "shop*"}},
	})
	read(t, parsePool, map[string]netip.Prefix{"": {}, "10.100.0.0/16": netip.MustParsePrefix("10.100.0.0/16")})
	read(t, parseBuilder, map[string]image.Builder{
		"": image.AutoBuilder, "auto": image.AutoBuilder, "buildx": image.Buildx, "buildkit": image.BuildKit, "classic": image.Classic,
	})
}

func TestOptionsThatCanNotBeReadAreMistakesOfTheCommandLine(t *testing.T) {
	options := func(o Options) error { _, err := o.desired("", nil, nil); return err }
	pool := func(s string) error { _, err := parsePool(s); return err }
	builder := func(s string) error { _, err := parseBuilder(s); return err }
	for _, c := range []struct {
		err  error
		want string // with the hints behind a bar
	}{
		{options(Options{Isolation: "net"}), "--isolation must be link or project, not \"net\""},
		{options(Options{LinkEnv: "all"}), "--link-env must be none, ports or full, not \"all\""},
		{options(Options{Discovery: "a,,b"}), `--discovery a,,b: "" is not a project name | write on, project or off alone, or names such as proxy,shop*`},
		{options(Options{Discovery: "[a"}), `--discovery [a: "[a" is not a project name | write on, project or off alone, or names such as proxy,shop*`},
		{options(Options{Discovery: "shop,on"}), `--discovery shop,on: "on" is not a project name | write on, project or off alone, or names such as proxy,shop*`},
		{options(Options{Discovery: "True"}), `--discovery True: "True" is not a project name | write on, project or off alone, or names such as proxy,shop*`},
		{pool("10.100.0.0"), "--pool 10.100.0.0 is not a range of IPv4 addresses | write it like 10.100.0.0/16"},
		{pool("fd00::/8"), "--pool fd00::/8 is not a range of IPv4 addresses | write it like 10.100.0.0/16"},
		{builder("kaniko"), "--builder must be auto, buildx, buildkit or classic, not \"kaniko\""},
	} {
		var usage exit.Usage
		if !errors.As(c.err, &usage) {
			t.Errorf("%v is no mistake of the command line, want %s", c.err, c.want)
			continue
		}
		if got := strings.Join(append([]string{usage.Msg}, usage.Advice...), " | "); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestAnOptionGoesBeforeItsVariable(t *testing.T) {
	e := &Environment{Version: "test", Vars: map[string]string{"STACKLITE_LINK_ENV": "full", "STACKLITE_DISCOVERY": "off"}}
	for name, c := range map[string]struct {
		options Options
		want    desired.Options
	}{
		"variables": {Options{}, desired.Options{Version: "test", LinkEnv: linking.EnvFull, Discovery: desired.Discovery{Off: true}}},
		"options": {
			Options{Isolation: "project", LinkEnv: "none", Discovery: "on"},
			desired.Options{Version: "test", Isolation: linking.ByProject, LinkEnv: linking.EnvNone},
		},
	} {
		got, err := c.options.desired(e.Version, e.Vars, nil)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v, -want +got:\n%s", name, err, diff)
		}
	}
}

// TestTheOptionsOfAnEngineAreReadBeforeItIsSpokenTo also says in which order.
func TestTheOptionsOfAnEngineAreReadBeforeItIsSpokenTo(t *testing.T) {
	connected := errors.New("connected")
	e := &Environment{
		Vars:    map[string]string{"STACKLITE_BUILDER": "kaniko", "STACKLITE_POOL": "none"},
		Connect: func(map[string]string) (engine.Client, error) { return nil, connected },
	}
	var got []string
	for _, o := range []Options{
		{LinkEnv: "all"},
		{LinkEnv: "all", Builder: "classic"},
		{LinkEnv: "all", Builder: "classic", Pool: "10.0.0.0/8"},
		{Builder: "classic", Pool: "10.0.0.0/8"},
	} {
		_, err := Connect(e, o)
		got = append(got, err.Error())
	}
	want := []string{
		"--builder must be auto, buildx, buildkit or classic, not \"kaniko\"", "--pool none is not a range of IPv4 addresses",
		"--link-env must be none, ports or full, not \"all\"", "connected",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestHowManyThingsAreDoneAtOnce(t *testing.T) {
	for _, c := range []struct {
		option int
		limit  string
		want   int
		wrong  string
	}{
		{0, "", 16, ""}, {0, " 2 ", 2, ""}, {5, "2", 5, ""}, {1, "no number", 1, ""}, {-1, "", 1, ""},
		{0, "1", 0, "COMPOSE_PARALLEL_LIMIT can not be less than 2"}, {0, "x", 0, `COMPOSE_PARALLEL_LIMIT must be an integer (found: "x")`},
	} {
		got, err := parseParallel(c.option, c.limit)
		var usage exit.Usage
		if got != c.want || (err != nil) != (c.wrong != "") || c.wrong != "" && (!errors.As(err, &usage) || usage.Msg != c.wrong) {
			t.Errorf("--parallel %d with %q: %d, %v", c.option, c.limit, got, err)
		}
	}
}

func TestOrphansAreIgnoredWhereAVariableAsksForIt(t *testing.T) {
	for value, want := range map[string]bool{"": false, "0": false, "FALSE": false, "1": true, "no": true} {
		vars := map[string]string{"COMPOSE_IGNORE_ORPHANS": value}
		if got, err := ignoresOrphans(vars, false); got != want || err != nil {
			t.Errorf("%q: %v, %v", value, got, err)
		}
		if _, err := ignoresOrphans(vars, true); (err != nil) != want {
			t.Errorf("%q with --remove-orphans: %v", value, err)
		}
	}
}
