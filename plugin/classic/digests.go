package classic

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Digests finds the digests of images.
type Digests struct {
	// Find looks for an image: known says that it is there or in a registry, and
	// the digest is empty where it has none.
	Find func(ref string) (digest string, known bool, err error)
	View view.Options
}

// Of gives the digest of each service's image, or says in the words of the old
// tools which there are none of.
func (d Digests) Of(p *compose.Project) (map[string]string, error) {
	found := map[string]string{}
	var pull []string
	for _, name := range ServiceNames(p) {
		s := p.Service(name)
		if s.Build != "" {
			return nil, exit.Failure{Msg: fmt.Sprintf("Service '%s' doesn't define an image tag. An image name is required to generate a proper image digest. "+
				"Specify an image repo and tag with the 'image' option.", name)}
		}
		if s.Image == "" || strings.Contains(s.Image, "@") {
			continue // it has a variable, or a digest already
		}
		digest, known, err := d.Find(s.Image)
		switch {
		case err != nil:
			return nil, err
		case !known:
			return nil, exit.Failure{Msg: fmt.Sprintf("Digest not found for service '%s'. Repository does not exist or may require 'docker login'", name)}
		case digest == "":
			pull = append(pull, name)
			continue
		}
		found[name] = digest
	}
	if len(pull) == 0 {
		return found, nil
	}
	slices.Sort(pull)
	return nil, Fail(d.View, fmt.Sprintf("Some images are missing digests.\n\nThe following images need to be pulled:\n\n    %s\n\nUse `docker pull %s` to pull them.",
		strings.Join(pull, "\n    "), strings.Join(pull, " ")))
}
