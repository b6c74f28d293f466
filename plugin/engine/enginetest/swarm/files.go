package swarm

import (
	"net/http"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/events"
	types "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// Secrets and configs are files for services. What is in a secret is shown to nobody.

func postSecret(s *Swarm, w http.ResponseWriter, r *http.Request) error {
	var spec types.SecretSpec
	if err := api.ReadJSON(r, &spec, true); err != nil {
		return err
	}
	if err := checkFile("secret", spec.Name, spec.Data, 500*1024); err != nil {
		return err
	}
	if slices.ContainsFunc(s.secrets.all, func(x *types.Secret) bool { return x.Spec.Name == spec.Name }) {
		return exists("secret %s already exists", spec.Name)
	}
	spec.Labels = nonNil(spec.Labels)
	x := &types.Secret{ID: s.NewID(), Spec: spec}
	s.touch(&x.Meta)
	s.secrets.add(x)
	s.setup.Emit(events.SecretEventType, events.ActionCreate, x.ID, "name", spec.Name)
	return api.WriteJSON(w, http.StatusCreated, types.SecretCreateResponse{ID: x.ID})
}

func postConfig(s *Swarm, w http.ResponseWriter, r *http.Request) error {
	var spec types.ConfigSpec
	if err := api.ReadJSON(r, &spec, true); err != nil {
		return err
	}
	if err := checkFile("config", spec.Name, spec.Data, 1000*1024); err != nil {
		return err
	}
	if slices.ContainsFunc(s.configs.all, func(x *types.Config) bool { return x.Spec.Name == spec.Name }) {
		return exists("config %s already exists", spec.Name)
	}
	spec.Labels = nonNil(spec.Labels)
	x := &types.Config{ID: s.NewID(), Spec: spec}
	s.touch(&x.Meta)
	s.configs.add(x)
	s.setup.Emit(events.ConfigEventType, events.ActionCreate, x.ID, "name", spec.Name)
	return api.WriteJSON(w, http.StatusCreated, types.ConfigCreateResponse{ID: x.ID})
}

func checkFile(kind, name string, data []byte, most int) error {
	if !fileName.MatchString(name) || len(name) > 64 {
		return invalid("invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]")
	}
	if len(data) == 0 || len(data) >= most {
		return invalid("%s data must be larger than 0 and less than %d bytes", kind, most)
	}
	return nil
}

func getSecret(_ *Swarm, x *types.Secret, w http.ResponseWriter, _ *http.Request) error {
	return api.WriteJSON(w, http.StatusOK, shownSecret(x))
}

func shownSecret(x *types.Secret) types.Secret {
	shown := *x
	shown.Spec.Data = nil
	return shown
}

func getConfig(_ *Swarm, x *types.Config, w http.ResponseWriter, _ *http.Request) error {
	return api.WriteJSON(w, http.StatusOK, x)
}

func getSecrets(s *Swarm, w http.ResponseWriter, r *http.Request) error {
	want, err := s.filters(r, "id", "label", "name", "names")
	if err != nil {
		return err
	}
	list := []types.Secret{}
	for _, x := range s.secrets.sorted() {
		if want.isFile(x.ID, x.Spec.Annotations) {
			list = append(list, shownSecret(x))
		}
	}
	return api.WriteJSON(w, http.StatusOK, list)
}

func getConfigs(s *Swarm, w http.ResponseWriter, r *http.Request) error {
	want, err := s.filters(r, "id", "label", "name", "names")
	if err != nil {
		return err
	}
	list := []types.Config{}
	for _, x := range s.configs.sorted() {
		if want.isFile(x.ID, x.Spec.Annotations) {
			list = append(list, *x)
		}
	}
	return api.WriteJSON(w, http.StatusOK, list)
}

func (f listFilters) isFile(id string, a types.Annotations) bool {
	return f.prefix("id", id) && f.prefix("name", a.Name) && f.ExactMatch("names", a.Name) && f.MatchKVList("label", a.Labels)
}

func postSecretUpdate(s *Swarm, x *types.Secret, _ http.ResponseWriter, r *http.Request) error {
	var spec types.SecretSpec
	if err := api.ReadJSON(r, &spec, true); err != nil {
		return err
	}
	if err := checkFileUpdate(r, "secret", x.Meta, x.Spec.Annotations, spec.Annotations, spec.Data != nil && string(spec.Data) != string(x.Spec.Data)); err != nil {
		return err
	}
	x.Spec.Labels = nonNil(spec.Labels)
	s.touch(&x.Meta)
	s.setup.Emit(events.SecretEventType, events.ActionUpdate, x.ID, "name", x.Spec.Name)
	return nil
}

func postConfigUpdate(s *Swarm, x *types.Config, _ http.ResponseWriter, r *http.Request) error {
	var spec types.ConfigSpec
	if err := api.ReadJSON(r, &spec, true); err != nil {
		return err
	}
	if err := checkFileUpdate(r, "config", x.Meta, x.Spec.Annotations, spec.Annotations, spec.Data != nil && string(spec.Data) != string(x.Spec.Data)); err != nil {
		return err
	}
	x.Spec.Labels = nonNil(spec.Labels)
	s.touch(&x.Meta)
	s.setup.Emit(events.ConfigEventType, events.ActionUpdate, x.ID, "name", x.Spec.Name)
	return nil
}

// checkFileUpdate refuses all changes but those of labels.
func checkFileUpdate(r *http.Request, kind string, m types.Meta, old, now types.Annotations, otherData bool) error {
	version, err := readVersion(r, kind)
	switch {
	case err != nil:
		return err
	case now.Name != old.Name, otherData:
		return invalid("only updates to Labels are allowed")
	case version != m.Version.Index:
		return errSequence
	}
	return nil
}

func deleteSecret(s *Swarm, x *types.Secret, w http.ResponseWriter, _ *http.Request) error {
	users := s.usersOf(func(c *types.ContainerSpec) bool {
		return slices.ContainsFunc(c.Secrets, func(ref *types.SecretReference) bool { return ref.SecretID == x.ID })
	})
	if err := checkUnused("secret", x.Spec.Name, users); err != nil {
		return err
	}
	s.secrets.drop(x)
	s.setup.Emit(events.SecretEventType, events.ActionRemove, x.ID, "name", x.Spec.Name)
	return api.NoContent(w)
}

func deleteConfig(s *Swarm, x *types.Config, w http.ResponseWriter, _ *http.Request) error {
	users := s.usersOf(func(c *types.ContainerSpec) bool {
		return slices.ContainsFunc(c.Configs, func(ref *types.ConfigReference) bool { return ref.ConfigID == x.ID })
	})
	if err := checkUnused("config", x.Spec.Name, users); err != nil {
		return err
	}
	s.configs.drop(x)
	s.setup.Emit(events.ConfigEventType, events.ActionRemove, x.ID, "name", x.Spec.Name)
	return api.NoContent(w)
}

// usersOf names the services of whose specification something is true.
func (s *Swarm) usersOf(uses func(*types.ContainerSpec) bool) (names []string) {
	for _, x := range s.services.all {
		if uses(x.Spec.TaskTemplate.ContainerSpec) {
			names = append(names, x.Spec.Name)
		}
	}
	return names
}

func checkUnused(kind, name string, users []string) error {
	if len(users) == 0 {
		return nil
	}
	services := "service"
	if len(users) > 1 {
		services = "services"
	}
	return invalid("%s '%s' is in use by the following %s: %s", kind, name, services, strings.Join(users, ", "))
}
