package realengine_test

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
)

// site is a project's directory, and the engine that it is built on.
type site struct {
	t      *testing.T
	cli    *client.Client
	dir    string
	config string // DOCKER_CONFIG
	name   string // of the project
}

// buildBase is the image that the tests build upon.
const buildBase = "stacklite-build-probe:test"

// newSite lays out files. Whatever images get names that begin with the
// project's are removed when the test ends.
func newSite(t *testing.T, cli *client.Client, files map[string]string) *site {
	t.Helper()
	s := &site{t: t, cli: cli, dir: t.TempDir(), config: t.TempDir(), name: fmt.Sprintf("slbuild%d", os.Getpid())}
	for name, text := range files {
		s.write(name, text)
	}
	t.Cleanup(func() {
		for _, ref := range s.images() {
			if _, err := cli.ImageRemove(context.Background(), ref, image.RemoveOptions{Force: true, PruneChildren: true}); err != nil {
				t.Error(err)
			}
		}
	})
	return s
}

func (s *site) write(name, text string) {
	s.t.Helper()
	file := filepath.Join(s.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
		s.t.Fatal(err)
	}
}

// images lists the tags that have the project's name in them.
func (s *site) images() []string {
	list, err := s.cli.ImageList(context.Background(), image.ListOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	var refs []string
	for _, i := range list {
		for _, tag := range i.RepoTags {
			if strings.Contains(tag, s.name) {
				refs = append(refs, tag)
			}
		}
	}
	return refs
}

// try runs the program under test and gives what it wrote.
func (s *site) try(args ...string) (string, error) {
	cmd := exec.Command("stacklite", args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "COMPOSE_PROJECT_NAME="+s.name, "DOCKER_CONFIG="+s.config)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (s *site) run(args ...string) string {
	s.t.Helper()
	out, err := s.try(args...)
	if err != nil {
		s.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return out
}

// contents lists the files of an image with their modes and owners, and its
// settings.
func (s *site) contents(ref string) map[string]string {
	s.t.Helper()
	ctx := context.Background()
	made, err := s.cli.ContainerCreate(ctx, &container.Config{Image: ref}, nil, nil, nil, s.name+"_contents")
	if err != nil {
		s.t.Fatal(err)
	}
	defer s.cli.ContainerRemove(ctx, made.ID, container.RemoveOptions{Force: true})
	body, err := s.cli.ContainerExport(ctx, made.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	defer body.Close()
	found := map[string]string{}
	for archive := tar.NewReader(body); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			s.t.Fatal(err)
		}
		if name := strings.TrimSuffix(h.Name, "/"); h.Typeflag == tar.TypeReg && strings.HasPrefix(name, "files/") {
			text, err := io.ReadAll(archive)
			if err != nil {
				s.t.Fatal(err)
			}
			found[name] = fmt.Sprintf("%o %d:%d %s", h.Mode, h.Uid, h.Gid, text)
		}
	}
	i, err := s.cli.ImageInspect(ctx, ref)
	if err != nil {
		s.t.Fatal(err)
	}
	found["settings"] = fmt.Sprint(i.Config.Env, i.Config.Cmd, i.Config.Labels, i.Config.ExposedPorts, i.Config.WorkingDir)
	return found
}

// withBuildx puts the buildx plugin where the program under test finds it, or
// says why there is none. STACKLITE_BUILDX names its file; with STACKLITE_SLOW
// it is built from the module proxy, once, into the user's cache.
func (s *site) withBuildx() error {
	file := os.Getenv("STACKLITE_BUILDX")
	if file == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return err
		}
		file = filepath.Join(cache, "stack-lite", "docker-buildx")
		if _, err := os.Stat(file); err != nil {
			if os.Getenv("STACKLITE_SLOW") == "" {
				return errors.New("no " + file + "; scripts/buildx.sh makes it, or STACKLITE_SLOW=1")
			}
			if out, err := exec.Command("sh", "../../../scripts/buildx.sh", file).CombinedOutput(); err != nil {
				return fmt.Errorf("buildx.sh: %w\n%s", err, out)
			}
		}
	}
	plugins := filepath.Join(s.config, "cli-plugins")
	return errors.Join(os.MkdirAll(plugins, 0o755), os.Symlink(file, filepath.Join(plugins, "docker-buildx")))
}

// threeServices is a stack of which one service is built upon another.
var threeServices = map[string]string{
	"fig.yml":           "web: {build: web}\napi: {build: api, dockerfile: docker/Dockerfile}\nbase: {build: base}\n",
	"base/Dockerfile":   "FROM " + buildBase + "\nENV LEVEL=base\nCOPY of-base /files/of-base\n",
	"base/of-base":      "base",
	"web/Dockerfile":    "FROM PROJECT_base\nWORKDIR /work\nCOPY . /files/\nEXPOSE 8080\nCMD [\"/probe\", \"sleep\"]\n",
	"web/.dockerignore": "*.secret\nlogs\n!logs/keep\n",
	"web/a":             "a",
	"web/b.secret":      "never",
	"web/logs/1":        "never",
	"web/logs/keep":     "kept",
	"web/deep/er/c":     "c",
	"api/docker/Dockerfile": "FROM " + buildBase + " AS one\nCOPY x /made/x\nFROM " + buildBase + "\nARG GREETING=hello\n" +
		"LABEL greeting=$GREETING\nCOPY --from=one /made /files\n",
	"api/x": "x",
}

// keepsImagesInContainerd reports whether the engine's own BuildKit asks
// registries for images that are here.
func keepsImagesInContainerd(t *testing.T, cli *client.Client) bool {
	t.Helper()
	info, err := cli.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return slices.Contains(info.DriverStatus, [2]string{"driver-type", "io.containerd.snapshotter.v1"})
}

func TestEveryBuilderMakesTheSameStackOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, buildBase)
	var first map[string]map[string]string
	for _, builder := range []string{"classic", "buildkit", "buildx"} {
		t.Run(builder, func(t *testing.T) {
			s := newSite(t, cli, threeServices)
			s.write("web/Dockerfile", strings.ReplaceAll(threeServices["web/Dockerfile"], "PROJECT", s.name))
			if builder == "buildx" {
				if err := s.withBuildx(); err != nil {
					t.Skip(err)
				}
			}
			out := s.run("--verbose", "--builder", builder, "build", "--no-cache", "--build-arg", "GREETING=hi")
			want := map[string]string{
				"buildkit": "images are built by the engine's BuildKit", "classic": "images are built by the engine's classic builder", "buildx": "images are built by buildx ",
			}[builder]
			if builder == "buildkit" && keepsImagesInContainerd(t, cli) {
				want = "images that are built upon others are built by the engine's classic builder, because "
			}
			if !strings.Contains(out, want) {
				t.Errorf("it doesn't say how it builds:\n%s", out)
			}
			made := map[string]map[string]string{}
			for _, service := range []string{"web", "api", "base"} {
				made[service] = s.contents(s.name + "_" + service)
			}
			if got := slices.Sorted(maps.Keys(made["web"])); !slices.Equal(got, []string{
				"files/.dockerignore", "files/Dockerfile", "files/a", "files/deep/er/c", "files/logs/keep", "files/of-base", "settings"}) {
				t.Errorf("web holds %q", got)
			}
			if !strings.Contains(made["api"]["settings"], "greeting:hi") || !strings.Contains(made["web"]["settings"], "LEVEL=base") {
				t.Errorf("settings of api %s, of web %s", made["api"]["settings"], made["web"]["settings"])
			}
			if first == nil {
				first = made
			} else if diff := cmp.Diff(first, made); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnIgnoredDockerfileIsInNoImageOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, buildBase)
	for _, plugin := range []bool{false, true} {
		t.Run(fmt.Sprintf("buildx %v", plugin), func(t *testing.T) {
			s := newSite(t, cli, map[string]string{
				"fig.yml":       "web: {build: .}\n",
				"Dockerfile":    "FROM " + buildBase + "\nCOPY . /files/\n",
				".dockerignore": "Dockerfile\n.dockerignore\nfig.yml\n",
				"a":             "a",
			})
			if plugin {
				if err := s.withBuildx(); err != nil {
					t.Skip(err)
				}
			}
			s.run("build")
			if got := slices.Sorted(maps.Keys(s.contents(s.name + "_web"))); !slices.Equal(got, []string{"files/a", "settings"}) {
				t.Errorf("it holds %q", got)
			}
		})
	}
}

func TestABuildThatFailsKeepsNoOtherFromSucceedingOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, buildBase)
	for _, builder := range []string{"classic", "buildkit", "buildx"} {
		t.Run(builder, func(t *testing.T) {
			s := newSite(t, cli, map[string]string{
				"fig.yml":         "bad: {build: bad}\ngood: {build: good}\nupon: {build: upon}\n",
				"good/Dockerfile": "FROM " + buildBase + "\nCOPY a /a\n", "good/a": "",
			})
			fails := `RUN ["/probe", "say", "-exit", "7", "` + s.name + `"]`
			s.write("bad/Dockerfile", "FROM "+buildBase+"\n\n"+fails+"\n")
			s.write("upon/Dockerfile", "FROM "+s.name+"_bad\n")
			if builder == "buildx" {
				if err := s.withBuildx(); err != nil {
					t.Skip(err)
				}
			}
			out, err := s.try("--builder", builder, "build", "--no-cache")
			if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
				t.Errorf("%v", err)
			}
			if !strings.Contains(out, s.dir+"/bad/Dockerfile:3: "+fails+": exit code 7") {
				t.Errorf("the error is not told:\n%s", out)
			}
			if got := s.images(); !slices.Equal(got, []string{s.name + "_good:latest"}) {
				t.Errorf("there are %q\n%s", got, out)
			}
			left, err := cli.ContainerList(t.Context(), container.ListOptions{All: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range left {
				if strings.Contains(c.Command, "-exit 7 "+s.name) {
					t.Errorf("a container of the failed step is left: %s", c.ID)
				}
			}
		})
	}
}

// todaysBuild needs buildx. Secrets that are missing make its build fail.
const todaysBuild = `
services:
  app:
    build:
      context: src
      target: dev
      secrets: [file, variable]
      tags: [PROJECT-also]
      dockerfile_inline: |
        FROM PARENT AS dev
        RUN --mount=type=secret,id=file,required=true --mount=type=secret,id=variable,required=true ["/probe", "say", "x"]
        COPY a /files/a
        COPY OTHER /files/b
        FROM registry.invalid/never
secrets:
  file: {file: secret.txt}
  variable: {environment: TOKEN}
`

// namedContexts are what a build may take files from, in place of images.
const namedContexts = `
  base:
    build: {context: src, dockerfile_inline: "FROM BASE\nCOPY a /files/of-base\n"}
`

func TestWhatOnlyBuildxCanDoIsBuiltOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, buildBase)
	contexts := versions.GreaterThanOrEqualTo(cli.ClientVersion(), "1.42")
	s := newSite(t, cli, map[string]string{"src/a": "a", "more/b": "b", "secret.txt": "x", ".env": "TOKEN=x\n"})
	text := strings.NewReplacer("PROJECT", s.name, "PARENT", buildBase, "OTHER", "a").Replace(todaysBuild)
	want := map[string]string{"files/a": "a", "files/b": "a"}
	if contexts {
		text = strings.NewReplacer("PROJECT", s.name, "PARENT", "registry.invalid/parent", "COPY OTHER", "COPY --from=other b",
			"target: dev\n", "target: dev\n      additional_contexts: {registry.invalid/parent: 'service:base', other: more}\n",
			"secrets:\n  file:", strings.TrimPrefix(strings.ReplaceAll(namedContexts, "BASE", buildBase), "\n")+"secrets:\n  file:").Replace(todaysBuild)
		want = map[string]string{"files/a": "a", "files/b": "b", "files/of-base": "a"}
	}
	s.write("compose.yaml", text)
	if out, err := s.try("build"); err == nil || !strings.Contains(out, "needs it, and the docker command has no buildx plugin") &&
		!strings.Contains(out, "needs a newer BuildKit") {
		t.Errorf("without buildx: %v\n%s", err, out)
	}
	if err := s.withBuildx(); err != nil {
		t.Skip(err)
	}
	s.run("build", "--no-cache")
	made := s.contents(s.name + "-app")
	delete(made, "settings")
	for name, text := range made {
		made[name] = text[strings.LastIndex(text, " ")+1:]
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Error(diff)
	}
	if !slices.Contains(s.images(), s.name+"-also:latest") {
		t.Errorf("there are %q", s.images())
	}
}

func TestAContextByURLOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	if !strings.HasPrefix(cli.DaemonHost(), "unix://") {
		t.Skip("an engine elsewhere does not reach this machine's loopback")
	}
	realengine.InstallProbe(t, cli, buildBase)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		out := tar.NewWriter(w)
		for name, text := range map[string]string{"Other": "FROM " + buildBase + "\nCOPY a /files/a\n", "a": "from afar"} {
			out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(text))})
			io.WriteString(out, text)
		}
		out.Close()
	}))
	t.Cleanup(server.Close)
	for _, builder := range []string{"classic", "buildkit", "buildx"} {
		t.Run(builder, func(t *testing.T) {
			s := newSite(t, cli, map[string]string{"fig.yml": "web: {build: '" + server.URL + "/context.tar', dockerfile: Other}\n"})
			if builder == "buildx" {
				if err := s.withBuildx(); err != nil {
					t.Skip(err)
				}
			}
			s.run("--builder", builder, "build", "--no-cache")
			if got := s.contents(s.name + "_web")["files/a"]; !strings.HasSuffix(got, "from afar") {
				t.Errorf("got %q", got)
			}
		})
	}
}
