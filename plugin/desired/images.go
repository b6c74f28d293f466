package desired

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// ImageOf is the reference of the image that containers of a service are made
// from: its own, or the one that is built for it.
func ImageOf(p *compose.Project, s *compose.Service) string {
	if s.Image != "" {
		return s.Image
	}
	return strings.ToLower(p.DefaultName(s))
}

// ImageRefs lists the references of all images of a project, each once.
func ImageRefs(p *compose.Project) []string {
	var refs []string
	for _, s := range p.Services {
		if ref := ImageOf(p, s); !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs
}

// BuildSpec says how an image is built. It is the Spec of a plan.Image.
type BuildSpec struct {
	Project    string
	Service    string
	Context    string         // absolute directory, or a URL that the builder fetches
	Dockerfile string         // relative to the context, or absolute; empty: Dockerfile
	Built      []string       // images among its bases that the project builds itself
	More       *compose.Build // what only files of the specification say; nil: nothing
	Options    BuildOptions
}

// BuildOptions are what a user may ask of a build.
type BuildOptions struct {
	NoCache  bool
	Pull     bool // look for newer base images
	Args     map[string]string
	Keep     bool  // keep the containers of the classic builder's steps
	Memory   int64 // bytes that a step may use; 0: no limit
	Compress bool  // send the build directory compressed
	Alone    bool  // each image in a call of its own, so that no more are built at once than the plan is run with
}

// Local reports whether the context is a directory of this machine.
func (b BuildSpec) Local() bool { return filepath.IsAbs(b.Context) }

// DockerfilePath is where the Dockerfile of a local context lies.
func (b BuildSpec) DockerfilePath() string {
	switch {
	case b.Dockerfile == "":
		return filepath.Join(b.Context, "Dockerfile")
	case filepath.IsAbs(b.Dockerfile):
		return b.Dockerfile
	}
	return filepath.Join(b.Context, filepath.FromSlash(b.Dockerfile))
}

// DockerfileName is how messages name the Dockerfile of a local context.
func (b BuildSpec) DockerfileName() string {
	if b.Inline() != "" {
		return b.Service + ".build.dockerfile_inline"
	}
	return b.DockerfilePath()
}

// Labels mark an image as the project's, as docker-compose 1.29 did.
func (b BuildSpec) Labels() map[string]string {
	all := map[string]string{}
	maps.Copy(all, b.more().Labels)
	all[labels.Project], all[labels.Service] = b.Project, b.Service
	return all
}

// Inline is the text of a Dockerfile that stands in the files; empty: it is a file.
func (b BuildSpec) Inline() string { return b.more().Inline }

// more is what only files of the specification say.
func (b BuildSpec) more() compose.Build {
	if b.More == nil {
		return compose.Build{}
	}
	return *b.More
}

// Target is the stage of the Dockerfile that is built; empty: the last.
func (b BuildSpec) Target() string { return b.more().Target }

// IsContext reports whether a name in the Dockerfile stands for a named context of the build,
// whatever image has that name.
func (b BuildSpec) IsContext(name string) bool {
	for context := range b.more().Contexts {
		if sameImage(context, name) {
			return true
		}
	}
	return false
}

// imageContext begins a named context that is an image.
const imageContext = "docker-image://"

// ContextImages are the references of the images that named contexts are.
func (b BuildSpec) ContextImages() []string {
	contexts := b.more().Contexts
	var refs []string
	for _, name := range slices.Sorted(maps.Keys(contexts)) {
		if ref, is := strings.CutPrefix(contexts[name], imageContext); is {
			refs = append(refs, ref)
		}
	}
	return refs
}

// Platform is the one that an image is built for; empty: the engine's own, or several.
func (b BuildSpec) Platform() string {
	if platforms := b.more().Platforms; len(platforms) == 1 {
		return platforms[0]
	}
	return ""
}

// NeedsBuildx names the first key that only buildx can carry out; empty: there is none.
func (b BuildSpec) NeedsBuildx() string {
	m := b.more()
	switch {
	case len(m.Contexts) > 0:
		return "additional_contexts"
	case len(m.Secrets) > 0:
		return "secrets"
	case len(m.SSH) > 0:
		return "ssh"
	case len(m.CacheTo) > 0:
		return "cache_to"
	case len(m.Platforms) > 1:
		return "platforms"
	case len(m.Entitlements) > 0 || m.Privileged:
		return "privileged"
	case asked(m.Provenance) || asked(m.SBOM):
		return "provenance"
	}
	return ""
}

// BuildsBase reports whether the project builds a base image itself, so that no
// registry is to be asked for it.
func (b BuildSpec) BuildsBase(ref string) bool {
	return slices.ContainsFunc(b.Built, func(built string) bool { return sameImage(built, ref) })
}

// asked reports whether an attestation is asked for: false is to have none.
func asked(attestation string) bool { return attestation != "" && attestation != "false" }

// Bases gives the references of the images that a build is built upon; none
// where its Dockerfile can't be read.
type Bases func(BuildSpec) []string

// Images lists what containers are made from. A service may use the image that
// is built for another by its name, and be built upon it. Where the order of
// builds does not matter bases may be nil.
func Images(p *compose.Project, o BuildOptions, bases Bases) []plan.Image {
	var list []plan.Image
	for _, s := range p.Services {
		ref := ImageOf(p, s)
		i := slices.IndexFunc(list, func(i plan.Image) bool { return i.Ref == ref })
		switch {
		case s.Fronts != "":
			if i < 0 {
				list = append(list, plan.Image{Ref: ref, Own: true})
			}
		case builds(s) && i >= 0:
			list[i] = builtImage(p, s, o)
		case builds(s):
			list = append(list, builtImage(p, s, o))
		case i < 0:
			list = append(list, pulledImage(s, ref))
		}
	}
	if bases != nil && len(list) > 1 {
		for i := range list {
			list[i] = buildUpon(list[i], list, bases)
		}
	}
	return list
}

// PullSpec says which of several images a reference stands for. It is the Spec of a
// plan.Image that is pulled.
type PullSpec struct{ Platform string }

func pulledImage(s *compose.Service, ref string) plan.Image {
	if s.Spec == nil || s.Spec.Platform == "" {
		return plan.Image{Ref: ref}
	}
	return plan.Image{Ref: ref, Spec: PullSpec{s.Spec.Platform}}
}

// builds reports whether a service's image is built. Files of the first format say so, or
// name an image; others may do both.
func builds(s *compose.Service) bool { return s.Image == "" || s.Build != "" }

func builtImage(p *compose.Project, s *compose.Service, o BuildOptions) plan.Image {
	spec := BuildSpec{Project: p.Name, Service: s.Name, Context: s.Build, Dockerfile: s.Dockerfile, Options: o}
	if s.Spec != nil && s.Spec.Build != nil {
		more := *s.Spec.Build
		if len(more.Platforms) == 0 && s.Spec.Platform != "" {
			more.Platforms = []string{s.Spec.Platform}
		}
		more.Contexts = contextsOf(p, more.Contexts)
		spec.More = &more
		spec.Options.NoCache = o.NoCache || spec.More.NoCache
		spec.Options.Pull = o.Pull || spec.More.Pull
		spec.Options.Args = map[string]string{}
		for _, a := range spec.More.Args {
			if a.Value != nil {
				spec.Options.Args[a.Name] = *a.Value
			}
		}
		maps.Copy(spec.Options.Args, o.Args)
	}
	return plan.Image{Ref: ImageOf(p, s), Build: true, Spec: spec}
}

// contextsOf puts the images of services for contexts that are services.
func contextsOf(p *compose.Project, written map[string]string) map[string]string {
	contexts := maps.Clone(written)
	for name, context := range contexts {
		if service, is := strings.CutPrefix(context, "service:"); is {
			if s := p.Service(service); s != nil {
				contexts[name] = imageContext + ImageOf(p, s)
			}
		}
	}
	return contexts
}

// buildUpon notes which others of a project's images one is built upon.
func buildUpon(image plan.Image, all []plan.Image, bases Bases) plan.Image {
	spec, ok := image.Spec.(BuildSpec)
	if !ok {
		return image
	}
	for _, base := range bases(spec) {
		for _, other := range all {
			if other.Ref == image.Ref || !sameImage(other.Ref, base) {
				continue
			}
			image.From = append(image.From, other.Ref)
			if other.Build {
				spec.Built = append(spec.Built, other.Ref)
			}
		}
	}
	image.Spec = spec
	return image
}

// sameImage reports whether two references name the same image: redis and
// docker.io/library/redis:latest do.
func sameImage(a, b string) bool {
	x, err := reference.ParseDockerRef(a)
	if err != nil {
		return a == b
	}
	y, err := reference.ParseDockerRef(b)
	return err == nil && x.String() == y.String()
}

// Builds plans to build the images of services, or of all where services is
// nil, also those that exist, and those that they are built upon where they
// are missing.
func Builds(p *compose.Project, services []string, have plan.Have, o BuildOptions, bases Bases) *plan.Plan {
	var refs []string
	list := Images(p, o, bases)
	for _, image := range list {
		if spec, ok := image.Spec.(BuildSpec); ok && (services == nil || slices.Contains(services, spec.Service)) {
			refs = append(refs, image.Ref)
		}
	}
	return plan.Builds(refs, plan.Want{Project: p.Name, Images: list}, have)
}

// Pulls plans to fetch the images of services, or of all where services is nil,
// unless skip says that one shall not. Images that are built have no registry.
func Pulls(p *compose.Project, services []string, skip func(ref string) bool) *plan.Plan {
	settled := map[string]bool{} // references that need no pull, or have one
	for _, image := range Images(p, BuildOptions{}, nil) {
		settled[image.Ref] = image.Build || image.Own || skip(image.Ref)
	}
	var list []plan.Image
	for _, s := range p.Services {
		ref := ImageOf(p, s)
		if !settled[ref] && (services == nil || slices.Contains(services, s.Name)) {
			settled[ref] = true
			list = append(list, pulledImage(s, ref))
		}
	}
	return plan.Pulls(list)
}

// Pushes plans to send the images that are built for services, or for all
// where services is nil, to a registry: demo_web to PREFIX/demo_web.
func Pushes(p *compose.Project, services []string, prefix string) *plan.Plan {
	var list []plan.Image
	as := map[string]string{}
	for _, i := range Images(p, BuildOptions{}, nil) {
		if spec, ok := i.Spec.(BuildSpec); ok && (services == nil || slices.Contains(services, spec.Service)) {
			list = append(list, i)
			as[i.Ref] = strings.TrimSuffix(prefix, "/") + "/" + i.Ref
		}
	}
	return plan.Pushes(list, as)
}
