package enginetest

import (
	"net/http"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	volumetypes "github.com/docker/docker/api/types/volume"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// volumeStore holds the volumes.
type volumeStore struct {
	base
	byName map[string]*volumetypes.Volume
	users  volumeUsers
	files  *fileStore
}

// volumeUsers is what volumes ask of containers.
type volumeUsers interface {
	// usersOfVolume lists the IDs of the containers, running or not, that
	// keep a volume from being removed.
	usersOfVolume(name string) []string
}

func newVolumeStore(b base, files *fileStore) *volumeStore {
	return &volumeStore{base: b, byName: map[string]*volumetypes.Volume{}, files: files}
}

func (s *volumeStore) routes() api.Routes {
	return api.Routes{Atomic: map[string]api.Handler{
		"GET /volumes":         s.getVolumes,
		"POST /volumes/create": s.postVolume,
		"GET /volumes/{id}":    api.WithID(s.find, s.getVolume),
		"DELETE /volumes/{id}": s.deleteVolume,
	}}
}

// ensure finds a volume or makes it. Without a name it makes one up.
func (s *volumeStore) ensure(name string, labels, options map[string]string) *volumetypes.Volume {
	if name == "" {
		name = newID()
	}
	if v, ok := s.byName[name]; ok {
		return v
	}
	v := &volumetypes.Volume{
		Name: name, Driver: "local", Scope: "local",
		Mountpoint: "/var/lib/docker/volumes/" + name + "/_data",
		CreatedAt:  time.Now().UTC().Format(time.RFC3339),
		Labels:     labels, Options: options,
	}
	s.byName[name] = v
	s.journal.emit(events.VolumeEventType, events.ActionCreate, name, nil, "driver", "local")
	return v
}

func (s *volumeStore) postVolume(w http.ResponseWriter, r *http.Request) error {
	var opts volumetypes.CreateOptions
	if err := api.ReadJSON(r, &opts, false); err != nil {
		return err
	}
	if opts.Driver != "" && opts.Driver != "local" {
		return api.NotFound("create %s: error looking up volume plugin %s: plugin %q not found",
			opts.Name, opts.Driver, opts.Driver)
	}
	return api.WriteJSON(w, http.StatusCreated, s.ensure(opts.Name, opts.Labels, opts.DriverOpts))
}

func (s *volumeStore) find(name string) (*volumetypes.Volume, error) {
	if v, ok := s.byName[name]; ok {
		return v, nil
	}
	return nil, api.NotFound("get %s: no such volume", name)
}

func (s *volumeStore) getVolume(v *volumetypes.Volume, w http.ResponseWriter, _ *http.Request) error {
	return api.WriteJSON(w, http.StatusOK, v)
}

func (s *volumeStore) deleteVolume(w http.ResponseWriter, r *http.Request) error {
	v, err := s.find(r.PathValue("id"))
	if err != nil {
		if api.BoolParam(r, "force") {
			return api.NoContent(w)
		}
		return err
	}
	if users := s.users.usersOfVolume(v.Name); len(users) > 0 {
		return api.Conflict("remove %s: volume is in use - [%s]", v.Name, strings.Join(users, ", "))
	}
	s.delete(v.Name)
	return api.NoContent(w)
}

func (s *volumeStore) delete(name string) {
	s.files.drop(s.byName[name].Mountpoint)
	delete(s.byName, name)
	s.journal.emit(events.VolumeEventType, events.ActionDestroy, name, nil, "driver", "local")
}

func (s *volumeStore) getVolumes(w http.ResponseWriter, r *http.Request) error {
	want, err := s.readFilters(r, "dangling", "driver", "label", "name")
	if err != nil {
		return err
	}
	list := listed(s.byName, func(v *volumetypes.Volume) bool {
		return want.Match("name", v.Name) && want.ExactMatch("driver", v.Driver) && want.MatchKVList("label", v.Labels) &&
			want.matchDangling(len(s.users.usersOfVolume(v.Name)) == 0)
	}, func(a, b *volumetypes.Volume) int {
		return strings.Compare(a.Name, b.Name)
	}, func(v *volumetypes.Volume) *volumetypes.Volume {
		return v
	})
	return api.WriteJSON(w, http.StatusOK, volumetypes.ListResponse{Volumes: list})
}
