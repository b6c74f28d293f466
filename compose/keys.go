package compose

// Key is one key that a service may have.
type Key struct {
	Name  string
	Takes string // what may stand behind it: "text or list"
	Doc   string // what it does, in one line without a full stop
	field field
}

// Keys returns every key of a service: the 49 of the last v1 format, in the
// order in which they are printed, and behind them what files contain without
// an effect.
func Keys() []Key { return keyTable() }

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
		{"image", "text", "the image to run: a name with or without tag, a digest or an id", checked(func(d *draft) *string { return &d.Image }, imageName)},
		{"build", "text", "the directory, or the URL, to build the image from", buildField()},
		{"dockerfile", "text", "the Dockerfile's path inside the build directory", checked(func(d *draft) *string { return &d.Dockerfile }, notEmpty)},
		{"extends", "text or mapping", "another service, of this file or another, whose keys this one takes over", extendsField()},
		{"container_name", "text", "the container's name in place of PROJECT_SERVICE_1", checked(func(d *draft) *string { return &d.ContainerName }, containerNamed)},
		{"command", "text or list", "the program to run in place of the image's", commandField(func(d *draft) *[]string { return &d.Command }, false)},
		{"entrypoint", "text or list", "what runs the command in place of the image's; [] for nothing", commandField(func(d *draft) *[]string { return &d.Entrypoint }, true)},
		{"working_dir", "text", "the directory that the command runs in", checked(func(d *draft) *string { return &d.WorkingDir }, workingDir)},
		{"user", "text or number", "the user, with or without group, that the command runs as", digits(func(d *draft) *string { return &d.User })},
		{"hostname", "text or number", "the host name inside; the container's id without it", digits(func(d *draft) *string { return &d.Hostname })},
		{"domainname", "text or number", "the domain of the host name", digits(func(d *draft) *string { return &d.Domainname })},
		{"mac_address", "text", "the address of the network card", checked(func(d *draft) *string { return &d.MacAddress }, macAddress)},

		{"env_file", "text or list", "files with lines NAME=VALUE; environment beats them, a later file an earlier one", envFileField()},
		{"environment", "mapping or list", "variables; one without a value is taken from the machine that reads the file", variables(func(d *draft) *[]Var { return &d.Environment }, environmentVar)},
		{"labels", "mapping or list", "names with values that describe the container to other programs", variables(func(d *draft) *[]Var { return &d.Labels }, label)},

		{"links", "list", "services that this one talks to, as SERVICE or SERVICE:ALIAS", sequence(func(d *draft) *[]Link { return &d.Links }, parseLink, linkAlias, Link.String)},
		{"external_links", "list", "containers outside the project that this one talks to, as CONTAINER or CONTAINER:ALIAS", sequence(func(d *draft) *[]Link { return &d.ExternalLinks }, parseLink, linkAlias, Link.String)},
		{"ports", "list", "ports to publish, as " + portForm, sequence(func(d *draft) *[]Port { return &d.Ports }, parsePort, Port.String, Port.String)},
		{"expose", "list", "ports that linked services may use, as PORT or FIRST-LAST with or without /udp", sequence(func(d *draft) *[]Expose { return &d.Expose }, parseExpose, Expose.String, Expose.String)},
		{"net", "text", "bridge, none, host, container:NAME, or a network that exists", netField()},
		{"extra_hosts", "mapping or list", "names with addresses for /etc/hosts, as HOST:ADDRESS", extraHostsField()},
		{"dns", "text or list", "addresses of name servers", oneOrMore(func(d *draft) *[]string { return &d.DNS }, address)},
		{"dns_search", "text or list", "domains to search names in", oneOrMore(func(d *draft) *[]string { return &d.DNSSearch }, nil)},

		{"volumes", "list", "directories and volumes, as CONTAINER, HOST:CONTAINER or HOST:CONTAINER:MODE", sequence(func(d *draft) *[]Volume { return &d.Volumes }, parseVolume, func(v Volume) string { return v.Target }, Volume.String)},
		{"volumes_from", "list", "services or containers whose volumes this one gets, with or without :ro", sequence(func(d *draft) *[]VolumesFrom { return &d.VolumesFrom }, parseVolumesFrom, func(v VolumesFrom) string { return v.Source }, VolumesFrom.String)},
		{"volume_driver", "text", "the driver of the volumes that are made", checked(func(d *draft) *string { return &d.VolumeDriver }, notEmpty)},
		{"devices", "list", "devices of the host, as HOST, HOST:CONTAINER or HOST:CONTAINER:rwm", sequence(func(d *draft) *[]Device { return &d.Devices }, parseDevice, func(v Device) string { return v.Container }, Device.String)},

		{"restart", "text", "no, always, unless-stopped, on-failure or on-failure:TIMES", restartField()},
		{"stop_signal", "text or number", "the signal that stops the container; SIGTERM without it", strict(func(d *draft) *string { return &d.StopSignal }, signal)},
		{"stdin_open", "true or false", "keep the standard input open", toggle(func(d *draft) *bool { return &d.StdinOpen })},
		{"tty", "true or false", "give the command a terminal", toggle(func(d *draft) *bool { return &d.TTY })},
		{"privileged", "true or false", "give the container all rights on the host", toggle(func(d *draft) *bool { return &d.Privileged })},
		{"read_only", "true or false", "let nothing be written outside volumes", toggle(func(d *draft) *bool { return &d.ReadOnly })},

		{"mem_limit", "size", "memory, such as 512m", amount(func(d *draft) *int64 { return &d.MemLimit }, limit)},
		{"memswap_limit", "size", "memory and swap together, -1 for no limit; needs mem_limit", amount(func(d *draft) *int64 { return &d.MemswapLimit }, swap)},
		{"mem_swappiness", "number", "how readily memory is swapped out, 0 to 100", optional(func(d *draft) **int64 { return &d.MemSwappiness }, percent)},
		{"shm_size", "size", "the size of /dev/shm", amount(func(d *draft) *int64 { return &d.ShmSize }, size)},
		{"cpu_shares", "number", "weight among containers that compete for the processor; 1024 is usual", amount(func(d *draft) *int64 { return &d.CPUShares }, shares)},
		{"cpu_quota", "number or time", "processor time in each 100 ms, in microseconds or such as 50ms", amount(func(d *draft) *int64 { return &d.CPUQuota }, quota)},
		{"cpuset", "text or number", "the processors to run on, such as 0,1 or 0-3", strict(func(d *draft) *string { return &d.CPUSet }, processors)},
		{"cgroup_parent", "text", "the control group above the container's", checked(func(d *draft) *string { return &d.CgroupParent }, notEmpty)},
		{"ulimits", "mapping", "limits of the processes: one number, or soft and hard", ulimitsField()},

		{"cap_add", "list", "rights to add, such as NET_ADMIN", wordList(func(d *draft) *[]string { return &d.CapAdd }, capability)},
		{"cap_drop", "list", "rights to take away", wordList(func(d *draft) *[]string { return &d.CapDrop }, capability)},
		{"security_opt", "list", "settings of the security modules, as KEY:VALUE", securityField()},
		{"pid", "text", "host or container:NAME, to see the processes there", checked(func(d *draft) *string { return &d.Pid }, shared("host"))},
		{"ipc", "text", "host, shareable, private, none or container:NAME, to share memory there", checked(func(d *draft) *string { return &d.Ipc }, shared("host", "shareable", "private", "none"))},

		{"log_driver", "text", "where the container's output goes", checked(func(d *draft) *string { return &d.LogDriver }, notEmpty)},
		{"log_opt", "mapping", "settings of the log driver", logOptField()},

		{"name", "anything", "no effect; see container_name", ignored("has no effect, as in every release; container_name names a container")},
		{"detach", "anything", "no effect; up -d detaches", ignored("has no effect; up -d runs containers in the background")},
	}
}

func linkAlias(l Link) string { return l.Alias }
