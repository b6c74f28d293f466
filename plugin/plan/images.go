package plan

import (
	"slices"
)

// Builds plans to build images, whether they exist or not, each after those
// that it is built upon. Of the stack's other images those that one of them is
// built upon are got where they are missing.
func Builds(refs []string, want Want, have Have) *Plan {
	i := imagePlan{draft: &draft{}, want: want.Images, have: have.Images}
	for _, ref := range refs {
		i.get(ref, "asked for")
	}
	i.bases(refs)
	return i.draft.plan()
}

// Pulls plans to fetch images that are not built, whether they exist or not.
func Pulls(images []Image) *Plan {
	d := &draft{}
	for _, i := range images {
		d.add("image "+i.Ref, Task{Pull, "image", i.Ref}, "asked for", PullImage{i})
	}
	return d.plan()
}

// Pushes plans to send images to their registries, under the names that as
// gives them, where it has one.
func Pushes(images []Image, as map[string]string) *Plan {
	d := &draft{}
	for _, i := range images {
		name := i.Ref
		if as[i.Ref] != "" {
			name = as[i.Ref]
		}
		d.add("image "+i.Ref, Task{Push, "image", name}, "asked for", PushImage{i, as[i.Ref]})
	}
	return d.plan()
}

// images plans to get what new containers are made from and, where that is
// asked for, to build what others are made from anew.
func (c *convergence) images() {
	i := imagePlan{draft: &c.draft, want: c.want.Images, have: c.have.Images}
	var refs []string
	for _, f := range c.fates {
		ref := f.want.Image
		refs = append(refs, ref)
		switch {
		case c.goal.wants(f.want.Service) && !f.skip && c.rebuilt(ref):
			i.get(ref, "asked for")
		case f.make && c.have.Images[ref] == "":
			i.get(ref, "missing")
		}
	}
	i.bases(refs)
}

// rebuilt tells whether the goal has an image built anew. What comes out is
// known only when that is done, so containers of it that exist are left to the
// plan that is made then.
func (c *convergence) rebuilt(ref string) bool {
	return c.goal.Build && slices.ContainsFunc(c.want.Images, func(i Image) bool { return i.Ref == ref && i.Build })
}

// imagePlan plans to get images in the order in which they are built upon one
// another.
type imagePlan struct {
	draft *draft
	want  []Image
	have  map[string]string // ids by reference
}

// get plans to get an image of the stack, after those of the stack that it is
// built upon where they are planned too.
func (p imagePlan) get(ref, cause string) {
	image, ok := p.image(ref)
	switch {
	case !ok:
	case image.Build:
		var after []string
		for _, base := range image.From {
			after = append(after, "image "+base)
		}
		p.draft.add("image "+ref, Task{Build, "image", ref}, cause, BuildImage{Image: image}, after...)
	default:
		p.draft.add("image "+ref, Task{Pull, "image", ref}, cause, PullImage{image})
	}
}

// bases plans to get what the planned ones of some images are built upon and
// is missing.
func (p imagePlan) bases(refs []string) {
	for _, ref := range refs {
		image, _ := p.image(ref)
		if !p.planned(ref) {
			continue
		}
		for _, base := range image.From {
			if !p.planned(base) && p.have[base] == "" {
				p.get(base, ref+" is built upon it")
				p.bases([]string{base})
			}
		}
	}
}

func (p imagePlan) image(ref string) (Image, bool) {
	at := slices.IndexFunc(p.want, func(i Image) bool { return i.Ref == ref })
	if at < 0 {
		return Image{}, false
	}
	return p.want[at], true
}

func (p imagePlan) planned(ref string) bool {
	_, ok := p.draft.index["image "+ref]
	return ok
}

// gather tells each build which others wait for the same steps as it does:
// they are ready at the same moment, and one call can build them all.
func gather(p *Plan) {
	for i, s := range p.Steps {
		build, ok := s.Action.(BuildImage)
		if !ok {
			continue
		}
		var together []Image
		for _, other := range p.Steps {
			if b, ok := other.Action.(BuildImage); ok && slices.Equal(other.After, s.After) {
				together = append(together, b.Image)
			}
		}
		if len(together) > 1 {
			build.Together = together
			p.Steps[i].Action = build
		}
	}
}
