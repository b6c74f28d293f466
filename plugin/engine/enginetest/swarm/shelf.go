package swarm

import (
	"net/http"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// A shelf holds objects of one kind, in the order in which they were made.
type shelf[T any] struct {
	kind string // as messages have it
	id   func(*T) (id, name string)
	all  []*T
}

func (s *shelf[T]) add(x *T) { s.all = append(s.all, x) }

// drop leaves lists as they are that are being walked through.
func (s *shelf[T]) drop(x *T) {
	s.all = slices.DeleteFunc(slices.Clone(s.all), func(other *T) bool { return other == x })
}

// find looks an object up by its ID, its name or the beginning of its ID, in this order.
func (s *shelf[T]) find(ref string) (*T, error) {
	var named, begun []*T
	for _, x := range s.all {
		id, name := s.id(x)
		switch {
		case id == ref:
			return x, nil
		case name == ref:
			named = append(named, x)
		case strings.HasPrefix(id, ref):
			begun = append(begun, x)
		}
	}
	if len(named) == 0 {
		named = begun
	}
	switch {
	case len(named) == 0 || ref == "":
		return nil, api.NotFound("%s %s not found", s.kind, ref)
	case len(named) > 1:
		return nil, api.Errorf(http.StatusInternalServerError, "%s %s is ambiguous (%d matches found)", s.kind, ref, len(named))
	}
	return named[0], nil
}

// sorted are the objects in the order of their IDs, in which a manager lists them.
func (s *shelf[T]) sorted() []*T {
	return slices.SortedFunc(slices.Values(s.all), func(a, b *T) int {
		one, _ := s.id(a)
		other, _ := s.id(b)
		return strings.Compare(one, other)
	})
}
