package linking_test

import (
	"path/filepath"

	"github.com/stack-lite/stack-lite/compose"
)

// loadReal loads one of the real files; nil where no reading saves it, which is
// compose's to test.
func loadReal(path string) *compose.Project {
	p, err := compose.Load(compose.Options{
		Files: []string{path}, Dir: filepath.Dir(path), ProjectName: "p", SkipBuildCheck: true, Env: map[string]string{"HOME": "/root"},
	})
	if err != nil {
		return nil
	}
	return p
}
