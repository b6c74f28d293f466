package spec_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/spec"
)

// realFile is one of the real files of today, with what docker compose 5.6 printed of it.
type realFile struct {
	id, dir string
	files   []string
	loads   bool // docker compose loads it
}

// realFiles are those that STACKLITE_MODERN_FILES names, or that lie beside the repository.
// The test is skipped where there are none.
func realFiles(t *testing.T) []realFile {
	t.Helper()
	root, named := os.LookupEnv("STACKLITE_MODERN_FILES")
	if !named {
		root = "../../../shared/corpus-modern"
	}
	if root, _ = filepath.Abs(root); !named {
		if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
			t.Skip("no real files: name a folder with INDEX.tsv in STACKLITE_MODERN_FILES")
		}
	}
	index, err := os.ReadFile(filepath.Join(root, "INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(index)), "\n")
	column := map[string]int{}
	for i, name := range strings.Split(lines[0], "\t") {
		column[name] = i
	}
	var list []realFile
	for _, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		f := realFile{id: cells[column["id"]], loads: cells[column["compose-5.6.0"]] == "loads"}
		f.dir = filepath.Join(root, f.id)
		for _, name := range append([]string{cells[column["file"]]}, strings.Fields(cells[column["with"]])...) {
			f.files = append(f.files, filepath.Join(f.dir, name))
		}
		list = append(list, f)
	}
	return list
}

func (f realFile) load() (*compose.Project, error) {
	p, _, err := spec.Load(context.Background(), spec.Options{
		Files: f.files, Dir: filepath.Dir(f.files[0]), Env: map[string]string{}, Profiles: []string{"*"},
		Display: func(path string) string { rel, _ := filepath.Rel(f.dir, path); return rel },
	})
	return p, err
}

func TestRealFilesOfTodayMeanWhatDockerComposeMakesOfThem(t *testing.T) {
	for _, f := range realFiles(t) {
		t.Run(f.id, func(t *testing.T) {
			p, err := f.load()
			var mistakes compose.Errors
			switch {
			case err != nil && f.loads:
				t.Fatal(err)
			case err != nil && (!errors.As(err, &mistakes) || mistakes[0].Pos.Line == 0):
				t.Fatalf("no place: %v", err)
			case err != nil:
				return
			case !f.loads:
				t.Fatal("docker compose refuses it")
			}
			text, err := os.ReadFile(filepath.Join(f.dir, "..", "oracle", f.id+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var oracle map[string]any
			plain := strings.ReplaceAll(string(text), "$$", "$") // docker compose doubles dollar signs
			if err := json.Unmarshal([]byte(plain), &oracle); err != nil {
				t.Fatal(err)
			}
			want, got := map[string]said{}, map[string]said{}
			for name, s := range object(oracle["services"]) {
				want[name] = saidBy(object(s), oracle)
			}
			for _, s := range p.Services {
				got[s.Name] = saidOf(s, filepath.Dir(f.dir), "/corpus")
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("-docker compose +ours:\n%s", diff)
			}
			for _, s := range p.Services {
				if s.Pos.Line == 0 {
					t.Errorf("%s: no place", s.Name)
				}
			}
		})
	}
}

// said is what files say of a service, in a form that both can be brought into.
type said struct {
	Image, Build, Container, User, Dir, Host, Restart, Network string
	Command, Entrypoint, Ports, Mounts, Networks, After        []string
	Links, Files, Caps, Health, Tmpfs                          []string
	Env, Labels                                                map[string]string
	Replicas                                                   int
	Privileged, Init                                           bool
}

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func texts(v any) []string {
	var list []string
	items, _ := v.([]any)
	for _, item := range items {
		list = append(list, text(item))
	}
	return list
}

// short leaves out aliases that are the name of the service.
func short(links []string) []string {
	for i, l := range links {
		if target, alias, _ := strings.Cut(l, ":"); target == alias {
			links[i] = target
		}
	}
	return links
}

func sorted(list []string) []string { slices.Sort(list); return list }

// saidBy is what docker compose printed of a service.
func saidBy(s, whole map[string]any) said {
	out := said{
		Image: text(s["image"]), Build: text(object(s["build"])["context"]), Container: text(s["container_name"]), User: text(s["user"]),
		Dir: text(s["working_dir"]), Host: text(s["hostname"]), Restart: text(s["restart"]), Network: text(s["network_mode"]),
		Command: texts(s["command"]), Entrypoint: texts(s["entrypoint"]), Links: short(texts(s["links"])), Caps: texts(s["cap_add"]),
		Health: texts(object(s["healthcheck"])["test"]), Tmpfs: sorted(texts(s["tmpfs"])),
		Env: map[string]string{}, Labels: map[string]string{}, Replicas: 1, Privileged: s["privileged"] == true, Init: s["init"] == true,
	}
	if object(s["healthcheck"])["disable"] == true {
		out.Health = []string{"NONE"}
	}
	if out.Restart == "" {
		if p := object(object(s["deploy"])["restart_policy"]); len(p) > 0 {
			out.Restart = map[string]string{"none": "no", "on-failure": "on-failure", "any": "always", "": "always"}[text(p["condition"])]
			if n := text(p["max_attempts"]); n != "" && out.Restart == "on-failure" {
				out.Restart += ":" + n
			}
		}
	}
	if n, ok := object(s["deploy"])["replicas"].(float64); ok {
		out.Replicas = int(n)
	}
	if n, ok := s["scale"].(float64); ok {
		out.Replicas = int(n)
	}
	for name, v := range object(s["environment"]) {
		if v != nil {
			out.Env[name] = text(v)
		}
	}
	for name, v := range object(s["labels"]) {
		out.Labels[name] = text(v)
	}
	for _, l := range short(texts(s["external_links"])) { // to a service of the project: it is found by its name
		if target, _, _ := strings.Cut(l, ":"); object(whole["services"])[target] != nil {
			out.Links = append(out.Links, l)
		}
	}
	ports, _ := s["ports"].([]any)
	for _, p := range ports {
		p := object(p)
		out.Ports = append(out.Ports, fmt.Sprintf("%s:%s:%s/%s", text(p["host_ip"]), text(p["published"]), text(p["target"]), text(p["protocol"])))
	}
	volumes, _ := s["volumes"].([]any)
	for _, v := range volumes {
		v := object(v)
		source := text(v["source"])
		if v["type"] == "volume" && source != "" {
			source = text(object(object(whole["volumes"])[source])["name"])
		}
		ro := ""
		if v["read_only"] == true {
			ro = " ro"
		}
		out.Mounts = append(out.Mounts, fmt.Sprintf("%s %s %s%s", text(v["type"]), source, text(v["target"]), ro))
	}
	for name, n := range object(s["networks"]) {
		out.Networks = append(out.Networks, strings.Join(append([]string{name, text(object(n)["ipv4_address"])}, texts(object(n)["aliases"])...), " "))
	}
	for name, d := range object(s["depends_on"]) {
		out.After = append(out.After, name+" "+text(object(d)["condition"]))
	}
	for _, kind := range []string{"secrets", "configs"} {
		list, _ := s[kind].([]any)
		for _, f := range list {
			out.Files = append(out.Files, text(object(f)["source"]))
		}
	}
	return out.inOrder()
}

// inOrder sorts what has no order of its own.
func (s said) inOrder() said {
	for _, list := range []*[]string{&s.Ports, &s.Mounts, &s.Networks, &s.After, &s.Files, &s.Tmpfs} {
		slices.Sort(*list)
	}
	return s
}

// saidOf is what we made of a service, with a folder of this machine as it is in what
// docker compose printed.
func saidOf(s *compose.Service, dir, as string) said {
	there := func(path string) string {
		if rest, ok := strings.CutPrefix(path, dir); ok {
			return as + rest
		}
		return path
	}
	out := said{
		Image: s.Image, Build: there(s.Build), Container: s.ContainerName, User: s.User, Dir: s.WorkingDir, Host: s.Hostname, Restart: s.Restart.Policy,
		Command: s.Command, Entrypoint: s.Entrypoint, Caps: s.CapAdd, Env: map[string]string{}, Labels: map[string]string{}, Replicas: 1,
		Privileged: s.Privileged, Init: s.Spec.Init != nil && *s.Spec.Init,
	}
	if s.Restart.Max > 0 {
		out.Restart += ":" + strconv.Itoa(s.Restart.Max)
	}
	switch s.Net.Mode {
	case compose.NetHost:
		out.Network = "host"
	case compose.NetNone:
		out.Network = "none"
	case compose.NetService:
		out.Network = "service:" + s.Net.Name
	case compose.NetContainer:
		out.Network = "container:" + s.Net.Name
	case compose.NetNetwork:
		out.Network = s.Net.Name
	}
	if s.Spec.Healthcheck != nil {
		out.Health = s.Spec.Healthcheck.Test
	}
	if s.Spec.Replicas != nil {
		out.Replicas = *s.Spec.Replicas
	}
	for _, v := range s.Environment {
		if v.Value != nil {
			out.Env[v.Name] = *v.Value
		}
	}
	for _, v := range s.Labels {
		out.Labels[v.Name] = *v.Value
	}
	for _, p := range s.Ports {
		published := ""
		if p.HostFirst != 0 {
			published = strconv.Itoa(p.HostFirst)
			if p.HostLast != p.HostFirst {
				published += "-" + strconv.Itoa(p.HostLast)
			}
		}
		out.Ports = append(out.Ports, fmt.Sprintf("%s:%s:%d/%s", p.IP, published, p.First, p.Proto))
	}
	for _, v := range s.Volumes {
		kind := "bind"
		if v.Named || v.Host == "" {
			kind = "volume"
		}
		ro := ""
		if slices.Contains(strings.Split(v.Mode, ","), "ro") {
			ro = " ro"
		}
		out.Mounts = append(out.Mounts, fmt.Sprintf("%s %s %s%s", kind, there(v.Host), v.Target, ro))
	}
	for _, m := range s.Spec.Mounts {
		ro := ""
		if m.ReadOnly {
			ro = " ro"
		}
		out.Mounts = append(out.Mounts, fmt.Sprintf("%s %s %s%s", m.Type, there(m.Source), m.Target, ro))
	}
	for _, path := range slices.Sorted(maps.Keys(s.Spec.Tmpfs)) {
		out.Tmpfs = append(out.Tmpfs, strings.TrimSuffix(path+":"+s.Spec.Tmpfs[path], ":"))
	}
	for _, n := range s.Spec.Networks {
		out.Networks = append(out.Networks, strings.Join(append([]string{n.Name, n.IPv4}, n.Aliases...), " "))
	}
	for _, d := range s.Spec.DependsOn {
		out.After = append(out.After, d.Service+" "+string(d.Condition))
	}
	for _, l := range s.Links {
		out.Links = append(out.Links, cmp.Or(map[bool]string{true: l.Target}[l.Alias == l.Target], l.Target+":"+l.Alias))
	}
	for _, f := range s.Spec.Files {
		out.Files = append(out.Files, f.Name)
	}
	return out.inOrder()
}
