package enginetest

import (
	"net/http"
	"slices"

	"github.com/distribution/reference"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// postCommit makes an image of a container, with its settings: where the call has
// settings of its own, these go first.
func (s *containerStore) postCommit(w http.ResponseWriter, r *http.Request) error {
	c, err := s.find(r.FormValue("container"))
	if err != nil {
		return err
	}
	config := &containertypes.Config{}
	if err := api.ReadJSON(r, config, false); err != nil {
		return err
	}
	if err := mergeImage(config, c.config); err != nil {
		return err
	}
	made := s.images.add(config, c.image.id, append(slices.Clone(c.image.layers), newID()))
	if repo := r.FormValue("repo"); repo != "" {
		if tag := r.FormValue("tag"); tag != "" {
			repo += ":" + tag
		}
		if _, err := reference.ParseNormalizedNamed(repo); err != nil {
			return api.BadRequest("%v", err)
		}
		s.images.tag(made, familiar(repo))
	}
	s.emit(c, events.ActionCommit)
	return api.WriteJSON(w, http.StatusCreated, containertypes.CommitResponse{ID: made.id})
}
