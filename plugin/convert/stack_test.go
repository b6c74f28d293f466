package convert_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/cli/cli/compose/types"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/realfiles"
	"github.com/stack-lite/stack-lite/compose/spec"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/convert"
)

// read is a project, and what its files say where they are of today.
type read struct {
	project *compose.Project
	values  map[string]any
}

func readOld(t *testing.T, path string) read {
	t.Helper()
	p, err := compose.Load(compose.Options{Files: []string{path}, Dir: filepath.Dir(path), ProjectName: "demo", Env: map[string]string{}, SkipBuildCheck: true})
	if err != nil {
		t.Skip("no file that loads: ", err)
	}
	return read{p, nil}
}

func readToday(t *testing.T, paths ...string) read {
	t.Helper()
	r, err := loadToday(paths...)
	if err != nil {
		t.Skip("no file that loads: ", err)
	}
	return r
}

func loadToday(paths ...string) (read, error) {
	p, model, err := spec.Load(context.Background(), spec.Options{
		Files: paths, Dir: filepath.Dir(paths[0]), Name: "demo", Env: map[string]string{"HOME": "/root"}, Profiles: []string{"*"}, Display: filepath.Base,
	})
	if err != nil {
		return read{}, err
	}
	values, err := model.Values()
	return read{p, values}, err
}

// stacked writes what was read as a file for a stack, and has docker's own code read that.
func (r read) stacked(t *testing.T, isolation linking.Isolation) (string, *types.Config, []compose.Note, error) {
	t.Helper()
	links, err := linking.Resolve(r.project, linking.Options{Isolation: isolation, Swarm: true})
	if err != nil {
		t.Skip("no links that can be resolved: ", err)
	}
	file, notes, err := convert.ToStack(r.project, links, r.values)
	if err != nil {
		return "", nil, nil, err
	}
	text, err := compose.MarshalMap(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), deployed(t, string(text)), append(links.Notes, notes...), nil
}

// deployed is a file as docker stack deploy reads it.
func deployed(t *testing.T, text string) *types.Config {
	t.Helper()
	values, err := loader.ParseYAML([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	config, err := loader.Load(types.ConfigDetails{ConfigFiles: []types.ConfigFile{{Filename: "stack.yaml", Config: values}}, Environment: map[string]string{}})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if old := loader.GetUnsupportedProperties(values); len(old) > 0 {
		t.Errorf("docker stack deploy passes over %v:\n%s", old, text)
	}
	if old := loader.GetDeprecatedProperties(values); len(old) > 0 {
		t.Errorf("docker stack deploy passes over %v:\n%s", old, text)
	}
	return config
}

// checkPairs fails unless the services of a stack that share a network are those that
// reach each other in the project.
func checkPairs(t *testing.T, r read, isolation linking.Isolation, config *types.Config) {
	t.Helper()
	links, err := linking.Resolve(r.project, linking.Options{Isolation: isolation})
	if err != nil {
		t.Fatal(err)
	}
	reach := graph.Of(r.project, links).Reach()
	on := map[string][]string{}
	for _, s := range config.Services {
		for name := range s.Networks {
			if n, ok := config.Networks[name]; !ok {
				t.Errorf("%s is on %s, which is not in the file", s.Name, name)
			} else if n.Name != "host" {
				on[s.Name] = append(on[s.Name], name)
			}
		}
		if len(s.Networks) == 0 {
			t.Errorf("%s is on no network, so on docker0", s.Name)
		}
	}
	for _, a := range r.project.Services {
		for _, b := range r.project.Services {
			if a == b || a.Net.Mode != compose.NetLinks && a.Net.Mode != compose.NetNetwork || b.Net.Mode != compose.NetLinks && b.Net.Mode != compose.NetNetwork {
				continue // who is on the network of the node reaches what the node does
			}
			share := slices.ContainsFunc(on[a.Name], func(n string) bool { return slices.Contains(on[b.Name], n) })
			if want := reach.Reaches(a.Name, b.Name); share != want {
				t.Errorf("%s and %s share a network: %v, and reach each other: %v", a.Name, b.Name, share, want)
			}
		}
	}
}

// checkModes fails unless services that publish nothing in the mesh are found by the
// addresses of their tasks.
func checkModes(t *testing.T, config *types.Config) {
	t.Helper()
	for _, s := range config.Services {
		mesh := slices.ContainsFunc(s.Ports, func(p types.ServicePortConfig) bool { return p.Mode == "ingress" })
		_, node := s.Networks["host"]
		if robin := s.Deploy.EndpointMode == "dnsrr"; robin == mesh && !node && s.Deploy.EndpointMode != "vip" {
			t.Errorf("%s: endpoint_mode %q, ports %+v", s.Name, s.Deploy.EndpointMode, s.Ports)
		}
	}
}

// checkNothingVanishes fails unless what services say is in the stack, or told with its place.
func checkNothingVanishes(t *testing.T, r read, config *types.Config, notes []compose.Note) {
	t.Helper()
	told := func(path string) bool {
		return slices.ContainsFunc(notes, func(n compose.Note) bool { return n.Path == path && n.Pos.Line > 0 })
	}
	for _, s := range r.project.Services {
		is := config.Services[slices.IndexFunc(config.Services, func(c types.ServiceConfig) bool { return c.Name == s.Name })]
		for key := range s.At {
			if convert.Unsaid(key) && key != "<<" && !strings.HasPrefix(key, "x-") && !told(s.Name+"."+key) {
				t.Errorf("%s.%s vanishes", s.Name, key)
			}
		}
		said := map[string]bool{
			"command": slices.Equal(is.Command, s.Command), "entrypoint": slices.Equal(is.Entrypoint, s.Entrypoint) || told(s.Name+".entrypoint"),
			"user": is.User == s.User, "working_dir": is.WorkingDir == s.WorkingDir, "hostname": is.Hostname == s.Hostname, "labels": len(is.Labels) == len(s.Labels),
			"cap_add": slices.Equal(is.CapAdd, s.CapAdd), "cap_drop": slices.Equal(is.CapDrop, s.CapDrop), "read_only": is.ReadOnly == s.ReadOnly,
			"environment": len(is.Environment) == len(s.Environment), "ulimits": len(is.Ulimits) == len(s.Ulimits),
			"ports": len(is.Ports) >= len(s.Ports) || told(s.Name+".ports"), "volumes": len(is.Volumes) >= len(s.Volumes),
			"memory": s.MemLimit == 0 || is.Deploy.Resources.Limits != nil && int64(is.Deploy.Resources.Limits.MemoryBytes) == s.MemLimit,
		}
		for key, ok := range said {
			if !ok {
				t.Errorf("%s.%s: %+v of %+v", s.Name, key, is, s)
			}
		}
	}
}

// refusedFor reports whether each mistake is one of what would make a boundary weaker, or
// of names that a swarm does not take.
func refusedFor(err error) bool {
	var errs compose.Errors
	return errors.As(err, &errs) && !slices.ContainsFunc(errs, func(e *compose.Error) bool {
		return e.Pos.Line == 0 || len(e.Hints) == 0 || !strings.Contains(e.Msg, "use the network of") && !strings.Contains(e.Msg, "can't be the name") && !strings.Contains(e.Msg, "network over nodes")
	})
}

// checkStacks writes a project as a stack with either isolation, and counts those written.
func checkStacks(t *testing.T, open func() read) (written int) {
	t.Helper()
	for _, isolation := range []linking.Isolation{linking.ByLinks, linking.ByProject} {
		r := open()
		_, config, notes, err := r.stacked(t, isolation)
		if err != nil {
			if !refusedFor(err) {
				t.Fatal(err)
			}
			t.Skip("no stack can have it: ", err)
		}
		written++
		checkPairs(t, r, isolation, config)
		checkModes(t, config)
		checkNothingVanishes(t, r, config, notes)
	}
	return written
}

func TestRealFilesBecomeStacksWithTheSamePairs(t *testing.T) {
	written := 0
	for name, path := range realfiles.LayOut(t, "../..") {
		t.Run(name, func(t *testing.T) {
			written += checkStacks(t, func() read { return readOld(t, path) })
		})
	}
	if written < 140 {
		t.Errorf("only %d stacks", written)
	}
}

func TestRealFilesOfTodayBecomeStacksWithTheSamePairs(t *testing.T) {
	written := 0
	for name, paths := range filesOfToday(t) {
		t.Run(name, func(t *testing.T) {
			written += checkStacks(t, func() read { return readToday(t, paths...) })
		})
	}
	if written < 100 {
		t.Errorf("only %d stacks", written)
	}
}

func TestRealFilesOfTodayKeepTheirPairsWithoutTheirIsolation(t *testing.T) {
	for name, paths := range filesOfToday(t) {
		t.Run(name, func(t *testing.T) {
			r := readToday(t, paths...)
			links, err := linking.Resolve(r.project, linking.Options{NoDiscovery: true})
			if err != nil {
				t.Skip("no links that can be resolved: ", err)
			}
			file, _ := convert.Separated(r.project, links, r.values)
			text, err := compose.MarshalMap(file)
			if err != nil {
				t.Fatal(err)
			}
			to := filepath.Join(t.TempDir(), "compose.yaml")
			if err := os.WriteFile(to, text, 0o644); err != nil {
				t.Fatal(err)
			}
			again, err := loadToday(to)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			flat, err := linking.Resolve(again.project, linking.Options{Isolation: linking.ByProject, NoDiscovery: true})
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			was, is := graph.Of(r.project, links).Reach(), graph.Of(again.project, flat).Reach()
			for _, a := range r.project.Services {
				for _, b := range r.project.Services {
					if was.Reaches(a.Name, b.Name) != is.Reaches(a.Name, b.Name) {
						t.Errorf("%s reaches %s: %v, was %v\n%s", a.Name, b.Name, is.Reaches(a.Name, b.Name), was.Reaches(a.Name, b.Name), text)
					}
				}
			}
		})
	}
}

// filesOfToday are those that STACKLITE_MODERN_FILES names, or that lie beside the
// repository, by the names in their list.
func filesOfToday(t *testing.T) map[string][]string {
	t.Helper()
	root, named := os.LookupEnv("STACKLITE_MODERN_FILES")
	if !named {
		root = "../../../shared/corpus-modern"
		if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
			t.Skip("no real files: name a folder with INDEX.tsv in STACKLITE_MODERN_FILES")
		}
	}
	root, _ = filepath.Abs(root)
	index, err := os.ReadFile(filepath.Join(root, "INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(index)), "\n")
	columns := strings.Split(lines[0], "\t")
	list := map[string][]string{}
	for _, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		of := func(column string) string { return cells[slices.Index(columns, column)] }
		for _, name := range append([]string{of("file")}, strings.Fields(of("with"))...) {
			list[of("id")] = append(list[of("id")], filepath.Join(root, of("id"), name))
		}
	}
	return list
}
