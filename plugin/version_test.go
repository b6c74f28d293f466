package plugin

import (
	"runtime/debug"
	"testing"
)

func TestTheVersionComesFromTheBuildWhereNoLinkerSetIt(t *testing.T) {
	commit := func(settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: settings}
	}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "75d55cf0123456789abcdef0123456789abcdef0"}
	for _, c := range []struct {
		info *debug.BuildInfo
		want string
	}{
		{&debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{revision}}, "v1.2.3"},
		{commit(revision, debug.BuildSetting{Key: "vcs.modified", Value: "false"}), "75d55cf01234"},
		{commit(revision, debug.BuildSetting{Key: "vcs.modified", Value: "true"}), "75d55cf01234-dirty"},
		{commit(debug.BuildSetting{Key: "vcs.modified", Value: "true"}), "dev"},
		{commit(), "dev"},
		{&debug.BuildInfo{}, "dev"},
	} {
		if got := builtVersion(c.info, true); got != c.want {
			t.Errorf("%+v: %s, want %s", c.info, got, c.want)
		}
	}
	if got := builtVersion(nil, false); got != "dev" {
		t.Errorf("without build information: %s", got)
	}
}
