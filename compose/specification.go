package compose

import (
	"encoding/json"
	"slices"
	"time"
)

// Format is the language that the files of a project are in.
type Format int

const (
	V1   Format = iota // that of Fig and docker-compose 1.x: services at the top of the file
	Spec               // the Compose specification, as versions 2 and 3 of docker-compose: services under services
)

// Network is a network that a file of the specification declares.
type Network struct {
	Name       string // in the files
	Engine     string // on the engine
	External   bool   // it is there already, and not the project's
	Internal   bool   // nobody on it reaches what is outside
	Attachable bool
	Driver     string // empty: bridge
	DriverOpts map[string]string
	Labels     map[string]string
	IPv6       *bool
	IPAMDriver string
	IPAMOpts   map[string]string
	Pools      []Pool
	Pos        Pos
}

// Pool is a range of addresses of a network.
type Pool struct {
	Subnet, Gateway, Range string
	Reserved               map[string]string // addresses that no container gets, by name
}

// NamedVolume is a volume that a file of the specification declares.
type NamedVolume struct {
	Name       string // in the files
	Engine     string // on the engine
	External   bool
	Driver     string
	DriverOpts map[string]string
	Labels     map[string]string
	Pos        Pos
}

// ServiceSpec is what only files of the specification say of a service. The parts that
// are written in JSON are settings of its containers: a change of one gives it new ones.
type ServiceSpec struct {
	Networks  []ServiceNetwork `json:"-"` // declared ones, and default, by their names
	External  []string         `json:"-"` // networks of Networks that are external, with what is said of them
	DependsOn []Dependency     `json:"-"` // by name of the service
	Replicas  *int             `json:"-"` // nil: 1
	PortModes []string         `json:"-"` // of Service.Ports, each: ingress or host; empty: the files do not say
	Build     *Build           `json:"-"`
	Pull      string           `json:"-"` // always or never; empty: where it is missing
	Unwatched bool             `json:"-"` // up does not follow what it writes
	Files     []FileMount      `json:"files,omitempty"`

	Healthcheck     *Healthcheck      `json:"healthcheck,omitempty"`
	Init            *bool             `json:"init,omitempty"`
	Platform        string            `json:"platform,omitempty"`
	Runtime         string            `json:"runtime,omitempty"`
	StopGracePeriod *time.Duration    `json:"stop_grace_period,omitempty"`
	Annotations     map[string]string `json:"annotations,omitempty"`
	Tmpfs           map[string]string `json:"tmpfs,omitempty"` // options by path
	Mounts          []Mount           `json:"mounts,omitempty"`
	Sysctls         map[string]string `json:"sysctls,omitempty"`
	StorageOpt      map[string]string `json:"storage_opt,omitempty"`
	GroupAdd        []string          `json:"group_add,omitempty"`
	DNSOpts         []string          `json:"dns_opt,omitempty"`
	DeviceRules     []string          `json:"device_cgroup_rules,omitempty"`
	DeviceRequests  []DeviceRequest   `json:"gpus,omitempty"`
	UsernsMode      string            `json:"userns_mode,omitempty"`
	UTS             string            `json:"uts,omitempty"`
	Cgroup          string            `json:"cgroup,omitempty"`
	NanoCPUs        int64             `json:"cpus,omitempty"` // in billionths of a processor
	CPUPeriod       int64             `json:"cpu_period,omitempty"`
	CPURTPeriod     int64             `json:"cpu_rt_period,omitempty"`
	CPURTRuntime    int64             `json:"cpu_rt_runtime,omitempty"`
	MemReservation  int64             `json:"mem_reservation,omitempty"` // bytes
	PidsLimit       *int64            `json:"pids_limit,omitempty"`
	OOMScoreAdj     int               `json:"oom_score_adj,omitempty"`
	OOMKillDisable  bool              `json:"oom_kill_disable,omitempty"`
	Blkio           *Blkio            `json:"blkio_config,omitempty"`
	PostStart       []Hook            `json:"post_start,omitempty"`
	PreStop         []Hook            `json:"pre_stop,omitempty"`
}

// ServiceNetwork is a network that a service names.
type ServiceNetwork struct {
	Name         string // a Network's, or default
	Aliases      []string
	IPv4, IPv6   string // addresses; empty: any
	LinkLocal    []string
	MAC          string
	DriverOpts   map[string]string
	Priority     int // those with a greater one are attached first
	GatewayFirst int // the one with the greatest is the way out
	Pos          Pos
}

// On is what files of the specification say of a service on a network; false: they don't
// put it there.
func (s *Service) On(network string) (ServiceNetwork, bool) {
	if s == nil || s.Spec == nil || s.Net.Mode != NetLinks {
		return ServiceNetwork{}, false
	}
	i := slices.IndexFunc(s.Spec.Networks, func(n ServiceNetwork) bool { return n.Name == network })
	if i < 0 {
		return ServiceNetwork{}, false
	}
	return s.Spec.Networks[i], true
}

// bindingOption is an option of the bridge driver: the address of the host that ports are
// published on.
const bindingOption = "com.docker.network.bridge.host_binding_ipv4"

// BindingAddress is the address of the host on which ports of a service are published that
// name none: that of the network that is the service's way out, where files of the
// specification give it one. Empty: all addresses.
//
// An engine takes the way out by gw_priority, then by the name of the network (libnetwork,
// sandbox.go). Networks that are made for links must not change it.
func (p *Project) BindingAddress(s *Service) string {
	if s.Spec == nil || s.Net.Mode != NetLinks {
		return ""
	}
	on := s.Spec.Networks
	if len(on) == 0 {
		on = []ServiceNetwork{{Name: "default"}}
	}
	var out *Network
	first := 0
	for _, seat := range on {
		i := slices.IndexFunc(p.Networks, func(n Network) bool { return n.Name == seat.Name })
		if i < 0 || p.Networks[i].Internal {
			continue
		}
		n := &p.Networks[i]
		if out == nil || seat.GatewayFirst > first || seat.GatewayFirst == first && n.Engine < out.Engine {
			out, first = n, seat.GatewayFirst
		}
	}
	if out == nil {
		return ""
	}
	return out.DriverOpts[bindingOption]
}

// Dependency is an entry of depends_on.
type Dependency struct {
	Service   string
	Condition Condition
	Optional  bool // it need not be there
	Restart   bool // who depends on it is restarted after it
	Pos       Pos
}

// Hook is a command that is run in a container beside its program.
type Hook struct {
	Command     []string           `json:"command"`
	User        string             `json:"user,omitempty"` // empty: that of the program
	WorkingDir  string             `json:"working_dir,omitempty"`
	Environment map[string]*string `json:"environment,omitempty"` // nil: taken away
	Privileged  bool               `json:"privileged,omitempty"`
	Pos         Pos                `json:"-"`
}

// Dependencies is depends_on, with what links and the like add to it; none in files of the
// first format.
func (s *Service) Dependencies() []Dependency {
	if s.Spec == nil {
		return nil
	}
	return s.Spec.DependsOn
}

// Condition is what a service that depends on another waits for.
type Condition string

// The conditions.
const (
	Started   Condition = "service_started"
	Healthy   Condition = "service_healthy"
	Completed Condition = "service_completed_successfully"
)

// Healthcheck says how the engine finds out whether a container is well. Zero values are
// the image's, or the engine's.
type Healthcheck struct {
	Test                                          []string      `json:"test,omitempty"` // NONE; CMD and arguments; CMD-SHELL and a line
	Interval, Timeout, StartPeriod, StartInterval time.Duration `json:",omitempty"`
	Retries                                       int           `json:"retries,omitempty"`
}

// Mount is a volume in the long form that has no short one.
type Mount struct {
	Type        string `json:"type"`             // bind, volume, tmpfs or image
	Source      string `json:"source,omitempty"` // as Volume.Host has it
	Target      string `json:"target"`
	ReadOnly    bool   `json:"read_only,omitempty"`
	MustExist   bool   `json:"must_exist,omitempty"` // bind: the path is not made
	Propagation string `json:"propagation,omitempty"`
	Recursive   string `json:"recursive,omitempty"` // bind: enabled, disabled, writable or readonly
	NoCopy      bool   `json:"nocopy,omitempty"`
	Subpath     string `json:"subpath,omitempty"`
	Size        int64  `json:"size,omitempty"` // tmpfs: bytes; 0: no limit
	Mode        uint32 `json:"mode,omitempty"` // tmpfs: of its root
}

// FileMount is a secret or a config: a file that a container has.
type FileMount struct {
	Secret   bool   // it is a secret
	Name     string // in the files
	Target   string // absolute path in the container
	Path     string // absolute, on this machine; empty: Content
	Content  []byte
	Variable string // the variable that Content is of; empty: none
	External string `json:",omitempty"` // what a swarm calls it, which has it already; empty: no swarm has it
	UID, GID string // empty: 0
	Mode     uint32 // permissions; 0: 0444
	Pos      Pos    `json:"-"`
}

// DeviceRequest asks for devices that a driver provides, such as GPUs.
type DeviceRequest struct {
	Driver       string            `json:"driver,omitempty"`
	Count        int               `json:"count,omitempty"` // -1: all
	IDs          []string          `json:"device_ids,omitempty"`
	Capabilities []string          `json:"capabilities,omitempty"`
	Options      map[string]string `json:"options,omitempty"`
}

// Blkio are limits of reading and writing block devices.
type Blkio struct {
	Weight                                 uint16           `json:"weight,omitempty"`
	WeightDevice                           map[string]int64 `json:"weight_device,omitempty"` // by path
	ReadBps, ReadIOps, WriteBps, WriteIOps map[string]int64 `json:",omitempty"`              // by path
}

// Build says how an image is built, besides Service.Build and Service.Dockerfile.
type Build struct {
	Inline           string // the text of the Dockerfile; empty: a file
	Args             []Var  // one without a value is not passed on
	Target           string
	Labels           map[string]string
	CacheFrom        []string
	CacheTo          []string
	NoCache          bool
	Pull             bool
	Network          string
	ShmSize          int64 // bytes
	Hosts            []Var // as Service.ExtraHosts
	Tags             []string
	Platforms        []string
	Contexts         map[string]string // named contexts: what they stand for, by name
	SSH              []string          // ID or ID=PATH
	Secrets          []FileMount
	Ulimits          []Ulimit
	Privileged       bool
	Entitlements     []string
	Provenance, SBOM string
}

// Settings are the settings of the service's containers that only files of the
// specification have, as JSON by name; none for nil.
func (s *ServiceSpec) Settings() map[string]string {
	if s == nil {
		return nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic("a service has a value that JSON has no form for: " + err.Error())
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		panic("the JSON of a service can't be read: " + err.Error())
	}
	settings := make(map[string]string, len(all))
	for name, value := range all {
		settings[name] = string(value)
	}
	return settings
}
