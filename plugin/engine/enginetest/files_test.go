package enginetest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
)

func TestFilesInVolumesInMemory(t *testing.T) {
	for _, version := range engineVersions {
		t.Run(version, func(t *testing.T) {
			e := enginetest.New(t, enginetest.Options{
				APIVersion: version,
				Images:     []enginetest.Image{enginetest.Probe(contractImage)},
			})
			filesInVolumes(t, session{t, connect(t, e.Host())})
		})
	}
}

func TestFilesInVolumesOnTheRealEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, contractImage)
	t.Cleanup(func() {
		var errs []error
		for _, name := range []string{"one", "two", "three"} {
			errs = append(errs, cli.ContainerRemove(context.Background(), "hent-f-"+name, container.RemoveOptions{Force: true, RemoveVolumes: true}))
		}
		if err := errors.Join(append(errs, cli.VolumeRemove(context.Background(), "hent-f-data", true))...); err != nil {
			t.Error(err)
		}
	})
	filesInVolumes(t, session{t, cli})
}

// filesInVolumes writes files and asks who sees them.
func filesInVolumes(t *testing.T, s session) {
	make := func(name string, config container.Config, host container.HostConfig) {
		t.Helper()
		config.Image, config.Cmd = contractImage, []string{"/probe", "sleep"}
		made, err := s.cli.ContainerCreate(t.Context(), &config, &host, nil, nil, "hent-f-"+name)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.cli.ContainerStart(t.Context(), made.ID, container.StartOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(want int, who string, question ...string) {
		t.Helper()
		out, code := s.exec("hent-f-"+who, append([]string{"/probe"}, question...)...)
		if code != want {
			t.Errorf("%s asks %q: status %d, want %d\n%s", who, question, code, want, out)
		}
	}
	make("one", container.Config{Volumes: map[string]struct{}{"/own": {}}},
		container.HostConfig{Binds: []string{"hent-f-data:/named"}, Tmpfs: map[string]string{"/tmp": ""}})
	make("two", container.Config{}, container.HostConfig{VolumesFrom: []string{"hent-f-one:ro"}})
	make("three", container.Config{Volumes: map[string]struct{}{"/own": {}}},
		container.HostConfig{Binds: []string{"hent-f-data:/elsewhere"}})
	for _, file := range []string{"/own/a", "/named/a", "/a", "/tmp/a"} {
		ask(1, "one", "read", file)
		ask(0, "one", "write", file, "word")
		ask(0, "one", "read", file)
	}
	ask(0, "two", "read", "/own/a")
	ask(0, "two", "read", "/named/a")
	ask(1, "two", "read", "/a")
	ask(1, "two", "write", "/own/a", "other")
	ask(0, "three", "read", "/elsewhere/a")
	ask(1, "three", "read", "/own/a")
	ask(1, "three", "read", "/named/a")
	ask(0, "three", "write", "/elsewhere/a", "new")
	if out, _ := s.exec("hent-f-one", "/probe", "read", "/named/a"); out != "new\r\n" && out != "new\n" {
		t.Errorf("one reads %q in a volume into which three wrote", out)
	}
}
