package compose

import "fmt"

// Pos is a place in a file. The zero Pos means "no place": a value that came
// from a flag, the environment or a default.
type Pos struct {
	File   string // as the user gave it, or relative to the working directory where that is shorter
	Line   int    // from 1
	Column int    // from 1, in characters
}

// IsZero reports whether p is no position at all.
func (p Pos) IsZero() bool { return p == Pos{} }

func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Project is what a set of files says, after merging, extending and
// interpolating: everything is resolved and nothing refers to a file any more
// but through positions.
type Project struct {
	Name     string     // normalised: lower case, a-z 0-9 - _ (compose-v1.md 3.3)
	Dir      string     // absolute; relative paths were resolved against it
	Files    []string   // absolute paths of the files, in merge order; empty for standard input
	Services []*Service // in file order

	Isolation string // link or project; empty: they do not say

	// Of files of the specification alone:
	Format   Format
	Networks []Network     // in file order, with default where a service is on it
	Volumes  []NamedVolume // in file order

	Swarm *Swarm // what they say of a swarm that runs it; nil: nothing

	Notes []Note // what was assumed or ignored, in file order

	index map[string]int // where services were when the project was loaded, by name
}

// Service returns the service of that name, or nil.
func (p *Project) Service(name string) *Service {
	if i, ok := p.index[name]; ok && i < len(p.Services) && p.Services[i].Name == name {
		return p.Services[i]
	}
	for _, s := range p.Services {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Index notes where each service is, so that Service finds it at once.
func (p *Project) Index() {
	p.index = make(map[string]int, len(p.Services))
	for i, s := range p.Services {
		p.index[s.Name] = i
	}
}

// names returns the names of the services.
func (p *Project) names() []string {
	names := make([]string, len(p.Services))
	for i, s := range p.Services {
		names[i] = s.Name
	}
	return names
}

// Service is one service with every key of the v1 format
// (compose-v1.md 1.2). A zero field means that the key is not set.
type Service struct {
	Name string
	Pos  Pos            // of the service's name
	At   map[string]Pos // where each key that is set stands, by key

	Image      string
	Build      string // absolute directory, or a URL
	Dockerfile string

	Command    []string // nil and empty both mean the image's
	Entrypoint []string // nil means the image's; empty means none
	WorkingDir string
	User       string
	Hostname   string
	Domainname string
	MacAddress string

	ContainerName string

	Environment []Var // sorted by name; env_file and environment together
	Labels      []Var // sorted by name

	Links         []Link
	ExternalLinks []Link // Target is a container, not a service
	VolumesFrom   []VolumesFrom
	Net           Namespace
	Pid           string // host, or container:NAME, a service of the project where it has one of that name
	Ipc           string // host, shareable, private, none, or container:NAME as in Pid

	Ports        []Port
	Expose       []Expose
	Volumes      []Volume
	VolumeDriver string // of named and anonymous volumes that do not exist yet
	ExtraHosts   []Var  // Name is the host, Value the address; in file order
	DNS          []string
	DNSSearch    []string

	Restart    Restart
	StdinOpen  bool
	TTY        bool
	Privileged bool
	ReadOnly   bool
	StopSignal string // a name or a number

	MemLimit      int64  // bytes
	MemswapLimit  int64  // bytes; -1 is unlimited
	MemSwappiness *int64 // 0 to 100; nil is the engine's default
	ShmSize       int64  // bytes
	CPUShares     int64
	CPUQuota      int64 // microseconds
	CPUSet        string
	CgroupParent  string
	Ulimits       []Ulimit // sorted by name

	CapAdd      []string
	CapDrop     []string
	Devices     []Device
	SecurityOpt []string // a seccomp profile stands here with its text, as the engine wants it

	LogDriver string
	LogOpt    []Var // sorted by name

	Spec *ServiceSpec // what only files of the specification say; nil in others

	// Of a front, a service that no file has and that publishes ports for another:
	Fronts     string // that other service; empty: it is none
	FrontAsked string // how it spreads connections, where a command asked for it and no file does
}

// Var is a name with a value. A nil Value stands for a variable that is named
// but has no value: it is not passed on.
type Var struct {
	Name  string
	Value *string
	Pos   Pos
}

// Link is one entry of links or external_links.
type Link struct {
	Target string
	Alias  string // the target's own name where none was given
	Pos    Pos
}

// VolumesFrom is one entry of volumes_from.
type VolumesFrom struct {
	Source   string // a service of the project where Service is true, else a container
	Service  bool
	ReadOnly bool
	Pos      Pos
}

// Namespace is the value of net.
type Namespace struct {
	Mode NetMode
	Name string // service, container or network, as Mode says
	Pos  Pos
}

// NetMode says how net is meant.
type NetMode int

const (
	NetLinks     NetMode = iota // absent or "bridge": the networks that links make
	NetNone                     // none
	NetHost                     // host
	NetService                  // container:NAME where NAME is a service of the project
	NetContainer                // container:NAME of any other container
	NetNetwork                  // the name of a network that exists already
)

// Port is one published container port, or a range of equal length on both
// sides, or one container port on any host port of a range.
type Port struct {
	IP        string // host address, empty for all
	HostFirst int    // 0: the engine chooses
	HostLast  int
	First     int // container side
	Last      int
	Proto     string // tcp, udp or sctp
	Pos       Pos
}

// Expose is one exposed container port or range.
type Expose struct {
	First, Last int
	Proto       string
	Pos         Pos
}

// Volume is one entry of volumes.
type Volume struct {
	Host   string // absolute path or volume name; empty for an anonymous volume
	Named  bool   // Host is the name of a volume
	Target string // absolute path in the container
	Mode   string // as written: ro, z, ro,Z, …; empty is rw
	Pos    Pos

	// Word says more of a Host that is one word, which may mean a volume or what
	// lies beside the file; nil: it can mean one thing only. Here it is a volume.
	Word *Word
}

// Word is the left side of an entry of volumes such as data:/data. Fig and releases
// up to 1.4 took it for a directory beside the file, later ones for a volume, which
// all projects share.
type Word struct {
	Text    string
	Place   string // the absolute path that it may mean
	Beside  Kept   // what lies there
	Written bool   // other entries of the files name the place, or what is in it, as a path
	Strict  bool   // Options.Strict: it is a volume
	Old     bool   // Options.Directories: it is the directory that lies there
	Missing bool   // it is neither there nor a volume, and would have to be a file: desired.TakeWords finds out
}

// Kept says what lies at a place of the disk.
type Kept int

// What may lie there.
const (
	Nothing Kept = iota
	Directory
	File // or a socket, a device
)

// Restart is the restart policy.
type Restart struct {
	Policy string // no, always, unless-stopped, on-failure; empty is no
	Max    int    // on-failure only; 0 is without end
}

// Ulimit is one resource limit.
type Ulimit struct {
	Name       string
	Soft, Hard int64
	Pos        Pos
}

// Device is one device of the host given to the container.
type Device struct {
	Host, Container string
	Permissions     string // some of r, w, m
	Pos             Pos
}

// Note is something a user should know about what was read: an assumption, a
// key that has no effect, a variable that is not set.
type Note struct {
	Pos  Pos
	Path string // web.ports, where it is about one key
	Text string
}

func (n Note) String() string {
	s := n.Text
	if n.Path != "" {
		s = n.Path + ": " + s
	}
	if !n.Pos.IsZero() {
		s = n.Pos.String() + ": " + s
	}
	return s
}
