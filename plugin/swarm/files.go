package swarm

import (
	"context"
	"regexp"
	"slices"

	"github.com/docker/docker/api/types/filters"
	api "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/deployed"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// makeFiles makes the secrets and configs of a service that are not there yet, and fills
// in the ids of all that its tasks see. The contents of one can't be changed: another has
// another name.
func makeFiles(ctx context.Context, m *Manager, want deployed.ServiceSpec, spec *api.ServiceSpec) error {
	c := spec.TaskTemplate.ContainerSpec
	if c == nil {
		return nil
	}
	var secrets, configs []string
	for _, r := range c.Secrets {
		secrets = append(secrets, r.SecretName)
	}
	for _, r := range c.Configs {
		if r.ConfigID == "" {
			configs = append(configs, r.ConfigName)
		}
	}
	ids, err := makeAll(secrets, want.Secrets, secretsOf(ctx, m))
	if err != nil {
		return err
	}
	for _, r := range c.Secrets {
		r.SecretID = ids[r.SecretName]
	}
	if ids, err = makeAll(configs, want.Configs, configsOf(ctx, m)); err != nil {
		return err
	}
	for _, r := range c.Configs {
		if r.ConfigID == "" {
			r.ConfigID = ids[r.ConfigName]
		}
	}
	return nil
}

// kept is how a manager keeps one kind of files.
type kept[S any] struct {
	kind   string
	list   func(filters.Args) (map[string]file, error) // by name
	create func(S) (string, error)
	name   func(S) string
	labels func(S) map[string]string
}

// file is a secret or config that there is.
type file struct {
	id     string
	labels map[string]string
}

// makeAll gives the ids of the files with names. Those of which there is a specification
// are made where they are missing.
func makeAll[S any](names []string, specs []S, by kept[S]) (map[string]string, error) {
	ids := map[string]string{}
	if len(names) == 0 {
		return ids, nil
	}
	filter := filters.NewArgs()
	for _, name := range names {
		filter.Add("name", name)
	}
	there, err := by.list(filter)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		i := slices.IndexFunc(specs, func(s S) bool { return by.name(s) == name })
		have, found := there[name]
		switch {
		case found && i >= 0 && !sameProject(have.labels, by.labels(specs[i])):
			return nil, &Taken{Kind: by.kind, Name: name}
		case found:
			ids[name] = have.id
		case i < 0:
			return nil, &Missing{Kind: by.kind, Name: name}
		default:
			id, err := by.create(specs[i])
			if isTaken(err) { // another service of the project has made it at the same time
				there, looked := by.list(filters.NewArgs(filters.Arg("name", name)))
				if have, found := there[name]; looked == nil && found && sameProject(have.labels, by.labels(specs[i])) {
					id, err = have.id, nil
				}
			}
			if err != nil {
				return nil, err
			}
			ids[name] = id
		}
	}
	return ids, nil
}

// sameProject reports whether labels are those of the same project: services share files.
func sameProject(a, b map[string]string) bool { return a[labels.ProjectOf] == b[labels.ProjectOf] }

// Missing is a secret or config that is to be there already, and is not.
type Missing struct{ Kind, Name string }

func (m *Missing) Error() string { return "the swarm has no " + m.Kind + " " + m.Name }

// Hints says how one is made.
func (m *Missing) Hints() []string {
	return []string{"to make it: docker " + m.Kind + " create " + m.Name + " FILE", "to see which there are: docker " + m.Kind + " ls"}
}

func secretsOf(ctx context.Context, m *Manager) kept[api.SecretSpec] {
	return kept[api.SecretSpec]{
		kind: "secret",
		list: func(filter filters.Args) (map[string]file, error) {
			list, err := m.client.SecretList(ctx, api.SecretListOptions{Filters: filter})
			there := map[string]file{}
			for _, s := range list {
				there[s.Spec.Name] = file{s.ID, s.Spec.Labels}
			}
			return there, err
		},
		create: func(s api.SecretSpec) (string, error) {
			made, err := m.client.SecretCreate(ctx, s)
			return made.ID, err
		},
		name:   func(s api.SecretSpec) string { return s.Name },
		labels: func(s api.SecretSpec) map[string]string { return s.Labels },
	}
}

func configsOf(ctx context.Context, m *Manager) kept[api.ConfigSpec] {
	return kept[api.ConfigSpec]{
		kind: "config",
		list: func(filter filters.Args) (map[string]file, error) {
			list, err := m.client.ConfigList(ctx, api.ConfigListOptions{Filters: filter})
			there := map[string]file{}
			for _, c := range list {
				there[c.Spec.Name] = file{c.ID, c.Spec.Labels}
			}
			return there, err
		},
		create: func(s api.ConfigSpec) (string, error) {
			made, err := m.client.ConfigCreate(ctx, s)
			return made.ID, err
		},
		name:   func(s api.ConfigSpec) string { return s.Name },
		labels: func(s api.ConfigSpec) map[string]string { return s.Labels },
	}
}

// removeFiles removes the secrets and configs of a project that a service used which is
// gone. Those that another one uses the manager keeps, and that any stay harms nobody.
func removeFiles(ctx context.Context, m *Manager, of api.Service) {
	project := of.Spec.Labels[labels.ProjectOf]
	secrets, configs := filesOf(of.Spec)
	if of.PreviousSpec != nil {
		more, others := filesOf(*of.PreviousSpec)
		secrets, configs = append(secrets, more...), append(configs, others...)
	}
	if project == "" {
		return
	}
	filter := filters.NewArgs(filters.Arg("label", labels.ProjectOf+"="+project))
	service := of.Spec.Labels[labels.ServiceOf]
	remove := func(names []string, list func(filters.Args) (map[string]file, error), remove func(context.Context, string) error) {
		if len(names) == 0 {
			return
		}
		there, _ := list(filter)
		for name, f := range there {
			// Those of earlier contents have the label alone.
			if slices.Contains(names, name) || service != "" && f.labels[labels.ServiceOf] == service {
				_ = remove(ctx, f.id)
			}
		}
	}
	remove(secrets, secretsOf(ctx, m).list, m.client.SecretRemove)
	remove(configs, configsOf(ctx, m).list, m.client.ConfigRemove)
}

// removeFile removes a secret or a config. Who uses it the error says.
func removeFile(ctx context.Context, m *Manager, f plan.HaveFile) error {
	remove := m.client.ConfigRemove
	if f.Kind == "secret" {
		remove = m.client.SecretRemove
	}
	err := ignoreNotFound(remove(ctx, f.ID))
	if err == nil {
		return nil
	}
	if found := usedBy.FindStringSubmatch(err.Error()); found != nil {
		return &FileHeld{File: f, By: found[1], Err: err}
	}
	return err
}

var usedBy = regexp.MustCompile(`is in use by the following services?: (.+)$`)

// FileHeld is a secret or a config that is not removed, because services of others use it.
type FileHeld struct {
	File plan.HaveFile
	By   string // names
	Err  error
}

func (h *FileHeld) Error() string {
	return "it stays: the service " + h.By + " uses it"
}

// Unwrap gives the client's error.
func (h *FileHeld) Unwrap() error { return h.Err }

// Hints says what to type.
func (h *FileHeld) Hints() []string {
	return []string{"once nobody uses it: docker " + h.File.Kind + " rm " + h.File.Name}
}

// filesOf names the secrets and configs of a service.
func filesOf(s api.ServiceSpec) (secrets, configs []string) {
	c := s.TaskTemplate.ContainerSpec
	if c == nil {
		return nil, nil
	}
	for _, r := range c.Secrets {
		secrets = append(secrets, r.SecretName)
	}
	for _, r := range c.Configs {
		configs = append(configs, r.ConfigName)
	}
	return secrets, configs
}
