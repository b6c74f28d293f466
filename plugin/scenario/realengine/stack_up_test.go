package realengine_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
)

// broughtUp is a stack of a real file, made by one tool and then by the other, in the same
// folder and under the same name.
type broughtUp struct {
	t       *testing.T
	cli     *client.Client
	root    string // of all real files
	files   []string
	standin []byte
	dir     string // the copy of the stack's files
	project string
	model   model
	image   string
	quiet   *sync.RWMutex // of places
	realStack
}

// model is what docker compose makes of the files.
type model struct {
	Services map[string]modelService
	Networks map[string]modelResource
	Volumes  map[string]modelResource
	Secrets  map[string]modelResource
	Configs  map[string]modelResource
}

type modelResource struct {
	Name     string
	File     string
	External bool
	IPAM     struct{ Config []map[string]any }
}

type modelService struct {
	Command, Entrypoint []string
	Healthcheck         *struct {
		Test    []string
		Disable bool
	}
	Ports []struct {
		Target                      int
		Published, Protocol, HostIP string
	}
	Expose        []string
	User          string
	WorkingDir    string   `json:"working_dir"`
	GroupAdd      []string `json:"group_add"`
	Privileged    bool
	Ulimits       map[string]any
	PullPolicy    string `json:"pull_policy"`
	ContainerName string `json:"container_name"`
	Hostname      string
	Image         string
	Links         []string
	Volumes       []struct{ Type, Source, Target string }
	Networks      map[string]*struct{ Aliases []string }
	DependsOn     map[string]struct{ Condition string } `json:"depends_on"`
	Secrets       []modelFile
	Configs       []modelFile
	ExtraHosts    []string `json:"extra_hosts"`
}

type modelFile struct{ Source, Target string }

const overrideFile = "stand-in.override.yaml"

// buildStandin compiles the program that containers run.
func buildStandin(t *testing.T) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "standin")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "./standin")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// args are those with which a tool reads the stack's files.
func (b *broughtUp) args(args ...string) []string {
	all := []string{"-p", b.project}
	for _, name := range b.files {
		all = append(all, "-f", name)
	}
	if _, err := os.Stat(filepath.Join(b.dir, overrideFile)); err == nil {
		all = append(all, "-f", overrideFile)
	}
	for _, p := range b.profiles {
		all = append(all, "--profile", p)
	}
	return append(all, args...)
}

// change runs a tool on the stack that makes and removes networks, which must not be while
// a stack is asked who reaches whom there: an engine writes its rules anew each time, and
// meanwhile lets packets through.
func (b *broughtUp) change(program string, args ...string) {
	b.t.Helper()
	b.quiet.RLock()
	defer b.quiet.RUnlock()
	if _, err := b.run(program, args...); err != nil {
		b.t.Errorf("%s: %v", args[0], err)
	}
}

// run runs a tool on the stack.
func (b *broughtUp) run(program string, args ...string) (stdout string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, b.args(args...)...)
	cmd.Dir = b.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(b.dir, "home"), "STACKLITE_DISCOVERY=" + b.project}
	for _, name := range []string{"DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%v: %w\n%s", cmd.Args, err, said.String())
	}
	if testing.Verbose() {
		b.t.Logf("%v\n%s", args, said.String())
	}
	return out.String(), nil
}

// prepare copies the stack's files, asks docker compose what they say, makes an image that
// can stand in for all of theirs and writes the override by which both tools take it.
func (b *broughtUp) prepare(compose string) {
	b.t.Helper()
	b.copyFiles()
	text, err := b.run(compose, "config", "--format", "json")
	if err != nil {
		b.t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(text), &b.model); err != nil {
		b.t.Fatal(err)
	}
	b.image = "stacklite-standin:" + b.project
	b.importImage()
}

// copyFiles makes the folder anew, with all that a tool may have put there gone.
func (b *broughtUp) copyFiles() {
	b.t.Helper()
	if err := os.RemoveAll(b.dir); err != nil {
		b.t.Fatal(err)
	}
	if err := os.CopyFS(b.dir, os.DirFS(filepath.Join(b.root, b.id))); err != nil {
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(b.dir, "home"), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if b.model.Services == nil {
		return
	}
	b.put(overrideFile, []byte(b.overrides()), 0o644)
	for _, of := range []map[string]modelResource{b.model.Secrets, b.model.Configs} {
		for name, r := range of {
			if r.File != "" {
				b.put(r.File, []byte("what "+name+" holds\n"), 0o640)
			}
		}
	}
	for name, s := range b.model.Services {
		for _, v := range s.Volumes {
			if v.Type != "bind" || strings.HasPrefix(v.Source, b.dir+"/") {
				continue
			}
			if _, err := os.Stat(v.Source); err != nil {
				b.t.Fatalf("%s mounts %s, which this machine does not have: %v", name, v.Source, err)
			}
		}
		// A program that is mounted from the folder, and not in the image.
		for _, program := range s.programs() {
			for _, v := range s.Volumes {
				rel, err := filepath.Rel(v.Target, program)
				if v.Type == "bind" && err == nil && !strings.HasPrefix(rel, "..") && strings.HasPrefix(v.Source, b.dir+"/") {
					b.put(filepath.Join(v.Source, rel), b.standin, 0o755)
				}
			}
		}
	}
}

// put writes a file of the stack, if there is none.
func (b *broughtUp) put(name string, text []byte, mode os.FileMode) {
	b.t.Helper()
	if !filepath.IsAbs(name) {
		name = filepath.Join(b.dir, name)
	}
	if _, err := os.Stat(name); err == nil {
		return
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, text, mode)); err != nil {
		b.t.Fatal(err)
	}
}

// programs are the paths that containers of a service run programs from.
func (s modelService) programs() []string {
	var words []string
	if len(s.Entrypoint) > 0 {
		words = append(words, s.Entrypoint[0])
	}
	if h := s.Healthcheck; h != nil && len(h.Test) > 1 {
		switch h.Test[0] {
		case "CMD":
			words = append(words, h.Test[1])
		case "CMD-SHELL":
			words = append(words, "/bin/sh")
		}
	}
	for i, word := range words {
		if !strings.Contains(word, "/") {
			words[i] = "/bin/" + word
		} else if !path.IsAbs(word) {
			words[i] = path.Join("/", s.WorkingDir, word)
		}
	}
	return words
}

// ending reports whether a service ends by itself, as those do that others want completed,
// and with which status.
func (b *broughtUp) ending(name string) (status int, ends bool) {
	if status, ends = b.ends[name]; ends {
		return status, true
	}
	for _, s := range b.model.Services {
		if s.DependsOn[name].Condition == "service_completed_successfully" {
			return 0, true
		}
	}
	return 0, false
}

// waitedFor are the services that others want healthy.
func (m model) waitedFor() map[string]bool {
	found := map[string]bool{}
	for _, s := range m.Services {
		for name, d := range s.DependsOn {
			if d.Condition == "service_healthy" {
				found[name] = true
			}
		}
	}
	return found
}

// overrides give each service the image that stands in, and say there what it answers
// on. Health checks are those of the files, asked more often; where only the image of a
// service that others wait for has one, the override has it in place of the image. Limits and
// privileges that not every machine may give are left out: that both tools ask the engine for
// them is what TestFilesOfTodayBecomeTheContainersOfDockerCompose sees.
func (b *broughtUp) overrides() string {
	services := map[string]any{}
	waited := b.model.waitedFor()
	for name, s := range b.model.Services {
		words := []string{name}
		if code, ends := b.ending(name); ends {
			words = append(words, fmt.Sprintf("exit:%d", code))
		}
		words = append(words, s.ports()...)
		o := map[string]any{"image": b.image, "environment": map[string]string{"STAND_IN": strings.Join(words, " ")}}
		if n, ok := b.scale[name]; ok {
			o["scale"] = n
		}
		if len(s.Ulimits) > 0 {
			o["ulimits"] = reset
		}
		if s.Privileged {
			o["privileged"] = false
		}
		if s.PullPolicy != "" {
			o["pull_policy"] = "missing"
		}
		switch h := s.Healthcheck; {
		case h != nil && !h.Disable && len(h.Test) > 0 && h.Test[0] != "NONE":
			o["healthcheck"] = map[string]any{"interval": "1s"}
		case waited[name]:
			o["healthcheck"] = map[string]any{"test": []string{"CMD", "/standin"}, "interval": "1s"}
		}
		services[name] = o
	}
	text, err := json.MarshalIndent(map[string]any{"services": services}, "", "  ")
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), `"`+reset+`"`, reset+" null")
}

// reset takes away what a file before says.
const reset = "!reset"

// ports are those that a service says it listens on.
func (s modelService) ports() []string {
	var found []string
	for _, p := range s.Ports {
		found = append(found, fmt.Sprintf("%d/%s", p.Target, p.Protocol))
	}
	for _, e := range s.Expose {
		if !strings.Contains(e, "/") {
			e += "/tcp"
		}
		found = append(found, e)
	}
	if len(found) == 0 {
		found = []string{"7070/tcp"}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// importImage makes the image: the stand-in under the names of all programs, all users,
// and a volume of its own.
func (b *broughtUp) importImage() {
	b.t.Helper()
	var files bytes.Buffer
	archive := tar.NewWriter(&files)
	add := func(h tar.Header, text []byte) {
		h.Size = int64(len(text))
		if err := archive.WriteHeader(&h); err != nil {
			b.t.Fatal(err)
		}
		if _, err := archive.Write(text); err != nil {
			b.t.Fatal(err)
		}
	}
	links, users := map[string]bool{"/bin/sh": true}, map[string]bool{}
	for _, s := range b.model.Services {
		for _, p := range s.programs() {
			links[p] = true
		}
		for _, name := range append(strings.Split(s.User, ":"), s.GroupAdd...) {
			users[name] = true
		}
	}
	delete(users, "")
	passwd, group := "root:x:0:0::/root:/bin/sh\n", "root:x:0:\n"
	for i, name := range slices.Sorted(maps.Keys(users)) {
		if name == "root" || name[0] >= '0' && name[0] <= '9' {
			continue
		}
		passwd += fmt.Sprintf("%s:x:%d:%d::/:/bin/sh\n", name, 1000+i, 1000+i)
		group += fmt.Sprintf("%s:x:%d:\n", name, 1000+i)
	}
	add(tar.Header{Name: "standin", Mode: 0o755}, b.standin)
	add(tar.Header{Name: "etc/passwd", Mode: 0o644}, []byte(passwd))
	add(tar.Header{Name: "etc/group", Mode: 0o644}, []byte(group))
	for _, p := range slices.Sorted(maps.Keys(links)) {
		add(tar.Header{Name: strings.TrimPrefix(p, "/"), Typeflag: tar.TypeSymlink, Linkname: "/standin"}, nil)
	}
	if err := archive.Close(); err != nil {
		b.t.Fatal(err)
	}
	said, err := b.cli.ImageImport(context.Background(), image.ImportSource{Source: &files, SourceName: "-"}, b.image, image.ImportOptions{
		Changes: []string{`ENTRYPOINT ["/standin"]`, `CMD ["as", "the", "image", "says"]`, "ENV PATH=/usr/local/bin:/bin", "ENV OF_THE_IMAGE=1", "VOLUME /of-the-image", "EXPOSE 7070"},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	defer said.Close()
	if _, err := io.Copy(io.Discard, said); err != nil {
		b.t.Fatal(err)
	}
}

// labelled finds what is the project's.
func (b *broughtUp) labelled() filters.Args {
	return filters.NewArgs(filters.Arg("label", "com.docker.compose.project="+b.project))
}

// clear removes all that was made.
func (b *broughtUp) clear() {
	b.clearStack()
	if _, err := b.cli.ImageRemove(context.Background(), b.image, image.RemoveOptions{}); err != nil {
		b.t.Error(err)
	}
}

func (b *broughtUp) clearStack() {
	b.quiet.RLock()
	defer b.quiet.RUnlock()
	ctx := context.Background()
	var all error
	containers, err := b.cli.ContainerList(ctx, container.ListOptions{All: true, Filters: b.labelled()})
	all = errors.Join(all, err)
	for _, c := range containers {
		all = errors.Join(all, b.cli.ContainerRemove(ctx, c.ID, container.RemoveOptions{Force: true, RemoveVolumes: true}))
	}
	for _, n := range b.ownNetworks() {
		all = errors.Join(all, b.cli.NetworkRemove(ctx, n.ID))
	}
	volumes, err := b.cli.VolumeList(ctx, volume.ListOptions{Filters: b.labelled()})
	all = errors.Join(all, err)
	for _, v := range volumes.Volumes {
		all = errors.Join(all, b.cli.VolumeRemove(ctx, v.Name, true))
	}
	if all != nil {
		b.t.Error(all)
	}
}
