package enginetest

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/docker/docker/api/types/filters"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// listFilters are the filters of a call that asks for a list.
type listFilters struct {
	filters.Args
	dangling bool
}

// readFilters reads the filters of a call. The engine has more than are known
// here; those are refused rather than ignored.
func (b base) readFilters(r *http.Request, known ...string) (listFilters, error) {
	args, err := filters.FromJSON(r.FormValue("filters"))
	if err != nil {
		return listFilters{}, api.BadRequest("%v", err)
	}
	for _, key := range args.Keys() {
		if !slices.Contains(known, key) {
			return listFilters{}, b.release.refusals.filterUnknown.about(key)
		}
	}
	dangling, err := args.GetBoolOrDefault("dangling", false)
	if err != nil {
		return listFilters{}, b.release.refusals.filterUnknown.about(fmt.Sprintf("dangling=%s", args.Get("dangling")))
	}
	return listFilters{args, dangling}, nil
}

// matchDangling reports whether something that dangles, or does not, is wanted.
func (f listFilters) matchDangling(dangles bool) bool {
	return !f.Contains("dangling") || f.dangling == dangles
}

// listed shows those items that match, in order.
func listed[T, S any](items map[string]*T, matches func(*T) bool, order func(a, b *T) int, show func(*T) S) []S {
	var chosen []*T
	for _, item := range items {
		if matches(item) {
			chosen = append(chosen, item)
		}
	}
	slices.SortFunc(chosen, order)
	list := make([]S, 0, len(chosen))
	for _, item := range chosen {
		list = append(list, show(item))
	}
	return list
}
