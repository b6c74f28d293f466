package enginetest_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

func pack(t *testing.T, files map[string]string) io.Reader {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

// messages reads a stream of messages and gives its error.
func messages(t *testing.T, r io.ReadCloser) error {
	t.Helper()
	defer r.Close()
	for d := json.NewDecoder(r); ; {
		var m struct{ Error string }
		switch err := d.Decode(&m); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			t.Fatal(err)
		case m.Error != "":
			return errors.New(m.Error)
		}
	}
}

func (s session) build(files map[string]string, o build.ImageBuildOptions) error {
	s.t.Helper()
	resp, err := s.cli.ImageBuild(s.t.Context(), pack(s.t, files), o)
	if err != nil {
		return err
	}
	return messages(s.t, resp.Body)
}

func (s session) image(ref string) image.InspectResponse {
	s.t.Helper()
	i, err := s.cli.ImageInspect(s.t.Context(), ref)
	if err != nil {
		s.t.Fatal(err)
	}
	return i
}

func TestABuildMakesTheImageItsDockerfileDescribes(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		for _, builder := range []build.BuilderVersion{build.BuilderV1, build.BuilderBuildKit} {
			s := session{t, cli}
			ref := "built" + string(builder)
			word := "hello world"
			err := s.build(map[string]string{
				"Dockerfile": "# a comment\nARG BASE=probe\nFROM ${BASE} AS base\nARG WORD\n" +
					"ENV GREETING=\"$WORD\" \\\n    MORE=1\nLABEL team=x\nEXPOSE 81/udp\nVOLUME /data\n" +
					"COPY file /file\nUSER 1000\nCMD [\"/probe\", \"env\", \"GREETING\"]\n",
				"file": "content",
			}, build.ImageBuildOptions{
				Tags: []string{ref}, Version: builder, BuildArgs: map[string]*string{"WORD": &word},
				Labels: map[string]string{"by": "test"},
			})
			if err != nil {
				t.Fatal(err)
			}
			c := s.image(ref).Config
			if c.Labels["team"] != "x" || c.Labels["by"] != "test" || c.User != "1000" {
				t.Errorf("the image's settings are %+v", c)
			}
			if _, ok := c.ExposedPorts["81/udp"]; !ok || len(c.ExposedPorts) != 2 || len(c.Volumes) != 1 {
				t.Errorf("it exposes %v and has the volumes %v", c.ExposedPorts, c.Volumes)
			}
			made, err := cli.ContainerCreate(t.Context(), &container.Config{Image: ref}, nil, nil, nil, "run"+string(builder))
			if err != nil {
				t.Fatal(err)
			}
			if err := cli.ContainerStart(t.Context(), made.ID, container.StartOptions{}); err != nil {
				t.Fatal(err)
			}
			s.exited(made.ID)
			if out, _ := s.logs(made.ID, container.LogsOptions{ShowStdout: true}); out != "hello world\n" {
				t.Errorf("a container of it says %q", out)
			}
		}
	})
}

func TestTheIDOfABuildFollowsFromItsContent(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		s := session{t, cli}
		ids := map[string]string{}
		for name, file := range map[string]string{"one": "same", "two": "same", "three": "other"} {
			err := s.build(map[string]string{"Dockerfile": "FROM probe\nCOPY . /\n", "file": file},
				build.ImageBuildOptions{Tags: []string{name}})
			if err != nil {
				t.Fatal(err)
			}
			ids[name] = s.image(name).ID
		}
		if ids["one"] != ids["two"] || ids["one"] == ids["three"] {
			t.Errorf("the IDs are %v", ids)
		}
	})
}

func TestABuildThatCannotBeDoneFails(t *testing.T) {
	for _, test := range []struct{ dockerfile, target, want string }{
		{"FROM nowhere\n", "", "pull access denied for nowhere"},
		{"FROM probe\nCOPY none /\n", "", "file not found in build context"},
		{"FROM probe\nRUN exit 3\n", "", "returned a non-zero code: 3"},
		{"FROM probe\nNONSENSE a\n", "", "unknown instruction: NONSENSE"},
		{"FROM probe AS a\nFROM scratch\n", "b", "failed to reach build target b"},
	} {
		onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
			err := session{t, cli}.build(map[string]string{"Dockerfile": test.dockerfile},
				build.ImageBuildOptions{Tags: []string{"failed"}, Target: test.target})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%q ends with %v, want %q", test.dockerfile, err, test.want)
			}
			if _, err := cli.ImageInspect(t.Context(), "failed"); !cerrdefs.IsNotFound(err) {
				t.Errorf("%q leaves an image: %v", test.dockerfile, err)
			}
		})
	}
}

func TestAPullFindsWhatTheRegistryHas(t *testing.T) {
	for _, version := range engineVersions {
		e := enginetest.New(t, enginetest.Options{
			APIVersion: version,
			Registry:   []enginetest.Image{{Ref: "redis:3", Cmd: []string{"redis-server"}, Expose: []string{"6379"}}},
		})
		cli := connect(t, e.Host())
		s := session{t, cli}
		r, err := cli.ImagePull(t.Context(), "redis:3", image.PullOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := messages(t, r); err != nil {
			t.Fatal(err)
		}
		if got := s.image("redis:3").RepoTags; len(got) != 1 || got[0] != "redis:3" {
			t.Errorf("its names are %v", got)
		}
		for ref, want := range map[string]string{
			"redis:4": "manifest for redis:4 not found: manifest unknown",
			"nobody":  "pull access denied for nobody, repository does not exist or may require 'docker login'",
		} {
			if _, err := cli.ImagePull(t.Context(), ref, image.PullOptions{}); !cerrdefs.IsNotFound(err) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: pulling %s ends with %v", version, ref, err)
			}
		}
	}
}

func TestImagesAreLoadedImportedTaggedAndRemoved(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		s := session{t, cli}
		loaded, err := cli.ImageLoad(t.Context(), pack(t, map[string]string{
			"manifest.json": `[{"Config":"c.json","RepoTags":["saved:1"],"Layers":["l.tar"]}]`,
			"c.json":        `{"config":{"Cmd":["/probe","sleep"],"Labels":{"a":"b"}}}`,
		}))
		if err != nil {
			t.Fatal(err)
		}
		if err := messages(t, loaded.Body); err != nil {
			t.Fatal(err)
		}
		if s.image("saved:1").Config.Labels["a"] != "b" {
			t.Error("the loaded image lost its label")
		}
		r, err := cli.ImageImport(t.Context(), image.ImportSource{Source: strings.NewReader("root"), SourceName: "-"},
			"imported:1", image.ImportOptions{Changes: []string{`CMD ["/probe"]`, "ENV A=b"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := messages(t, r); err != nil {
			t.Fatal(err)
		}
		if got := s.image("imported:1").Config.Env; len(got) != 1 || got[0] != "A=b" {
			t.Errorf("the imported image has the environment %v", got)
		}
		if err := cli.ImageTag(t.Context(), "imported:1", "example.com/team/web"); err != nil {
			t.Fatal(err)
		}
		list, err := cli.ImageList(t.Context(), image.ListOptions{Filters: filters.NewArgs(filters.Arg("reference", "example.com/*/*"))})
		if err != nil || len(list) != 1 || list[0].RepoTags[0] != "example.com/team/web:latest" {
			t.Errorf("by reference: %v (%v)", list, err)
		}
		if _, err := cli.ImageRemove(t.Context(), "imported:1", image.RemoveOptions{}); err != nil {
			t.Fatal(err)
		}
		s.image("example.com/team/web")
		done, err := cli.ImageRemove(t.Context(), "example.com/team/web", image.RemoveOptions{})
		if err != nil || len(done) != 2 || done[1].Deleted == "" {
			t.Errorf("its last name gone, it is %v (%v)", done, err)
		}
	})
}

func TestWhatIsPushedCanBePulled(t *testing.T) {
	onEachVersion(t, func(t *testing.T, _ *enginetest.Engine, cli *client.Client) {
		s := session{t, cli}
		push := func(ref string) error {
			r, err := cli.ImagePush(t.Context(), ref, image.PushOptions{RegistryAuth: "e30="})
			if err != nil {
				return err
			}
			return messages(t, r)
		}
		const ref = "example.com/team/probe:1"
		if err := push(ref); err == nil || !strings.Contains(err.Error(), "An image does not exist locally with the tag: example.com/team/probe") {
			t.Errorf("an image that is not there: %v", err)
		}
		if err := cli.ImageTag(t.Context(), "probe", ref); err != nil {
			t.Fatal(err)
		}
		if err := push(ref); err != nil {
			t.Fatal(err)
		}
		if _, err := cli.ImageRemove(t.Context(), ref, image.RemoveOptions{}); err != nil {
			t.Fatal(err)
		}
		r, err := cli.ImagePull(t.Context(), ref, image.PullOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := messages(t, r); err != nil {
			t.Fatal(err)
		}
		s.image(ref)
	})
}
