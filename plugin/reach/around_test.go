package reach_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/reach"
)

func TestWhoIsOnTheDefaultBridgeReachesAllThatAre(t *testing.T) {
	v := up(t, "web >db\ndb\ncron", nil)
	v.Snapshot.Networks = append(v.Snapshot.Networks, networks("bridge")...)
	v.Snapshot.Containers = append(v.Snapshot.Containers, plain("box", on("bridge", "172.17.0.4")))
	if _, got := checked(t, v, reach.Scope{}); len(got) > 0 {
		t.Errorf("nobody of ours is there: %q", got)
	}
	attach(v, "p_web_1", on("bridge", "172.17.0.2"))
	_, got := checked(t, v, reach.Scope{})
	want := []string{
		"leak: p_web_1 reaches box, and they are not linked: 172.17.0.4 answers ping; to end that: docker network disconnect bridge p_web_1",
		"leak: box reaches p_web_1, and they are not linked: 172.17.0.2 answers ping; to end that: docker network disconnect bridge p_web_1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	attach(v, "p_cron_1", on("bridge", "172.17.0.3"))
	_, got = checked(t, v, reach.Scope{})
	if both := "leak: p_web_1 reaches p_cron_1, and they are not linked: 172.17.0.3 answers ping; " +
		"to end that: docker network disconnect bridge p_cron_1 and docker network disconnect bridge p_web_1"; !slices.Contains(got, both) || len(got) != 6 {
		t.Errorf("got %q", got)
	}
}

func TestAgainstALeakOfWhatDockerComposeMadeHelpsUp(t *testing.T) {
	v := up(t, "web >db\ndb\ncron", nil)
	v.Snapshot.Networks = append(v.Snapshot.Networks, networks("bridge")...)
	v.Snapshot.Containers = append(v.Snapshot.Containers, plain("box", on("bridge", "172.17.0.4")))
	attach(v, "p_cron_1", on("bridge", "172.17.0.2"))
	for i := range v.Snapshot.Containers {
		if c := &v.Snapshot.Containers[i]; c.Name == "p_cron_1" {
			c.MadeBy = "docker-compose 1.29.2"
		}
	}
	_, got := checked(t, v, reach.Scope{})
	want := []string{
		"leak: p_cron_1 reaches box, and they are not linked: 172.17.0.4 answers ping; to end that: docker stacklite up -d",
		"leak: box reaches p_cron_1, and they are not linked: 172.17.0.2 answers ping; to end that: docker stacklite up -d",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhoUsesTheNetworkOfOneOfOursReachesWhatThatReaches(t *testing.T) {
	v := up(t, "web >db\ndb\ncron", nil)
	spy := plain("spy")
	spy.NetworkMode = "container:p_db_1"
	v.Snapshot.Containers = append(v.Snapshot.Containers, spy)
	_, got := checked(t, v, reach.Scope{})
	for i, line := range got {
		text, advice, _ := strings.Cut(line, "; to end that: ")
		if advice != "docker stop spy" {
			t.Errorf("%s: no word of how to end that", line)
		}
		got[i] = regexp.MustCompile(`10\.[0-9.]+`).ReplaceAllString(text, "IP")
	}
	want := []string{
		"leak: p_web_1 reaches spy, and they are not linked: IP answers ping",
		"leak: p_db_1 reaches spy, and they are not linked: IP answers ping; both use the network stack of p_db_1",
		"leak: spy reaches p_web_1, and they are not linked: IP answers ping",
		"leak: spy reaches p_db_1, and they are not linked: IP answers ping; both use the network stack of p_db_1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
