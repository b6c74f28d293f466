package session

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// imageRefused is an image that can't be pulled.
const imageRefused refusal.Kind = "image refused"

// pull explains why an image could not be pulled.
func (x *explaining) pull(err error, r *image.RegistryError, ref string) *refusal.Refusal {
	out := &refusal.Refusal{
		Kind: imageRefused, Facts: refusal.Facts{"refs": ref, "why": r.Error(), "cause": string(r.Cause) + r.Registry()},
		Advice: r.Hints(), Errs: []error{err},
	}
	if r.Cause == image.Other {
		out.Facts["cause"] = r.Error()
	}
	if x.s.Project != nil {
		for _, service := range x.s.Project.Services {
			if service.Image == ref {
				out.Path = listed(out.Path, service.Name)
				if out.Pos.IsZero() {
					out.Pos = service.At["image"]
				}
			}
		}
	}
	out.Msg = "can't pull " + ref + ": " + r.Error()
	return out
}

// sameRefusal reports whether two refusals are to be told as one.
func sameRefusal(a, b *refusal.Refusal) bool {
	if a.Kind == imageRefused && b.Kind == imageRefused {
		return a.Facts["cause"] == b.Facts["cause"]
	}
	return a.Pos == b.Pos && a.Error() == b.Error()
}

// merge makes one of two refusals that are the same.
func merge(project *compose.Project, a, b *refusal.Refusal) *refusal.Refusal {
	a.Errs = append(a.Errs, b.Errs...)
	if a.Kind != imageRefused {
		return a
	}
	services := strings.Split(a.Path+", "+b.Path, ", ")
	refs := strings.Split(a.Facts["refs"]+", "+b.Facts["refs"], ", ")
	slices.Sort(refs)
	a.Facts["refs"] = strings.Join(slices.Compact(refs), ", ")
	a.Path = ""
	for _, s := range project.Services { // in the order of the file, whatever failed first
		if slices.Contains(services, s.Name) {
			if a.Path == "" {
				a.Pos = s.At["image"]
			}
			a.Path = listed(a.Path, s.Name)
		}
	}
	a.Msg = "can't pull " + a.Facts["refs"] + ": " + a.Facts["why"]
	return a
}

func listed(list, name string) string {
	if list == "" {
		return name
	}
	return list + ", " + name
}
