package enginetest

import (
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// containerStore holds the containers. What makes them run and end is the
// [lifecycle]; what they print is read through [containerLogs].
type containerStore struct {
	base
	byID     map[string]*container
	images   *imageStore
	volumes  *volumeStore
	networks containerNetworks
	execs    containerExecs
}

// containerNetworks is what containers ask of networks.
type containerNetworks interface {
	// checkWanted refuses what a container that is to be made can't have on them.
	checkWanted(endpoints map[string]*endpoint) error
}

// containerExecs is what containers ask of execs.
type containerExecs interface {
	// pendingExecs lists the IDs of the commands in a container that have
	// not ended, in order.
	pendingExecs(c *container) []string
}

func newContainerStore(b base, images *imageStore, volumes *volumeStore, networks containerNetworks) *containerStore {
	return &containerStore{base: b, byID: map[string]*container{}, images: images, volumes: volumes, networks: networks}
}

func (s *containerStore) routes() api.Routes {
	return api.Routes{Atomic: map[string]api.Handler{
		"GET /containers/json":         s.getContainers,
		"POST /containers/create":      s.postContainer,
		"POST /commit":                 s.postCommit,
		"GET /containers/{id}/json":    api.WithID(s.find, s.getContainer),
		"GET /containers/{id}/top":     api.WithID(s.find, s.getTop),
		"POST /containers/{id}/rename": api.WithID(s.find, s.postRename),
		"POST /containers/{id}/update": api.WithID(s.find, s.postUpdate),
		"POST /containers/{id}/resize": api.WithID(s.find, s.postResize),
	}}
}

// find looks a container up by ID, name or the beginning of an ID.
func (s *containerStore) find(ref string) (*container, error) {
	if c, ok := s.byID[ref]; ok {
		return c, nil
	}
	name := strings.TrimPrefix(ref, "/")
	for _, c := range s.byID {
		if c.name == name {
			return c, nil
		}
	}
	var found *container
	for id, c := range s.byID {
		if ref == "" || !strings.HasPrefix(id, ref) {
			continue
		}
		if found != nil {
			return nil, api.BadRequest("Multiple IDs found with provided prefix: %s", ref)
		}
		found = c
	}
	if found == nil {
		return nil, api.NotFound("No such container: %s", ref)
	}
	return found, nil
}

// all are all containers, the newest first.
func (s *containerStore) all() []*container {
	return slices.SortedFunc(maps.Values(s.byID), newestFirst)
}

func newestFirst(a, b *container) int {
	if d := b.created.Compare(a.created); d != 0 {
		return d
	}
	return strings.Compare(a.id, b.id)
}

// networkOwner is the container whose network a container uses: itself, or the one
// that owns the network in which the container that it names was when it joined
// that. When the owner ends, those who joined are left on nothing, also when it is
// started again.
func (s *containerStore) networkOwner(c *container) (*container, error) {
	switch {
	case !c.host.NetworkMode.IsContainer():
		return c, nil
	case c.namespace == nil || c.namespace.gone:
		return nil, api.Conflict("the network that %s has joined is gone", c.id)
	}
	return c.namespace.owner, nil
}

// joined is the container whose network a container is to join when it starts.
func joined(s *containerStore, c *container) (*container, error) {
	name := c.host.NetworkMode.ConnectedContainer()
	owner, err := s.find(name)
	if err != nil {
		return nil, s.release.refusals.joinMissing.about(name)
	}
	if !owner.running() {
		return nil, s.release.refusals.joinStopped.about(owner.id, owner.name, owner.status)
	}
	return owner, nil
}

var validName = regexp.MustCompile(`^/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$`)

// checkName checks that a container may have a name.
func (s *containerStore) checkName(name string) error {
	if !validName.MatchString(name) {
		return api.BadRequest("Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", name)
	}
	name = strings.TrimPrefix(name, "/")
	for _, c := range s.byID {
		if c.name == name {
			return api.Conflict("Conflict. The container name %q is already in use by container %q. "+
				"You have to remove (or rename) that container to be able to reuse that name.", "/"+name, c.id)
		}
	}
	return nil
}

func (s *containerStore) postRename(c *container, w http.ResponseWriter, r *http.Request) error {
	name := r.FormValue("name")
	switch {
	case name == "":
		return api.BadRequest("Neither old nor new names may be empty")
	case strings.TrimPrefix(name, "/") == c.name:
		return api.BadRequest("Renaming a container with the same name as its current name")
	}
	if err := s.checkName(name); err != nil {
		if refused := (*api.Error)(nil); errors.As(err, &refused) && refused.Status == http.StatusConflict {
			return api.Conflict("Error when allocating new name: %v", err)
		}
		return err
	}
	old := c.name
	c.name = strings.TrimPrefix(name, "/")
	s.emit(c, "rename", "oldName", "/"+old)
	return api.NoContent(w)
}

func (s *containerStore) postUpdate(c *container, w http.ResponseWriter, r *http.Request) error {
	var update containertypes.UpdateConfig
	if err := api.ReadJSON(r, &update, true); err != nil {
		return err
	}
	// Of the resources only the policy changes anything in the model.
	if update.RestartPolicy.Name != "" {
		c.host.RestartPolicy = update.RestartPolicy
	}
	s.emit(c, "update")
	return api.WriteJSON(w, http.StatusOK, map[string][]string{"Warnings": nil})
}

func (s *containerStore) postResize(c *container, w http.ResponseWriter, r *http.Request) error {
	if !c.running() {
		return s.release.refusals.notRunning.about(c.id)
	}
	s.emit(c, "resize", "height", r.FormValue("h"), "width", r.FormValue("w"))
	return nil
}

func (s *containerStore) getTop(c *container, w http.ResponseWriter, _ *http.Request) error {
	if !c.running() {
		return s.release.refusals.notRunning.about(c.id)
	}
	s.emit(c, "top")
	return api.WriteJSON(w, http.StatusOK, containertypes.TopResponse{
		Titles: []string{"UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"},
		Processes: [][]string{{
			"root", strconv.Itoa(c.pid), strconv.Itoa(c.pid - 1), "0",
			c.startedAt.Format("15:04"), "?", "00:00:00", strings.Join(c.argv(), " "),
		}},
	})
}

// emit writes down an event of a container, with its labels, image and name.
func (s *containerStore) emit(c *container, action events.Action, pairs ...string) {
	pairs = append([]string{"image", c.config.Image, "name", c.name}, pairs...)
	s.journal.emit(events.ContainerEventType, action, c.id, c.config.Labels, pairs...)
}

func (s *containerStore) usersOfImage(i *image) []*container {
	return slices.DeleteFunc(s.all(), func(c *container) bool { return c.image != i })
}

func (s *containerStore) usersOfVolume(name string) []string {
	var ids []string
	for _, c := range s.all() {
		if slices.ContainsFunc(c.mounts, func(m mount) bool { return m.held && m.Name == name }) {
			ids = append(ids, c.id)
		}
	}
	return ids
}

// membersOf lists the running containers on a network, by name.
func (s *containerStore) membersOf(n *network) []*container {
	var on []*container
	for _, c := range s.byID {
		if settings := c.endpointOn(n); settings != nil && settings.EndpointID != "" {
			on = append(on, c)
		}
	}
	slices.SortFunc(on, func(a, b *container) int { return strings.Compare(a.name, b.name) })
	return on
}

// print adds a line to the log of a container.
func (s *containerStore) print(c *container, stderr bool, text string) {
	c.log = append(c.log, logLine{stderr: stderr, at: time.Now().UTC(), text: text})
	s.lock.Notify()
}
