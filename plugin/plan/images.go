package plan

import "slices"

// Builds plans to build images, whether they exist or not, each after those
// that it is built upon. Of the stack's other images those that one of them is
// built upon are got where they are missing.
func Builds(refs []string, want Want, have Have) *Plan {
	p := newImagePlan(&builder{}, want.Images, have.Images)
	for _, ref := range refs {
		p.get(ref, "asked for")
	}
	p.bases(refs)
	return p.builder.plan()
}

// Pulls plans to fetch images that are not built, whether they exist or not.
func Pulls(images []Image) *Plan {
	b := &builder{}
	for _, i := range images {
		b.add(imageKey(i.Ref), Task{Pull, kindImage, i.Ref}, "asked for", PullImage{i})
	}
	return b.plan()
}

// Pushes plans to send images to their registries, under the names that as
// gives them, where it has one.
func Pushes(images []Image, as map[string]string) *Plan {
	b := &builder{}
	for _, i := range images {
		name := i.Ref
		if as[i.Ref] != "" {
			name = as[i.Ref]
		}
		b.add(imageKey(i.Ref), Task{Push, kindImage, name}, "asked for", PushImage{i, as[i.Ref]})
	}
	return b.plan()
}

// planImages plans to get what new containers are made from and, where that is
// asked for, to build what others are made from anew.
func planImages(b *builder, goal Goal, wanted []Image, have map[string]string, decisions decisions) {
	p := newImagePlan(b, wanted, have)
	var refs []string
	for _, d := range decisions {
		ref := d.want.Image
		refs = append(refs, ref)
		switch {
		case goal.wants(d.want.Service) && !d.skip && goal.rebuilds(ref, wanted):
			p.get(ref, "asked for")
		case d.make && have[ref] == "":
			p.get(ref, "missing")
		}
	}
	p.bases(refs)
}

// rebuilds reports whether an image is built anew. What comes out is known only
// when that is done, so containers of it that exist are left to the plan that
// is made then.
func (g Goal) rebuilds(ref string, wanted []Image) bool {
	return g.Build && slices.ContainsFunc(wanted, func(i Image) bool { return i.Ref == ref && i.Build })
}

// imagePlan plans to get images in the order in which they are built upon one
// another.
type imagePlan struct {
	builder *builder
	wanted  map[string]Image  // by reference
	have    map[string]string // ids by reference
}

func newImagePlan(b *builder, wanted []Image, have map[string]string) imagePlan {
	p := imagePlan{builder: b, wanted: make(map[string]Image, len(wanted)), have: have}
	for _, i := range wanted {
		if _, known := p.wanted[i.Ref]; !known {
			p.wanted[i.Ref] = i
		}
	}
	return p
}

// get plans to get an image of the stack, after those of the stack that it is
// built upon where they are planned too.
func (p imagePlan) get(ref, cause string) {
	image, ok := p.wanted[ref]
	switch {
	case !ok:
	case image.Own:
		p.builder.add(imageKey(ref), Task{Create, kindImage, ref}, cause, ImportImage{image})
	case image.Build:
		var after []wait
		for _, base := range image.From {
			after = append(after, ifPlanned(imageKey(base)))
		}
		p.builder.add(imageKey(ref), Task{Build, kindImage, ref}, cause, BuildImage{Image: image}, after...)
	default:
		p.builder.add(imageKey(ref), Task{Pull, kindImage, ref}, cause, PullImage{image})
	}
}

// bases plans to get what the planned ones of some images are built upon and
// is missing.
func (p imagePlan) bases(refs []string) {
	for _, ref := range refs {
		if !p.builder.planned(imageKey(ref)) {
			continue
		}
		for _, base := range p.wanted[ref].From {
			if !p.builder.planned(imageKey(base)) && p.have[base] == "" {
				p.get(base, ref+" is built upon it")
				p.bases([]string{base})
			}
		}
	}
}

// groupBuilds gives each build the others that wait for the same steps as it
// does: they can begin at the same moment, and one call can build them all.
func groupBuilds(p *Plan) {
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

// planManagedImages plans to get what services that the engine manages are made from and
// that is built, and to push it to where nodes pull it from. All other images are left to
// the nodes.
//
// An image is pushed whenever a service of it is made or updated, also where it is an old
// one: its layers are there then, and the tag may have gone on to another.
func planManagedImages(b *builder, goal Goal, want Want, have Have) {
	p := newImagePlan(b, want.Images, have.Images)
	var refs []string
	for _, w := range want.Managed {
		image, ok := want.builtAs(w.Image)
		if !ok {
			continue
		}
		refs = append(refs, image.Ref)
		makes := b.makesManaged(w.Name)
		switch {
		case goal.wants(w.Service) && !goal.NoCreate && goal.rebuilds(image.Ref, want.Images):
			p.get(image.Ref, "asked for")
		case makes && have.Images[image.Ref] == "":
			p.get(image.Ref, "missing")
		}
		switch {
		case makes && image.As != "":
			as := image.As
			if as == image.Ref {
				as = ""
			}
			b.add(pushKey(image.As), Task{Push, kindImage, image.As}, "nodes pull it from there", PushImage{image, as}, ifPlanned(imageKey(image.Ref)))
			b.wait(managedKey(w.Name), need(pushKey(image.As)))
		case makes:
			b.wait(managedKey(w.Name), ifPlanned(imageKey(image.Ref)))
		}
	}
	p.bases(refs)
}

// builtAs finds the image that is built and that nodes ask for by a reference.
func (w Want) builtAs(ref string) (Image, bool) {
	i := slices.IndexFunc(w.Images, func(i Image) bool { return i.Build && (i.As == ref || i.As == "" && i.Ref == ref) })
	if i < 0 {
		return Image{}, false
	}
	return w.Images[i], true
}

// makesManaged reports whether the plan makes or updates a service that the engine manages.
func (b *builder) makesManaged(name string) bool {
	i, planned := b.index[managedKey(name)]
	if !planned {
		return false
	}
	switch b.steps[i].step.Action.(type) {
	case CreateManaged, UpdateManaged:
		return true
	}
	return false
}

// newerImage says that a service is of another image than the one that was built for it
// and that the engine has; empty: it is not, or that shows only when it is built anew.
func (p *managedPlan) newerImage(h HaveManaged, w Managed) string {
	image, ok := p.want.builtAs(w.Image)
	id := p.have.Images[image.Ref]
	if !ok || id == "" || id == h.ImageID || p.goal.rebuilds(image.Ref, p.want.Images) {
		return ""
	}
	return "newer image " + image.Ref
}

// rebuildsManaged reports whether the image of a service is built anew.
func (g Goal) rebuildsManaged(w Managed, want Want) bool {
	image, ok := want.builtAs(w.Image)
	return ok && g.rebuilds(image.Ref, want.Images)
}
