package deployed_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/golden"
	"github.com/stack-lite/stack-lite/compose/spec"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/deployed"
	"github.com/stack-lite/stack-lite/plugin/desired"
)

// TestFilesAskThisOfASwarm reads testdata/*.txtar: fig.yml or compose.yaml and what lies
// beside it, options, and what is asked of a swarm for it. Options are encrypt, publish-host,
// push-to REGISTRY and scale SERVICE=N, one on a line.
func TestFilesAskThisOfASwarm(t *testing.T) {
	golden.Each(t, "testdata/*.txtar", []string{"networks", "services", "notes", "mistakes"}, func(t *testing.T, c *golden.Case) {
		options := ""
		for _, f := range c.Files {
			if f.Name == "options" {
				options = string(f.Data)
			}
		}
		c.Check(t, asked(t, golden.LayOut(t, c.Files), options)...)
	})
}

// open reads the file of a folder, resolved for a swarm.
func open(t *testing.T, path string) deployed.Inputs {
	t.Helper()
	var in deployed.Inputs
	var err error
	dir := filepath.Dir(path)
	if filepath.Base(path) == "fig.yml" {
		in.Project, err = compose.Load(compose.Options{Files: []string{path}, Dir: dir, ProjectName: "demo", Env: map[string]string{}, SkipBuildCheck: true})
	} else {
		var model *spec.Model
		in.Project, model, err = spec.Load(context.Background(), spec.Options{
			Files: []string{path}, Dir: dir, Name: "demo", Env: map[string]string{"HOME": "/root"}, Profiles: []string{"*"}, Display: filepath.Base,
		})
		if err == nil {
			in.Values, err = model.Values()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	isolation := linking.ByLinks
	if in.Project.Format == compose.Spec && in.Project.Isolation != "link" {
		isolation = linking.ByProject
	}
	if in.Topology, err = linking.Resolve(in.Project, linking.Options{Isolation: isolation, Swarm: true}); err != nil {
		t.Fatal(err)
	}
	in.Images = desired.Images(in.Project, desired.BuildOptions{}, nil)
	in.Options.Version, in.Read = "1.0", os.ReadFile
	return in
}

// fileIn is the file in a folder.
func fileIn(dir string) string {
	for _, name := range []string{"fig.yml", "compose.yaml"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return filepath.Join(dir, name)
		}
	}
	return dir
}

// asked is what the file in a folder asks of a swarm, as parts of an archive.
func asked(t *testing.T, dir, options string) []txtar.File {
	t.Helper()
	in := open(t, fileIn(dir))
	in.Scale = map[string]int{}
	for _, line := range strings.Split(strings.TrimSpace(options), "\n") {
		word, value, _ := strings.Cut(line, " ")
		service, n, _ := strings.Cut(value, "=")
		var err error
		switch word {
		case "":
		case "encrypt":
			in.Options.Encrypt = true
		case "publish-host":
			in.Options.PublishHost = true
		case "push-to":
			in.Images, err = desired.PushAll(in.Images, value)
		case "scale":
			in.Scale[service], err = strconv.Atoi(n)
		case "order":
			in.Options.Update = &compose.Update{Order: value}
		default:
			t.Fatalf("no option %s", word)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want, notes, err := deployed.Want(in)
	var mistakes compose.Errors
	part := func(name, text string) txtar.File {
		text = strings.ReplaceAll(strings.ReplaceAll(text, dir+"/", ""), dir, "DIR")
		return txtar.File{Name: name, Data: []byte(text)}
	}
	if errors.As(err, &mistakes) {
		text := ""
		for _, m := range mistakes {
			text += m.Error() + "\n"
		}
		return []txtar.File{part("mistakes", text)}
	}
	if err != nil {
		t.Fatal(err)
	}
	told := ""
	for _, n := range notes {
		told += n.String() + "\n"
	}
	return []txtar.File{part("networks", printed(t, want.Networks)), part("services", printed(t, want.Managed)), part("notes", told)}
}

// printed is JSON without what is not set, a value of each on a line, and fingerprints
// with the names alone: their sums have paths of this machine.
func printed[T any](t *testing.T, list []T) string {
	t.Helper()
	text := ""
	for _, of := range list {
		out, err := json.MarshalIndent(golden.Set(t, of), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		text += string(out) + "\n"
	}
	return regexp.MustCompile(`([a-z._]+)=[0-9a-f]{8}`).ReplaceAllString(text, "$1")
}
