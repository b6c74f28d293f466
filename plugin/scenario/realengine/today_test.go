package realengine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// TestFilesOfTodayBecomeTheContainersOfDockerCompose compares what an engine shows of the
// containers that create makes with what it showed of those of docker compose 5.6, which
// is recorded in testdata/today. -update records it anew with the program that
// STACKLITE_COMPOSE names.
func TestFilesOfTodayBecomeTheContainersOfDockerCompose(t *testing.T) {
	cli := realengine.Connect(t)
	if v, err := cli.ServerVersion(t.Context()); err != nil || v.APIVersion != "1.41" {
		t.Skip("recorded on an Engine 20.10: others show more")
	}
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	ours := filepath.Join(scenario.Program(t, "docker-stacklite"), "docker-stacklite")
	names, err := filepath.Glob("testdata/today/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no files", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			made := func(program string, create ...string) string { return createdBy(t, cli, a, program, create) }
			if *update {
				theirs := os.Getenv("STACKLITE_COMPOSE")
				if theirs == "" {
					t.Fatal("name docker compose 5 in STACKLITE_COMPOSE")
				}
				setFile(a, "containers", made(theirs, "create", "--no-build", "--pull", "never"))
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(fileOf(a, "containers"), made(ours, "create", "--no-build")); diff != "" {
				t.Errorf("-docker compose 5.6 +ours:\n%s", diff)
			}
		})
	}
}

func fileOf(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func setFile(a *txtar.Archive, name, text string) {
	a.Files = append(slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == name }), txtar.File{Name: name, Data: []byte(text)})
}

// createdBy has a program create the containers of a file, shows them and takes them away.
func createdBy(t *testing.T, cli *client.Client, a *txtar.Archive, program string, create []string) string {
	t.Helper()
	dir, project := t.TempDir(), fmt.Sprintf("slttoday%d", time.Now().UnixNano()%1e9)
	writeFiles(t, dir, slices.DeleteFunc(slices.Clone(a.Files), func(f txtar.File) bool { return f.Name == "containers" }))
	run := func(args ...string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, program, append([]string{"-p", project}, args...)...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME=/home/ann", "TOKEN=abc")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	defer run("down", "-v")
	run(create...)
	list, err := cli.ContainerList(t.Context(), container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("label", "com.docker.compose.project="+project))})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	var all []container.InspectResponse
	for _, c := range list {
		full, err := cli.ContainerInspect(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		ids[full.ID] = full.Name
		all = append(all, full)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	var shown []map[string]any
	for _, c := range all {
		shown = append(shown, shownOf(t, c))
	}
	text, err := json.MarshalIndent(shown, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	out := string(text) + "\n"
	for id, name := range ids {
		out = strings.ReplaceAll(out, id, name)
	}
	return strings.NewReplacer(dir, "$DIR", project, "$PROJECT", `-1:rw"`, `-1"`).Replace(out) // :rw is what is meant without it
}

var anonymous = regexp.MustCompile(`^[0-9a-f]{64}$`)

// shownOf is what an engine shows of a container, but for what two of the same file differ
// in, and what is said otherwise and means the same.
func shownOf(t *testing.T, c container.InspectResponse) map[string]any {
	t.Helper()
	values := func(v any) map[string]any {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var all map[string]any
		if err := json.Unmarshal(text, &all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	config, host := values(c.Config), values(c.HostConfig)
	if strings.HasPrefix(c.ID, c.Config.Hostname) {
		delete(config, "Hostname")
	}
	slices.Sort(c.Config.Env)
	slices.Sort(c.HostConfig.ExtraHosts)
	host["ExtraHosts"] = c.HostConfig.ExtraHosts
	var ulimits []string
	for _, u := range c.HostConfig.Ulimits {
		ulimits = append(ulimits, u.String())
	}
	slices.Sort(ulimits)
	host["Ulimits"] = strings.Join(ulimits, " ")
	config["Env"] = c.Config.Env
	labels := map[string]string{}
	for name, value := range c.Config.Labels {
		if !strings.HasPrefix(name, "com.docker.compose.") && !strings.HasPrefix(name, "io.stack-lite.") {
			labels[name] = value
		}
	}
	config["Labels"] = labels
	if len(c.HostConfig.ExtraHosts) == 0 {
		delete(host, "ExtraHosts")
	}
	// Mounts are shown once, however they were asked for; that nothing is passed on is ours.
	for _, name := range []string{"Binds", "Mounts", "Links", "ContainerIDFile", "ConsoleSize", "MaskedPaths", "ReadonlyPaths"} {
		delete(host, name)
	}
	for _, name := range []string{"Volumes", "AttachStdout", "AttachStderr"} { // the latter are the client's own
		delete(config, name)
	}
	if sysctls, ok := host["Sysctls"].(map[string]any); ok {
		delete(sysctls, "net.ipv4.ip_forward")
	}
	for _, from := range []map[string]any{config, host} {
		for name, value := range from {
			if isEmpty(value) {
				delete(from, name)
			}
		}
	}
	var mounts []string
	for _, m := range c.Mounts {
		source := m.Source
		if m.Name != "" {
			if source = m.Name; anonymous.MatchString(m.Name) {
				source = "anonymous"
			}
		}
		mounts = append(mounts, fmt.Sprintf("%s %s %s writable %v", m.Type, source, m.Destination, m.RW))
	}
	slices.Sort(mounts)
	networks := map[string]any{}
	for name, n := range c.NetworkSettings.Networks {
		// The service's own name is one of its aliases there only where it is not the container's.
		aliases := slices.DeleteFunc(slices.Clone(n.Aliases), func(a string) bool {
			return strings.HasPrefix(c.ID, a) || "/"+a == c.Name || strings.HasSuffix(a, "_1")
		})
		slices.Sort(aliases)
		networks[name] = map[string]any{"Aliases": slices.Compact(aliases), "Address": addressOf(n), "DriverOpts": n.DriverOpts}
	}
	return map[string]any{"Name": c.Name, "Config": config, "HostConfig": host, "Mounts": mounts, "Networks": networks}
}

// addressOf is the address that a container was asked to have on a network.
func addressOf(n *network.EndpointSettings) string {
	if n.IPAMConfig == nil {
		return ""
	}
	return n.IPAMConfig.IPv4Address
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case float64:
		return v == 0
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
