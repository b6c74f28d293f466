package enginetest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	imagetypes "github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/storage"
	"github.com/docker/go-connections/nat"
)

// Image describes an image to put on an engine or into its registry.
type Image struct {
	// Ref is its name, such as "redis" or "example.com/team/web:2".
	Ref string
	// The settings a Dockerfile gives an image.
	Entrypoint, Cmd []string
	Env             []string
	Expose          []string // such as "80" or "53/udp"
	Volumes         []string
	Labels          map[string]string
	User            string
	WorkingDir      string
	StopSignal      string
}

// Probe is an image that holds scripts/probe and serves on port 80.
func Probe(ref string) Image {
	return Image{Ref: ref, Cmd: []string{"/probe", "serve"}, Env: []string{"PATH=/"}, Expose: []string{"80"}}
}

func (i Image) config() *containertypes.Config {
	c := &containertypes.Config{
		Entrypoint: i.Entrypoint, Cmd: i.Cmd, Env: i.Env, Labels: i.Labels,
		User: i.User, WorkingDir: i.WorkingDir, StopSignal: i.StopSignal,
	}
	for _, port := range i.Expose {
		expose(c, port)
	}
	for _, path := range i.Volumes {
		c.Volumes = merged(c.Volumes, map[string]struct{}{path: {}})
	}
	return c
}

func expose(c *containertypes.Config, port string) {
	number, proto, ok := strings.Cut(port, "/")
	if !ok {
		proto = "tcp"
	}
	c.ExposedPorts = merged(c.ExposedPorts, nat.PortSet{nat.Port(number + "/" + proto): {}})
}

// image is an image on the engine.
type image struct {
	id      string
	parent  string
	created time.Time
	config  *containertypes.Config
	layers  []string // digests of what each step put into it
	tags    []string // "redis:latest", as people write them
}

// imageStore is the images of an engine and of its registry.
type imageStore struct {
	byID     map[string]*image
	registry map[string]*containertypes.Config // by familiar name with tag
}

func newImageStore(opts Options) imageStore {
	s := imageStore{byID: map[string]*image{}, registry: map[string]*containertypes.Config{}}
	for _, i := range opts.Images {
		s.tag(s.add(i.config(), "", []string{i.Ref}), familiar(i.Ref))
	}
	for _, i := range opts.Registry {
		s.registry[familiar(i.Ref)] = i.config()
	}
	return s
}

// add puts an image into the store. Its ID follows from its content alone, so
// the same content is the same image.
func (s *imageStore) add(config *containertypes.Config, parent string, layers []string) *image {
	content, err := json.Marshal(struct {
		Config *containertypes.Config
		Layers []string
	}{config, layers})
	if err != nil {
		panic(err) // a config that came out of JSON goes into it
	}
	sum := sha256.Sum256(content)
	id := "sha256:" + hex.EncodeToString(sum[:])
	if i, ok := s.byID[id]; ok {
		return i
	}
	i := &image{id: id, parent: parent, created: time.Now().UTC(), config: config, layers: layers}
	s.byID[id] = i
	return i
}

// tag gives an image a name, taking it from the image that had it.
func (s *imageStore) tag(i *image, ref string) {
	for _, other := range s.byID {
		other.tags = slices.DeleteFunc(other.tags, func(t string) bool { return t == ref })
	}
	i.tags = append(i.tags, ref)
	slices.Sort(i.tags)
}

// familiar is the short form of a reference, with its tag; what is no
// reference stays as it is.
func familiar(ref string) string {
	named, err := reference.ParseDockerRef(ref)
	if err != nil {
		return ref
	}
	return reference.FamiliarString(named)
}

// find looks an image up by name, ID or the beginning of an ID.
func (s *imageStore) find(ref string) (*image, error) {
	name := familiar(ref)
	for _, i := range s.byID {
		if i.id == ref || slices.Contains(i.tags, name) {
			return i, nil
		}
	}
	hex := strings.TrimPrefix(ref, "sha256:")
	if len(hex) >= 4 {
		for id, i := range s.byID {
			if strings.HasPrefix(id, "sha256:"+hex) {
				return i, nil
			}
		}
	}
	return nil, notFound("No such image: %s", name)
}

func (e *Engine) imageRoutes() routes {
	return routes{atomic: map[string]handler{
		"GET /images/json":            e.listImages,
		"POST /images/create":         e.pullOrImport,
		"POST /images/load":           e.loadImages,
		"POST /build":                 e.build,
		"GET /images/{rest...}":       e.inspectImage,
		"POST /images/{rest...}":      e.tagOrPush,
		"DELETE /images/{rest...}":    e.removeImage,
		"GET /distribution/{rest...}": e.distribution,
	}}
}

func (e *Engine) distribution(http.ResponseWriter, *http.Request) error {
	return errorf(http.StatusNotImplemented, "enginetest does not ask registries about images")
}

// imagePath splits the path after /images/ into a reference, which may contain
// slashes, and what is wanted of it.
func imagePath(r *http.Request, want string) (string, error) {
	ref, ok := strings.CutSuffix(r.PathValue("rest"), want)
	if !ok {
		return "", notKnown(r)
	}
	return ref, nil
}

func (e *Engine) listImages(w http.ResponseWriter, r *http.Request) error {
	want, err := readFilters(r, "dangling", "label", "reference")
	if err != nil {
		return err
	}
	tags := func(i *image) []string {
		if want.Contains("reference") {
			return matchingTags(i.tags, want.Get("reference"))
		}
		return i.tags
	}
	list := listed(e.images.byID, func(i *image) bool {
		return (!want.Contains("reference") || len(tags(i)) > 0) &&
			want.MatchKVList("label", i.config.Labels) && want.matchDangling(len(i.tags) == 0)
	}, func(a, b *image) int {
		return strings.Compare(a.id, b.id)
	}, func(i *image) imagetypes.Summary {
		return imagetypes.Summary{
			ID: i.id, ParentID: i.parent, RepoTags: append([]string{}, tags(i)...), RepoDigests: []string{},
			Created: i.created.Unix(), Labels: i.config.Labels, Containers: -1, SharedSize: -1,
		}
	})
	return writeJSON(w, http.StatusOK, list)
}

func matchingTags(tags, patterns []string) []string {
	var match []string
	for _, tag := range tags {
		ref, err := reference.ParseNormalizedNamed(tag)
		if err != nil {
			continue
		}
		if slices.ContainsFunc(patterns, func(p string) bool {
			ok, err := reference.FamiliarMatch(p, ref)
			return ok && err == nil
		}) {
			match = append(match, tag)
		}
	}
	return match
}

func (e *Engine) inspectImage(w http.ResponseWriter, r *http.Request) error {
	ref, err := imagePath(r, "/json")
	if err != nil {
		return err
	}
	i, err := e.images.find(ref)
	if err != nil {
		return e.release.refusals.imageUnknown.about(ref, familiar(ref))
	}
	// The client's type knows fewer settings than the engine sends.
	return writeJSON(w, http.StatusOK, struct {
		imagetypes.InspectResponse
		Config *containertypes.Config
	}{
		imagetypes.InspectResponse{
			ID: i.id, Parent: i.parent, RepoTags: append([]string{}, i.tags...), RepoDigests: []string{},
			Created:      i.created.Format(time.RFC3339Nano),
			Architecture: runtime.GOARCH, Os: "linux",
			GraphDriver: storage.DriverData{Name: "memory"},
			RootFS:      imagetypes.RootFS{Type: "layers", Layers: i.layers},
		},
		i.config,
	})
}

func (e *Engine) tagOrPush(w http.ResponseWriter, r *http.Request) error {
	if ref, err := imagePath(r, "/push"); err == nil {
		return e.push(ref, w, r)
	}
	ref, err := imagePath(r, "/tag")
	if err != nil {
		return err
	}
	i, err := e.images.find(ref)
	if err != nil {
		return err
	}
	name := r.FormValue("repo")
	if tag := r.FormValue("tag"); tag != "" {
		name += ":" + tag
	}
	if _, err := reference.ParseNormalizedNamed(name); err != nil {
		return badRequest("%v", err)
	}
	e.images.tag(i, familiar(name))
	e.emitImage(i, events.ActionTag, familiar(name))
	w.WriteHeader(http.StatusCreated)
	return nil
}

func (e *Engine) emitImage(i *image, action events.Action, name string) {
	attributes := merged(i.config.Labels, map[string]string{"name": name})
	e.journal.emit(events.ImageEventType, action, i.id, attributes)
}

// removeImage takes a name off an image and deletes the image with its last one.
func (e *Engine) removeImage(w http.ResponseWriter, r *http.Request) error {
	ref := r.PathValue("rest")
	i, err := e.images.find(ref)
	if err != nil {
		return err
	}
	force := boolParam(r, "force")
	byName := slices.Contains(i.tags, familiar(ref))
	if err := e.imageInUse(i, ref, byName, force); err != nil {
		return err
	}
	var done []imagetypes.DeleteResponse
	for _, tag := range slices.Clone(i.tags) {
		if !byName || tag == familiar(ref) {
			i.tags = slices.DeleteFunc(i.tags, func(t string) bool { return t == tag })
			done = append(done, imagetypes.DeleteResponse{Untagged: tag})
			e.emitImage(i, events.ActionUnTag, i.id)
		}
	}
	used := slices.ContainsFunc(e.sortedContainers(), func(c *container) bool { return c.image == i })
	if len(i.tags) == 0 && !used {
		delete(e.images.byID, i.id)
		done = append(done, imagetypes.DeleteResponse{Deleted: i.id})
		e.emitImage(i, events.ActionDelete, i.id)
	}
	return writeJSON(w, http.StatusOK, done)
}

// imageInUse refuses to remove an image that containers need. One of several
// names may always go.
func (e *Engine) imageInUse(i *image, ref string, byName, force bool) error {
	if byName && len(i.tags) > 1 {
		return nil
	}
	short := strings.TrimPrefix(i.id, "sha256:")[:12]
	for _, c := range e.sortedContainers() {
		if c.image != i {
			continue
		}
		switch {
		case byName && !force:
			return conflict("conflict: unable to remove repository reference %q (must force) - "+
				"container %s is using its referenced image %s", ref, shortID(c.id), short)
		case !byName && c.running():
			return conflict("conflict: unable to delete %s (cannot be forced) - "+
				"image is being used by running container %s", short, shortID(c.id))
		case !byName && !force:
			return conflict("conflict: unable to delete %s (must be forced) - "+
				"image is being used by stopped container %s", short, shortID(c.id))
		}
	}
	if !byName && len(i.tags) > 1 && !force {
		return conflict("conflict: unable to delete %s (must be forced) - "+
			"image is referenced in multiple repositories", short)
	}
	return nil
}
