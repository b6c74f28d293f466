package enginetest

import (
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	networktypes "github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// container is a container.
type container struct {
	id, name string // the name without the slash of the API
	created  time.Time
	image    *image
	config   *containertypes.Config // the image's settings are merged in
	host     *containertypes.HostConfig
	mounts   []mount
	// endpoints are by the name under which the container was put on the
	// network; before the first start that may be an ID or a name of nothing.
	endpoints map[string]*networktypes.EndpointSettings
	bound     nat.PortMap // while running

	status     containertypes.ContainerState
	pid        int
	exitCode   int
	failure    string // why the last start failed
	startedAt  time.Time
	finishedAt time.Time
	restarts   int
	stopped    bool // by hand: no restart policy applies
	runs       int  // how often it was started; tells one run from the next
	exits      int  // how often it ended
	removed    bool
	log        []logLine
}

func (c *container) running() bool {
	return c.status == containertypes.StateRunning || c.status == containertypes.StatePaused
}

func (e *Engine) containerRoutes() routes {
	return routes{atomic: map[string]handler{
		"GET /containers/json":          e.listContainers,
		"POST /containers/create":       e.createContainer,
		"GET /containers/{id}/json":     about(e.findContainer, e.inspectContainer),
		"GET /containers/{id}/top":      about(e.findContainer, e.topContainer),
		"POST /containers/{id}/start":   about(e.findContainer, e.startContainer),
		"POST /containers/{id}/stop":    about(e.findContainer, e.stopContainer),
		"POST /containers/{id}/restart": about(e.findContainer, e.restartContainer),
		"POST /containers/{id}/kill":    about(e.findContainer, e.killContainer),
		"POST /containers/{id}/pause":   about(e.findContainer, e.pauseContainer),
		"POST /containers/{id}/unpause": about(e.findContainer, e.unpauseContainer),
		"POST /containers/{id}/rename":  about(e.findContainer, e.renameContainer),
		"POST /containers/{id}/update":  about(e.findContainer, e.updateContainer),
		"POST /containers/{id}/resize":  about(e.findContainer, e.resizeContainer),
		"DELETE /containers/{id}":       about(e.findContainer, e.removeContainer),
	}, open: map[string]handler{
		"POST /containers/{id}/wait": e.waitContainer,
	}}
}

// findContainer looks a container up by ID, name or the beginning of an ID.
func (e *Engine) findContainer(ref string) (*container, error) {
	if c, ok := e.containers[ref]; ok {
		return c, nil
	}
	name := strings.TrimPrefix(ref, "/")
	var found *container
	for _, c := range e.containers {
		if c.name == name {
			return c, nil
		}
	}
	for id, c := range e.containers {
		if ref == "" || !strings.HasPrefix(id, ref) {
			continue
		}
		if found != nil {
			return nil, badRequest("Multiple IDs found with provided prefix: %s", ref)
		}
		found = c
	}
	if found == nil {
		return nil, notFound("No such container: %s", ref)
	}
	return found, nil
}

// sortedContainers are all containers, the newest first.
func (e *Engine) sortedContainers() []*container {
	return slices.SortedFunc(maps.Values(e.containers), newestFirst)
}

func newestFirst(a, b *container) int {
	if d := b.created.Compare(a.created); d != 0 {
		return d
	}
	return strings.Compare(a.id, b.id)
}

var validName = regexp.MustCompile(`^/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$`)

// takeName checks that a container may have a name.
func (e *Engine) takeName(name string) error {
	if !validName.MatchString(name) {
		return badRequest("Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", name)
	}
	name = strings.TrimPrefix(name, "/")
	for _, c := range e.containers {
		if c.name == name {
			return conflict("Conflict. The container name %q is already in use by container %q. "+
				"You have to remove (or rename) that container to be able to reuse that name.", "/"+name, c.id)
		}
	}
	return nil
}

func (e *Engine) renameContainer(c *container, w http.ResponseWriter, r *http.Request) error {
	name := r.FormValue("name")
	switch {
	case name == "":
		return badRequest("Neither old nor new names may be empty")
	case strings.TrimPrefix(name, "/") == c.name:
		return badRequest("Renaming a container with the same name as its current name")
	}
	if err := e.takeName(name); err != nil {
		return err
	}
	old := c.name
	c.name = strings.TrimPrefix(name, "/")
	e.emitContainer(c, "rename", "oldName", "/"+old)
	return noContent(w)
}

func (e *Engine) updateContainer(c *container, w http.ResponseWriter, r *http.Request) error {
	var update containertypes.UpdateConfig
	if err := readJSON(r, &update, true); err != nil {
		return err
	}
	// Of the resources only the policy changes anything in the model.
	if update.RestartPolicy.Name != "" {
		c.host.RestartPolicy = update.RestartPolicy
	}
	e.emitContainer(c, "update")
	return writeJSON(w, http.StatusOK, map[string][]string{"Warnings": nil})
}

func (e *Engine) resizeContainer(c *container, w http.ResponseWriter, r *http.Request) error {
	if !c.running() {
		return conflict("Container %s is not running", c.id)
	}
	e.emitContainer(c, "resize", "height", r.FormValue("h"), "width", r.FormValue("w"))
	return nil
}

func (e *Engine) topContainer(c *container, w http.ResponseWriter, _ *http.Request) error {
	if !c.running() {
		return conflict("Container %s is not running", c.id)
	}
	e.emitContainer(c, "top")
	return writeJSON(w, http.StatusOK, containertypes.TopResponse{
		Titles: []string{"UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"},
		Processes: [][]string{{
			"root", strconv.Itoa(c.pid), strconv.Itoa(c.pid - 1), "0",
			c.startedAt.Format("15:04"), "?", "00:00:00", strings.Join(c.argv(), " "),
		}},
	})
}

// argv is the command line of the container.
func (c *container) argv() []string {
	return slices.Concat(c.config.Entrypoint, c.config.Cmd)
}

// emitContainer writes down an event of a container, with its labels, image
// and name and the attributes given as pairs.
func (e *Engine) emitContainer(c *container, action events.Action, pairs ...string) {
	attributes := maps.Clone(c.config.Labels)
	if attributes == nil {
		attributes = map[string]string{}
	}
	attributes["image"] = c.config.Image
	attributes["name"] = c.name
	for pair := range slices.Chunk(pairs, 2) {
		attributes[pair[0]] = pair[1]
	}
	e.journal.emit(events.ContainerEventType, action, c.id, attributes)
}

func (e *Engine) usersOfImage(i *image) []*container {
	return slices.DeleteFunc(e.sortedContainers(), func(c *container) bool { return c.image != i })
}

func (e *Engine) usersOfVolume(name string) []string {
	var ids []string
	for _, c := range e.sortedContainers() {
		if slices.ContainsFunc(c.mounts, func(m mount) bool { return m.held && m.Name == name }) {
			ids = append(ids, c.id)
		}
	}
	return ids
}

func (c *container) mountPoints() []containertypes.MountPoint {
	points := make([]containertypes.MountPoint, 0, len(c.mounts))
	for _, m := range c.mounts {
		points = append(points, m.MountPoint)
	}
	return points
}

// membersOf lists the running containers on a network, by name.
func (e *Engine) membersOf(n *network) []*container {
	var on []*container
	for _, c := range e.containers {
		if settings := c.endpointOn(n); settings != nil && settings.EndpointID != "" {
			on = append(on, c)
		}
	}
	slices.SortFunc(on, func(a, b *container) int { return strings.Compare(a.name, b.name) })
	return on
}
