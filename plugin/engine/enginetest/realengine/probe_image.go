package realengine

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/filters"
	imagetypes "github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/jsonmessage"
)

// probeDockerfile makes the image that Probe of enginetest describes.
const probeDockerfile = `FROM scratch
COPY probe /probe
ENV PATH=/
EXPOSE 80
CMD ["/probe", "serve"]
`

// probes are the names that InstallProbe may give.
const probes = "*-probe:test"

// InstallProbe compiles the program of folder probe and makes an image of it on
// an engine. Tests that Connect at the same time may ask for the same name,
// which has to end in -probe:test; the last one that ends removes the image.
//
// An image of the same program that is there stays. Builds that run at once share no
// layers, so that a second one would give the name to another image, and containers of
// the first would no longer be what their files ask for.
func InstallProbe(t testing.TB, cli *client.Client, ref string) {
	t.Helper()
	if ok, err := path.Match(probes, ref); err != nil || !ok {
		t.Fatalf("%s would stay on the engine: it is not like %s", ref, probes)
	}
	files, err := probeContext(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	note := lockOf(cli, strings.ReplaceAll(ref, ":", "-"))
	if err := note.Lock(); err != nil {
		t.Fatal(err)
	}
	defer note.Unlock()
	ctx, program := context.Background(), fmt.Sprintf("%x", sha256.Sum256(files))
	installed := func() string {
		image, err := cli.ImageInspect(ctx, ref)
		if err != nil {
			return ""
		}
		return program + " is " + image.ID
	}
	if noted, err := os.ReadFile(note.Path()); err == nil && len(noted) > 0 && string(noted) == installed() {
		return
	}
	resp, err := cli.ImageBuild(ctx, bytes.NewReader(files), build.ImageBuildOptions{Tags: []string{ref}, Remove: true})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := jsonmessage.DisplayJSONMessagesStream(resp.Body, io.Discard, 0, false, nil); err != nil {
		t.Fatalf("building %s: %v", ref, err)
	}
	if err := os.WriteFile(note.Path(), []byte(installed()), 0o666); err != nil {
		t.Fatal(err)
	}
}

// removeProbes removes the images of InstallProbe, and what builds left upon them.
func removeProbes(t testing.TB, cli *client.Client) {
	t.Helper()
	ctx := context.Background()
	installed, err := cli.ImageList(ctx, imagetypes.ListOptions{Filters: filters.NewArgs(filters.Arg("reference", probes))})
	if err != nil {
		t.Logf("images stay on the engine: %v", err)
	}
	for _, i := range installed {
		for _, ref := range i.RepoTags {
			if ok, err := path.Match(probes, ref); err != nil || !ok {
				continue
			}
			removeLayersUpon(ctx, cli, ref)
			if _, err := cli.ImageRemove(ctx, ref, imagetypes.RemoveOptions{PruneChildren: true}); err != nil {
				t.Logf("%s stays on the engine: %v", ref, err)
			}
		}
	}
}

// removeLayersUpon removes the images without a name that builds which failed
// or were repeated left upon an image. Those that something uses stay.
func removeLayersUpon(ctx context.Context, cli *client.Client, ref string) {
	base, err := cli.ImageInspect(ctx, ref)
	if err != nil {
		return
	}
	nameless, err := cli.ImageList(ctx, imagetypes.ListOptions{Filters: filters.NewArgs(filters.Arg("dangling", "true"))})
	if err != nil {
		return
	}
	for _, i := range nameless {
		history, err := cli.ImageHistory(ctx, i.ID)
		if err != nil {
			continue
		}
		if slices.ContainsFunc(history, func(h imagetypes.HistoryResponseItem) bool { return h.ID == base.ID }) {
			_, _ = cli.ImageRemove(ctx, i.ID, imagetypes.RemoveOptions{PruneChildren: true})
		}
	}
}

// probeContext gives the build context of the probe's image.
func probeContext(dir string) ([]byte, error) {
	program := filepath.Join(dir, "probe")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program,
		"github.com/stack-lite/stack-lite/plugin/engine/enginetest/probe")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, errors.Join(err, errors.New(string(out)))
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	var files bytes.Buffer
	archive := tar.NewWriter(&files)
	for _, file := range []struct {
		name    string
		content []byte
	}{{"Dockerfile", []byte(probeDockerfile)}, {"probe", binary}} {
		if err := archive.WriteHeader(&tar.Header{Name: file.name, Mode: 0o755, Size: int64(len(file.content))}); err != nil {
			return nil, err
		}
		if _, err := archive.Write(file.content); err != nil {
			return nil, err
		}
	}
	err = archive.Close()
	return files.Bytes(), err
}
