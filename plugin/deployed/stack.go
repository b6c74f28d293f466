package deployed

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/compose"
)

// stack is what convert writes: a file of version 3.
type stack struct {
	Services map[string]service
	Networks map[string]net
	Volumes  map[string]volume
	Secrets  map[string]object
	Configs  map[string]object
}

type service struct {
	said map[string]any // all of it, as it is written

	Image           string
	Command         []string
	Entrypoint      []string
	Environment     map[string]*word
	Labels          map[string]word
	Hostname        string
	ExtraHosts      []string `json:"extra_hosts"`
	DNS             []string
	DNSSearch       []string `json:"dns_search"`
	DNSOpt          []string `json:"dns_opt"`
	GroupAdd        []word   `json:"group_add"`
	Healthcheck     *healthcheck
	WorkingDir      string `json:"working_dir"`
	User            string
	Volumes         []mounted
	StopGracePeriod *duration `json:"stop_grace_period"`
	StopSignal      string    `json:"stop_signal"`
	TTY             bool
	StdinOpen       bool `json:"stdin_open"`
	ReadOnly        bool `json:"read_only"`
	Init            *bool
	Sysctls         map[string]word
	CapAdd          []string `json:"cap_add"`
	CapDrop         []string `json:"cap_drop"`
	Ulimits         map[string]ulimit
	OOMScoreAdj     int64 `json:"oom_score_adj"`
	Logging         *struct {
		Driver  string
		Options map[string]word
	}
	Networks map[string]*struct{ Aliases []string }
	Ports    []struct {
		Target, Published uint32
		Protocol, Mode    string
	}
	Secrets, Configs []fileRef
	Deploy           deploy
}

type deploy struct {
	Mode           string
	Labels         map[string]word
	UpdateConfig   *update `json:"update_config"`
	RollbackConfig *update `json:"rollback_config"`
	EndpointMode   string  `json:"endpoint_mode"`
	Resources      struct {
		Limits *struct {
			CPUs, Memory word
			Pids         int64
		}
		Reservations *struct {
			CPUs, Memory word
			Generic      []struct {
				Discrete *struct {
					Kind  string
					Value int64
				} `json:"discrete_resource_spec"`
			} `json:"generic_resources"`
		}
	}
	RestartPolicy *struct {
		Condition     string
		Delay, Window *duration
		MaxAttempts   *uint64 `json:"max_attempts"`
	} `json:"restart_policy"`
	Placement struct {
		Constraints []string
		Preferences []struct{ Spread string }
		MaxReplicas uint64 `json:"max_replicas_per_node"`
	}
}

type update struct {
	Parallelism     *uint64
	Delay, Monitor  duration
	FailureAction   string  `json:"failure_action"`
	MaxFailureRatio float32 `json:"max_failure_ratio"`
	Order           string
}

type healthcheck struct {
	Test              []string
	Interval, Timeout duration
	StartPeriod       duration `json:"start_period"`
	StartInterval     duration `json:"start_interval"`
	Retries           int
	Disable           bool
}

type mounted struct {
	Type, Source, Target string
	ReadOnly             bool `json:"read_only"`
	Bind                 *struct{ Propagation string }
	Volume               struct {
		NoCopy  bool
		Subpath string
	}
	Tmpfs *struct {
		Size int64
		Mode uint32
	}
}

type fileRef struct {
	Source, Target string
	UID, GID       word
	Mode           *uint32
}

// net is a network.
type net struct {
	said map[string]any

	Name       string
	External   bool
	Driver     string
	DriverOpts map[string]word `json:"driver_opts"`
	Internal   bool
	Attachable bool
	Labels     map[string]word
	IPAM       struct {
		Driver  string
		Options map[string]word
		Config  []struct {
			Subnet, Gateway string
			Range           string          `json:"ip_range"`
			Reserved        map[string]word `json:"aux_addresses"`
		}
	}
}

type volume struct {
	said map[string]any

	Name       string
	External   bool
	Driver     string
	DriverOpts map[string]word `json:"driver_opts"`
	Labels     map[string]word
}

// object is a secret or a config.
type object struct {
	Name     string
	External bool
}

// word is a text, also where it is written as a number or true.
type word string

func (w *word) UnmarshalJSON(text []byte) error {
	var s string
	if text[0] == '"' {
		err := json.Unmarshal(text, &s)
		*w = word(s)
		return err
	}
	if s = string(text); s == "null" {
		s = ""
	}
	*w = word(s)
	return nil
}

type duration time.Duration

func (d *duration) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	parsed, err := time.ParseDuration(s)
	*d = duration(parsed)
	return err
}

func (d *duration) pointer() *time.Duration { return (*time.Duration)(d) }

type ulimit struct{ Soft, Hard int64 }

func (u *ulimit) UnmarshalJSON(text []byte) error {
	type both ulimit
	if text[0] == '{' {
		return json.Unmarshal(text, (*both)(u))
	}
	err := json.Unmarshal(text, &u.Soft)
	u.Hard = u.Soft
	return err
}

// read reads what convert writes.
func read(written compose.Map) (stack, error) {
	values := plain(written).(map[string]any)
	text, err := json.Marshal(values)
	if err != nil {
		return stack{}, fmt.Errorf("what is given to a swarm has no form: %w", err)
	}
	var s stack
	if err := json.Unmarshal(text, &s); err != nil {
		return stack{}, fmt.Errorf("what is given to a swarm can't be read: %w", err)
	}
	for name, of := range s.Services {
		of.said, _ = values["services"].(map[string]any)[name].(map[string]any)
		s.Services[name] = of
	}
	for name, of := range s.Networks {
		of.said, _ = values["networks"].(map[string]any)[name].(map[string]any)
		s.Networks[name] = of
	}
	for name, of := range s.Volumes {
		of.said, _ = values["volumes"].(map[string]any)[name].(map[string]any)
		s.Volumes[name] = of
	}
	return s, nil
}

// nameAll gives what has no name of its own the one that it has on the swarm.
func (s stack) nameAll(project string) {
	named := func(name, key string, external bool) string {
		if !external {
			key = project + "_" + key
		}
		return cmp.Or(name, key)
	}
	for key, v := range s.Volumes {
		v.Name = named(v.Name, key, v.External)
		s.Volumes[key] = v
	}
	for key, n := range s.Networks {
		n.Name = named(n.Name, key, n.External)
		s.Networks[key] = n
	}
	for _, files := range []map[string]object{s.Secrets, s.Configs} {
		for key, f := range files {
			f.Name = named(f.Name, key, f.External)
			files[key] = f
		}
	}
}

// plain puts maps for what is written in an order.
func plain(v any) any {
	switch v := v.(type) {
	case compose.Map:
		all := make(map[string]any, len(v))
		for _, e := range v {
			all[e.Key] = plain(e.Value)
		}
		return all
	case map[string]any:
		all := make(map[string]any, len(v))
		for name, value := range v {
			all[name] = plain(value)
		}
		return all
	case []any:
		all := make([]any, len(v))
		for i, value := range v {
			all[i] = plain(value)
		}
		return all
	}
	return v
}

// Modes of a service, beside replicated, and what those begin with that are on each node.
const (
	global        = "global"
	globalJob     = "global-job"
	replicatedJob = "replicated-job"
)

func (s service) everywhere() bool { return strings.HasPrefix(s.Deploy.Mode, global) }

func (s service) job() bool { return s.Deploy.Mode == globalJob || s.Deploy.Mode == replicatedJob }

// completes reports whether the tasks of a service end by themselves.
func (s service) completes() bool {
	policy := s.Deploy.RestartPolicy
	return s.job() || policy != nil && (policy.Condition == "none" || policy.Condition == "on-failure")
}
