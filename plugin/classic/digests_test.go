package classic

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func TestDigestsThatAreMissingAreToldAsTheOldToolsDid(t *testing.T) {
	broken := errors.New("the engine can't be reached")
	find := func(ref string) (string, bool, error) {
		switch ref {
		case "good":
			return "good@sha256:1", true, nil
		case "fresh":
			return "", true, nil
		case "broken":
			return "", false, broken
		}
		return "", false, nil
	}
	for file, c := range map[string]struct {
		found, err, said string
	}{
		"a: {image: good}\nb: {image: 'x@sha256:0000000000000000000000000000000000000000000000000000000000000000'}": {"map[a:good@sha256:1]", "", ""},
		"a: {image: gone}":   {"map[]", "Digest not found for service 'a'. Repository does not exist or may require 'docker login'", ""},
		"a: {build: .}":      {"map[]", "Service 'a' doesn't define an image tag. An image name is required to generate a proper image digest. Specify an image repo and tag with the 'image' option.", ""},
		"a: {image: broken}": {"map[]", broken.Error(), ""},
		"b: {image: fresh}\na: {image: fresh}\nc: {image: good}": {"map[]", "status", "Some images are missing digests.\n\nThe following images need to be pulled:\n\n" +
			"    a\n    b\n\nUse `docker pull a b` to pull them.\n"},
	} {
		var errs bytes.Buffer
		found, err := Digests{Find: find, View: view.Options{Err: &errs}}.Of(load(t, file))
		got := ""
		if errors.Is(err, exit.Status(1)) {
			got = "status"
		} else if err != nil {
			got = err.Error()
		}
		if fmt.Sprint(found) != c.found || got != c.err || errs.String() != c.said {
			t.Errorf("%s\ngot %v, %q, %q", file, found, got, errs.String())
		}
	}
}
