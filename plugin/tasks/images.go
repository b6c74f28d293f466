package tasks

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// PrintImages lists the images of the tasks of the services that args name, or of all.
func PrintImages(ctx context.Context, s *session.Session, args []string, quiet bool, format string) error {
	seen, services, err := look(ctx, s, args)
	if err != nil {
		return err
	}
	list := imageRows(seen, services)
	if quiet {
		return view.Lines(s.View, digests(list)...)
	}
	return view.Table(s.View, format, []string{"Container", "Node", "Repository", "Tag", "Digest"}, list)
}

// imageRow is what images shows of a task's image, under the names that templates use.
// Its id and its size each node knows for itself; its digest is the same everywhere.
type imageRow struct {
	Container  string // the task
	Service    string
	Node       string
	Repository string
	Tag        string
	Digest     string
}

// imageRows gives a row for each task that is to run.
func imageRows(seen *observed.Swarm, services []observed.Service) []imageRow {
	var list []imageRow
	for _, r := range replicas(seen, services) {
		for _, t := range r.current() {
			row := imageRow{Container: t.Name, Service: r.service.Service, Node: cmp.Or(t.NodeName, t.Node)}
			row.Repository, row.Tag, row.Digest = splitImage(cmp.Or(t.Image, r.service.Image))
			row.Digest = cmp.Or(row.Digest, r.service.Digest, "<none>")
			list = append(list, row)
		}
	}
	return list
}

// splitImage takes the name of an image apart.
func splitImage(image string) (repository, tag, digest string) {
	repository, digest, _ = strings.Cut(image, "@")
	if i := strings.LastIndexByte(repository, ':'); i > strings.LastIndexByte(repository, '/') {
		return repository[:i], repository[i+1:], digest
	}
	if digest != "" {
		return repository, "<none>", digest
	}
	return repository, "latest", ""
}

// digests gives the digests of images, each once.
func digests(list []imageRow) []string {
	var out []string
	for _, r := range list {
		if r.Digest != "<none>" {
			out = append(out, strings.TrimPrefix(r.Digest, "sha256:"))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
