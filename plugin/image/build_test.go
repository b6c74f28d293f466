package image

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/desired"
)

func TestBasesAreReadFromTheDockerfileThatWillBeBuilt(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"Dockerfile":       "FROM a\n",
		"other.Dockerfile": "ARG TAG=1\nFROM b:$TAG AS first\nFROM first\nCOPY --from=c /x /x\n",
		"bad.Dockerfile":   "FROM a\nRUN <<EOF\n",
	})
	for name, c := range map[string]struct {
		spec desired.BuildSpec
		want []string
	}{
		"the usual one":  {desired.BuildSpec{Context: dir}, []string{"a"}},
		"another":        {desired.BuildSpec{Context: dir, Dockerfile: "other.Dockerfile"}, []string{"b:1", "c"}},
		"with arguments": {desired.BuildSpec{Context: dir, Dockerfile: "other.Dockerfile", Options: desired.BuildOptions{Args: map[string]string{"TAG": "2"}}}, []string{"b:2", "c"}},
		"up to a stage":  {desired.BuildSpec{Context: dir, Dockerfile: "other.Dockerfile", More: &compose.Build{Target: "first"}}, []string{"b:1"}},
		"named contexts": {desired.BuildSpec{Context: dir, Dockerfile: "other.Dockerfile", More: &compose.Build{
			Contexts: map[string]string{"c": "/src", "d": "docker-image://e:1"}}}, []string{"b:1", "e:1"}},
		"from elsewhere":   {desired.BuildSpec{Context: "https://example.com/a.git"}, nil},
		"one that is not":  {desired.BuildSpec{Context: filepath.Join(dir, "none")}, nil},
		"one with mistake": {desired.BuildSpec{Context: dir, Dockerfile: "bad.Dockerfile"}, nil},
	} {
		if diff := cmp.Diff(c.want, Bases(c.spec)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
