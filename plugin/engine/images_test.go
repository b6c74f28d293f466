package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/image"
	"github.com/google/go-cmp/cmp"
)

func testImages() []image.Summary {
	return []image.Summary{
		{ID: "sha256:aaaa1" + strings.Repeat("0", 59), RepoTags: []string{"busybox:latest"},
			RepoDigests: []string{"busybox@sha256:" + strings.Repeat("1", 64)}},
		{ID: "sha256:aaaa2" + strings.Repeat("0", 59), RepoTags: []string{"reg.example:5000/a/b:1"}},
		{ID: "sha256:bbbb" + strings.Repeat("0", 60), RepoTags: []string{"<none>:<none>"}},
	}
}

func TestOnlyImagesThatAreNamedAreAskedFor(t *testing.T) {
	many := make([]string, mostNames+1)
	for i := range many {
		many[i] = fmt.Sprintf("image%d", i)
	}
	for _, c := range []struct{ refs, names []string }{
		{[]string{"busybox", "docker.io/library/busybox:latest", "reg.example:5000/a/b:1"}, []string{"busybox:latest", "reg.example:5000/a/b:1"}},
		{[]string{"busybox", "busybox@sha256:" + strings.Repeat("1", 64)}, nil},
		{[]string{"busybox", "cafe"}, nil}, // an id as well
		{[]string{"busybox", "sha256:cafe0"}, nil},
		{[]string{"busybox", "Wrong"}, nil},
		{many, nil},
	} {
		got := onlyNamed(c.refs).Get("reference")
		slices.Sort(got)
		if !slices.Equal(got, c.names) {
			t.Errorf("for %v asked for %v, want %v", c.refs, got, c.names)
		}
	}
}

func TestAnImageIsFoundByTagDigestAndId(t *testing.T) {
	list := testImages()
	got := resolveImages([]string{"busybox", "docker.io/library/busybox:latest", "reg.example:5000/a/b:1",
		"busybox@sha256:" + strings.Repeat("1", 64), "aaaa1", "sha256:aaaa1", "aaaa", "nothing"}, list)
	want := map[string]string{
		"busybox": list[0].ID, "docker.io/library/busybox:latest": list[0].ID, "reg.example:5000/a/b:1": list[1].ID,
		"busybox@sha256:" + strings.Repeat("1", 64): list[0].ID, "aaaa1": list[0].ID, "sha256:aaaa1": list[0].ID,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
