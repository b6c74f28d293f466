package scenario

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// ArticleFile returns the file of the article, which is not part of the repository, where
// STACKLITE_ARTICLE names it or it lies beside the repository; else a file of the
// repository with the same shape. The folder of this package is told from where the test
// runs.
func ArticleFile(t testing.TB, folder string) []byte {
	t.Helper()
	name, named := os.LookupEnv("STACKLITE_ARTICLE")
	if !named {
		name = filepath.Join(folder, "../../../shared/article/second.yml")
	}
	file, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && !named {
		file, err = os.ReadFile(filepath.Join(folder, "testdata/article/stack.yml"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return file
}
