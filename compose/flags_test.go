package compose

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFlagsSayPortsAndVolumesAsFilesDo(t *testing.T) {
	port, err := ParsePort("--publish", "127.0.0.1:8080:80")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Port{IP: "127.0.0.1", HostFirst: 8080, HostLast: 8080, First: 80, Last: 80, Proto: "tcp"}, port); diff != "" {
		t.Error(diff)
	}
	for text, want := range map[string]Volume{
		"./x:/y:ro": {Host: "/work/x", Target: "/y", Mode: "ro"},
		"~/x:/y":    {Host: "/home/me/x", Target: "/y"},
		"data:/y":   {Host: "data", Named: true, Target: "/y"},
		"/y":        {Target: "/y"},
	} {
		got, err := ParseVolume("--volume", text, "/work", map[string]string{"HOME": "/home/me"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestACommandOfAFlagIsSplitAsInFiles(t *testing.T) {
	got, err := SplitCommand("--entrypoint", `sh -c "echo \$HOME; date" # no comment`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"sh", "-c", `echo \$HOME; date`, "#", "no", "comment"}, got); diff != "" {
		t.Error(diff)
	}
	if got, err := SplitCommand("--entrypoint", ""); err != nil || got == nil || len(got) > 0 {
		t.Errorf("nothing is %q, %v, want no words", got, err)
	}
}

func TestAMistakeInAFlagNamesTheFlag(t *testing.T) {
	_, port := ParsePort("--publish", "80:99999")
	_, volume := ParseVolume("--volume", "a:b:c:d", "/", nil)
	_, command := SplitCommand("--entrypoint", `say "it's`)
	for want, err := range map[string]error{
		"--publish: 99999 is not a port: the highest is 65535": port,
		`--volume: "a:b:c:d" has more than three parts`:        volume,
		`--entrypoint: the quote " is not closed: "\"it's"`:    command,
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
