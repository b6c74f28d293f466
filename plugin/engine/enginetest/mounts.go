package enginetest

import (
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	mounttypes "github.com/docker/docker/api/types/mount"
	volumetypes "github.com/docker/docker/api/types/volume"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// mount is where a container sees a volume or a folder of the host.
type mount struct {
	containertypes.MountPoint
	// named volumes outlive the containers that use them; the others may be
	// removed with their container.
	named bool
	// held volumes can't be removed. What is taken over from another
	// container is held from the first start on.
	held bool
}

// mountsFor settles what a new container mounts: first what it takes over from
// others, then its binds and mounts, then a new volume for each path that is
// declared a volume and not covered yet.
func (s *volumeStore) mountsFor(takenOver []mount, config *containertypes.Config, host *containertypes.HostConfig) ([]mount, error) {
	byPath := map[string]mount{}
	for _, m := range takenOver {
		byPath[m.Destination] = m
	}
	bound := map[string]bool{}
	for _, bind := range host.Binds {
		m, err := s.bind(bind, host.VolumeDriver)
		if err != nil {
			return nil, err
		}
		if bound[m.Destination] {
			return nil, api.BadRequest("Duplicate mount point: %s", m.Destination)
		}
		bound[m.Destination] = true
		byPath[m.Destination] = m
	}
	for _, spec := range host.Mounts {
		byPath[spec.Target] = s.mountSpec(spec)
	}
	for target := range config.Volumes {
		target = path.Clean(target)
		if _, covered := byPath[target]; covered {
			continue
		}
		if _, tmpfs := host.Tmpfs[target]; tmpfs {
			continue
		}
		byPath[target] = volumeMount(s.ensure("", s.release.anonymousVolumeLabels, nil), target, false)
	}
	mounts := make([]mount, 0, len(byPath))
	for _, m := range byPath {
		mounts = append(mounts, m)
	}
	slices.SortFunc(mounts, func(a, b mount) int { return strings.Compare(a.Destination, b.Destination) })
	return mounts, nil
}

func volumeMount(v *volumetypes.Volume, target string, named bool) mount {
	return mount{named: named, held: true, MountPoint: containertypes.MountPoint{
		Type: mounttypes.TypeVolume, Name: v.Name, Source: v.Mountpoint,
		Destination: target, Driver: "local", RW: true,
	}}
}

// bind reads SOURCE:TARGET[:MODE]; a source that is no path names a volume.
func (s *volumeStore) bind(spec, driver string) (mount, error) {
	parts := strings.Split(spec, ":")
	if len(parts) < 2 || len(parts) > 3 || parts[0] == "" {
		return mount{}, api.Errorf(http.StatusInternalServerError, "invalid volume specification: '%s'", spec)
	}
	if err := checkBind(spec, parts, driver); err != nil {
		return mount{}, err
	}
	target := path.Clean(parts[1])
	var m mount
	if path.IsAbs(parts[0]) {
		m.MountPoint = containertypes.MountPoint{
			Type: mounttypes.TypeBind, Source: parts[0], Destination: target, RW: true, Propagation: "rprivate",
		}
	} else {
		m = volumeMount(s.ensure(parts[0], nil, nil), target, true)
		m.Mode = "z"
	}
	if len(parts) == 3 {
		m.Mode = parts[2]
		m.RW = !slices.Contains(strings.Split(parts[2], ","), "ro")
	}
	return m, nil
}

// bindModes are those that a bind may have, in a list with commas.
var bindModes = []string{
	"ro", "rw", "z", "Z", "nocopy", "consistent", "cached", "delegated",
	"shared", "slave", "private", "rshared", "rslave", "rprivate",
}

var volumeName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]+$`)

// checkBind refuses parts of a bind that the engine does not take.
func checkBind(spec string, parts []string, driver string) error {
	source, target := parts[0], parts[1]
	if len(parts) == 3 {
		for mode := range strings.SplitSeq(parts[2], ",") {
			if !slices.Contains(bindModes, mode) {
				return api.Errorf(http.StatusInternalServerError, "invalid mode: %s", parts[2])
			}
		}
	}
	kind := mounttypes.TypeVolume
	if path.IsAbs(source) {
		kind = mounttypes.TypeBind
	}
	why := ""
	switch {
	case path.Clean(target) == "/":
		why = "invalid specification: destination can't be '/'"
	case !path.IsAbs(target):
		why = "invalid mount path: '" + target + "' mount path must be absolute"
	}
	switch {
	case why != "":
		return api.Errorf(http.StatusInternalServerError, "invalid volume specification: '%s': invalid mount config for type %q: %s", spec, kind, why)
	case kind == mounttypes.TypeBind:
		return nil
	case driver != "" && driver != "local":
		return api.NotFound("create %s: error looking up volume plugin %s: plugin %q not found", source, driver, driver)
	case !volumeName.MatchString(source):
		return api.BadRequest("create %s: %q includes invalid characters for a local volume name, only %q are allowed. "+
			"If you intended to pass a host directory, use absolute path", source, source, "[a-zA-Z0-9][a-zA-Z0-9_.-]")
	}
	return nil
}

// checkMountSources is for a container that starts: a folder of the host that is
// missing is made, but not where the kernel makes them all.
func (c *container) checkMountSources() error {
	for _, m := range c.mounts {
		if m.Type == mounttypes.TypeBind && strings.HasPrefix(m.Source, "/proc/") {
			return api.Errorf(http.StatusInternalServerError,
				"error while creating mount source path '%s': mkdir %s: no such file or directory", m.Source, m.Source)
		}
	}
	return nil
}

func (s *volumeStore) mountSpec(spec mounttypes.Mount) mount {
	if spec.Type == mounttypes.TypeVolume {
		var labels map[string]string
		if spec.VolumeOptions != nil {
			labels = spec.VolumeOptions.Labels
		}
		m := volumeMount(s.ensure(spec.Source, labels, nil), spec.Target, spec.Source != "")
		m.RW = !spec.ReadOnly
		return m
	}
	return mount{MountPoint: containertypes.MountPoint{
		Type: spec.Type, Source: spec.Source, Destination: spec.Target, RW: !spec.ReadOnly,
	}}
}

// mount is for a container that starts.
func (s *volumeStore) mount(c *container) {
	for i := range c.mounts {
		c.mounts[i].held = true
	}
	s.emitMounts(c, events.ActionMount)
}

// unmount is for a container that stops.
func (s *volumeStore) unmount(c *container) { s.emitMounts(c, events.ActionUnmount) }

func (s *volumeStore) emitMounts(c *container, action events.Action) {
	for _, m := range c.mounts {
		if m.Name != "" {
			s.journal.emit(events.VolumeEventType, action, m.Name, nil, "driver", "local", "container", c.id)
		}
	}
}

// dropUnnamed removes the unnamed volumes of a container that is gone, unless
// another container has them too.
func (s *volumeStore) dropUnnamed(c *container) {
	for _, m := range c.mounts {
		if m.Name != "" && !m.named && len(s.users.usersOfVolume(m.Name)) == 0 {
			s.delete(m.Name)
		}
	}
}

// fileStore holds what programs write into files: into those of a volume, of a
// folder of the host, or of the container itself.
type fileStore struct {
	byPlace map[string]map[string]string // text by path, by what the path is in
}

func newFileStore() *fileStore { return &fileStore{byPlace: map[string]map[string]string{}} }

// place is what a file of a container is in, the path there, and whether it can
// be written to.
func (c *container) place(file string) (in, at string, writable bool) {
	file = path.Clean(file)
	in, at, writable = c.id, file, !c.host.ReadonlyRootfs
	longest := -1
	for _, m := range c.mounts {
		rest, inside := strings.CutPrefix(file, m.Destination)
		if !inside || rest != "" && !strings.HasPrefix(rest, "/") || len(m.Destination) <= longest {
			continue
		}
		longest, in, at, writable = len(m.Destination), m.Source, rest, m.RW
		if m.Type == mounttypes.TypeTmpfs {
			in = c.id + m.Destination
		}
	}
	return in, at, writable
}

func (s *fileStore) read(c *container, file string) (text string, ok bool) {
	in, at, _ := c.place(file)
	text, ok = s.byPlace[in][at]
	return text, ok
}

func (s *fileStore) write(c *container, file, text string) bool {
	in, at, writable := c.place(file)
	if !writable {
		return false
	}
	if s.byPlace[in] == nil {
		s.byPlace[in] = map[string]string{}
	}
	s.byPlace[in][at] = text
	return true
}

// drop forgets what was in a volume or a container.
func (s *fileStore) drop(in string) { delete(s.byPlace, in) }
