package engine

import (
	"context"
	"slices"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"
)

// Volumes lists which of the names are those of volumes that the engine has. It
// makes one call, none for no names.
func Volumes(ctx context.Context, e *Engine, names []string) ([]string, error) {
	if len(names) == 0 {
		return nil, nil
	}
	filter := filters.NewArgs()
	for _, name := range names {
		filter.Add("name", name) // a part of the name
	}
	found, err := e.client.VolumeList(ctx, volume.ListOptions{Filters: filter})
	if err != nil {
		return nil, e.explain(err)
	}
	var list []string
	for _, v := range found.Volumes {
		if slices.Contains(names, v.Name) {
			list = append(list, v.Name)
		}
	}
	return list, nil
}
