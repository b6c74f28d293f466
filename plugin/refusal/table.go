package refusal

import "regexp"

// The kinds.
const (
	PortInUse      Kind = "port in use"
	RangeInUse     Kind = "range of ports in use"
	PortForRoot    Kind = "port for root alone"
	NoAddress      Kind = "no such address of the host"
	NoProgram      Kind = "no such program"
	NotExecutable  Kind = "not executable"
	OtherProcessor Kind = "other processor"
	NoCommand      Kind = "no command"
	NoUser         Kind = "no such user"
	NoDirectory    Kind = "no such working directory"
	NoDevice       Kind = "no such device"
	FileAndFolder  Kind = "file and directory"
	NoSource       Kind = "no such path of the host"
	BadMount       Kind = "invalid mount"
	NoVolumeDriver Kind = "no such volume driver"
	NoLogDriver    Kind = "no such log driver"
	BadLogOption   Kind = "invalid log option"
	NoCPU          Kind = "no such CPU"
	TooManyCPUs    Kind = "more CPUs than there are"
	NoLimit        Kind = "limit not supported"
	TooLittle      Kind = "too little memory"
	NoProfile      Kind = "no such profile"
	NoSpace        Kind = "no space left"
	NoSubnet       Kind = "no subnet left"
	SubnetTaken    Kind = "subnet taken"
	NoIPAddress    Kind = "no address left"
	NameInUse      Kind = "name in use"
	NoNetwork      Kind = "no such network"
	NetworkOfDead  Kind = "network of a container that does not run"
	SharedGone     Kind = "shares with a container that is gone"
	NotRunning     Kind = "not running"
	Paused         Kind = "paused"
	Restarting     Kind = "restarting"
	LastRun        Kind = "still has the last run"
	NoImage        Kind = "no such image"

	NoNode        Kind = "no suitable node"
	NotPulled     Kind = "image can't be pulled"
	PortOfService Kind = "port of a service"
	NoDNSName     Kind = "no name for a swarm"
	NetworkHeld   Kind = "network held"
	ChangedAgain  Kind = "changed at the same time"
	SwarmLocked   Kind = "swarm locked"
	SwarmJoining  Kind = "manager not ready"
	SwarmBroken   Kind = "swarm broken"
	NoLeader      Kind = "no leader"

	NotAllowed  Kind = "not allowed to connect"
	SSHFailed   Kind = "ssh failed"
	WantsTLS    Kind = "TLS wanted"
	HasNoTLS    Kind = "no TLS"
	NotTrusted  Kind = "certificate not trusted"
	NoMachine   Kind = "no such machine"
	CutOff      Kind = "cut off"
	APIVersion  Kind = "API version"
	NoReason    Kind = "no reason given"
	NoEngine    Kind = "no engine"
	Interrupted Kind = "interrupted"
)

func said(patterns ...string) []*regexp.Regexp {
	var list []*regexp.Regexp
	for _, p := range patterns {
		list = append(list, regexp.MustCompile(p))
	}
	return list
}

// rows are what engines say, from 20.10 to 29. The first that matches counts.
// testdata has what each of the engines really said.
var rows = []row{
	{
		kind: PortInUse, keys: []string{"ports"},
		said: said(
			`Bind for (?P<ip>\S+):(?P<port>\d+) failed: port is already allocated`,
			`listen (?:tcp|udp|sctp)[46]? (?P<ip>\S*):(?P<port>\d+): bind: address already in use`,
			`failed to bind host port (?:for )?(?P<ip>[0-9.]+|\[[0-9a-fA-F:]*\]):(?P<port>\d+)\S*: address already in use`,
		),
		text: "port ${port} of the host is in use by ${holder}",
		hints: []string{
			"to stop that: docker stop ${holding}",
			"to see what that is: ps -fp ${process}",
			"to see which: sudo ss -tulnp 'sport = :${unheld}'",
			"or publish another port of the host: \"${another}\"",
		},
	},
	{
		kind: RangeInUse, keys: []string{"ports"},
		said:  said(`failed programming external connectivity on endpoint .*: all ports are allocated`),
		text:  "containers have all ports of a range that ${who} publishes",
		hints: []string{"to see which: docker ps", "publish a larger range, or run fewer replicas"},
	},
	{
		kind: PortForRoot, keys: []string{"ports"},
		said:  said(`(?:listen (?:tcp|udp)[46]? |failed to bind host port (?:for )?|cannot expose privileged port )\S*?:?(?P<port>\d+)\S*?(?::.*permission denied|, you)`),
		text:  "the engine may not use port ${port} of the host: it does not run as root",
		hints: []string{"publish a port from 1024 on"},
	},
	{
		kind: NoAddress, keys: []string{"ports"},
		said:  said(`(?P<ip>[0-9a-fA-F.:\[\]]+):\d+\S*: (?:bind: )?cannot assign requested address`),
		text:  "the host has no address ${ip}",
		hints: []string{"to see which it has: ip -brief address", "to publish on all of them, leave the address out"},
	},
	{
		kind: OtherProcessor, keys: []string{"image", "build"},
		said: said(
			`image with reference (?P<image>\S+) was found but .*platform`, `exec format error`,
			`no matching manifest for (?P<platform>\S+)`, `cannot be used on this platform`,
		),
		text:  "the image is made for another kind of processor or system than the engine's",
		hints: []string{"to see for which: docker image inspect --format '{{.Os}}/{{.Architecture}}' ${image}"},
	},
	{
		kind: NoProgram, keys: []string{"entrypoint", "command"},
		said: said(
			`exec: "(?P<program>(?:[^"\\]|\\.)*)": (?:executable file not found in \$PATH|stat [^:]*: no such file or directory)`,
			`exec: "(?P<program>(?:[^"\\]|\\.)*)": (?:executable file not found|no such file or directory)`,
		),
		text: `there is no program "${program}" in the image`,
		hints: []string{
			"check its name and path; a line of shell has to be written: sh -c 'LINE'",
		},
	},
	{
		kind: NotExecutable, keys: []string{"entrypoint", "command"},
		said:  said(`exec: "(?P<program>(?:[^"\\]|\\.)*)": (?:permission denied|is a directory)`),
		text:  `"${program}" can't be run: it is a directory, or a file that is not executable`,
		hints: []string{"where it is a script, make it executable: chmod +x FILE"},
	},
	{
		kind: NoCommand, keys: []string{"image", "build"},
		said:  said(`(?i)no command specified`),
		text:  "neither the image nor the file says which program to run",
		hints: []string{`write it at the service: command: PROGRAM`},
	},
	{
		kind: NoUser, keys: []string{"user"},
		said:  said(`unable to find (?P<what>user|group) (?P<user>[^:]+): no matching entries in (?:passwd|group) file`),
		text:  `the image has no ${what} "${user}"`,
		hints: []string{"write a number, which needs no entry there, or make the ${what} in the Dockerfile"},
	},
	{
		kind: NoDirectory, keys: []string{"working_dir"},
		said: said(
			`[Cc]annot mkdir: (?P<dir>.+?) is not a directory`,
			`chdir to cwd \("(?P<dir>[^"]+)"\) set in config.json failed: `,
		),
		text: `the working directory ${dir} is no directory of the image that can be entered`,
	},
	{
		kind: NoDevice, keys: []string{"devices"},
		said:  said(`error gathering device information while adding custom device "(?P<device>[^"]+)": no such file or directory`),
		text:  "the host has no device ${device}",
		hints: []string{"to see which there are: ls -l /dev"},
	},
	{
		kind: FileAndFolder, keys: []string{"volumes"},
		said: said(
			`error mounting "(?P<source>[^"]+)" to rootfs at "(?P<target>[^"]+)".*(?:not a directory|is a directory|[Aa]re you trying to mount a directory onto a file)`,
		),
		text:  "one of ${source} of the host and ${target} of the image is a file, the other a directory",
		hints: []string{"look what it is on the host: ls -ld ${source}; a directory is made there where nothing is"},
	},
	{
		kind: NoSource, keys: []string{"volumes"},
		said: said(
			`bind source path does not exist: (?P<source>\S+)`,
			`error while creating mount source path '(?P<source>[^']+)': (?:mkdir [^:]+: |chown [^:]+: )?(?P<why>.+)`,
		),
		text:  "${source} of the host is not there, and the engine could not make it",
		hints: []string{"to make it: mkdir -p ${source}"},
	},
	{
		kind: NoVolumeDriver, keys: []string{"volume_driver", "volumes"},
		said:  said(`error looking up volume plugin (?P<driver>[^\s:]+): `),
		text:  `the engine has no volume driver "${driver}"`,
		hints: []string{"to see which it has: docker info --format '{{.Plugins.Volume}}'"},
	},
	{
		kind: BadMount, keys: []string{"volumes"},
		said: said(
			`invalid mount config for type "\w+": (?P<why>.+)`, `invalid volume specification: (?P<why>.+)`, `(?P<why>invalid mode: \S+)`,
			`(?P<why>[Dd]uplicate mount point: \S+)`, `(?P<why>create .+?: "[^"]+" includes invalid characters for a local volume name)`,
		),
		text: "the engine does not accept a volume: ${why}",
	},
	{
		kind: NoLogDriver, keys: []string{"log_driver"},
		said:  said(`error looking up logging plugin (?P<driver>[^\s:]+): `, `logger: no log driver named '(?P<driver>[^']+)' is registered`),
		text:  `the engine has no log driver "${driver}"`,
		hints: []string{"to see which it has: docker info --format '{{.Plugins.Log}}'"},
	},
	{
		kind: BadLogOption, keys: []string{"log_opt"},
		said: said(`unknown log opt '(?P<option>[^']+)' for (?P<driver>\S+) log driver`),
		text: `the log driver ${driver} has no option "${option}"`,
	},
	{
		kind: NoCPU, keys: []string{"cpuset"},
		said: said(`Requested CPUs are not available - requested (?P<cpus>\S+), available: (?P<available>\S+)`),
		text: "the host has the CPUs ${available}, not ${cpus}",
	},
	{
		kind: TooManyCPUs,
		said: said(`[Rr]ange of CPUs is from \S+ to (?P<most>\S+?), as there are only (?P<number>\d+) CPUs? available`),
		text: "the host has only ${number} CPUs",
	},
	{
		kind: TooLittle, keys: []string{"mem_limit"},
		said: said(
			`OOM-killed \(memory limit too low\?\)`, `[Mm]inimum memory (?:limit|reservation) `,
			`unable to set memory limit to \d+ \(current usage: \d+`, `container init (?:was )?OOM`,
		),
		text:  "the memory limit is too small for ${who} to start",
		hints: []string{"raise it, or leave it out"},
	},
	{
		kind: NoLimit, keys: []string{"mem_limit", "memswap_limit", "mem_swappiness", "cpu_quota", "cpu_shares", "cpuset"},
		said: said(
			`(?:[Yy]our )?[Kk]ernel does not support (?P<what>[^.,:]+?)(?:[.,:]| or |$)`,
			`(?P<what>\w+) can not be set, as your kernel does not support`,
		),
		text: "the kernel of the host does not support ${what}",
	},
	{
		kind: NoProfile, keys: []string{"security_opt"},
		said: said(`apply apparmor profile: .*`),
		text: "the host does not have the AppArmor profile that is asked for",
	},
	{
		kind: NoSpace,
		said: said(`no space left on device`, `disk quota exceeded`),
		text: "the disk of the engine is full",
		hints: []string{
			"to see what takes it: docker system df",
			"to remove images that no container uses: docker image prune -a",
		},
	},
	{
		kind: NoSubnet,
		said: said(
			`could not find an available, non-overlapping IPv4 address pool`, `all predefined address pools have been fully subnetted`,
		),
		text:  "the engine has no addresses left for another network",
		hints: []string{"remove networks that are not needed: docker network ls, docker network rm NAME"},
	},
	{
		kind: SubnetTaken,
		said: said(`Pool overlaps with other one on this address space`, `cannot create network \S+ \S+: conflicts with network`),
		text: "another network, made at the same moment, has these addresses",
		hints: []string{
			"type the same again: other addresses are chosen",
		},
	},
	{
		kind: NoIPAddress,
		said: said(`no available IPv4 addresses on this network's address pools: (?P<network>\S+)`),
		text: "the network ${network} has no address left for another container",
	},
	{
		kind: NameInUse, keys: []string{"container_name"},
		said: said(`The container name "/?(?P<name>[^"]+)" is already in use`),
		text: "there is a container ${name} already, which something else has made",
		hints: []string{
			"to see what it is: docker ps -a --filter name=${name}",
			"if it is not needed: docker rm ${name}",
		},
	},
	{
		kind: NetworkOfDead, keys: []string{"net", "pid", "ipc"},
		said:  said(`cannot join network (?:namespace )?of a non[ -]running container: (?:container )?(?P<other>\S+)`),
		text:  "the container whose network ${who} shares does not run",
		hints: []string{"to start it: docker start ${other}"},
	},
	{
		kind: SharedGone, keys: []string{"net", "pid", "ipc"},
		said: said(
			`joining network namespace of container: No such container: `,
			`failed to join (?:PID|IPC) namespace: No such container: `,
			`(?:cannot join PID of a non running|can't join IPC of) container:? \S+: No such container: `,
		),
		text:  "the container whose network, processes or memory ${who} shares is gone",
		hints: []string{"to make it anew, with one that is there: docker stacklite up -d ${service}"},
	},
	{
		kind: NoNetwork, keys: []string{"net"},
		said: said(`network (?P<network>\S+) not found`, `could not find a network matching network mode (?P<network>[^\s:]+)`),
		text: "the network ${network}, which ${who} is to be on, is gone",
	},
	{
		kind:  LastRun,
		said:  said(`task [0-9a-f]{64}:? already exists`),
		text:  "the engine still has the last run of ${who}, from before it was killed, and starts it no more",
		hints: []string{"to make it anew, with its volumes: docker stacklite up -d --force-recreate --no-deps ${service}"},
	},
	{
		kind:  Paused,
		said:  said(`[Cc]ontainer (?P<id>\S+) is paused, unpause the container before exec`, `cannot start a paused container`),
		text:  "${who} is paused",
		hints: []string{"to let it go on: docker stacklite unpause ${service}"},
	},
	{
		kind:  Restarting,
		said:  said(`[Cc]ontainer (?P<id>\S+) is restarting, wait until the container is running`),
		text:  "${who} has exited and is about to be started again by its restart policy",
		hints: []string{"to see why: docker stacklite logs --tail 20 ${service}"},
	},
	{
		kind: NotRunning,
		said: said(`[Cc]ontainer (?P<id>\S+) is not running`),
		text: "${who} does not run",
		hints: []string{
			"to start it: docker start ${stranger}",
			"to see why: docker stacklite logs --tail 20 ${service}",
			"to start it: docker stacklite up -d ${service}",
		},
	},
	{
		kind: NoImage, keys: []string{"image"},
		said: said(`No such image: (?P<image>\S+)`),
		text: "the image ${image} has been removed meanwhile",
		hints: []string{
			"type the same again: it is pulled or built",
		},
	},
	{
		kind:  APIVersion,
		said:  said(`client version (?P<version>\S+) is too (?P<how>new|old)\. (?:Maximum|Minimum) supported API version is (?P<limit>[0-9.]+)`),
		text:  "the engine does not speak version ${version} of its API, which is too ${how} for it: the limit is ${limit}",
		hints: []string{"unset DOCKER_API_VERSION"},
	},
}

// ways are what clients say of the way to an engine.
var ways = []row{
	{
		kind: NotAllowed,
		said: said(`permission denied while trying to connect to the (?i:docker) (?:API|daemon socket|Docker daemon socket) at`, `permission denied while trying to connect`),
		text: "you are not allowed to use the docker engine at ${host}",
		hints: []string{
			"join the group docker, then log out and in: sudo usermod -aG docker $USER",
			"or do this as root: put sudo before the command",
		},
	},
	{
		kind:  SSHFailed,
		said:  said(`(?s)has exited with (?:exit status \d+|signal: \w+).*stderr=(?P<said>.*\S)`),
		text:  "ssh does not reach the docker engine at ${host}: ${said}",
		hints: []string{"try: ${ssh} docker version"},
	},
	{
		kind:  SSHFailed,
		said:  said(`(?s)has exited with (?P<said>exit status \d+|signal: \w+)`, `exec: "ssh": (?P<said>executable file not found in \$PATH)`),
		text:  "ssh does not reach the docker engine at ${host}: ${said}",
		hints: []string{"try: ${ssh} docker version"},
	},
	{
		kind:  WantsTLS,
		said:  said(`Client sent an HTTP request to an HTTPS server`, `connect to a TLS-enabled daemon without TLS`, `malformed HTTP response`),
		text:  "the docker engine at ${host} wants TLS",
		hints: []string{"export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=DIRECTORY, with ca.pem, cert.pem and key.pem there"},
	},
	{
		kind:  HasNoTLS,
		said:  said(`server gave HTTP response to HTTPS client`, `first record does not look like a TLS handshake`),
		text:  "the docker engine at ${host} has no TLS",
		hints: []string{"unset DOCKER_TLS_VERIFY"},
	},
	{
		kind:  NotTrusted,
		said:  said(`(?:x509|tls): (?P<why>.+)`),
		text:  "the certificates for the docker engine at ${host} do not fit: ${why}",
		hints: []string{"check the files in DOCKER_CERT_PATH, and the name in DOCKER_HOST"},
	},
	{
		kind:  NoMachine,
		said:  said(`lookup (?P<name>\S+?)(?: on \S+)?: (?:no such host|server misbehaving|Temporary failure in name resolution)`),
		text:  "no docker engine answers at ${host}: no machine has the name ${name}",
		hints: []string{"check DOCKER_HOST, or the context: docker context ls"},
	},
	{
		kind:  CutOff,
		said:  said(`unexpected EOF`, `: EOF$`, `^EOF$`, `connection reset by peer`, `broken pipe`, `use of closed network connection`, `closed the stream of events`),
		text:  "the docker engine at ${host} broke the connection off: it was stopped or restarted",
		hints: []string{"when it runs again, type the same again; to see whether it does: docker info"},
	},
}

// pages are what clients make of a refusal that no engine words like that: something
// else is at its address, or on the way to it.
var pages = []row{
	{
		kind: NoReason,
		said: said(`API returned a (?P<code>\d+) \((?P<status>[^)]*)\) but provided no error-message`,
			`request returned (?P<code>\d+) ?(?P<status>[^,;]*?)(?: with a message \([^)]*\))?(?:;| for API route)`),
		text:  "the docker engine at ${host} answers ${code} ${status}, and gives no reason",
		hints: []string{"to see whether it is one, and works: docker info"},
	},
	{
		kind: NoEngine,
		said: said(`(?is)^(?:Error response from daemon: )?\s*<.*<title>\s*(?P<title>[^<]{1,80}?)\s*</title>`),
		text: "what answers at ${host} is no docker engine, or a proxy on the way to it: it sends a web page, \"${title}\"",
		hints: []string{
			"check DOCKER_HOST, or the context: docker context ls",
		},
	},
	{
		kind: NoEngine,
		said: said(`(?s)^(?:Error response from daemon: )?\s*<`),
		text: "what answers at ${host} is no docker engine, or a proxy on the way to it: it sends a web page",
		hints: []string{
			"check DOCKER_HOST, or the context: docker context ls",
		},
	},
}

// garbled are what clients make of an answer that they can't read.
var garbled = []row{
	{
		kind: NoEngine,
		said: said(`invalid character .* (?:looking for|after|in )`, `json: cannot unmarshal`, `Error reading JSON`, `unexpected end of JSON input`, `^EOF$`,
			`Unrecognized input header`, `malformed HTTP`, `unable to upgrade to tcp`, `^an answer without an id$`),
		text: "what answers at ${host} is no docker engine, or a proxy on the way to it: its answer can't be read",
		hints: []string{
			"check DOCKER_HOST, or the context: docker context ls",
		},
	},
}

// sshEnded is a connection by ssh that ends before ssh has said why.
var sshEnded = row{
	kind:  SSHFailed,
	text:  "ssh does not reach the docker engine at ${host}: the connection ended",
	hints: []string{"try: ${ssh} docker version"},
}
