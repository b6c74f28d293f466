package deployed

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/balance"
	"github.com/stack-lite/stack-lite/plugin/convert"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Inputs are all that the wanted stack follows from.
type Inputs struct {
	Project  *compose.Project
	Topology *linking.Topology // of linking.Options.Swarm
	Values   map[string]any    // what files of today say; nil: the files are others
	Have     observed.Swarm
	Scale    map[string]int // of the services that are to have another number of replicas
	Images   []plan.Image   // of desired.Images, with those that are pushed somewhere
	Options  Options

	// Read reads a file of this machine that is a secret or a config; nil: there is none.
	Read func(path string) ([]byte, error)
}

// Options are what a user may choose beside the files.
type Options struct {
	Version     string          // of Stack Lite, for labels
	Encrypt     bool            // networks are encrypted, whatever the files say
	PublishHost bool            // ports for which the files say no mode are published on the nodes of tasks
	Update      *compose.Update // how tasks are replaced by this command, whatever the files say; nil: as they say
}

// wanted is Inputs with what was made of them.
type wanted struct {
	Inputs
	stack  stack
	files  map[string]content           // secrets and configs, by secrets.NAME and configs.NAME
	images map[string]plan.Image        // Inputs.Images by reference
	there  map[string]*observed.Service // services of the project as they are, by name in the files
	notes  []compose.Note
	errs   compose.Errors
}

// Want is the stack as it should be in a swarm. The notes are those of the files that are
// true there, and what of them can't be carried out. The error is of type compose.Errors.
func Want(in Inputs) (plan.Want, []compose.Note, error) {
	w := &wanted{Inputs: in, images: map[string]plan.Image{}, there: there(&in.Have, in.Project.Name)}
	for _, image := range in.Images {
		w.images[image.Ref] = image
	}
	w.checkScale()
	w.readFiles()
	own := convert.Own{Images: map[string]string{}, Files: map[string]string{}, Encrypt: in.Options.Encrypt, PublishHost: in.Options.PublishHost}
	for _, s := range in.Project.Services {
		if image := w.images[desired.ImageOf(in.Project, s)]; image.As != "" {
			own.Images[s.Name] = image.As
		}
	}
	for key, file := range w.files {
		own.Files[key] = file.name
	}
	written, notes, err := convert.ToSwarm(in.Project, in.Topology, in.Values, own)
	if more, ok := err.(compose.Errors); ok {
		w.errs = append(w.errs, more...)
	} else if err != nil {
		return plan.Want{}, nil, err
	}
	if len(w.errs) > 0 {
		w.errs.Sort()
		return plan.Want{}, nil, w.errs
	}
	if w.stack, err = read(written); err != nil {
		return plan.Want{}, nil, err
	}
	w.stack.nameAll(in.Project.Name)
	want := plan.Want{Project: in.Project.Name, Images: in.Images, Networks: w.networks()}
	for _, s := range in.Project.Services {
		want.Services = append(want.Services, s.Name)
		w.tellLabels(s)
	}
	for _, name := range in.Topology.Order() {
		want.Managed = append(want.Managed, w.managed(in.Project.Service(name)))
	}
	w.checkPorts()
	if len(w.errs) > 0 {
		return plan.Want{}, nil, w.errs
	}
	return want, append(notes, w.notes...), nil
}

// managed is a service.
func (w *wanted) managed(s *compose.Service) plan.Managed {
	of := w.stack.Services[s.Name]
	replicas := w.replicas(s)
	spec, err := w.service(s, of, replicas)
	if err != nil {
		w.errs = append(w.errs, &compose.Error{Pos: cmp.Or(s.At["deploy"], s.Pos), Path: s.Name + ".deploy", Msg: err.Error()})
		return plan.Managed{}
	}
	image := w.images[desired.ImageOf(w.Project, s)]
	m := plan.Managed{
		Name: spec.Spec.Name, Service: s.Name, Image: of.Image, Here: image.Build && image.As == "",
		Fingerprint: plan.NewFingerprint(w.settings(of)),
		Replicas:    replicas, Everywhere: of.everywhere(),
		After: w.Topology.Service(s.Name).After, Completes: of.completes() && (of.job() || of.Healthcheck == nil),
	}
	for _, on := range spec.Spec.TaskTemplate.Networks {
		m.Attach = append(m.Attach, on.Target)
	}
	spec.Spec.Labels = w.serviceLabels(s, of, m)
	m.Spec = spec
	return m
}

// serviceLabels are the labels of a service: those that the files give to it, and ours.
func (w *wanted) serviceLabels(s *compose.Service, of service, m plan.Managed) map[string]string {
	all := usersOwn(of.Deploy.Labels)
	all[labels.ProjectOf], all[labels.ServiceOf] = w.Project.Name, s.Name
	all[labels.Fingerprint], all[labels.After] = string(m.Fingerprint), labels.ListText(m.After)
	all[labels.Version] = w.Options.Version
	all[labels.DirOf], all[labels.FilesOf] = w.Project.Dir, labels.ListText(w.Project.Files)
	if asked := w.Options.asked(); asked != "" {
		all[labels.Asked] = asked
	}
	return all
}

// usersOwn are the labels that files may give: not those that this tool writes.
func usersOwn(all map[string]word) map[string]string {
	own := map[string]string{}
	for name, value := range all {
		if !labels.Reserved(name) {
			own[name] = string(value)
		}
	}
	return own
}

// tellLabels tells of labels that are left out, or mean nothing in a swarm.
func (w *wanted) tellLabels(s *compose.Service) {
	for _, l := range s.Labels {
		text := ""
		switch {
		case labels.Reserved(l.Name):
			text = labels.LeftOut(l.Name)
		case l.Name == linking.RollingLabel:
			text = fmt.Sprintf("label %q has no effect in a swarm: update under %s says how tasks are replaced", l.Name, compose.OwnKey)
		case balance.IsLabel(l.Name):
			text = fmt.Sprintf("label %q has no effect in a swarm: ports are balanced where they are published through the network ingress", l.Name)
		}
		if text != "" {
			w.notes = append(w.notes, compose.Note{Pos: l.Pos, Path: s.Name + ".labels", Text: text})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.stack.Services[s.Name].Deploy.Labels)) {
		if labels.Reserved(name) {
			w.notes = append(w.notes, compose.Note{Pos: s.At["deploy"], Path: s.Name + ".deploy.labels", Text: labels.LeftOut(name)})
		}
	}
}
