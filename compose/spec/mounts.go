package spec

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stack-lite/stack-lite/compose"
)

// mounts takes over volumes, secrets and configs.
func (m *mapper) mounts(s types.ServiceConfig, out *compose.Service, at pathOf) {
	for i, v := range s.Volumes {
		pos := m.files.place(at("volumes", strconv.Itoa(i))...)
		if volume, ok := shortOf(m, v); ok {
			volume.Pos = pos
			out.Volumes = append(out.Volumes, volume)
			continue
		}
		mount := compose.Mount{Type: v.Type, Source: sourceOf(m, v), Target: v.Target, ReadOnly: v.ReadOnly}
		if v.Bind != nil {
			mount.MustExist, mount.Propagation, mount.Recursive = !bool(v.Bind.CreateHostPath), v.Bind.Propagation, v.Bind.Recursive
		}
		if v.Volume != nil {
			mount.NoCopy, mount.Subpath = v.Volume.NoCopy, v.Volume.Subpath
		}
		if v.Tmpfs != nil {
			mount.Size, mount.Mode = int64(v.Tmpfs.Size), v.Tmpfs.Mode
		}
		if v.Image != nil {
			mount.Subpath = v.Image.SubPath
		}
		if !slices.Contains([]string{types.VolumeTypeBind, types.VolumeTypeVolume, types.VolumeTypeTmpfs, types.VolumeTypeImage}, v.Type) {
			m.fail(fmt.Sprintf("type %s is not carried out, only bind, volume, tmpfs and image", v.Type), at("volumes", strconv.Itoa(i))...)
			continue
		}
		out.Spec.Mounts = append(out.Spec.Mounts, mount)
	}
	for _, f := range s.Secrets {
		m.file(types.FileReferenceConfig(f), types.FileObjectConfig(m.model.Secrets[f.Source]), true, out, at)
	}
	for _, f := range s.Configs {
		m.file(types.FileReferenceConfig(f), types.FileObjectConfig(m.model.Configs[f.Source]), false, out, at)
	}
}

// source is what is mounted: a path, or a volume as the engine calls it.
func sourceOf(m *mapper, v types.ServiceVolumeConfig) string {
	if v.Type != types.VolumeTypeVolume || v.Source == "" {
		return v.Source
	}
	return m.model.Volumes[v.Source].Name
}

// short is a mount as an engine takes it in one word, if it can be said so.
func shortOf(m *mapper, v types.ServiceVolumeConfig) (compose.Volume, bool) {
	out := compose.Volume{Host: sourceOf(m, v), Named: v.Type == types.VolumeTypeVolume && v.Source != "", Target: v.Target}
	var mode []string
	if v.ReadOnly {
		mode = append(mode, "ro")
	}
	switch v.Type {
	case types.VolumeTypeBind:
		if v.Bind != nil {
			if v.Bind.Recursive != "" || !bool(v.Bind.CreateHostPath) {
				return out, false
			}
			if v.Bind.SELinux != "" {
				mode = append(mode, v.Bind.SELinux)
			}
			if v.Bind.Propagation != "" {
				mode = append(mode, v.Bind.Propagation)
			}
		}
		if strings.Contains(v.Source, ":") {
			return out, false
		}
	case types.VolumeTypeVolume:
		if v.Volume != nil {
			if v.Volume.Subpath != "" || len(v.Volume.Labels) > 0 {
				return out, false
			}
			if v.Volume.NoCopy {
				mode = append(mode, "nocopy")
			}
		}
	default:
		return out, false
	}
	out.Mode = strings.Join(mode, ",")
	return out, true
}

// path is a path of the files, absolute.
func absolute(m *mapper, p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(m.model.WorkingDir, p)
}

// file takes over a secret or a config that a service has.
func (m *mapper) file(ref types.FileReferenceConfig, of types.FileObjectConfig, secret bool, out *compose.Service, at pathOf) {
	kind := "configs"
	if secret {
		kind = "secrets"
	}
	where := at(kind, ref.Source)
	f := compose.FileMount{Secret: secret, Name: ref.Source, Target: ref.Target, UID: ref.UID, GID: ref.GID, Pos: m.files.place(where...)}
	switch {
	case f.Target == "" && secret:
		f.Target = path.Join("/run/secrets", ref.Source)
	case f.Target == "":
		f.Target = "/" + ref.Source
	case !path.IsAbs(f.Target) && secret:
		f.Target = path.Join("/run/secrets", f.Target)
	case !path.IsAbs(f.Target):
		f.Target = "/" + f.Target
	}
	if ref.Mode != nil {
		f.Mode = uint32(*ref.Mode)
	}
	switch {
	case bool(of.External):
		f.External = cmp.Or(of.Name, ref.Source)
	case of.File != "":
		f.Path = absolute(m, of.File)
		if _, err := os.Stat(f.Path); err != nil {
			m.note(fmt.Sprintf("the file %s can't be read: %s", of.File, reason(err)), kind, ref.Source, "file")
		}
	case of.Environment != "":
		value, ok := m.model.Environment[of.Environment]
		if !ok {
			m.fail(fmt.Sprintf("the variable %s is not set", of.Environment), kind, ref.Source, "environment")
			return
		}
		f.Content, f.Variable = []byte(value), of.Environment
	default:
		f.Content = []byte(of.Content)
	}
	out.Spec.Files = append(out.Spec.Files, f)
}
