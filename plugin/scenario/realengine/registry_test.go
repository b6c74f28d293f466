package realengine_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// login writes credentials for a registry where docker login does.
func (s *site) login(address, user, password string) {
	s.t.Helper()
	secret := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	text := fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, address, secret)
	if err := os.WriteFile(filepath.Join(s.config, "config.json"), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// fails runs the program, which must fail with every one of some words.
func (s *site) fails(words []string, args ...string) {
	s.t.Helper()
	out, err := s.try(args...)
	if err == nil {
		s.t.Errorf("%v succeeds:\n%s", args, out)
	}
	for _, w := range words {
		if !strings.Contains(out, w) {
			s.t.Errorf("%v does not say %q:\n%s", args, w, out)
		}
	}
}

// forget takes an image off the engine.
func (s *site) forget(ref string) {
	s.t.Helper()
	if _, err := s.cli.ImageRemove(s.t.Context(), ref, image.RemoveOptions{Force: true}); err != nil && !errdefs.IsNotFound(err) {
		s.t.Fatal(err)
	}
}

// pushed is a project whose image has been sent to a registry and is no longer
// on the engine; with the name that it has there.
func pushed(t *testing.T, cli *client.Client, address string, login ...string) (s *site, ref string) {
	t.Helper()
	s = newSite(t, cli, map[string]string{
		"fig.yml":        "web: {build: web}\nother: {image: " + buildBase + "}\n",
		"web/Dockerfile": "FROM " + buildBase + "\nLABEL one=two\n",
	})
	if len(login) == 2 {
		s.login(address, login[0], login[1])
	}
	s.run("build")
	s.run("push", "--to", address+"/team")
	ref = address + "/team/" + s.name + "_web:latest"
	if !slices.Contains(s.images(), ref) {
		t.Fatalf("%s is not among %q", ref, s.images())
	}
	s.forget(ref)
	s.forget(s.name + "_web")
	return s, ref
}

func TestWhatIsPushedIsPulledOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, buildBase)
	address := scenario.StartRegistry(t)
	s, ref := pushed(t, cli, address)
	s.write("fig.yml", "web: {image: '"+ref+"'}\n")

	s.fails([]string{"there is no image " + ref}, "pull", "--policy", "never")
	s.run("pull", "--policy", "missing")
	i, err := cli.ImageInspect(t.Context(), ref)
	if err != nil || i.Config.Labels["one"] != "two" {
		t.Fatalf("%v, %v", err, i.Config)
	}
	s.run("pull", "--policy", "never")

	s.forget(ref)
	s.write("fig.yml", "web: {image: '"+i.RepoDigests[0]+"'}\n")
	s.run("pull", "-q")
	if _, err := cli.ImageInspect(t.Context(), i.RepoDigests[0]); err != nil {
		t.Errorf("by its digest: %v", err)
	}
	s.forget(i.RepoDigests[0])

	s.write("fig.yml", "web: {image: '"+ref+"', links: [gone]}\ngone: {image: '"+address+"/nothing:here'}\n")
	const missing = "/nothing:here: the registry has no such image or tag"
	s.fails([]string{missing}, "pull")
	if !slices.Contains(s.images(), ref) {
		t.Error("one image that can't be fetched kept another from it")
	}
	s.run("pull", "web")
	s.fails([]string{missing}, "pull", "--include-deps", "web")
	if out := s.run("pull", "--ignore-pull-failures"); !strings.Contains(out, missing) {
		t.Errorf("the failure is not told:\n%s", out)
	}
}

func TestARegistryWithAPasswordOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, buildBase)
	address := scenario.StartRegistry(t, "bob", "secret")
	s, ref := pushed(t, cli, address, "bob", "secret")
	s.write("fig.yml", "web: {image: '"+ref+"'}\n")

	s.run("pull")
	s.forget(ref)
	s.login(address, "bob", "wrong")
	s.fails([]string{"the registry rejected the login", "docker login " + address}, "pull")
	s.login("example.com", "bob", "secret")
	s.fails([]string{"the registry requires a login", "docker login " + address}, "pull")
}

func TestABuildUponAnImageOfARegistryOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, buildBase)
	address := scenario.StartRegistry(t, "bob", "secret")
	for _, builder := range []string{"classic", "buildkit", "buildx"} {
		t.Run(builder, func(t *testing.T) {
			s, ref := pushed(t, cli, address, "bob", "secret")
			if builder == "buildx" {
				if err := s.withBuildx(); err != nil {
					t.Skip(err)
				}
			}
			s.write("fig.yml", "web: {build: web}\n")
			s.write("web/Dockerfile", "ARG TAG=latest\nFROM "+strings.TrimSuffix(ref, "latest")+"$TAG\nLABEL three=four\n")
			s.run("--builder", builder, "build", "--pull")
			i, err := cli.ImageInspect(t.Context(), s.name+"_web")
			if err != nil || i.Config.Labels["one"] != "two" || i.Config.Labels["three"] != "four" {
				t.Fatalf("%v, %v", err, i.Config)
			}
			s.fails([]string{"web/Dockerfile:2: FROM ", "the registry has no such image or tag"},
				"--builder", builder, "build", "--build-arg", "TAG=nosuch")
			s.login(address, "bob", "wrong")
			s.fails([]string{"web/Dockerfile:2: FROM ", "the registry rejected the login"}, "--builder", builder, "build", "--pull")
		})
	}
}
