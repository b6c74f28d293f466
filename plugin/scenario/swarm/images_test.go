package swarm_test

import (
	"archive/tar"
	"bytes"
	"io"
	"strings"

	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/pkg/jsonmessage"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// standIn is the probe under the names that the services of the article start theirs by.
const standIn = `FROM PROBE
COPY --from=PROBE /probe /run.sh
COPY --from=PROBE /probe /redis-server
COPY --from=PROBE /probe /start-solr.sh
LABEL release=RELEASE
`

// pushed makes an image that serves, by whatever name it is started, and pushes it to the
// registry of the swarm as REGISTRY/probe:RELEASE. Each release is another image.
func (n *nodes) pushed(release string) (ref string) {
	n.t.Helper()
	realengine.InstallProbe(n.t, n.manager(), scenario.ProbeImage)
	ref = n.registry + "/probe:" + release
	text := strings.NewReplacer("PROBE", scenario.ProbeImage, "RELEASE", release).Replace(standIn)
	var files bytes.Buffer
	archive := tar.NewWriter(&files)
	if err := archive.WriteHeader(&tar.Header{Name: "Dockerfile", Mode: 0o644, Size: int64(len(text))}); err != nil {
		n.t.Fatal(err)
	}
	if _, err := archive.Write([]byte(text)); err != nil {
		n.t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		n.t.Fatal(err)
	}
	made, err := n.manager().ImageBuild(n.t.Context(), &files, build.ImageBuildOptions{Tags: []string{ref}, Remove: true})
	if err != nil {
		n.t.Fatal(err)
	}
	n.finish("building "+ref, made.Body)
	sent, err := n.manager().ImagePush(n.t.Context(), ref, image.PushOptions{RegistryAuth: "e30="}) // {}
	if err != nil {
		n.t.Fatal(err)
	}
	n.finish("pushing "+ref, sent)
	return ref
}

// finish reads what an engine says of its work until that has ended.
func (n *nodes) finish(what string, said io.ReadCloser) {
	n.t.Helper()
	defer said.Close()
	if err := jsonmessage.DisplayJSONMessagesStream(said, io.Discard, 0, false, nil); err != nil {
		n.t.Fatalf("%s: %v", what, err)
	}
}
