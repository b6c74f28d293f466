package compose

import (
	"fmt"
	"strings"
)

// renamed are words that people write for a key.
var renamed = map[string]string{
	"add_host": "extra_hosts", "extra_host": "extra_hosts", "host": "extra_hosts", "hosts": "extra_hosts",
	"args": "command", "cmd": "command", "cpu_share": "cpu_shares", "cwd": "working_dir", "device": "devices",
	"env": "environment", "env_files": "env_file", "environments": "environment", "link": "links",
	"mem": "mem_limit", "memory": "mem_limit", "memory_swap": "memswap_limit", "network": "net", "port": "ports",
	"privilege": "privileged", "priviliged": "privileged", "privilige": "privileged", "volume": "volumes",
	"workdir": "working_dir", "work_dir": "working_dir", "cap-add": "cap_add", "cap-drop": "cap_drop",
}

// newer are the keys of the newer formats with what to write in their place.
var newer = map[string]string{
	"depends_on":        "write links: the service starts after what it links to",
	"network_mode":      "write net:",
	"networks":          "write links: a service reaches what it links to",
	"logging":           "write log_driver: and log_opt:",
	"cpus":              "write cpu_quota: 50000 for half a CPU",
	"tmpfs":             "write volumes: with the directory alone for data that goes away with the container",
	"scale":             "use the command scale, or up --scale",
	"mem_reservation":   "write mem_limit:",
	"secrets":           "mount the file with volumes:",
	"configs":           "mount the file with volumes:",
	"healthcheck":       "write HEALTHCHECK in the image's Dockerfile",
	"deploy":            "write mem_limit:, cpu_quota: and restart: directly in the service",
	"profiles":          "name the services to start on the command line",
	"annotations":       "write labels:",
	"stop_grace_period": "use the flag -t of stop, restart and up",
	"blkio_config":      "", "build_args": "", "cgroup": "", "cpu_count": "", "cpu_percent": "", "cpu_period": "",
	"cpu_rt_period": "", "cpu_rt_runtime": "", "credential_spec": "", "develop": "", "device_cgroup_rules": "",
	"dns_opt": "", "gpus": "", "group_add": "", "init": "", "isolation": "", "memswap_reservation": "",
	"oom_kill_disable": "", "oom_score_adj": "", "pids_limit": "", "platform": "", "post_start": "", "pre_stop": "",
	"provider": "", "pull_policy": "", "runtime": "", "storage_opt": "", "sysctls": "", "userns_mode": "", "uts": "",
}

// unknown says what is wrong with a key that does not exist; meant is the one
// that resembles it.
func (r *reader) unknown(key, meant string) (msg string, hints []string) {
	if to, ok := renamed[key]; ok {
		return fmt.Sprintf("no key %q (did you mean %q?)", key, to), nil
	}
	if hint, ok := newer[key]; ok {
		if hint != "" {
			hints = []string{hint}
		}
		return fmt.Sprintf("the key %q belongs to the newer Compose formats and has no meaning here", key), hints
	}
	if meant != "" {
		return fmt.Sprintf("no key %q%s", key, suggestion(meant)), nil
	}
	return fmt.Sprintf("no key %q", key), []string{"the keys of a service are " + strings.Join(r.names, ", ")}
}
