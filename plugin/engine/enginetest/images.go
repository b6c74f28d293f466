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

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// imageStore holds the images of the engine and of its registry.
type imageStore struct {
	base
	containerd bool // keeps them
	byID       map[string]*image
	registry   map[string]*containertypes.Config // by familiar name with tag
	users      imageUsers
}

// imageUsers is what images ask of containers.
type imageUsers interface {
	// usersOfImage lists the containers made of an image, the newest first.
	usersOfImage(i *image) []*container
}

func newImageStore(b base, opts Options) *imageStore {
	s := &imageStore{
		base: b, containerd: opts.ContainerdStore,
		byID: map[string]*image{}, registry: map[string]*containertypes.Config{},
	}
	for _, i := range opts.Images {
		s.tag(s.add(i.config(), "", []string{i.Ref}), familiar(i.Ref))
	}
	for _, i := range opts.Registry {
		s.registry[familiar(i.Ref)] = i.config()
	}
	return s
}

func (s *imageStore) routes() api.Routes {
	return api.Routes{Atomic: map[string]api.Handler{
		"GET /images/json":            s.getImages,
		"POST /images/create":         s.postPullOrImport,
		"POST /images/load":           s.postLoad,
		"POST /build":                 s.postBuild,
		"GET /images/{rest...}":       s.getImage,
		"POST /images/{rest...}":      s.postTagOrPush,
		"DELETE /images/{rest...}":    s.deleteImage,
		"GET /distribution/{rest...}": s.getDistribution,
	}}
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

// digests are the names of an image with a digest: containerd gives one to an image
// as soon as it has a name, else only a registry does, which is not modelled.
func (s *imageStore) digests(i *image) []string {
	digests := []string{}
	for _, tag := range i.tags {
		if named, err := reference.ParseNormalizedNamed(tag); err == nil && s.containerd {
			digests = append(digests, reference.FamiliarName(named)+"@"+i.id)
		}
	}
	return slices.Compact(digests)
}

// tag gives an image a name, taking it from the image that had it.
func (s *imageStore) tag(i *image, ref string) {
	for _, other := range s.byID {
		other.tags = slices.DeleteFunc(other.tags, func(t string) bool { return t == ref })
	}
	i.tags = append(i.tags, ref)
	slices.Sort(i.tags)
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
	return nil, api.NotFound("No such image: %s", name)
}

func (s *imageStore) getDistribution(http.ResponseWriter, *http.Request) error {
	return api.Errorf(http.StatusNotImplemented, "enginetest does not ask registries about images")
}

// imagePath splits the path after /images/ into a reference, which may contain
// slashes, and what is wanted of it.
func imagePath(r *http.Request, want string) (string, error) {
	ref, ok := strings.CutSuffix(r.PathValue("rest"), want)
	if !ok {
		return "", api.NotKnown(r)
	}
	return ref, nil
}

func (s *imageStore) getImages(w http.ResponseWriter, r *http.Request) error {
	want, err := s.readFilters(r, "dangling", "label", "reference")
	if err != nil {
		return err
	}
	tags := func(i *image) []string {
		if want.Contains("reference") {
			return matchingTags(i.tags, want.Get("reference"))
		}
		return i.tags
	}
	list := listed(s.byID, func(i *image) bool {
		return (!want.Contains("reference") || len(tags(i)) > 0) &&
			want.MatchKVList("label", i.config.Labels) && want.matchDangling(len(i.tags) == 0)
	}, func(a, b *image) int {
		return strings.Compare(a.id, b.id)
	}, func(i *image) imagetypes.Summary {
		return imagetypes.Summary{
			ID: i.id, ParentID: i.parent, RepoTags: append([]string{}, tags(i)...), RepoDigests: s.digests(i),
			Created: i.created.Unix(), Labels: i.config.Labels, Containers: -1, SharedSize: -1,
		}
	})
	return api.WriteJSON(w, http.StatusOK, list)
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

func (s *imageStore) getImage(w http.ResponseWriter, r *http.Request) error {
	ref, err := imagePath(r, "/json")
	if err != nil {
		return err
	}
	i, err := s.find(ref)
	if err != nil {
		return s.release.refusals.imageUnknown.about(ref, familiar(ref))
	}
	// The client's type knows fewer settings than the engine sends.
	return api.WriteJSON(w, http.StatusOK, struct {
		imagetypes.InspectResponse
		Config          *containertypes.Config
		ContainerConfig *containertypes.Config `json:",omitempty"`
	}{
		imagetypes.InspectResponse{
			ID: i.id, Parent: i.parent, RepoTags: append([]string{}, i.tags...), RepoDigests: s.digests(i),
			Created:      i.created.Format(time.RFC3339Nano),
			Architecture: runtime.GOARCH, Os: "linux",
			GraphDriver: storage.DriverData{Name: "memory"},
			RootFS:      imagetypes.RootFS{Type: "layers", Layers: i.layers},
		},
		i.config, s.release.containerConfig(i.config),
	})
}

func (s *imageStore) postTagOrPush(w http.ResponseWriter, r *http.Request) error {
	if ref, err := imagePath(r, "/push"); err == nil {
		return s.push(ref, w, r)
	}
	ref, err := imagePath(r, "/tag")
	if err != nil {
		return err
	}
	i, err := s.find(ref)
	if err != nil {
		return err
	}
	name := r.FormValue("repo")
	if tag := r.FormValue("tag"); tag != "" {
		name += ":" + tag
	}
	if _, err := reference.ParseNormalizedNamed(name); err != nil {
		return api.BadRequest("%v", err)
	}
	s.tag(i, familiar(name))
	s.emit(i, events.ActionTag, familiar(name))
	w.WriteHeader(http.StatusCreated)
	return nil
}

// emit writes down an event of an image, with its labels.
func (s *imageStore) emit(i *image, action events.Action, name string) {
	s.journal.emit(events.ImageEventType, action, i.id, i.config.Labels, "name", name)
}

// deleteImage takes a name off an image and deletes the image with its last one.
func (s *imageStore) deleteImage(w http.ResponseWriter, r *http.Request) error {
	ref := r.PathValue("rest")
	i, err := s.find(ref)
	if err != nil {
		return err
	}
	force := api.BoolParam(r, "force")
	byName := slices.Contains(i.tags, familiar(ref))
	if err := s.refuseRemoval(i, ref, byName, force); err != nil {
		return err
	}
	var done []imagetypes.DeleteResponse
	for _, tag := range slices.Clone(i.tags) {
		if !byName || tag == familiar(ref) {
			i.tags = slices.DeleteFunc(i.tags, func(t string) bool { return t == tag })
			done = append(done, imagetypes.DeleteResponse{Untagged: tag})
			s.emit(i, events.ActionUnTag, i.id)
		}
	}
	if len(i.tags) == 0 && len(s.users.usersOfImage(i)) == 0 {
		delete(s.byID, i.id)
		done = append(done, imagetypes.DeleteResponse{Deleted: i.id})
		s.emit(i, events.ActionDelete, i.id)
	}
	return api.WriteJSON(w, http.StatusOK, done)
}

// refuseRemoval refuses to remove an image that containers need. One of several
// names may always go.
func (s *imageStore) refuseRemoval(i *image, ref string, byName, force bool) error {
	if byName && len(i.tags) > 1 {
		return nil
	}
	for _, c := range s.users.usersOfImage(i) {
		switch {
		case byName && !force && s.containerd:
			return api.Conflict("conflict: unable to delete %s (must be forced) - "+
				"container %s is using its referenced image %s", ref, shortID(c.id), i.shortID())
		case byName && !force:
			return api.Conflict("conflict: unable to remove repository reference %q (must force) - "+
				"container %s is using its referenced image %s", ref, shortID(c.id), i.shortID())
		case !byName && c.running():
			return api.Conflict("conflict: unable to delete %s (cannot be forced) - "+
				"image is being used by running container %s", i.shortID(), shortID(c.id))
		case !byName && !force:
			return api.Conflict("conflict: unable to delete %s (must be forced) - "+
				"image is being used by stopped container %s", i.shortID(), shortID(c.id))
		}
	}
	if !byName && len(i.tags) > 1 && !force {
		return api.Conflict("conflict: unable to delete %s (must be forced) - "+
			"image is referenced in multiple repositories", i.shortID())
	}
	return nil
}
