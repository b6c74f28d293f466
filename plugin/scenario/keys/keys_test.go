package keys_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/go-connections/nat"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// answer is what an engine says of a container.
type answer = container.InspectResponse

// key is a key of a file, with a value that a container has from nowhere else.
type key struct {
	lines string              // of the service that is called as the key, in one line
	says  func(answer) string // what the engine says about it
	want  string
}

// keys are those of compose.Keys. PROJECT stands for the project, DIR for its
// folder and GROUP for a control group. A service without image runs the probe.
func keys() map[string]key {
	return map[string]key{
		"image":          {"image: PROJECT_other", func(a answer) string { return a.Config.Image }, "PROJECT_other"},
		"build":          {"build: built", func(a answer) string { return a.Config.Labels["from"] }, "Dockerfile"},
		"dockerfile":     {"build: built, dockerfile: Other", func(a answer) string { return a.Config.Labels["from"] }, "Other"},
		"extends":        {"extends: {service: labels}", func(a answer) string { return a.Config.Labels["colour"] }, "blue"},
		"container_name": {"container_name: PROJECT.named", func(a answer) string { return a.Name }, "/PROJECT.named"},
		"command":        {"command: [/probe, sleep, more]", func(a answer) string { return fmt.Sprint(a.Config.Cmd) }, "[/probe sleep more]"},
		"entrypoint":     {"entrypoint: [/probe, sleep, more]", func(a answer) string { return fmt.Sprint(a.Config.Entrypoint) }, "[/probe sleep more]"},
		"working_dir":    {"working_dir: /work", func(a answer) string { return a.Config.WorkingDir }, "/work"},
		"user":           {"user: 1234:5678", func(a answer) string { return a.Config.User }, "1234:5678"},
		"hostname":       {"hostname: some", func(a answer) string { return a.Config.Hostname }, "some"},
		"domainname":     {"domainname: example.com", func(a answer) string { return a.Config.Domainname }, "example.com"},
		"mac_address":    {"mac_address: 02:42:AC:11:65:43", macAddresses, "PROJECT_mac_address=02:42:ac:11:65:43"},

		"env_file":    {"env_file: some.env", variable("FROM_FILE"), "yes"},
		"environment": {"environment: {FROM_KEY: sure}", variable("FROM_KEY"), "sure"},
		"labels":      {"labels: {colour: blue}", func(a answer) string { return a.Config.Labels["colour"] }, "blue"},

		"links":          {`links: ["image:picture"]`, privateNames, "image:picture"},
		"external_links": {`external_links: ["PROJECT_outside:outsider"]`, privateNames, "PROJECT_outside:outsider"},
		"ports":          {`ports: ["127.0.0.1::81"]`, publishedOn("81/tcp"), "127.0.0.1 published"},
		"expose":         {"expose: [90]", exposes("90/tcp"), "true"},
		"net":            {"net: PROJECT_lan", func(a answer) string { return string(a.HostConfig.NetworkMode) }, "PROJECT_lan"},
		"extra_hosts":    {"extra_hosts: ['far:10.1.2.3']", func(a answer) string { return fmt.Sprint(a.HostConfig.ExtraHosts) }, "[far:10.1.2.3]"},
		"dns":            {"dns: 10.9.8.7", func(a answer) string { return fmt.Sprint(a.HostConfig.DNS) }, "[10.9.8.7]"},
		"dns_search":     {"dns_search: example.org", func(a answer) string { return fmt.Sprint(a.HostConfig.DNSSearch) }, "[example.org]"},

		"volumes":       {"volumes: ['DIR/built:/made:ro']", mountedAt("/made"), "DIR/built false"},
		"volumes_from":  {"volumes_from: [volumes]", mountedAt("/made"), "DIR/built false"},
		"volume_driver": {"volume_driver: local", func(a answer) string { return a.HostConfig.VolumeDriver }, "local"},
		"devices":       {"devices: ['/dev/null:/dev/nothing:r']", func(a answer) string { return fmt.Sprint(a.HostConfig.Devices) }, "[{/dev/null /dev/nothing r}]"},

		"restart":     {"restart: 'on-failure:3'", func(a answer) string { return fmt.Sprint(a.HostConfig.RestartPolicy) }, "{on-failure 3}"},
		"stop_signal": {"stop_signal: SIGUSR1", func(a answer) string { return a.Config.StopSignal }, "SIGUSR1"},
		"stdin_open":  {"stdin_open: true", func(a answer) string { return fmt.Sprint(a.Config.OpenStdin) }, "true"},
		"tty":         {"tty: true", func(a answer) string { return fmt.Sprint(a.Config.Tty) }, "true"},
		"privileged":  {"privileged: true", func(a answer) string { return fmt.Sprint(a.HostConfig.Privileged) }, "true"},
		"read_only":   {"read_only: true", func(a answer) string { return fmt.Sprint(a.HostConfig.ReadonlyRootfs) }, "true"},

		"mem_limit":      {"mem_limit: 64m", func(a answer) string { return fmt.Sprint(a.HostConfig.Memory) }, "67108864"},
		"memswap_limit":  {"mem_limit: 64m, memswap_limit: 96m", func(a answer) string { return fmt.Sprint(a.HostConfig.MemorySwap) }, "100663296"},
		"mem_swappiness": {"mem_swappiness: 7", swappiness, "7"},
		"shm_size":       {"shm_size: 32m", func(a answer) string { return fmt.Sprint(a.HostConfig.ShmSize) }, "33554432"},
		"cpu_shares":     {"cpu_shares: 512", func(a answer) string { return fmt.Sprint(a.HostConfig.CPUShares) }, "512"},
		"cpu_quota":      {"cpu_quota: 50000", func(a answer) string { return fmt.Sprint(a.HostConfig.CPUQuota) }, "50000"},
		"cpuset":         {"cpuset: '0'", func(a answer) string { return a.HostConfig.CpusetCpus }, "0"},
		"cgroup_parent":  {"cgroup_parent: GROUP", func(a answer) string { return a.HostConfig.CgroupParent }, "GROUP"},
		"ulimits":        {"ulimits: {nofile: {soft: 100, hard: 200}}", ulimit("nofile"), "100:200"},

		"cap_add":      {"cap_add: [NET_ADMIN]", func(a answer) string { return capabilities(a.HostConfig.CapAdd) }, "NET_ADMIN"},
		"cap_drop":     {"cap_drop: [MKNOD]", func(a answer) string { return capabilities(a.HostConfig.CapDrop) }, "MKNOD"},
		"security_opt": {"security_opt: ['no-new-privileges:true']", func(a answer) string { return fmt.Sprint(a.HostConfig.SecurityOpt) }, "[no-new-privileges:true]"},
		"pid":          {"pid: host", func(a answer) string { return string(a.HostConfig.PidMode) }, "host"},
		"ipc":          {"ipc: shareable", func(a answer) string { return string(a.HostConfig.IpcMode) }, "shareable"},

		"log_driver": {"log_driver: none", func(a answer) string { return a.HostConfig.LogConfig.Type }, "none"},
		"log_opt":    {"log_driver: json-file, log_opt: {max-size: 1m}", func(a answer) string { return a.HostConfig.LogConfig.Config["max-size"] }, "1m"},

		// These have no effect.
		"name":   {"name: other", func(a answer) string { return a.Name }, "/PROJECT_name_1"},
		"detach": {"detach: false", func(a answer) string { return a.Name + " " + a.State.Status }, "/PROJECT_detach_1 running"},
	}
}

// macAddresses are those of the networks that a container is on, without those
// that the engine chose.
func macAddresses(a answer) string {
	var found []string
	for name, endpoint := range a.NetworkSettings.Networks {
		if strings.HasPrefix(endpoint.MacAddress, "02:42:ac:11:65:") {
			found = append(found, name+"="+endpoint.MacAddress)
		}
	}
	slices.Sort(found)
	return strings.Join(found, " ")
}

func variable(name string) func(answer) string {
	return func(a answer) string {
		for _, line := range a.Config.Env {
			if value, ok := strings.CutPrefix(line, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

// privateNames are the names that a container alone sees.
func privateNames(a answer) string {
	var found []string
	for _, endpoint := range a.NetworkSettings.Networks {
		found = append(found, endpoint.Links...)
	}
	return strings.Join(found, " ")
}

func publishedOn(port nat.Port) func(answer) string {
	return func(a answer) string {
		for _, asked := range a.HostConfig.PortBindings[port] {
			for _, got := range a.NetworkSettings.Ports[port] {
				if got.HostIP == asked.HostIP && got.HostPort != "" {
					return asked.HostIP + " published"
				}
			}
		}
		return ""
	}
}

func exposes(port nat.Port) func(answer) string {
	return func(a answer) string {
		_, exposed := a.Config.ExposedPorts[port]
		return fmt.Sprint(exposed)
	}
}

// mountedAt says what is mounted at a path, and whether it can be written to.
func mountedAt(path string) func(answer) string {
	return func(a answer) string {
		for _, m := range a.Mounts {
			if m.Destination == path {
				return fmt.Sprint(m.Source, " ", m.RW)
			}
		}
		return ""
	}
}

func swappiness(a answer) string {
	if a.HostConfig.MemorySwappiness == nil {
		return ""
	}
	return fmt.Sprint(*a.HostConfig.MemorySwappiness)
}

func ulimit(name string) func(answer) string {
	return func(a answer) string {
		for _, u := range a.HostConfig.Ulimits {
			if u.Name == name {
				return fmt.Sprintf("%d:%d", u.Soft, u.Hard)
			}
		}
		return ""
	}
}

func capabilities(of []string) string {
	return strings.ReplaceAll(strings.Join(of, " "), "CAP_", "")
}

func TestEveryKeyIsTestedHere(t *testing.T) {
	var known []string
	for _, k := range compose.Keys() {
		known = append(known, k.Name)
	}
	slices.Sort(known)
	if tested := slices.Sorted(maps.Keys(keys())); !slices.Equal(known, tested) {
		t.Errorf("tested are %v,\nthe keys are %v", tested, known)
	}
}

func TestAnEngineSaysOfEveryKeyWhatTheFileSays(t *testing.T) { onEngines(t, testKeys) }

func TestAMACAddressStaysOnTheNetworkThatAContainerWasMadeOn(t *testing.T) {
	onEngines(t, testMACAddress)
}

func TestWhatAnEngineWarnsOfIsShown(t *testing.T) {
	onEngines(t, func(t *testing.T, s *scenario.Scene) {
		stage := s.Stage(t, "web: {image: "+scenario.ProbeImage+", net: host, ports: ['8080:80']}\n")
		out, err := stage.Command("create").CombinedOutput()
		stage.Must(err)
		if !strings.Contains(string(out), "the engine warns: Published ports are discarded") {
			t.Errorf("it says:\n%s", out)
		}
	})
}

// onEngines runs a test on engines in memory and on a real one, where there is
// one: see realengine.Connect.
func onEngines(t *testing.T, test func(*testing.T, *scenario.Scene)) {
	for _, version := range append(scenario.Versions(), "1.54") {
		t.Run(version, func(t *testing.T) {
			memory := scenario.NewMemory(t, version)
			test(t, scenario.New(t, memory.Host(), memory))
		})
	}
	t.Run("engine", func(t *testing.T) {
		cli := realengine.Connect(t)
		realengine.InstallProbe(t, cli, scenario.ProbeImage)
		test(t, scenario.New(t, cli.DaemonHost(), nil))
	})
}

// testKeys makes a service for each key and one without any, and compares
// what the engine says with what the file does.
func testKeys(t *testing.T, s *scenario.Scene) {
	ctx := t.Context()
	info, err := s.Client.Info(ctx)
	if err != nil {
		t.Fatal(err)
	}
	group := "docker"
	if info.CgroupDriver == "systemd" {
		group = "system.slice"
	}
	stage := s.Stage(t, "")
	fill := strings.NewReplacer("PROJECT", s.Project, "DIR", stage.Dir, "GROUP", group).Replace

	stage.Must(s.Client.ImageTag(ctx, scenario.ProbeImage, s.Project+"_other"))
	_, err = s.Client.NetworkCreate(ctx, s.Project+"_lan", network.CreateOptions{})
	stage.Must(err)
	_, err = s.Client.ContainerCreate(ctx, &container.Config{Image: scenario.ProbeImage}, nil, nil, nil, s.Project+"_outside")
	stage.Must(err)
	stage.Must(os.Mkdir(filepath.Join(stage.Dir, "built"), 0o755))
	for name, text := range map[string]string{
		"built/Dockerfile": "FROM " + scenario.ProbeImage + "\nLABEL from=Dockerfile\n",
		"built/Other":      "FROM " + scenario.ProbeImage + "\nLABEL from=Other\n",
		"some.env":         "FROM_FILE=yes\n",
	} {
		stage.Must(os.WriteFile(filepath.Join(stage.Dir, name), []byte(text), 0o644))
	}
	stage.Write(fill(keysFile()))
	stage.Must(stage.Stacklite("--builder", "classic", "create"))
	// The others need not run for it, and a machine may not let each of them.
	stage.Must(stage.Stacklite("start", "image", "mac_address", "links", "external_links", "ports", "detach"))

	plain, err := s.Client.ContainerInspect(ctx, s.Project+"_plain_1")
	stage.Must(err)
	for name, k := range keys() {
		ref := s.Project + "_" + name + "_1"
		if name == "container_name" {
			ref = s.Project + ".named"
		}
		a, err := s.Client.ContainerInspect(ctx, ref)
		stage.Must(err)
		want := fill(k.want)
		if got := k.says(a); got != want {
			t.Errorf("%s: %s\nthe engine says %q, want %q", name, fill(k.lines), got, want)
		}
		if k.says(plain) == want {
			t.Errorf("%s: a container without the key has %q too", name, want)
		}
	}
}

// keysFile is the file with a service for each key.
func keysFile() string {
	const probe = ", image: " + scenario.ProbeImage
	file := "plain: {tty: false" + probe + "}\n"
	for name, k := range keys() {
		lines := k.lines
		if name != "image" && name != "build" && name != "dockerfile" {
			lines += probe
		}
		file += name + ": {" + lines + "}\n"
	}
	return file
}

// A container has its MAC address on the network that it was made on and on no
// other, and gets it back there when the network is replaced under it, if the
// engine can do that; else the program says so.
func testMACAddress(t *testing.T, s *scenario.Scene) {
	const file = `web:
  image: ` + scenario.ProbeImage + `
  mac_address: 02:42:ac:11:65:43
  links: [a, b]
a:
  image: ` + scenario.ProbeImage + `
b:
  image: ` + scenario.ProbeImage + "\n"
	stage := s.Stage(t, file)
	says := func() (answer, string) {
		t.Helper()
		a, err := s.Client.ContainerInspect(t.Context(), s.Project+"_web_1")
		stage.Must(err)
		return a, macAddresses(a)
	}
	want := s.Project + "_a.web=02:42:ac:11:65:43"
	ping, err := s.Client.Ping(t.Context())
	stage.Must(err)
	can := versions.LessThan(ping.APIVersion, "1.44") || versions.GreaterThanOrEqualTo(ping.APIVersion, "1.54")

	stage.Must(stage.Stacklite("up", "-d"))
	made, got := says()
	if got != want {
		t.Errorf("made, it has %q, want %q", got, want)
	}
	stage.Write(strings.Replace(file, "[a, b]", `["a:first", "b:second"]`, 1)) // replaces both networks
	out, err := stage.Command("up", "-d").CombinedOutput()
	stage.Must(err)
	if noted := strings.Contains(string(out), s.Project+"_web_1 will have another MAC address"); noted == can {
		t.Errorf("it says:\n%s", out)
	}
	if !can {
		want = ""
	}
	replaced, got := says()
	if replaced.ID != made.ID || replaced.NetworkSettings.Networks[s.Project+"_a.web"].NetworkID == made.NetworkSettings.Networks[s.Project+"_a.web"].NetworkID {
		t.Fatal("the network was not replaced under the container")
	}
	if got != want {
		t.Errorf("on the new network it has %q, want %q", got, want)
	}
	stage.Must(stage.Stacklite("restart", "web"))
	if _, got := says(); got != want {
		t.Errorf("restarted, it has %q, want %q", got, want)
	}
}
