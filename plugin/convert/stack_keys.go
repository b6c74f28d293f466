package convert

import (
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// A fate says what becomes of a key in a file for a stack.
type fate int

const (
	said     fate = iota // it is written there, perhaps in other words
	resolved             // its value is in others already
	unsaid               // there is no word for it: a note says so
	saidByUs             // it is unsaid in a file for a stack, and this tool says it to a swarm as it is
)

// stackKey is a key of a file, of either format, as a path as compose/spec names it:
// services.*.restart.
type stackKey struct {
	path string
	fate fate
	why  string // of what is unsaid, or saidByUs: what to do
	// write writes it; nil: it is written with others, or with the service as a whole.
	write func(t *task, key string, value any)
}

// stackKeys are the keys of both formats. A test compares them with what the formats have.
func stackKeys() []stackKey {
	var list []stackKey
	add := func(under string, f fate, why string, names ...string) {
		for _, name := range names {
			list = append(list, stackKey{path: under + name, fate: f, why: why})
		}
	}
	write := func(write func(*task, string, any), names ...string) {
		for _, name := range names {
			list = append(list, stackKey{path: service + name, write: write})
		}
	}
	write((*task).asItIs, "cap_add", "cap_drop", "command", "dns", "dns_search", "healthcheck", "hostname", "init", "labels", "logging",
		"oom_score_adj", "read_only", "stdin_open", "stop_grace_period", "stop_signal", "tty", "ulimits", "user", "working_dir")
	write((*task).entrypoint, "entrypoint")
	write((*task).environment, "environment")
	write((*task).build, "build")
	write((*task).hosts, "extra_hosts")
	write((*task).log, "log_driver", "log_opt")
	write((*task).externalLinks, "external_links")
	write((*task).volumeDriver, "volume_driver")
	add(service, said, "", "image", "links", "net", "network_mode", "networks", "ports", "volumes", "tmpfs", "shm_size", "sysctls", "secrets", "configs",
		"restart", "scale", "deploy", "mem_limit", "mem_reservation", "cpus", "cpu_quota", "cpu_period", "pids_limit")
	add(service, resolved, "", "env_file", "extends", "label_file", "dockerfile", "profiles")

	add(service, unsaid, "is left out: a swarm names its tasks itself, and others find the service by its name", "container_name")
	add(service, unsaid, "is left out: write host and domain as one name under hostname", "domainname")
	add(service, unsaid, "is left out: a task can't choose its address", "mac_address")
	add(service, unsaid, "is left out: all ports of a service are open to those that it shares a network with", "expose")
	add(service, unsaid, "is left out: give both services the same named volume", "volumes_from")
	add(service, unsaid, "is left out: a task gets no devices of its node", "devices", "device_cgroup_rules")
	add(service, unsaid, "is left out: reserve them with deploy.resources.reservations.generic_resources", "gpus")
	add(service, unsaid, "is left out: name the capabilities that it needs under cap_add", "privileged")
	add(service, unsaid, "is left out: write deploy.resources.reservations.cpus", "cpu_shares")
	add(service, unsaid, "is left out: write deploy.resources.limits.cpus", "cpuset", "cpu_rt_period", "cpu_rt_runtime")
	add(service, unsaid, "is left out: write deploy.resources.limits.memory", "memswap_limit", "mem_swappiness", "oom_kill_disable")
	add(service, unsaid, "is left out: a task has a control group of its own", "cgroup_parent", "cgroup", "blkio_config")
	add(service, unsaid, "is left out: tasks share no processes and no memory", "pid", "ipc", "uts")
	add(service, unsaid, "is left out: set it for the engine of each node, in its daemon.json", "security_opt", "userns_mode", "runtime", "storage_opt")
	add(service, unsaid, "is left out: all services are started at once, and programs have to wait for those that they need", "depends_on")
	add(service, unsaid, "is left out: write it as deploy.placement.constraints, node.platform.arch == x86_64", "platform")
	add(service, unsaid, "is left out: nodes pull an image that they do not have", "pull_policy", "pull_refresh_after")
	add(service, unsaid, "is left out: start the image with the program that does it", "post_start", "pre_stop", "pre_start")
	add(service, saidByUs, "is left out: write dns options into the image's resolv.conf, or the daemon.json of each node", "dns_opt")
	add(service, saidByUs, "is left out: make the user a member of the group in the image", "group_add")
	add(service, unsaid, "has no effect in a swarm", "annotations", "attach")
	add(service, resolved, "", "detach", "name", "develop", "cpu_count", "cpu_percent", "isolation") // a note of the project says that they have no effect
	add(service, unsaid, "is left out: a swarm has nothing like it", "provider", "models", "credential_spec", "use_api_socket")

	add(service+"deploy.", said, "", "replicas", "resources", "restart_policy", "labels", "mode", "update_config", "rollback_config", "placement", "endpoint_mode")
	add(service+"networks.*.", said, "", "aliases")
	add(service+"networks.*.", unsaid, "is left out: a swarm gives tasks their addresses", "ipv4_address", "ipv6_address", "link_local_ips", "mac_address")
	add(service+"networks.*.", unsaid, "is left out: a swarm attaches tasks in an order of its own", "driver_opts", "priority", "gw_priority", "interface_name")
	add("networks.*.", said, "", "name", "driver", "driver_opts", "ipam", "external", "internal", "attachable", "labels")
	add("networks.*.", unsaid, "is left out: networks of a swarm have IPv4", "enable_ipv4", "enable_ipv6")
	add("volumes.*.", said, "", "name", "driver", "driver_opts", "external", "labels")
	for _, under := range []string{"secrets.*.", "configs.*."} {
		add(under, said, "", "name", "file", "environment", "content", "external", "labels")
		add(under, said, "", "driver", "driver_opts", "template_driver") // of files that are refused
	}
	add("", said, "", "name", "services", "networks", "volumes", "secrets", "configs")
	add("", unsaid, "is left out: a swarm has nothing like it", "models", "jobs")
	return list
}

const service = "services.*."

// at is the row of a path; one that nobody knows has no word in a stack.
func (k keyTable) at(path string) stackKey {
	if row, ok := k[path]; ok {
		return row
	}
	return stackKey{path: path, fate: unsaid, why: "is left out: a swarm has no word for it"}
}

type keyTable map[string]stackKey

func newKeyTable() keyTable {
	table := keyTable{}
	for _, row := range stackKeys() {
		table[row.path] = row
	}
	return table
}

// why says what to do about what is unsaid. Files of the first format have no deploy.
func (k *stack) why(row stackKey) string {
	if k.own == nil || k.project.Format != compose.V1 {
		return row.why
	}
	switch strings.TrimPrefix(row.path, service) {
	case "cpu_shares":
		return "is left out: tasks have limits, and no shares: write cpu_quota"
	case "cpuset":
		return "is left out: tasks choose no processors: write cpu_quota"
	case "memswap_limit", "mem_swappiness":
		return "is left out: write mem_limit"
	}
	return row.why
}

// unsaid reports whether there is no word for a key.
func (k *stack) unsaid(row stackKey) bool {
	return row.fate == unsaid || row.fate == saidByUs && k.own == nil
}

// tell tells of the keys of a mapping that are unsaid.
func (k *stack) tell(under string, values map[string]any, pos compose.Pos, path string) {
	for _, name := range sorted(values) {
		row := k.keys.at(under + name)
		if values[name] != nil && k.unsaid(row) && !strings.HasPrefix(name, "x-") {
			k.note(pos, path+"."+name, k.why(row))
		}
	}
}
