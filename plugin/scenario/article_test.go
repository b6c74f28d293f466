package scenario_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// rabbitImage is what the article takes from a registry.
const rabbitImage = "tutum/rabbitmq"

func TestTheStackOfTheArticle(t *testing.T) {
	for _, version := range scenario.Versions() {
		t.Run(version, func(t *testing.T) {
			memory := enginetest.New(t, enginetest.Options{APIVersion: version,
				Images: []enginetest.Image{enginetest.Probe(scenario.ProbeImage), enginetest.Probe(rabbitImage)}})
			scenario.UseProber(t, "../engine/enginetest/probe") // never run: the engine knows what fronts do
			runArticle(t, "memory", func(t testing.TB) *scenario.Scene { return scenario.New(t, memory.Host(), memory) })
		})
	}
}

func TestTheStackOfTheArticleOnTheRealEngine(t *testing.T) {
	cli := realengine.Connect(t)
	for _, port := range []string{"80", "3306", "5672", "6379", "8983", "15672"} {
		l, err := net.Listen("tcp", ":"+port)
		if err != nil {
			t.Skipf("the article's stack wants port %s of this host, which is not free: %v", port, err)
		}
		l.Close()
	}
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	if err := cli.ImageTag(context.Background(), scenario.ProbeImage, rabbitImage); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := cli.ImageRemove(context.Background(), rabbitImage, image.RemoveOptions{}); err != nil {
			t.Error(err)
		}
	})
	scenario.UseProber(t, "../../cmd/docker-stacklite")
	runArticle(t, "engine", func(t testing.TB) *scenario.Scene { return scenario.New(t, cli.DaemonHost(), nil) })
}

func runArticle(t *testing.T, kind string, open func(testing.TB) *scenario.Scene) {
	file := scenario.ArticleFile(t, ".")
	scenario.Run(t, scenario.Scripts{
		Dir: "testdata/article", Kind: kind,
		Open: func(t testing.TB, folder string) (*scenario.Scene, error) {
			return open(t), os.WriteFile(filepath.Join(folder, "docker-compose.yml"), file, 0o600)
		},
		Words: map[string]func(*testscript.TestScript, bool, []string){"own-ports": ownPorts},
	})
}

// ownPorts claims that a service has N replicas, each with a high port of the
// host of its own: own-ports SERVICE N.
func ownPorts(ts *testscript.TestScript, _ bool, args []string) {
	s := scenario.Of(ts)
	list, err := s.Client.ContainerList(context.Background(), container.ListOptions{Filters: filters.NewArgs(
		filters.Arg("label", scenario.LabelProject+"="+s.Project), filters.Arg("label", scenario.LabelService+"="+args[0]))})
	ts.Check(err)
	ports := map[uint16]bool{}
	for _, c := range list {
		for _, p := range c.Ports {
			if p.PublicPort > 1023 && p.IP == "0.0.0.0" {
				ports[p.PublicPort] = true
			}
		}
	}
	if len(ports) != len(list) || args[1] != string(rune('0'+len(list))) {
		ts.Fatalf("%d containers of %s have the ports %v", len(list), args[0], ports)
	}
}
