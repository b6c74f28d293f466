package desired

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// hub is the registry of references that name none, and hubOwn are its own images there.
const (
	hub    = "docker.io"
	hubOwn = "library/"
)

// NoRegistry is a registry, perhaps with the beginning of a path, in which no image can be.
type NoRegistry struct {
	Registry string
	Why      string
}

func (n *NoRegistry) Error() string {
	return fmt.Sprintf("%q is not a registry, with or without the beginning of a path: %s", n.Registry, n.Why)
}

// Hints says how one is written.
func (n *NoRegistry) Hints() []string {
	return []string{"write it like registry.example.com/team or localhost:5000"}
}

// PushedRef is the reference with which an image that is built is pushed to a registry:
// demo_web as REGISTRY/PREFIX/demo_web:latest. The tag stays; the registry of another
// reference is left out, and a reference that names this registry is taken as it is. The
// error is a *NoRegistry where it is about the registry.
func PushedRef(registry, ref string) (string, error) {
	host, path, err := registryOf(registry)
	if err != nil {
		return "", err
	}
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", fmt.Errorf("image %q can't be pushed: %w", ref, plainly(err))
	}
	if _, fixed := named.(reference.Digested); fixed {
		return "", fmt.Errorf("image %q can't be pushed: what is built has no digest yet", ref)
	}
	named = reference.TagNameOnly(named)
	if reference.Domain(named) == host && !strings.HasPrefix(reference.Path(named), hubOwn) {
		return reference.FamiliarString(named), nil
	}
	name := host + "/" + strings.TrimPrefix(path+"/"+pathOf(named), "/")
	pushed, err := reference.ParseNormalizedNamed(name + ":" + tagOf(named))
	if err != nil {
		return "", fmt.Errorf("image %q can't be pushed as %s: %w", ref, name, plainly(err))
	}
	return reference.FamiliarString(pushed), nil
}

// PushedTo is the registry with which PushedRef makes the reference of an image of the
// one that is built; false: there is none. A digest behind it does not matter.
func PushedTo(image, ref string) (registry string, ok bool) {
	is, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return "", false
	}
	built, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", false
	}
	is, built = reference.TagNameOnly(is), reference.TagNameOnly(built)
	if tagged, is := is.(reference.Tagged); is && tagged.Tag() != tagOf(built) {
		return "", false
	}
	host := reference.Domain(is)
	prefix, ends := strings.CutSuffix("/"+reference.Path(is), "/"+pathOf(built))
	switch {
	case !ends || host == hub && strings.HasPrefix(reference.Path(is), hubOwn):
		return "", false
	case reference.Domain(built) == host && !strings.HasPrefix(reference.Path(built), hubOwn):
		return host, prefix == "" // it is called so by itself
	}
	return host + prefix, true
}

// registryOf is the host of a registry and the beginning of a path in it.
func registryOf(registry string) (host, path string, err error) {
	no := func(why string) (string, string, error) { return "", "", &NoRegistry{registry, why} }
	written := strings.TrimSuffix(registry, "/")
	switch {
	case written == "":
		return no("it is empty")
	case strings.Contains(written, "://"):
		return no("it has no scheme, and engines use https but for what is on their own machine")
	case strings.Contains(written, "@"):
		return no("credentials are those of docker login, and a digest is what comes out")
	}
	named, err := reference.ParseNormalizedNamed(written + "/x")
	if err != nil {
		if _, path, _ := strings.Cut(written, "/"); path != strings.ToLower(path) {
			return no("a path has no capital letters")
		}
		return no(plainly(err).Error())
	}
	path, _ = strings.CutSuffix(reference.Path(named), "x")
	return reference.Domain(named), strings.TrimSuffix(path, "/"), nil
}

// pathOf is the path of a reference as people write it: redis, not library/redis.
func pathOf(named reference.Named) string {
	return strings.TrimPrefix(reference.FamiliarName(reference.TrimNamed(named)), reference.Domain(named)+"/")
}

func tagOf(named reference.Named) string {
	if tagged, is := named.(reference.Tagged); is {
		return tagged.Tag()
	}
	return ""
}

// plainly are the words of the reference library.
func plainly(err error) error {
	return errors.New(strings.TrimPrefix(err.Error(), "invalid reference format: "))
}

// PushAll has the images that are built pushed to a registry, for others than the engine
// that builds them. The error is that of PushedRef.
func PushAll(images []plan.Image, registry string) ([]plan.Image, error) {
	list := slices.Clone(images)
	for i, image := range list {
		if !image.Build {
			continue
		}
		as, err := PushedRef(registry, image.Ref)
		if err != nil {
			return nil, err
		}
		list[i].As = as
	}
	return list, nil
}

// ForNodes has the images that are built pushed to where nodes of a swarm pull them from:
// to a registry, or, where that is empty, to where those are from that services run now,
// by service. Where an engine is alone in its swarm what is pushed nowhere is taken as it is
// there. The error is that of PushedRef, or of CheckPushed for services.
func ForNodes(p *compose.Project, images []plan.Image, registry string, now map[string]string, alone bool, services []string) ([]plan.Image, error) {
	if registry != "" {
		return PushAll(images, registry)
	}
	list := slices.Clone(images)
	for i, image := range list {
		for _, s := range p.Services {
			if to, ok := PushedTo(now[s.Name], image.Ref); image.Build && ok && ImageOf(p, s) == image.Ref {
				as, err := PushedRef(to, image.Ref)
				if err != nil {
					return nil, err
				}
				list[i].As = as
				break
			}
		}
	}
	if alone {
		return list, nil
	}
	return list, CheckPushed(p, list, services)
}

// KindNotPushed is an image that only the engine has which builds it. About names the
// service, and has the image as its text.
const KindNotPushed compose.Kind = "built and not pushed"

// CheckPushed looks, for the services given or for all where services is nil, for images
// that are built and pushed nowhere: nodes of a swarm can't have them. The error is a
// compose.Errors.
func CheckPushed(p *compose.Project, images []plan.Image, services []string) error {
	var errs compose.Errors
	for _, s := range p.Services {
		i := slices.IndexFunc(images, func(i plan.Image) bool { return i.Ref == ImageOf(p, s) })
		if i < 0 || !images[i].Build || images[i].As != "" || services != nil && !slices.Contains(services, s.Name) {
			continue
		}
		key := "build"
		if _, set := s.At[key]; !set {
			key = "image" // that is built for another
		}
		at, set := s.At[key]
		if !set {
			at = s.Pos
		}
		errs = append(errs, &compose.Error{
			Pos: at, Path: s.Name + "." + key,
			Kind: KindNotPushed, About: compose.About{Service: s.Name, Text: images[i].Ref},
			Msg: fmt.Sprintf("nodes of a swarm pull images, and %s is only on this engine", images[i].Ref),
		})
	}
	if len(errs) == 0 {
		return nil
	}
	errs.Sort()
	return errs
}
