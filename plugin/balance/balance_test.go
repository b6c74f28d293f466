package balance_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/balance"
)

func loaded(t *testing.T, text string) *compose.Project {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "fig.yml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := compose.Load(compose.Options{Dir: dir, ProjectName: "demo", Env: map[string]string{}, SkipBuildCheck: true})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// portsOf lists what each service publishes and exposes.
func portsOf(p *compose.Project) map[string]string {
	ports := map[string]string{}
	for _, s := range p.Services {
		var words []string
		for _, port := range s.Ports {
			words = append(words, port.String())
		}
		for _, e := range s.Expose {
			words = append(words, "expose "+e.String())
		}
		ports[s.Name] = strings.Join(words, ", ")
	}
	return ports
}

func TestAFrontPublishesTheFixedPortsOfAService(t *testing.T) {
	p := loaded(t, `
web:
  image: x
  ports: ["80:80", "8080:80", "127.0.0.1:8443:443", "53:53/udp", "9000-9002:9000-9002", "8000-8010:81", "82", "99:99/sctp"]
  expose: ["7"]
  links: [db]
  restart: always
db:
  image: x
  ports: ["3306:3306"]
`)
	before := portsOf(p)
	out, err := balance.Expand(p, balance.Asked{"web": "least-connections"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"web":       "8000-8010:81, 82, 99:99/sctp, expose 7, expose 80, expose 443, expose 53/udp, expose 9000-9002",
		"web-front": "80:80, 8080:80, 127.0.0.1:8443:443, 53:53/udp, 9000-9002:9000-9002",
		"db":        "3306:3306",
	}
	if diff := cmp.Diff(want, portsOf(out)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(before, portsOf(p)); diff != "" {
		t.Errorf("the project that was given has changed: -before +after:\n%s", diff)
	}
	f := out.Service("web-front")
	if f.Fronts != "web" || f.FrontAsked != "least-connections" || f.Restart.Policy != "always" || !f.ReadOnly || !slices.Equal(f.CapDrop, []string{"ALL"}) || f.User != "65534:65534" {
		t.Errorf("the front is %+v", f)
	}
	if got := strings.Join(f.Command, " "); !strings.HasSuffix(got, "web tcp:80:80 tcp:443:443 udp:53:53 tcp:9000:9000 tcp:9001:9001 tcp:9002:9002") || !strings.Contains(got, "least-connections") {
		t.Errorf("it is called with %s", got)
	}
	top, err := linking.Resolve(out, linking.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range top.Networks {
		if slices.Contains(n.Members, "web-front") && !slices.Equal(n.Members, []string{"web", "web-front"}) {
			t.Errorf("the front is on %s with %v", n.Name, n.Members)
		}
	}
}

func TestALabelOfTheFileHasAServiceBalanced(t *testing.T) {
	for value, way := range map[string]string{
		"true": "round-robin", "True": "round-robin", "on": "round-robin", "round-robin": "round-robin", "least-connections": "least-connections",
		"false": "", "off": "", "": "",
	} {
		out, err := balance.Expand(loaded(t, "web:\n  image: x\n  ports: [\"80:80\"]\n  labels:\n    io.stack-lite.balance: \""+value+"\"\n"), nil)
		if err != nil {
			t.Errorf("%q: %v", value, err)
			continue
		}
		got := ""
		if f := out.Service("web-front"); f != nil {
			if got = f.Command[3]; f.FrontAsked != "" {
				t.Errorf("%q: a command asked for it: %q", value, f.FrontAsked)
			}
		}
		if got != way {
			t.Errorf("%q: spread by %q, want %q", value, got, way)
		}
	}
}

func TestACommandHasItsWayWhateverTheFileSays(t *testing.T) {
	p := loaded(t, "web:\n  image: x\n  ports: [\"80:80\"]\n  labels: {io.stack-lite.balance: least-connections}\n")
	out, err := balance.Expand(p, balance.Asked{"web": balance.Off})
	if err != nil || out.Service("web-front") != nil {
		t.Errorf("there is a front, or %v", err)
	}
	out, err = balance.Expand(p, balance.Asked{"web": "round-robin"})
	if err != nil || out.Service("web-front").FrontAsked != "round-robin" {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestWhatCanNotBeBalancedIsRefusedWithItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		"web:\n  image: x\n  ports: [\"80:80\"]\n  labels: {io.stack-lite.balance: Random}\n":                                                             `fig.yml:4:12: web.labels.io.stack-lite.balance: "Random" is no way to spread connections`,
		"web:\n  image: x\n  net: host\n  ports: [\"80:80\"]\n  labels: {io.stack-lite.balance: \"true\"}\n":                                              `fig.yml:5:12: web.labels.io.stack-lite.balance: "web" can't be balanced: it has net: host`,
		"web:\n  image: x\n  ports: [\"80:80\"]\n  labels: {io.stack-lite.balance: \"true\"}\nweb-front:\n  image: x\n":                                   `fig.yml:4:12: web.labels.io.stack-lite.balance: the front of "web" would be called "web-front", which is another service`,
		"web:\n  image: x\n  ports: [\"80:80\"]\n  labels: {io.stack-lite.balance: \"true\", io.stack-lite.balance.proxy-protocol: \"3\"}\n":              `fig.yml:4:43: web.labels.io.stack-lite.balance.proxy-protocol: "3" is no version of the PROXY protocol`,
		"web:\n  image: x\n  ports: [\"80:80\"]\n  labels: {io.stack-lite.balance: \"true\"}\ndb:\n  image: x\n  labels: {io.stack-lite.balance: fast}\n": `fig.yml:7:12: db.labels.io.stack-lite.balance: "fast" is no way to spread connections`,
	} {
		_, err := balance.Expand(loaded(t, text), nil)
		if err == nil || !strings.HasSuffix(strings.SplitN(err.Error(), "\n", 2)[0], want) {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func TestALabelWithoutEffectIsNoted(t *testing.T) {
	for labels, want := range map[string]string{
		`{io.stack-lite.balance: "true"}`:              `web.labels.io.stack-lite.balance: has no effect: "web" publishes no fixed port of the host, and can have any number of replicas as it is`,
		`{io.stack-lite.balance.proxy-protocol: "v2"}`: `web.labels.io.stack-lite.balance.proxy-protocol: has no effect: "web" has no front; for one add the label io.stack-lite.balance: "true"`,
		`{io.stack-lite.balance: "false"}`:             "",
	} {
		out, err := balance.Expand(loaded(t, "web:\n  image: x\n  ports: [\"80\"]\n  labels: "+labels+"\n"), nil)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, n := range out.Notes {
			got += n.String()
		}
		if !strings.HasSuffix(got, want) || want == "" && got != "" {
			t.Errorf("%s: noted %q, want %q", labels, got, want)
		}
	}
}

// A proxy that finds its backends through the engine's socket is known by the ports
// that it publishes: behind a front it is a proxy all the same.
func TestADiscoveryProxyIsOneBehindAFrontToo(t *testing.T) {
	p := loaded(t, "proxy:\n  image: x\n  ports: [\"80:80\"]\n  volumes: [\"/var/run/docker.sock:/tmp/docker.sock:ro\"]\n  labels: {io.stack-lite.balance: \"true\"}\n")
	out, err := balance.Expand(p, nil)
	if err != nil || !linking.RoleOf(out, out.Service("proxy")).Proxy || linking.RoleOf(out, out.Service("proxy-front")).Proxy {
		t.Errorf("the proxy %+v, its front %+v, %v", out.Service("proxy"), out.Service("proxy-front"), err)
	}
}

func TestWhoeverIsNamedIsNamedWithHisFront(t *testing.T) {
	p, err := balance.Expand(loaded(t, "web:\n  image: x\n  ports: [\"80:80\"]\ndb:\n  image: x\n"), balance.Asked{"web": "round-robin"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ services, want []string }{
		{nil, nil}, {[]string{"db"}, []string{"db"}}, {[]string{"web"}, []string{"web", "web-front"}}, {[]string{"web-front", "web"}, []string{"web-front", "web"}},
	} {
		if got := balance.WithFronts(balance.Fronts(p), c.services); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.services, got, c.want)
		}
	}
}
