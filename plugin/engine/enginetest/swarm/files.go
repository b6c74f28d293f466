package swarm

import (
	"net/http"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/events"
	types "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// fileKind is one of the two kinds of files for services. Objects of both are kept as
// secrets: a config has the same fields but for one that stays empty.
type fileKind struct {
	name   string // as messages have it
	event  events.Type
	most   int  // bytes
	hidden bool // what is in it is shown to nobody
	kept   func(*Swarm) *shelf[types.Secret]
	usedBy func(c *types.ContainerSpec, id string) bool
}

var (
	secrets = fileKind{
		name: "secret", event: events.SecretEventType, most: 500 * 1024, hidden: true,
		kept: func(s *Swarm) *shelf[types.Secret] { return &s.secrets },
		usedBy: func(c *types.ContainerSpec, id string) bool {
			return slices.ContainsFunc(c.Secrets, func(ref *types.SecretReference) bool { return ref.SecretID == id })
		},
	}
	configs = fileKind{
		name: "config", event: events.ConfigEventType, most: 1000 * 1024,
		kept: func(s *Swarm) *shelf[types.Secret] { return &s.configs },
		usedBy: func(c *types.ContainerSpec, id string) bool {
			return slices.ContainsFunc(c.Configs, func(ref *types.ConfigReference) bool { return ref.ConfigID == id })
		},
	}
)

func (k fileKind) create(s *Swarm, w http.ResponseWriter, r *http.Request) error {
	var spec types.SecretSpec
	if err := api.ReadJSON(r, &spec, true); err != nil {
		return err
	}
	if !fileName.MatchString(spec.Name) || len(spec.Name) > 64 {
		return invalid("invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]")
	}
	if len(spec.Data) == 0 || len(spec.Data) >= k.most {
		return invalid("%s data must be larger than 0 and less than %d bytes", k.name, k.most)
	}
	kept := k.kept(s)
	if slices.ContainsFunc(kept.all, func(x *types.Secret) bool { return x.Spec.Name == spec.Name }) {
		return exists("%s %s already exists", k.name, spec.Name)
	}
	spec.Labels = nonNil(spec.Labels)
	x := &types.Secret{ID: s.NewID(), Spec: spec}
	s.touch(&x.Meta)
	kept.add(x)
	s.setup.Emit(k.event, events.ActionCreate, x.ID, "name", spec.Name)
	return api.WriteJSON(w, http.StatusCreated, types.SecretCreateResponse{ID: x.ID})
}

func (k fileKind) shown(x *types.Secret) types.Secret {
	shown := *x
	if k.hidden {
		shown.Spec.Data = nil
	}
	return shown
}

func (k fileKind) get(_ *Swarm, x *types.Secret, w http.ResponseWriter, _ *http.Request) error {
	return api.WriteJSON(w, http.StatusOK, k.shown(x))
}

func (k fileKind) list(s *Swarm, w http.ResponseWriter, r *http.Request) error {
	want, err := s.filters(r, "id", "label", "name", "names")
	if err != nil {
		return err
	}
	list := []types.Secret{}
	for _, x := range k.kept(s).sorted() {
		if want.prefix("id", x.ID) && want.prefix("name", x.Spec.Name) && want.ExactMatch("names", x.Spec.Name) && want.MatchKVList("label", x.Spec.Labels) {
			list = append(list, k.shown(x))
		}
	}
	return api.WriteJSON(w, http.StatusOK, list)
}

// update changes labels; all else stays as it was made.
func (k fileKind) update(s *Swarm, x *types.Secret, _ http.ResponseWriter, r *http.Request) error {
	var spec types.SecretSpec
	if err := api.ReadJSON(r, &spec, true); err != nil {
		return err
	}
	version, err := readVersion(r, k.name)
	switch {
	case err != nil:
		return err
	case spec.Name != x.Spec.Name, spec.Data != nil && string(spec.Data) != string(x.Spec.Data):
		return invalid("only updates to Labels are allowed")
	case version != x.Version.Index:
		return errSequence
	}
	x.Spec.Labels = nonNil(spec.Labels)
	s.touch(&x.Meta)
	s.setup.Emit(k.event, events.ActionUpdate, x.ID, "name", x.Spec.Name)
	return nil
}

// remove removes what no service uses.
func (k fileKind) remove(s *Swarm, x *types.Secret, w http.ResponseWriter, _ *http.Request) error {
	var users []string
	for _, of := range s.services.all {
		if k.usedBy(of.Spec.TaskTemplate.ContainerSpec, x.ID) {
			users = append(users, of.Spec.Name)
		}
	}
	if len(users) > 0 {
		services := "service"
		if len(users) > 1 {
			services = "services"
		}
		return invalid("%s '%s' is in use by the following %s: %s", k.name, x.Spec.Name, services, strings.Join(users, ", "))
	}
	k.kept(s).drop(x)
	s.setup.Emit(k.event, events.ActionRemove, x.ID, "name", x.Spec.Name)
	return api.NoContent(w)
}
