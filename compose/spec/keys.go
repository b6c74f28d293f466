package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// A treatment says what becomes of a key.
type treatment int

const (
	carried  treatment = iota // what it says is carried out
	noEffect                  // it is read, and a note says that it has no effect
	refused                   // a file that has it is refused
)

// Key is a key of the specification, as a path: services.*.healthcheck.test.
type Key struct {
	Path      string
	treatment treatment
	Why       string // of what is not carried out: an end of "KEY: …"
}

// Keys are the keys of the specification that are not carried out, and, of parts of the
// files that have keys of their own, those that are. A test compares them with
// compose-go's own types, so that a new release of these shows what is new.
func Keys() []Key {
	var list []Key
	add := func(under string, how treatment, why string, names ...string) {
		for _, name := range names {
			list = append(list, Key{under + name, how, why})
		}
	}
	const service = "services.*."
	add(service, carried, "",
		"annotations", "attach", "blkio_config", "build", "cap_add", "cap_drop", "cgroup", "cgroup_parent", "command", "configs", "container_name",
		"cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset", "depends_on", "deploy",
		"device_cgroup_rules", "devices", "dns", "dns_opt", "dns_search", "dockerfile", "domainname", "entrypoint", "env_file", "environment", "expose",
		"extends", "external_links", "extra_hosts", "gpus", "group_add", "healthcheck", "hostname", "image", "init", "ipc", "label_file", "labels",
		"links", "log_driver", "log_opt", "logging", "mac_address", "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "net", "network_mode",
		"networks", "oom_kill_disable", "oom_score_adj", "pid", "pids_limit", "platform", "ports", "post_start", "pre_stop", "privileged", "profiles", "pull_policy",
		"read_only", "restart", "runtime", "scale", "secrets", "security_opt", "shm_size", "stdin_open", "stop_grace_period", "stop_signal",
		"storage_opt", "sysctls", "tmpfs", "tty", "ulimits", "user", "userns_mode", "uts", "volume_driver", "volumes", "volumes_from", "working_dir")
	add(service, noEffect, "has no effect: only docker compose watch reads it", "develop")
	add(service, noEffect, "has no effect: only engines for Windows have it", "cpu_count", "cpu_percent", "isolation")
	add(service, noEffect, "has no effect", "name")
	add(service, refused, "is not carried out: docker compose makes containers of its own for it", "pre_start")
	add(service, refused, "is not carried out: what it names is no container", "provider")
	add(service, refused, "is not carried out: models are run by docker compose alone", "models")
	add(service, refused, "is not carried out: only engines for Windows have it", "credential_spec")
	add(service, refused, "is not carried out: give the container the socket under volumes:", "use_api_socket")
	add(service, refused, "is not carried out: write pull_policy: always, or missing", "pull_refresh_after")

	const deploy = service + "deploy."
	add(deploy, carried, "", "replicas", "resources", "restart_policy")
	add(deploy, noEffect, "has no effect on one engine: Swarm reads it", "labels", "mode", "update_config", "rollback_config", "placement", "endpoint_mode")
	const build = service + "build."
	add(build, carried, "", "context", "dockerfile", "dockerfile_inline", "args", "ssh", "labels", "cache_from", "cache_to", "no_cache",
		"additional_contexts", "pull", "extra_hosts", "network", "target", "secrets", "shm_size", "tags", "ulimits", "platforms", "privileged", "entitlements", "provenance", "sbom")
	add(build, noEffect, "has no effect: only engines for Windows have it", "isolation")
	add(build, refused, "is not carried out", "no_cache_filter")
	const network = "networks.*."
	add(network, carried, "", "name", "driver", "driver_opts", "ipam", "external", "internal", "attachable", "labels", "enable_ipv6")
	add(network, noEffect, "has no effect: networks have IPv4", "enable_ipv4")
	const seat = service + "networks.*."
	add(seat, carried, "", "aliases", "ipv4_address", "ipv6_address", "link_local_ips", "mac_address", "driver_opts", "priority", "gw_priority")
	add(seat, noEffect, "has no effect: the engine names interfaces", "interface_name")
	add("volumes.*.", carried, "", "name", "driver", "driver_opts", "external", "labels")
	for _, kind := range []string{"secrets.*.", "configs.*."} {
		add(kind, carried, "", "name", "file", "environment", "content", "external", "labels")
		add(kind, refused, "is not carried out: only Swarm has drivers of it", "driver", "driver_opts", "template_driver")
	}
	add("", carried, "", "name", "services", "networks", "volumes", "secrets", "configs")
	add("", refused, "is not carried out: models are run by docker compose alone", "models")
	add("", refused, "is not carried out: docker compose alone runs jobs", "jobs")
	return list
}

// keyed are the parts of files whose keys Keys lists, by the path of the part.
func keyed() map[string]reflect.Type {
	return map[string]reflect.Type{
		"":                       reflect.TypeFor[types.Project](),
		"services.*.":            reflect.TypeFor[types.ServiceConfig](),
		"services.*.deploy.":     reflect.TypeFor[types.DeployConfig](),
		"services.*.build.":      reflect.TypeFor[types.BuildConfig](),
		"services.*.networks.*.": reflect.TypeFor[types.ServiceNetworkConfig](),
		"networks.*.":            reflect.TypeFor[types.NetworkConfig](),
		"volumes.*.":             reflect.TypeFor[types.VolumeConfig](),
		"secrets.*.":             reflect.TypeFor[types.SecretConfig](),
		"configs.*.":             reflect.TypeFor[types.ConfigObjConfig](),
	}
}

// part is a key of a type of compose-go's, with its value.
type part struct {
	name  string
	value reflect.Value
}

// parts lists the keys of a value of one of the types of keyed.
func parts(v reflect.Value) []part {
	var list []part
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case strings.Contains(options, "inline") && f.Anonymous:
			list = append(list, parts(v.Field(i))...)
		case name == "" || name == "-" || strings.HasPrefix(name, "#"):
		default:
			list = append(list, part{name, v.Field(i)})
		}
	}
	return list
}

// uncarried tells, of the keys that a value of a type has, those that are not carried out.
// The path is that of the value, as its keys are named: services, web.
func (m *mapper) uncarried(under string, value any, path ...string) {
	v := reflect.ValueOf(value)
	for _, p := range parts(v) {
		i := slices.IndexFunc(m.keys, func(k Key) bool { return k.Path == under+p.name })
		if p.value.IsZero() || i < 0 || m.keys[i].treatment == carried {
			continue
		}
		at := append(slices.Clone(path), p.name)
		if m.keys[i].treatment == noEffect {
			if _, found := m.files.find(at); found == len(at) { // else compose-go has filled it in
				m.note(m.keys[i].Why, at...)
			}
			continue
		}
		m.fail(fmt.Sprintf("%s %s", p.name, m.keys[i].Why), at...)
	}
}
