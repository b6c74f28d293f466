package deployed

import (
	"io/fs"
	"slices"

	"github.com/docker/docker/api/types/mount"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/labels"
)

func (s service) mounts(of stack) []mount.Mount {
	var list []mount.Mount
	for _, v := range s.Volumes {
		m := mount.Mount{Type: mount.Type(v.Type), Source: v.Source, Target: v.Target, ReadOnly: v.ReadOnly}
		switch m.Type {
		case mount.TypeBind:
			if v.Bind != nil {
				m.BindOptions = &mount.BindOptions{Propagation: mount.Propagation(v.Bind.Propagation)}
			}
		case mount.TypeTmpfs:
			if v.Tmpfs != nil {
				m.TmpfsOptions = &mount.TmpfsOptions{SizeBytes: v.Tmpfs.Size, Mode: fs.FileMode(v.Tmpfs.Mode)}
			}
		case mount.TypeVolume:
			if v.Source != "" {
				m.Source, m.VolumeOptions = of.Volumes[v.Source].mount(v)
			}
		}
		list = append(list, m)
	}
	return list
}

// mount is the name of a volume on nodes, and what it is made with where there is none.
func (v volume) mount(at mounted) (string, *mount.VolumeOptions) {
	o := &mount.VolumeOptions{NoCopy: at.Volume.NoCopy, Subpath: at.Volume.Subpath}
	if v.External {
		return v.Name, o
	}
	if own := usersOwn(v.Labels); len(own) > 0 {
		o.Labels = own
	}
	if v.Driver != "" || v.DriverOpts != nil {
		o.DriverConfig = &mount.Driver{Name: v.Driver, Options: texts(v.DriverOpts)}
	}
	return v.Name, o
}

// labelVolumes gives volumes that the files declare the label of the project, by which they
// are found on nodes. Those of files of the first format are nobody's.
func (w *wanted) labelVolumes(mounts []mount.Mount) {
	for i := range mounts {
		o := mounts[i].VolumeOptions
		declared := slices.ContainsFunc(w.Project.Volumes, func(v compose.NamedVolume) bool { return v.Engine == mounts[i].Source && !v.External })
		if o == nil || !declared {
			continue
		}
		if o.Labels == nil {
			o.Labels = map[string]string{}
		}
		o.Labels[labels.ProjectOf] = w.Project.Name
	}
}
