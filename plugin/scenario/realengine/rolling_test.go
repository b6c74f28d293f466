package realengine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
)

// Where the image has a health check the old container goes when the new one is healthy,
// and stays when it is not.
func TestTheOldContainerGoesWhenTheNewOneIsHealthyOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, buildBase)
	const healthy = "FROM " + buildBase + "\nHEALTHCHECK --interval=2s --retries=1 CMD [\"/probe\", \"say\", \"ok\"]\n"
	s := newSite(t, cli, map[string]string{"fig.yml": "web: {build: ., labels: {io.stack-lite.rolling: \"1\"}}\n", "Dockerfile": healthy})
	t.Cleanup(func() { s.run("down", "-t", "0") })
	id := func() string {
		t.Helper()
		list, err := cli.ContainerList(t.Context(), container.ListOptions{Filters: filters.NewArgs(filters.Arg("name", s.name))})
		if err != nil || len(list) != 1 || list[0].Names[0] != "/"+s.name+"_web_1" {
			t.Fatalf("there are %d containers: %+v, %v", len(list), list, err)
		}
		return list[0].ID
	}
	s.run("up", "-d")
	first := id()
	began := time.Now()
	s.run("up", "-d", "--force-recreate")
	second := id()
	now, err := cli.ContainerInspect(t.Context(), second)
	if err != nil || first == second || now.State.Health == nil || now.State.Health.Status != "healthy" || time.Since(began) < 2*time.Second {
		t.Errorf("%s is replaced by %s after %s: %+v, %v", first, second, time.Since(began), now.State, err)
	}
	s.write("Dockerfile", strings.ReplaceAll(healthy, `"ok"`, `"-exit", "1", "ill"`))
	out, err := s.try("up", "-d", "--build")
	if err == nil || !strings.Contains(out, "the new "+s.name+"_web_1 is unhealthy") || !strings.Contains(out, "not touched, and still running: "+s.name+"_web_1") {
		t.Errorf("%v: %s", err, out)
	}
	if id() != second {
		t.Error("the old container is not the one that runs")
	}
}
