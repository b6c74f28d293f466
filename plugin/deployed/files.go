package deployed

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/labels"
)

// content is a secret or a config.
type content struct {
	name   string // on the swarm: another content has another
	there  bool   // the swarm has it already, and it is not the project's
	labels map[string]string
	data   []byte
}

// How much the manager takes, in bytes.
const (
	mostSecret = 500 << 10
	mostConfig = 1000 << 10
)

// kindOf is the part of the files in which a file is declared.
func kindOf(f compose.FileMount) string {
	if f.Secret {
		return "secrets"
	}
	return "configs"
}

// readFiles reads the secrets and configs that services have.
func (w *wanted) readFiles() {
	w.files = map[string]content{}
	for _, s := range w.Project.Services {
		if s.Spec == nil {
			continue
		}
		for _, f := range s.Spec.Files {
			key := kindOf(f) + "." + f.Name
			if _, known := w.files[key]; known {
				continue
			}
			if f.External != "" {
				w.files[key] = content{name: f.External, there: true}
				continue
			}
			data, why := w.dataOf(f)
			if why != "" {
				w.errs = append(w.errs, &compose.Error{Pos: f.Pos, Path: s.Name + "." + key, Msg: why})
			}
			said := said(w.Values, kindOf(f), f.Name)
			name, _ := said["name"].(string)
			w.files[key] = content{name: nameOf(cmp.Or(name, w.Project.Name+"_"+f.Name), data), labels: w.labelsOf(said), data: data}
		}
	}
}

// dataOf is what a secret or a config says, or why there can be none.
func (w *wanted) dataOf(f compose.FileMount) (data []byte, why string) {
	data = f.Content
	if f.Path != "" {
		if w.Read == nil {
			return nil, "the file " + f.Path + " can't be read"
		}
		var err error
		if data, err = w.Read(f.Path); err != nil {
			return nil, err.Error()
		}
	}
	most := mostConfig
	if f.Secret {
		most = mostSecret
	}
	switch {
	case len(data) == 0:
		return nil, "it is empty, which a swarm does not take"
	case len(data) > most:
		return nil, fmt.Sprintf("it has %d bytes, and a swarm takes %d of one of %s", len(data), most, kindOf(f))
	}
	return data, ""
}

// longestFile is how long the name of a secret or a config may be.
const longestFile = 64

var notInFile = regexp.MustCompile(`[^a-zA-Z0-9_.-]+`)

// nameOf is the name on the swarm of a secret or a config of a content. None can be changed
// there, so that another content is another one.
func nameOf(name string, data []byte) string {
	sum := sha256.Sum256(data)
	plainly := strings.TrimLeft(notInFile.ReplaceAllString(name, "_"), "_.-")
	digits := "-" + hex.EncodeToString(sum[:4])
	if plainly == "" {
		plainly = "f"
	}
	if plainly != name || len(plainly)+len(digits) > longestFile {
		all := sha256.Sum256([]byte(name + "\n" + string(data)))
		digits = "-" + hex.EncodeToString(all[:8])
	}
	return plainly[:min(len(plainly), longestFile-len(digits))] + digits
}

// labelsOf are the labels that files give to a secret or a config, and that of the project.
func (w *wanted) labelsOf(said map[string]any) map[string]string {
	all := map[string]string{}
	given, _ := said["labels"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !labels.Reserved(name) {
			all[name] = fmt.Sprint(given[name])
		}
	}
	all[labels.ProjectOf] = w.Project.Name
	return all
}

// said is an object of what files say, by keys.
func said(values map[string]any, path ...string) map[string]any {
	for _, key := range path {
		values, _ = values[key].(map[string]any)
	}
	return values
}

// filesOf are the secrets and configs that a service needs, each once.
func (w *wanted) filesOf(of service) (secrets []swarm.SecretSpec, configs []swarm.ConfigSpec) {
	for _, name := range sources(of.Secrets) {
		f := w.files["secrets."+name]
		if f.there {
			continue
		}
		secrets = append(secrets, swarm.SecretSpec{Annotations: swarm.Annotations{Name: f.name, Labels: f.labels}, Data: f.data})
	}
	for _, name := range sources(of.Configs) {
		f := w.files["configs."+name]
		if f.there {
			continue
		}
		configs = append(configs, swarm.ConfigSpec{Annotations: swarm.Annotations{Name: f.name, Labels: f.labels}, Data: f.data})
	}
	return secrets, configs
}

func sources(refs []fileRef) []string {
	var names []string
	for _, ref := range refs {
		names = append(names, ref.Source)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// placed is a secret or a config by its name, and where a task has it.
type placed struct {
	name, target, uid, gid string
	mode                   fs.FileMode
}

// placedFiles are references in the order of names. They are by name: ids are known once what
// they refer to is made.
func placedFiles(kind map[string]object, refs []fileRef) []placed {
	var list []placed
	for _, ref := range refs {
		p := placed{
			name: kind[ref.Source].Name, target: cmp.Or(ref.Target, ref.Source),
			uid: cmp.Or(string(ref.UID), "0"), gid: cmp.Or(string(ref.GID), "0"), mode: 0o444,
		}
		if ref.Mode != nil {
			p.mode = fs.FileMode(*ref.Mode)
		}
		list = append(list, p)
	}
	slices.SortStableFunc(list, func(a, b placed) int { return strings.Compare(a.name, b.name) })
	return list
}

func (s service) secrets(of stack) []*swarm.SecretReference {
	var list []*swarm.SecretReference
	for _, p := range placedFiles(of.Secrets, s.Secrets) {
		file := &swarm.SecretReferenceFileTarget{Name: p.target, UID: p.uid, GID: p.gid, Mode: p.mode}
		list = append(list, &swarm.SecretReference{File: file, SecretName: p.name})
	}
	return list
}

func (s service) configs(of stack) []*swarm.ConfigReference {
	var list []*swarm.ConfigReference
	for _, p := range placedFiles(of.Configs, s.Configs) {
		file := &swarm.ConfigReferenceFileTarget{Name: p.target, UID: p.uid, GID: p.gid, Mode: p.mode}
		list = append(list, &swarm.ConfigReference{File: file, ConfigName: p.name})
	}
	return list
}
