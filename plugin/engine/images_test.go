package engine

import (
	"strings"

	"github.com/docker/docker/api/types/image"
)

func testImages() []image.Summary {
	return []image.Summary{
		{ID: "sha256:aaaa1" + strings.Repeat("0", 59), RepoTags: []string{"busybox:latest"},
			RepoDigests: []string{"busybox@sha256:" + strings.Repeat("1", 64)}},
		{ID: "sha256:aaaa2" + strings.Repeat("0", 59), RepoTags: []string{"reg.example:5000/a/b:1"}},
		{ID: "sha256:bbbb" + strings.Repeat("0", 60), RepoTags: []string{"<none>:<none>"}},
	}
}
