package realengine_test

import (
	"archive/tar"
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"

	"github.com/stack-lite/stack-lite/compose/realfiles"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

var update = flag.Bool("update", false, "record in testdata/config what docker-compose prints")

// printed is the standard output of a program in a folder, and its exit code. No
// engine is asked.
func printed(t *testing.T, program, dir string, args ...string) string {
	t.Helper()
	out, _ := asked(t, "unix:///none", program, dir, args...)
	return out
}

// asked is printed with what goes to standard error too, and an engine to ask.
func asked(t *testing.T, host, program, dir string, args ...string) (out, errs string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME=/home/ann", "DOCKER_HOST="+host)
	var said strings.Builder
	cmd.Stderr = &said
	text, err := cmd.Output()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return fmt.Sprintf("%sexit code %d\n", text, cmd.ProcessState.ExitCode()), said.String()
}

// unpushed makes an image that nobody else has: one of the same content that another test
// pushes gives this one its digest.
func unpushed(t *testing.T, cli *client.Client) string {
	t.Helper()
	ref := strings.ToLower("sltunpushed" + crand.Text())
	var empty bytes.Buffer
	if err := tar.NewWriter(&empty).Close(); err != nil {
		t.Fatal(err)
	}
	answer, err := cli.ImageImport(t.Context(), image.ImportSource{Source: &empty, SourceName: "-"}, ref, image.ImportOptions{Changes: []string{"LABEL of=" + ref}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Close()
	if _, err := io.Copy(io.Discard, answer); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := cli.ImageRemove(context.Background(), ref, image.RemoveOptions{}); err != nil {
			t.Error(err)
		}
	})
	return ref
}

func writeFiles(t *testing.T, dir string, files []txtar.File) {
	t.Helper()
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestConfigPrintsByteForByteWhatDockerComposeDoes compares with what docker-compose
// 1.29.2 printed, which is recorded, and asks it again where all is tested. -update
// records it.
func TestConfigPrintsByteForByteWhatDockerComposeDoes(t *testing.T) {
	t.Parallel()
	ours := filepath.Join(scenario.Program(t, "docker-compose"), "docker-compose")
	theirs := ""
	if !scenario.Part() || *update {
		theirs = scenario.NeedDockerCompose(t)
	}
	files, err := filepath.Glob("testdata/config/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			session, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), "demo")
			writeFiles(t, dir, slices.DeleteFunc(slices.Clone(session.Files), isRecorded))
			says := func(program string, args []string) string {
				return strings.ReplaceAll(printed(t, program, dir, args...), dir, "DIR")
			}
			i := slices.IndexFunc(session.Files, func(f txtar.File) bool { return f.Name == "commands" })
			for command := range strings.Lines(string(session.Files[i].Data)) {
				args := strings.Fields(command)
				k := slices.IndexFunc(session.Files, func(f txtar.File) bool { return f.Name == recordedOf(command) })
				if *update && k < 0 {
					k = len(session.Files)
					session.Files = append(session.Files, txtar.File{Name: recordedOf(command)})
				}
				if *update {
					session.Files[k].Data = []byte(says(theirs, args))
				}
				if k < 0 {
					t.Fatalf("%s: what docker-compose says is not recorded: -update records it", command)
				}
				want := string(session.Files[k].Data)
				if diff := cmp.Diff(want, says(ours, args)); diff != "" {
					t.Errorf("%s: docker-compose -, this program +\n%s", command, diff)
				}
				if theirs == "" {
					continue
				}
				if diff := cmp.Diff(want, says(theirs, args)); diff != "" {
					t.Errorf("%s: recorded -, docker-compose now +\n%s", command, diff)
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(session), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// recordedOf is where a session has what docker-compose printed of a command.
func recordedOf(command string) string { return "docker-compose " + strings.TrimSpace(command) }

func isRecorded(f txtar.File) bool { return strings.HasPrefix(f.Name, "docker-compose ") }

// TestTextsAreQuotedAsDockerComposeDoes has texts of all kinds of characters but
// those that may not reach a terminal.
func TestTextsAreQuotedAsDockerComposeDoes(t *testing.T) {
	t.Parallel()
	theirs := scenario.NeedDockerCompose(t)
	ours := filepath.Join(scenario.Program(t, "docker-compose"), "docker-compose")
	characters := strings.Split("a b c X Y Z 0 1 9 : # - ? , [ ] { } & * ! | > ' \" % @ ` ~ = < . / \\ _ + \n \t é ☃ \u00a0 😀 \a", " ")
	characters = append(characters, " ", " ", "word ", "another word ", strings.Repeat("long", 5)+" ")
	special := strings.Fields(`yes No y N null ~ 1 0x1f 1.5 .5 1e3 1.0e+3 12:30 2015-01-01 << = --- ... - ? : a: true 0777 1_000 .inf .NaN
		+1 0b1 0o7 2001-12-14t21:59:43.10-05:00 08 -- { @x !x &x *x %x it's "q" 1:2:3.5`)
	special = append(special, "", " x", "x ", "a b", "- a", "a: b", "a #b", strings.Repeat("k", 122), strings.Repeat("k", 123))
	for seed := range uint64(3) {
		random := rand.New(rand.NewPCG(seed, 1))
		some := func() string {
			if random.IntN(4) == 0 {
				return special[random.IntN(len(special))]
			}
			var b strings.Builder
			for range []int{1, 2, 3, 5, 10, 40, 90}[random.IntN(7)] {
				b.WriteString(characters[random.IntN(len(characters))])
			}
			return b.String()
		}
		environment, labels, command := map[string]string{}, map[string]string{}, []string{"run"}
		for i := range 200 {
			environment[fmt.Sprintf("V%d", i)] = some()
			labels["x"+strings.NewReplacer("\n", "", "\a", "").Replace(some())] = some()
			command = append(command, some())
		}
		file, err := json.Marshal(map[string]any{"web": map[string]any{
			"image": "x", "environment": environment, "labels": labels, "command": command,
		}})
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "demo")
		writeFiles(t, dir, []txtar.File{{Name: "docker-compose.yml", Data: file}})
		want, got := printed(t, theirs, dir, "config"), printed(t, ours, dir, "config")
		if !strings.HasSuffix(want, "exit code 0\n") {
			t.Fatalf("seed %d: docker-compose refuses the file: %s", seed, file)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("seed %d: docker-compose -, this program +\n%s", seed, diff)
		}
	}
}

// TestConfigOfRealFilesIsThatOfDockerCompose looks at the files that both programs
// load. Where the list of differences in how files are read names a key, the key may
// differ; where it names none of a file, every byte is the same.
func TestConfigOfRealFilesIsThatOfDockerCompose(t *testing.T) {
	t.Parallel()
	if os.Getenv("STACKLITE_SLOW") == "" {
		t.Skip("takes half a minute: set STACKLITE_SLOW=1")
	}
	if testing.Short() {
		t.Skip("starts docker-compose a hundred times")
	}
	theirs := scenario.NeedDockerCompose(t)
	ours := filepath.Join(scenario.Program(t, "docker-compose"), "docker-compose")
	same := 0
	for name, path := range realfiles.LayOut(t, "../../..") {
		dir := filepath.Dir(path)
		args := []string{"-f", filepath.Base(path), "config"}
		want, got := printed(t, theirs, dir, args...), printed(t, ours, dir, args...)
		if strings.HasSuffix(want, "exit code 1\n") || strings.HasSuffix(got, "exit code 1\n") {
			continue // which compose/testdata explains
		}
		differs := differences(t, name)
		if len(differs) == 0 {
			same++
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: docker-compose -, this program +\n%s", name, diff)
			}
			continue
		}
		for place, pair := range compare(t, want, got) {
			if !slices.Contains(differs, place) {
				t.Errorf("%s: %s: docker-compose has %v, this program %v", name, place, pair[0], pair[1])
			}
		}
	}
	if same < 50 {
		t.Errorf("only %d files were compared", same)
	}
}

// TestConfigOfEveryKeyIsThatOfDockerCompose looks at the files by which package
// compose tests its keys.
func TestConfigOfEveryKeyIsThatOfDockerCompose(t *testing.T) {
	t.Parallel()
	if os.Getenv("STACKLITE_SLOW") == "" {
		t.Skip("takes half a minute: set STACKLITE_SLOW=1")
	}
	if testing.Short() {
		t.Skip("starts docker-compose a hundred times")
	}
	theirs := scenario.NeedDockerCompose(t)
	ours := filepath.Join(scenario.Program(t, "docker-compose"), "docker-compose")
	files, err := filepath.Glob("../../../compose/testdata/ok/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	differs := map[string]struct{ key, why string }{
		"env_file.txtar": {"environment", "a variable in single quotes is none"},
		"labels.txtar":   {"labels", "what is written as true is no word of another language"},
		"ports.txtar":    {"ports", "22:22 is no number in base 60, and port 0 of the host is any"},
		"volumes.txtar":  {"volumes", "a word with a slash is a directory, and a path in a container is absolute"},
	}
	same := 0
	for _, file := range files {
		session, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		dir, name := filepath.Join(t.TempDir(), "demo"), filepath.Base(file)
		writeFiles(t, dir, session.Files)
		want, got := printed(t, theirs, dir, "-f", "fig.yml", "config"), printed(t, ours, dir, "-f", "fig.yml", "config")
		if strings.HasSuffix(want, "exit code 1\n") && differs[name].key == "" {
			continue // it refused many forms of values
		}
		same++
		if strings.HasSuffix(got, "exit code 1\n") {
			t.Errorf("%s: this program refuses it", name)
			continue
		}
		places := compare(t, want, got)
		for place, pair := range places {
			if _, key, _ := strings.Cut(place, "."); key != differs[name].key {
				t.Errorf("%s: %s: docker-compose has %v, this program %v", name, place, pair[0], pair[1])
			}
		}
		if diff := cmp.Diff(want, got); len(places) == 0 && diff != "" {
			t.Errorf("%s: docker-compose -, this program +\n%s", name, diff)
		}
	}
	if same < 30 {
		t.Errorf("only %d files were compared", same)
	}
}

// differences are the places of a real file that are read differently.
func differences(t *testing.T, name string) []string {
	t.Helper()
	list, err := os.ReadFile("../../../compose/testdata/differences.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for line := range strings.Lines(string(list)) {
		if f := strings.Split(line, "\t"); f[0] == name {
			places = append(places, f[1])
		}
	}
	return places
}

// compare gives the places in which two documents differ, with what is there.
func compare(t *testing.T, want, got string) map[string][2]any {
	t.Helper()
	read := func(text string) map[string]any {
		var doc struct{ Services map[string]map[string]any }
		text = text[:strings.LastIndex(text, "exit code")]
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		values := map[string]any{}
		for service, keys := range doc.Services {
			for key, v := range keys {
				values[service+"."+key] = v
			}
		}
		return values
	}
	a, b := read(want), read(got)
	differ := map[string][2]any{}
	for _, values := range []map[string]any{a, b} {
		for place := range maps.Keys(values) {
			if !reflect.DeepEqual(a[place], b[place]) {
				differ[place] = [2]any{a[place], b[place]}
			}
		}
	}
	return differ
}

func TestDigestsAreThoseOfDockerComposeOnTheEngine(t *testing.T) {
	t.Parallel()
	theirs := scenario.NeedDockerCompose(t)
	ours := filepath.Join(scenario.Program(t, "docker-compose"), "docker-compose")
	cli := realengine.Connect(t)
	scenario.SkipNewer(t, cli)
	realengine.InstallProbe(t, cli, buildBase)
	address := scenario.StartRegistry(t)
	remote, ref := pushed(t, cli, address)
	local, pulled := pushed(t, cli, address)
	local.write("fig.yml", "web: {image: '"+pulled+"'}\n")
	local.run("pull")
	unpushed := unpushed(t, cli)
	for name, c := range map[string]struct {
		file string
		args []string
		say  bool // the messages are the same too
	}{
		"on the engine":     {"web: {image: '" + pulled + "'}\n", nil, false},
		"in the registry":   {"web: {image: '" + ref + "'}\n", nil, false},
		"a digest":          {"web: {image: 'x@sha256:" + strings.Repeat("0", 64) + "'}\n", nil, false},
		"nothing printed":   {"web: {image: '" + pulled + "'}\n", []string{"-q"}, false},
		"names of services": {"web: {image: '" + pulled + "'}\n", []string{"--services"}, false},
		"never pulled":      {"web: {image: '" + unpushed + "'}\nalso: {image: '" + unpushed + "'}\n", nil, true},
		"never pulled, -q":  {"web: {image: '" + unpushed + "'}\n", []string{"-q"}, true},
		"nowhere":           {"web: {image: '" + address + "/nothing'}\n", nil, true},
		"built":             {"web: {build: .}\n", nil, true},
	} {
		remote.write("docker-compose.yml", c.file)
		if err := os.Remove(filepath.Join(remote.dir, "fig.yml")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		args := append([]string{"config", "--resolve-image-digests"}, c.args...)
		want, wantSaid := asked(t, cli.DaemonHost(), theirs, remote.dir, args...)
		got, gotSaid := asked(t, cli.DaemonHost(), ours, remote.dir, args...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: docker-compose -, this program +\n%s", name, diff)
		}
		if diff := cmp.Diff(wantSaid, gotSaid); c.say && diff != "" {
			t.Errorf("%s: on standard error docker-compose -, this program +\n%s", name, diff)
		}
	}
	remote.write("docker-compose.yml", "web: {image: '"+ref+"'}\nbuilt: {build: web}\n")
	if out := remote.run("config", "--resolve-image-digests"); !strings.Contains(out, strings.TrimSuffix(ref, ":latest")) || !strings.Contains(out, "@sha256:") {
		t.Errorf("not as docker-compose: got %s", out)
	}
	remote.write("docker-compose.yml", "web: {image: '"+unpushed+"'}\n")
	remote.fails([]string{"has no digest: it was neither pulled nor pushed"}, "config", "--resolve-image-digests")
	remote.write("docker-compose.yml", "web: {image: '"+address+"/nothing'}\n")
	remote.fails([]string{"is neither on the engine nor in a registry that can be asked"}, "config", "--resolve-image-digests")
	local.forget(pulled)
}
