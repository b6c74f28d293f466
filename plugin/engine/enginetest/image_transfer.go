package enginetest

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/distribution/reference"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/build"
)

func (s *imageStore) postPullOrImport(w http.ResponseWriter, r *http.Request) error {
	if r.FormValue("fromImage") == "" {
		return s.importImage(w, r)
	}
	name := r.FormValue("fromImage")
	if tag := r.FormValue("tag"); strings.HasPrefix(tag, "sha256:") {
		name += "@" + tag
	} else if tag != "" {
		name += ":" + tag
	}
	named, err := reference.ParseDockerRef(name)
	if err != nil {
		return api.BadRequest("%v", err)
	}
	short := reference.FamiliarString(named)
	before, _ := s.find(short)
	i, ok := s.fetch(short)
	if !ok {
		return s.notInRegistry(named)
	}
	m := api.NewMessages(w)
	tag := "latest"
	if tagged, ok := named.(reference.Tagged); ok {
		tag = tagged.Tag()
	}
	m.Status(tag, "Pulling from "+reference.Path(named))
	layer := i.shortID()
	done := "Status: Image is up to date for " + short
	if before != i {
		m.Status(layer, "Pulling fs layer")
		m.Status(layer, "Download complete")
		m.Status(layer, "Pull complete")
		done = "Status: Downloaded newer image for " + short
	}
	s.emit(i, events.ActionPull, short)
	m.Status("", "Digest: "+i.id)
	m.Status("", done)
	return nil
}

// fetch takes an image from the registry, if it is there.
func (s *imageStore) fetch(name string) (*image, bool) {
	config, ok := s.registry[name]
	if !ok {
		return nil, false
	}
	i := s.add(config, "", []string{name})
	s.tag(i, name)
	return i, true
}

// notInRegistry answers as registries do: an unknown repository is hidden
// behind a login, a tag that a known one lacks is not.
func (s *imageStore) notInRegistry(named reference.Named) error {
	for ref := range s.registry {
		if other, err := reference.ParseNormalizedNamed(ref); err == nil && other.Name() == named.Name() {
			return api.NotFound("manifest for %s not found: manifest unknown: manifest unknown",
				reference.FamiliarString(named))
		}
	}
	return api.NotFound("pull access denied for %s, repository does not exist or may require 'docker login': "+
		"denied: requested access to the resource is denied", reference.FamiliarName(named))
}

// push puts an image into the registry, under the names it has there.
func (s *imageStore) push(name string, w http.ResponseWriter, r *http.Request) error {
	if s.release.pushNeedsAuth && r.Header.Get("X-Registry-Auth") == "" {
		return api.BadRequest("Bad parameters and missing X-Registry-Auth: EOF")
	}
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return api.BadRequest("%v", err)
	}
	m := api.NewMessages(w)
	m.Status("", "The push refers to repository ["+named.Name()+"]")
	found := false
	for _, i := range s.byID {
		for _, ref := range i.tags {
			other, err := reference.ParseNormalizedNamed(ref)
			tagged, ok := other.(reference.NamedTagged)
			if err != nil || !ok || other.Name() != named.Name() {
				continue
			}
			if tag := r.FormValue("tag"); tag != "" && tag != tagged.Tag() {
				continue
			}
			found = true
			s.registry[ref] = i.config
			m.Status(i.shortID(), "Pushed")
			m.Status("", tagged.Tag()+": digest: "+i.id+" size: 1")
			s.emit(i, events.ActionPush, ref)
		}
	}
	if !found {
		m.Fail("An image does not exist locally with the tag: " + reference.FamiliarName(named))
	}
	return nil
}

// importImage makes an image of a root filesystem.
func (s *imageStore) importImage(w http.ResponseWriter, r *http.Request) error {
	if src := r.FormValue("fromSrc"); src != "-" {
		return api.Errorf(http.StatusNotImplemented, "enginetest imports nothing but the body of the call")
	}
	sum, err := digestOf(r.Body)
	if err != nil {
		return err
	}
	config := &containertypes.Config{}
	for _, change := range r.URL.Query()["changes"] {
		keyword, rest, _ := strings.Cut(change, " ")
		if err := build.Set(config, build.Instruction{Keyword: strings.ToUpper(keyword), Rest: strings.TrimSpace(rest)}); err != nil {
			return api.BadRequest("%v", err)
		}
	}
	i := s.add(config, "", []string{sum})
	if repo := r.FormValue("repo"); repo != "" {
		if tag := r.FormValue("tag"); tag != "" {
			repo += ":" + tag
		}
		s.tag(i, familiar(repo))
	}
	s.emit(i, events.ActionImport, i.id)
	api.NewMessages(w).Status("", i.id)
	return nil
}

func digestOf(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// postLoad takes images in the form of docker save.
func (s *imageStore) postLoad(w http.ResponseWriter, r *http.Request) error {
	files := map[string][]byte{}
	archive := tar.NewReader(r.Body)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return api.BadRequest("%v", err)
		}
		var b bytes.Buffer
		if _, err := io.Copy(&b, archive); err != nil {
			return api.BadRequest("%v", err)
		}
		files[h.Name] = b.Bytes()
	}
	var manifest []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	if err := json.Unmarshal(files["manifest.json"], &manifest); err != nil {
		return api.BadRequest("invalid archive: %v", err)
	}
	m := api.NewMessages(w)
	for _, entry := range manifest {
		var saved struct {
			Config *containertypes.Config `json:"config"`
		}
		if err := json.Unmarshal(files[entry.Config], &saved); err != nil || saved.Config == nil {
			m.Fail("invalid image config " + entry.Config)
			return nil
		}
		i := s.add(saved.Config, "", entry.Layers)
		if len(entry.RepoTags) == 0 {
			m.Stream("Loaded image ID: %s\n", i.id)
		}
		for _, tag := range entry.RepoTags {
			s.tag(i, familiar(tag))
			m.Stream("Loaded image: %s\n", familiar(tag))
		}
		s.emit(i, events.ActionLoad, i.id)
	}
	return nil
}
