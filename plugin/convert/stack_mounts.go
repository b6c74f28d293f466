package convert

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// mounts writes volumes, and what else a container mounts.
func (t *task) mounts() {
	var list []any
	for _, v := range t.s.Volumes {
		list = append(list, t.volume(v))
	}
	if t.s.Spec != nil {
		for _, m := range t.s.Spec.Mounts {
			if mount := t.mount(m); mount != nil {
				list = append(list, mount)
			}
		}
		for _, path := range sorted(t.s.Spec.Tmpfs) {
			list = append(list, t.tmpfs(path, t.s.Spec.Tmpfs[path]))
		}
	}
	if t.s.ShmSize > 0 {
		list = append(list, map[string]any{"type": "tmpfs", "target": "/dev/shm", "tmpfs": map[string]any{"size": t.s.ShmSize}})
	}
	if len(list) > 0 {
		t.say("volumes", list)
	}
}

// volume is an entry of volumes.
func (t *task) volume(v compose.Volume) any {
	of := map[string]any{"type": "bind", "target": v.Target}
	switch {
	case v.Host == "":
		of["type"] = "volume"
	case v.Named:
		of["type"], of["source"] = "volume", t.named(v.Host)
		t.holds("")
	default:
		of["source"] = v.Host
		t.holds(v.Host)
	}
	for _, word := range strings.Split(v.Mode, ",") {
		switch word {
		case "", "rw", "cached", "delegated", "consistent":
		case "ro":
			of["read_only"] = true
		case "nocopy":
			of["volume"] = map[string]any{"nocopy": true}
		case "private", "rprivate", "shared", "rshared", "slave", "rslave":
			of["bind"] = map[string]any{"propagation": word}
		default:
			t.note(v.Pos, t.s.Name+".volumes", word+" is left out: a swarm has no word for it")
		}
	}
	return of
}

// mount is a volume in the long form.
func (t *task) mount(m compose.Mount) any {
	of := map[string]any{"type": m.Type, "target": m.Target}
	if m.Type == "image" {
		t.tell("volumes", m.Target+" is left out: a swarm mounts no images")
		return nil
	}
	if m.Source != "" {
		of["source"] = m.Source
		if m.Type == "volume" {
			of["source"] = t.named(m.Source)
			t.holds("")
		} else {
			t.holds(m.Source)
		}
	}
	if m.ReadOnly {
		of["read_only"] = true
	}
	if m.Propagation != "" {
		of["bind"] = map[string]any{"propagation": m.Propagation}
	}
	if m.NoCopy {
		of["volume"] = map[string]any{"nocopy": true}
	}
	if m.Size > 0 {
		of["tmpfs"] = map[string]any{"size": m.Size}
	}
	if t.own != nil && m.Subpath != "" {
		of["volume"] = map[string]any{"nocopy": m.NoCopy, "subpath": m.Subpath}
	}
	if t.own != nil && m.Mode != 0 {
		of["tmpfs"] = map[string]any{"size": m.Size, "mode": int64(m.Mode)}
	}
	for _, word := range []struct {
		name  string
		there bool
	}{{"mode", m.Mode != 0 && t.own == nil}, {"recursive", m.Recursive != ""}, {"subpath", m.Subpath != "" && t.own == nil}} {
		if word.there {
			t.tell("volumes", word.name+" of "+m.Target+" is left out: a swarm has no word for it")
		}
	}
	return of
}

// holds notes that a service has data on the node of a task: in a volume, or at a path.
// The socket of an engine is none.
func (t *task) holds(path string) {
	if linking.IsSocket(path) {
		t.tell("volumes", "the engine behind "+path+" is that of the task's node: it knows the containers there alone")
		return
	}
	tied := placement(t.project.Swarm, t.s.Name, object(t.is["deploy"]))["constraints"] != nil
	t.data = t.data || !tied
}

// tmpfs is an entry of tmpfs, which a stack has no other word for.
func (t *task) tmpfs(path, options string) any {
	of, has := map[string]any{"type": "tmpfs", "target": path}, map[string]any{}
	for _, option := range strings.Split(options, ",") {
		name, value, _ := strings.Cut(option, "=")
		size, known := bytesOf(value)
		mode, err := strconv.ParseUint(value, 8, 32)
		switch {
		case name == "size" && known:
			has["size"] = size
		case name == "mode" && err == nil && t.own != nil:
			has["mode"] = int64(mode)
		case option == "ro":
			of["read_only"] = true
		case option != "" && option != "rw":
			t.tell("tmpfs", option+" of "+path+" is left out: a swarm has no word for it")
		}
	}
	if len(has) > 0 {
		of["tmpfs"] = has
	}
	return of
}

// bytesOf is a size as mount takes it: 64m.
func bytesOf(text string) (int64, bool) {
	shift := 0
	if text != "" {
		if i := strings.IndexByte("kmg", text[len(text)-1]|0x20); i >= 0 {
			shift, text = 10*(i+1), text[:len(text)-1]
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n << shift, err == nil && n > 0 && n < 1<<30
}

// named puts a volume into the file, and gives its name there.
func (t *task) named(engine string) string {
	p := t.project
	if p.Format == compose.V1 {
		of := map[string]any{"name": engine} // nobody's project's
		if t.s.VolumeDriver != "" {
			of["driver"] = t.s.VolumeDriver
		}
		if t.volumes[engine] == nil {
			t.volumes[engine] = of
		}
		return engine
	}
	i := slices.IndexFunc(p.Volumes, func(v compose.NamedVolume) bool { return v.Engine == engine })
	if i < 0 {
		t.volumes[engine] = map[string]any{"name": engine}
		return engine
	}
	v := p.Volumes[i]
	if t.volumes[v.Name] != nil {
		return v.Name
	}
	values := t.stack.said("volumes", v.Name)
	t.stack.tell("volumes.*.", values, v.Pos, "volumes."+v.Name)
	of := map[string]any{}
	if own := t.ownName(v.Name, v.Engine); own != "" || v.External {
		of["name"] = cmp.Or(own, v.Engine)
	}
	if v.External {
		of["external"] = true
	} else {
		for _, key := range []string{"driver", "driver_opts", "labels"} {
			if values[key] != nil {
				of[key] = values[key]
			}
		}
	}
	t.volumes[v.Name] = of
	return v.Name
}

// filesOf writes the secrets and configs that a service has.
func (t *task) filesOf() {
	if t.s.Spec == nil {
		return
	}
	lists := map[string][]any{}
	for _, f := range t.s.Spec.Files {
		of := map[string]any{"source": f.Name, "target": f.Target}
		for key, value := range map[string]string{"uid": f.UID, "gid": f.GID} {
			if value != "" {
				of[key] = value
			}
		}
		if f.Mode != 0 {
			of["mode"] = int64(f.Mode)
		}
		kind := "configs"
		if f.Secret {
			kind = "secrets"
		}
		lists[kind] = append(lists[kind], of)
	}
	for _, kind := range sorted(lists) {
		t.say(kind, lists[kind])
	}
}
