package image

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/image/dockerfile"
)

// Whatever a .dockerignore says, a directory is refused, or the Dockerfile and the
// file itself are sent.
func FuzzIgnored(f *testing.F) {
	for _, s := range []string{"", "*", "*\n!x", "**/*", "Dockerfile\n.dockerignore", "[", "!", "#\n\ufeff*\r\n", "**/**/**/**/**/a", "../x\n/\n//", "a\x00b", "\\"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		for name, content := range map[string][]byte{"Dockerfile": []byte("FROM x\n"), ".dockerignore": text, "a": nil} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := openDirectory(t.Context(), desired.BuildSpec{Service: "web", Context: dir}); err != nil {
			return
		}
		files, _ := sent(t, desired.BuildSpec{Service: "web", Context: dir}, false)
		if files["Dockerfile"] != "FROM x\n" || !bytes.Equal([]byte(files[".dockerignore"]), text) {
			t.Errorf("%q: sends %q", text, files)
		}
	})
}

func FuzzDockerfile(f *testing.F) {
	f.Add([]byte("ARG A=x\nFROM $A AS b\nCOPY --from=b /x /y\nRUN <<E\nx\nE\n"))
	f.Add([]byte("FROM ${A:-${B}}\n\\\n\xff\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := dockerfile.Parse(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, base := range file.Bases(map[string]string{"A": "x"}, "") {
			if base.Step.Line < 1 || base.Step.Line > bytes.Count(text, []byte("\n"))+1 {
				t.Errorf("%q: %+v", text, base)
			}
		}
	})
}
