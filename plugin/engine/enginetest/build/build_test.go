package build

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	containertypes "github.com/docker/docker/api/types/container"
)

func TestADockerfileIsReadAndItsSettingsAreMade(t *testing.T) {
	read := Instructions("# comment\nenv A=1 \\\n  B=2\n\nLABEL say=\"two words\"\nEXPOSE 80 53/udp\nCMD [\"serve\"]\n")
	base := &containertypes.Config{Env: []string{"A=0"}, Labels: map[string]string{"of": "base"}}
	c := *base
	for _, i := range read {
		if err := Set(&c, i); err != nil {
			t.Errorf("%s: %v", i.Keyword, err)
		}
	}
	if got := fmt.Sprint(c.Env, c.Labels, len(c.ExposedPorts), c.Cmd); got != `[A=1 B=2] map[of:base say:two words] 2 [serve]` {
		t.Error(got)
	}
	if len(base.Labels) != 1 || base.Env[0] != "A=0" {
		t.Errorf("what it was made from has changed: %v %v", base.Labels, base.Env)
	}
	if err := Set(&c, Instruction{"FLY", ""}); err == nil {
		t.Error("an instruction that does not exist is carried out")
	}
}

// archive packs files for a build; each has its name as content.
func archive(t *testing.T, to io.WriteCloser, names ...string) {
	t.Helper()
	a := tar.NewWriter(to)
	for _, name := range names {
		err := a.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(name))})
		if _, err2 := io.WriteString(a, name); err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
	}
	if err := errors.Join(a.Close(), to.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestAContextMayBeCompressed(t *testing.T) {
	var packed bytes.Buffer
	archive(t, gzip.NewWriter(&packed), "Dockerfile", "src/a", "src/b")
	files, err := ReadContext(&packed)
	if err != nil || string(files["src/a"]) != "src/a" {
		t.Fatalf("%v, %v", files, err)
	}
	folder, _ := files.Digest("/src")
	all, _ := files.Digest(".")
	files["src/b"] = []byte("other")
	changed, _ := files.Digest("src/")
	if _, ok := files.Digest("lib"); ok || folder == "" || folder == all || folder == changed {
		t.Errorf("digests %s, of all %s, after a change %s; of nothing: %v", folder, all, changed, ok)
	}
}

func TestTheClassicBuilderTellsOfItsStepsInLines(t *testing.T) {
	var lines []string
	steps := Classic(func(message any) {
		if m, ok := message.(map[string]string); ok {
			lines = append(lines, m["stream"])
		}
	})
	from := Instruction{"FROM", "scratch"}
	steps.Begin(1, 2, from)
	steps.End(1, 2, from, errors.New("which says nothing here"))
	steps.Built("sha256:0123456789abcdef", []string{"web:latest"})
	want := []string{"Step 1/2 : FROM scratch\n", "Successfully built 0123456789ab\n", "Successfully tagged web:latest\n"}
	if !slices.Equal(lines, want) {
		t.Errorf("%q", lines)
	}
}
