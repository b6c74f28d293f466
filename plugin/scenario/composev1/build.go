package composev1

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/pkg/jsonmessage"

	"github.com/stack-lite/stack-lite/compose"
)

// build makes the image of a service by the classic builder.
func (s *stack) build(ctx context.Context, service *compose.Service) error {
	files, err := archive(service.Build)
	if err != nil {
		return err
	}
	answer, err := s.cli.ImageBuild(ctx, files, build.ImageBuildOptions{
		Tags: []string{s.image(service)}, Dockerfile: service.Dockerfile, Remove: true,
	})
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return jsonmessage.DisplayJSONMessagesStream(answer.Body, io.Discard, 0, false, nil)
}

func archive(dir string) (io.Reader, error) {
	var files bytes.Buffer
	w := tar.NewWriter(&files)
	if err := w.AddFS(os.DirFS(filepath.Clean(dir))); err != nil {
		return nil, err
	}
	return &files, w.Close()
}
