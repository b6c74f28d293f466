package labels

import (
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Identity says whether a container is the one that its labels were written for.
// docker commit writes the labels of a container into an image, and every
// container of that image has them: labels alone make none ours.
type Identity int

// The identities.
const (
	Foreign Identity = iota // the labels are neither ours nor those of docker-compose 1.x
	Itself                  // the container has the name that its labels were written for
	Unsure                  // it has another name: its image tells, see Copied
)

// IdentityOf tells by the id and the name of a container, and its labels, what it
// is. A container that replaces another one has a temporary name at first; one that
// docker-compose 1.x is about to replace has the beginning of its own id before its
// name, and keeps it where that fails (compose-v1.md 3.7). Earlier
// versions did not write Container; theirs are known by their default names.
func IdentityOf(id, name string, of map[string]string) Identity {
	named, labelled := containerOf(of)
	switch {
	case ByCompose(of):
		if hasDefaultName(strings.TrimPrefix(name, id[:min(12, len(id))]+"_"), of) {
			return Itself
		}
		return Unsure
	case !Ours(of):
		return Foreign
	case labelled && (name == named || plan.IsTemporary(name, named)), !labelled && hasDefaultName(name, of):
		return Itself
	}
	return Unsure
}

// Copied reports whether an Unsure container has its labels from its image, and
// so is a copy of one that was committed. Otherwise it was renamed: one that is
// made differs from its image, see ContainerText.
func Copied(of, image map[string]string) bool {
	if ByCompose(of) {
		return !slices.ContainsFunc([]string{Project, Service, Number, OneOff, configHash, slug}, func(label string) bool {
			return image[label] != of[label]
		})
	}
	return image[Fingerprint] == of[Fingerprint] && image[Container] == of[Container]
}

// ContainerText writes the name that a container is made for. Where its image was
// committed from a container of that name, a second word makes the two differ.
func ContainerText(name string, image map[string]string) string {
	if image[Container] == name {
		return name + " again"
	}
	return name
}

// containerOf reads ContainerText.
func containerOf(of map[string]string) (name string, ok bool) {
	name, _, _ = strings.Cut(of[Container], " ")
	return name, name != ""
}

// hasDefaultName reports whether a name is one that containers get which are
// given no other (compose-v1.md 3.5): PROJECT_SERVICE_NUMBER, or
// PROJECT_SERVICE_run_ and hexadecimal digits, or a number.
func hasDefaultName(name string, of map[string]string) bool {
	rest, ok := strings.CutPrefix(name, strings.TrimLeft(of[Project], "-_")+"_"+of[Service]+"_")
	if !ok {
		return false
	}
	if IsOneOff(of) {
		suffix, run := strings.CutPrefix(rest, "run_")
		return run && suffix != "" && strings.Trim(suffix, "0123456789abcdef") == ""
	}
	return rest == of[Number] || plan.IsTemporary(rest, of[Number])
}
