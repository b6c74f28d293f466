package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestAProxyKnowsTheAddressesThatThereAre(t *testing.T) {
	for want, servers := range map[string][]string{
		"upstream web { server 127.0.0.1 down; }":                  nil,
		"upstream web { server 10.1.0.2:80; }":                     {"10.1.0.2"},
		"upstream web { server 10.1.0.2:80; server 10.1.0.3:80; }": {"10.1.0.2", "10.1.0.3"},
	} {
		if got := configuration(servers); !strings.Contains(got, want) {
			t.Errorf("%v: no %q in\n%s", servers, want, got)
		}
	}
}

func TestWhatIsLostAndWhatIsSlowIsCounted(t *testing.T) {
	l := load{seen: result{why: map[string]int{}}}
	l.note(time.Millisecond, nil)
	l.note(2*time.Second, nil)
	for _, port := range []string{"40001", "40002"} {
		l.note(3*time.Second, errors.New("read tcp 127.0.0.1:"+port+"->127.0.0.1:18090: connection reset by peer"))
	}
	got, reason := l.seen, "read tcp 127.0.0.1->127.0.0.1:18090: connection reset by peer"
	if got.all != 4 || got.lost != 2 || got.slow != 3 || got.longest != 3*time.Second || got.why[reason] != 2 {
		t.Errorf("got %+v", got)
	}
}
