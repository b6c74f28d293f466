package enginetest

import (
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	mounttypes "github.com/docker/docker/api/types/mount"
	volumetypes "github.com/docker/docker/api/types/volume"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// volume is a volume.
type volume struct {
	volumetypes.Volume
	created time.Time
}

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

func (e *Engine) volumeRoutes() routes {
	return routes{atomic: map[string]handler{
		"GET /volumes":         e.listVolumes,
		"POST /volumes/create": e.createVolume,
		"GET /volumes/{id}":    about(e.findVolume, e.inspectVolume),
		"DELETE /volumes/{id}": e.removeVolume,
	}}
}

// ensureVolume finds a volume or makes it.
func (e *Engine) ensureVolume(name string, opts volumetypes.CreateOptions) *volume {
	if name == "" {
		name = newID()
	}
	if v, ok := e.volumes[name]; ok {
		return v
	}
	now := time.Now().UTC()
	v := &volume{created: now, Volume: volumetypes.Volume{
		Name: name, Driver: "local", Scope: "local",
		Mountpoint: "/var/lib/docker/volumes/" + name + "/_data",
		CreatedAt:  now.Format(time.RFC3339),
		Labels:     opts.Labels, Options: opts.DriverOpts,
	}}
	e.volumes[name] = v
	e.emit(events.VolumeEventType, events.ActionCreate, name, map[string]string{"driver": "local"})
	return v
}

func (e *Engine) createVolume(w http.ResponseWriter, r *http.Request) error {
	var opts volumetypes.CreateOptions
	if err := readJSON(r, &opts, false); err != nil {
		return err
	}
	if opts.Driver != "" && opts.Driver != "local" {
		return notFound("create %s: error looking up volume plugin %s: plugin %q not found",
			opts.Name, opts.Driver, opts.Driver)
	}
	return writeJSON(w, http.StatusCreated, e.ensureVolume(opts.Name, opts).Volume)
}

func (e *Engine) findVolume(name string) (*volume, error) {
	if v, ok := e.volumes[name]; ok {
		return v, nil
	}
	return nil, notFound("get %s: no such volume", name)
}

func (e *Engine) inspectVolume(v *volume, w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, v.Volume)
}

// volumeUsers lists the containers that mount a volume, running or not.
func (e *Engine) volumeUsers(name string) []string {
	var ids []string
	for _, c := range e.sortedContainers() {
		if slices.ContainsFunc(c.mounts, func(m mount) bool { return m.held && m.Name == name }) {
			ids = append(ids, c.id)
		}
	}
	return ids
}

func (e *Engine) removeVolume(w http.ResponseWriter, r *http.Request) error {
	v, err := e.findVolume(r.PathValue("id"))
	if err != nil {
		if boolParam(r, "force") {
			return noContent(w)
		}
		return err
	}
	if users := e.volumeUsers(v.Name); len(users) > 0 {
		return conflict("remove %s: volume is in use - [%s]", v.Name, strings.Join(users, ", "))
	}
	e.deleteVolume(v.Name)
	return noContent(w)
}

func (e *Engine) deleteVolume(name string) {
	delete(e.volumes, name)
	e.emit(events.VolumeEventType, events.ActionDestroy, name, map[string]string{"driver": "local"})
}

func (e *Engine) listVolumes(w http.ResponseWriter, r *http.Request) error {
	want, err := readFilters(r, "dangling", "driver", "label", "name")
	if err != nil {
		return err
	}
	list := listed(e.volumes, func(v *volume) bool {
		return want.Match("name", v.Name) && want.ExactMatch("driver", v.Driver) && want.MatchKVList("label", v.Labels) &&
			want.matchDangling(len(e.volumeUsers(v.Name)) == 0)
	}, func(a, b *volume) int {
		return strings.Compare(a.Name, b.Name)
	}, func(v *volume) *volumetypes.Volume {
		return &v.Volume
	})
	return writeJSON(w, http.StatusOK, volumetypes.ListResponse{Volumes: list})
}

// mountsFor settles what a new container mounts: first what it takes over from
// others, then its binds and mounts, then a new volume for each path that is
// declared a volume and not covered yet.
func (e *Engine) mountsFor(c *container) ([]mount, error) {
	byPath := map[string]mount{}
	for _, ref := range c.host.VolumesFrom {
		name, mode, _ := strings.Cut(ref, ":")
		from, err := e.findContainer(name)
		if err != nil {
			return nil, badRequest("%v", err)
		}
		for _, m := range from.mounts {
			m.RW = m.RW && mode != "ro"
			m.held = false
			byPath[m.Destination] = m
		}
	}
	for _, bind := range c.host.Binds {
		m, err := e.bind(bind)
		if err != nil {
			return nil, err
		}
		byPath[m.Destination] = m
	}
	for _, spec := range c.host.Mounts {
		byPath[spec.Target] = e.mountSpec(spec)
	}
	for target := range c.config.Volumes {
		target = path.Clean(target)
		if _, covered := byPath[target]; covered {
			continue
		}
		if _, tmpfs := c.host.Tmpfs[target]; tmpfs {
			continue
		}
		byPath[target] = volumeMount(e.ensureVolume("", volumetypes.CreateOptions{Labels: e.release.anonymousVolumeLabels}), target, false)
	}
	mounts := make([]mount, 0, len(byPath))
	for _, m := range byPath {
		mounts = append(mounts, m)
	}
	slices.SortFunc(mounts, func(a, b mount) int { return strings.Compare(a.Destination, b.Destination) })
	return mounts, nil
}

func volumeMount(v *volume, target string, named bool) mount {
	return mount{named: named, held: true, MountPoint: containertypes.MountPoint{
		Type: mounttypes.TypeVolume, Name: v.Name, Source: v.Mountpoint,
		Destination: target, Driver: "local", RW: true,
	}}
}

// bind reads SOURCE:TARGET[:MODE]; a source that is no path names a volume.
func (e *Engine) bind(spec string) (mount, error) {
	parts := strings.Split(spec, ":")
	if len(parts) < 2 || len(parts) > 3 || parts[0] == "" || !path.IsAbs(parts[1]) {
		return mount{}, badRequest("invalid volume specification: '%s'", spec)
	}
	target := path.Clean(parts[1])
	var m mount
	if path.IsAbs(parts[0]) {
		m.MountPoint = containertypes.MountPoint{
			Type: mounttypes.TypeBind, Source: parts[0], Destination: target, RW: true, Propagation: "rprivate",
		}
	} else {
		m = volumeMount(e.ensureVolume(parts[0], volumetypes.CreateOptions{}), target, true)
		m.Mode = "z"
	}
	if len(parts) == 3 {
		m.Mode = parts[2]
		m.RW = !slices.Contains(strings.Split(parts[2], ","), "ro")
	}
	return m, nil
}

func (e *Engine) mountSpec(spec mounttypes.Mount) mount {
	if spec.Type == mounttypes.TypeVolume {
		opts := volumetypes.CreateOptions{}
		if spec.VolumeOptions != nil {
			opts.Labels = spec.VolumeOptions.Labels
		}
		m := volumeMount(e.ensureVolume(spec.Source, opts), spec.Target, spec.Source != "")
		m.RW = !spec.ReadOnly
		return m
	}
	return mount{MountPoint: containertypes.MountPoint{
		Type: spec.Type, Source: spec.Source, Destination: spec.Target, RW: !spec.ReadOnly,
	}}
}

func (c *container) mountPoints() []containertypes.MountPoint {
	points := make([]containertypes.MountPoint, 0, len(c.mounts))
	for _, m := range c.mounts {
		points = append(points, m.MountPoint)
	}
	return points
}

func (e *Engine) mountVolumes(c *container) {
	for i := range c.mounts {
		c.mounts[i].held = true
	}
	e.emitMounts(c, events.ActionMount)
}

func (e *Engine) unmountVolumes(c *container) { e.emitMounts(c, events.ActionUnmount) }

func (e *Engine) emitMounts(c *container, action events.Action) {
	for _, m := range c.mounts {
		if m.Name != "" {
			e.emit(events.VolumeEventType, action, m.Name, map[string]string{"driver": "local", "container": c.id})
		}
	}
}

// dropVolumes removes the unnamed volumes of a container that is gone, unless
// another container has them too.
func (e *Engine) dropVolumes(c *container, wanted bool) {
	if !wanted {
		return
	}
	for _, m := range c.mounts {
		if m.Name != "" && !m.named && len(e.volumeUsers(m.Name)) == 0 {
			e.deleteVolume(m.Name)
		}
	}
}
