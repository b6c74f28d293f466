package compose

import "strings"

// Key is one key that a service may have.
type Key struct {
	Name  string
	Takes string // what its value may be: "text or list"
	Doc   string // what it does, in one line without a full stop
	field field
}

// Keys returns every key of a service: the 49 of the last v1 format, in the
// order in which they are printed, and after them keys that files contain
// without an effect.
func Keys() []Key { return keyTable() }

// takesWord reports whether docker-compose refused the key with nothing behind it
// and so does Options.Strict: nothing is an empty list, too.
func (k Key) takesWord() bool {
	switch k.Name {
	case "command", "entrypoint", "extends":
		return true
	case "pid":
		return false
	}
	return !strings.Contains(k.Takes, "list") && k.Takes != "mapping" && k.Takes != "anything"
}

// names of the keys, for suggestions.
func keyNames(keys []Key) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Name
	}
	return names
}

// index finds keys by name.
func index(keys []Key) map[string]Key {
	m := make(map[string]Key, len(keys))
	for _, k := range keys {
		m[k.Name] = k
	}
	return m
}

// keyTable is the format: a key is one row.
func keyTable() []Key {
	return []Key{
		{"image", "text", "the image to run: a name with or without tag, a digest or an id", checked(func(p *partial) *string { return &p.Image }, imageName)},
		{"build", "text", "the directory, or the URL, to build the image from", buildField()},
		{"dockerfile", "text", "the Dockerfile's path inside the build directory", checked(func(p *partial) *string { return &p.Dockerfile }, notEmpty)},
		{"extends", "text or mapping", "another service, of this file or another, whose keys this one takes over", extendsField()},
		{"container_name", "text", "the container's name, instead of PROJECT_SERVICE_1", checked(func(p *partial) *string { return &p.ContainerName }, containerNamed)},
		{"command", "text or list", "the program to run, instead of the image's", commandField(func(p *partial) *[]string { return &p.Command }, false)},
		{"entrypoint", "text or list", "the program that runs the command, instead of the image's; [] for none", commandField(func(p *partial) *[]string { return &p.Entrypoint }, true)},
		{"working_dir", "text", "the directory that the command runs in", checked(func(p *partial) *string { return &p.WorkingDir }, workingDir)},
		{"user", "text or number", "the user, with or without group, that the command runs as", digits(func(p *partial) *string { return &p.User })},
		{"hostname", "text or number", "the host name inside; the container's id without it", digits(func(p *partial) *string { return &p.Hostname })},
		{"domainname", "text or number", "the domain of the host name", digits(func(p *partial) *string { return &p.Domainname })},
		{"mac_address", "text", "the address of the network card", checked(func(p *partial) *string { return &p.MacAddress }, macAddress)},

		{"env_file", "text or list", "files with lines NAME=VALUE; environment beats them, a later file an earlier one", envFileField()},
		{"environment", "mapping or list", "variables; one without a value is taken from the machine that reads the file", variables(func(p *partial) *[]Var { return &p.Environment }, environmentVar)},
		{"labels", "mapping or list", "names with values that describe the container to other programs", variables(func(p *partial) *[]Var { return &p.Labels }, label)},

		{"links", "list", "services that this one talks to, as SERVICE or SERVICE:ALIAS", sequence(func(p *partial) *[]Link { return &p.Links }, parseLink, linkAlias, Link.String)},
		{"external_links", "list", "containers outside the project that this one talks to, as CONTAINER or CONTAINER:ALIAS", sequence(func(p *partial) *[]Link { return &p.ExternalLinks }, parseLink, linkAlias, Link.String)},
		{"ports", "list", "ports to publish, as " + portForm, sequence(func(p *partial) *[]Port { return &p.Ports }, parsePort, Port.String, Port.String)},
		{"expose", "list", "ports that linked services may use, as PORT or FIRST-LAST with or without /udp", sequence(func(p *partial) *[]Expose { return &p.Expose }, parseExpose, Expose.String, Expose.String)},
		{"net", "text", "bridge, none, host, container:NAME, or a network that exists", netField()},
		{"extra_hosts", "mapping or list", "names with addresses for /etc/hosts, as HOST:ADDRESS", extraHostsField()},
		{"dns", "text or list", "addresses of name servers", oneOrMore(func(p *partial) *[]string { return &p.DNS }, address)},
		{"dns_search", "text or list", "domains to search names in", oneOrMore(func(p *partial) *[]string { return &p.DNSSearch }, nil)},

		{"volumes", "list", "directories and volumes, as CONTAINER, HOST:CONTAINER or HOST:CONTAINER:MODE", sequence(func(p *partial) *[]Volume { return &p.Volumes }, parseVolume, func(v Volume) string { return v.Target }, Volume.String)},
		{"volumes_from", "list", "services or containers whose volumes this one gets, with or without :ro", sequence(func(p *partial) *[]VolumesFrom { return &p.VolumesFrom }, parseVolumesFrom, func(v VolumesFrom) string { return v.Source }, VolumesFrom.String)},
		{"volume_driver", "text", "the driver of the volumes that are made", checked(func(p *partial) *string { return &p.VolumeDriver }, notEmpty)},
		{"devices", "list", "devices of the host, as HOST, HOST:CONTAINER or HOST:CONTAINER:rwm", sequence(func(p *partial) *[]Device { return &p.Devices }, parseDevice, func(v Device) string { return v.Container }, Device.String)},

		{"restart", "text", "no, always, unless-stopped, on-failure or on-failure:TIMES", restartField()},
		{"stop_signal", "text or number", "the signal that stops the container; SIGTERM without it", strict(func(p *partial) *string { return &p.StopSignal }, signal)},
		{"stdin_open", "true or false", "keep the standard input open", toggle(func(p *partial) *bool { return &p.StdinOpen })},
		{"tty", "true or false", "give the command a terminal", toggle(func(p *partial) *bool { return &p.TTY })},
		{"privileged", "true or false", "give the container all capabilities and devices of the host", toggle(func(p *partial) *bool { return &p.Privileged })},
		{"read_only", "true or false", "make everything but volumes read-only", toggle(func(p *partial) *bool { return &p.ReadOnly })},

		{"mem_limit", "size", "memory, such as 512m", amount(func(p *partial) *int64 { return &p.MemLimit }, limit)},
		{"memswap_limit", "size", "memory and swap together, -1 for no limit; needs mem_limit", amount(func(p *partial) *int64 { return &p.MemswapLimit }, swap)},
		{"mem_swappiness", "number", "how readily memory is swapped out, from 0 to 100", optional(func(p *partial) **int64 { return &p.MemSwappiness }, percent)},
		{"shm_size", "size", "the size of /dev/shm", amount(func(p *partial) *int64 { return &p.ShmSize }, size)},
		{"cpu_shares", "number", "weight among containers that compete for the CPU; 1024 is the default", amount(func(p *partial) *int64 { return &p.CPUShares }, shares)},
		{"cpu_quota", "number or time", "CPU time in each 100 ms, in microseconds or such as 50ms", amount(func(p *partial) *int64 { return &p.CPUQuota }, quota)},
		{"cpuset", "text or number", "the CPUs to run on, such as 0,1 or 0-3", strict(func(p *partial) *string { return &p.CPUSet }, processors)},
		{"cgroup_parent", "text", "the parent of the container's control group", checked(func(p *partial) *string { return &p.CgroupParent }, notEmpty)},
		{"ulimits", "mapping", "limits of the processes: one number, or soft and hard", ulimitsField()},

		{"cap_add", "list", "Linux capabilities to add, such as NET_ADMIN", wordList(func(p *partial) *[]string { return &p.CapAdd }, capability)},
		{"cap_drop", "list", "Linux capabilities to drop", wordList(func(p *partial) *[]string { return &p.CapDrop }, capability)},
		{"security_opt", "list", "settings of the security modules, as KEY:VALUE", securityField()},
		{"pid", "text", "host or container:NAME, to share its processes", checked(func(p *partial) *string { return &p.Pid }, shared("host"))},
		{"ipc", "text", "host, shareable, private, none or container:NAME, to share its memory", checked(func(p *partial) *string { return &p.Ipc }, shared("host", "shareable", "private", "none"))},

		{"log_driver", "text", "where the container's output goes", checked(func(p *partial) *string { return &p.LogDriver }, notEmpty)},
		{"log_opt", "mapping", "settings of the log driver", logOptField()},

		{"name", "anything", "no effect; see container_name", ignored("has no effect, as in every release; container_name names a container")},
		{"detach", "anything", "no effect; up -d detaches", ignored("has no effect; up -d runs containers in the background")},
	}
}

func linkAlias(l Link) string { return l.Alias }
