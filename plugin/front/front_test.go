package front_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/front"
)

func TestACommandLineIsReadAsItWasMeant(t *testing.T) {
	web := []front.Port{{Proto: front.TCP, Listen: 80, Target: 8080}}
	for line, c := range map[string]front.Config{
		"__front serve --algorithm round-robin web tcp:80:8080": {Service: "web", Ports: web},
		"__front serve --algorithm least-connections --proxy-protocol v2 --grace 1m0s web tcp:80:8080 udp:80:53": {
			Service: "web", Ports: append(slices.Clone(web), front.Port{Proto: front.UDP, Listen: 80, Target: 53}),
			Algorithm: front.LeastConnections, ProxyProtocol: front.ProxyV2, Grace: time.Minute,
		},
	} {
		args := c.Args()
		if got := strings.Join(args, " "); got != line {
			t.Errorf("got %q, want %q", got, line)
		}
		if c.Algorithm == "" {
			c.Algorithm = front.RoundRobin
		}
		got, err := front.ParseConfig(args[2:])
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(c, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", line, diff)
		}
	}
}

func TestACommandLineWithAMistakeIsRefused(t *testing.T) {
	for line, want := range map[string]string{
		"":                                  "usage:",
		"web":                               "usage:",
		"--algorithm random web tcp:80:80":  `no algorithm "random"`,
		"--proxy-protocol v3 web tcp:80:80": `no PROXY protocol "v3"`,
		"--grace -1s web tcp:80:80":         "-1s is no time to wait",
		"--grace soon web tcp:80:80":        "soon",
		"--speed web tcp:80:80":             "-speed",
		"-- -web tcp:80:80":                 `"-web" is no name`,
		"web tcp:80":                        `"tcp:80" is no port`,
		"web sctp:80:80":                    "tcp or udp",
		"web tcp:0:80":                      `"0" is no number of a port`,
		"web tcp:80:65536":                  `"65536" is no number of a port`,
		"web tcp:80:80 tcp:80:81":           "port 80 of tcp is taken",
	} {
		c, err := front.ParseConfig(strings.Fields(line))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", line, err, want)
		}
		if !cmp.Equal(c, front.Config{}) {
			t.Errorf("%q: got a configuration together with an error: %v", line, c)
		}
	}
}

func TestADrainIsReadAsItWasMeant(t *testing.T) {
	d := front.Drain{Address: netip.MustParseAddr("10.222.0.5"), Timeout: 1500 * time.Millisecond}
	if got, err := front.ParseDrain(d.Args()[2:]); err != nil || got != d {
		t.Errorf("got %v, %v", got, err)
	}
	for _, args := range [][]string{nil, {"10.222.0.5"}, {"web", "1s"}, {"10.222.0.5", "soon"}, {"10.222.0.5", "-1s"}, {"10.222.0.5", "1s", "2s"}} {
		if got, err := front.ParseDrain(args); err == nil {
			t.Errorf("%q: got %v", args, got)
		}
	}
}

func TestTowardsTheTimeoutLessSilenceIsEnough(t *testing.T) {
	const timeout = 40 * time.Second
	for passed, want := range map[time.Duration]time.Duration{
		0: 1024, 30 * time.Second: 1024, 30*time.Second + time.Millisecond: 1024, 31 * time.Second: 512, 32 * time.Second: 256, 39 * time.Second: 2,
		40 * time.Second: 1, time.Hour: 1,
	} {
		if got := front.Silence(1024, passed, timeout); got != want {
			t.Errorf("after %s: got %d, want %d", passed, got, want)
		}
	}
	for _, timeout := range []time.Duration{0, 1, 3} {
		if got := front.Silence(1024, 0, timeout); got != 1024 {
			t.Errorf("of %d: got %d", timeout, got)
		}
	}
}

func TestWhatIsLeftIsReadAsItWasSaid(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		if got, err := front.ParseLeft(front.Left(n) + "\n"); err != nil || got != n {
			t.Errorf("%d: got %d, %v", n, got, err)
		}
	}
	for _, text := range []string{"", "-1 connections left", "1 connections left", "exec failed: 3", "x connections left"} {
		if n, err := front.ParseLeft(text); err == nil {
			t.Errorf("%q: got %d", text, n)
		}
	}
}

// Whatever is accepted is written as the same again, and is something that a
// front can do.
func FuzzParseConfig(f *testing.F) {
	for _, line := range []string{
		"--algorithm round-robin web tcp:80:8080", "--proxy-protocol v1 --grace 3s db udp:53:53 tcp:53:53", "-algorithm=least-connections -- -x tcp:1:1",
		"web tcp:080:80", "web tcp:+80:80", "web TCP:80:80",
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c, err := front.ParseConfig(strings.Split(line, " "))
		if err != nil {
			return
		}
		taken := map[front.Port]bool{}
		for _, p := range c.Ports {
			at := front.Port{Proto: p.Proto, Listen: p.Listen}
			if p.Listen == 0 || p.Target == 0 || taken[at] {
				t.Errorf("%q: can't serve %s", line, p)
			}
			taken[at] = true
		}
		if again, err := front.ParseConfig(c.Args()[2:]); err != nil || !cmp.Equal(c, again) {
			t.Errorf("%q: got %v, then %v (%v)", line, c, again, err)
		}
	})
}
