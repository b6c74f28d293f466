package spec

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stack-lite/stack-lite/compose"
)

// deploy takes over what one engine can do of deploy.
func (m *mapper) deploy(s types.ServiceConfig, out *compose.Service, at pathOf) {
	if s.Scale != nil || s.Deploy != nil && s.Deploy.Replicas != nil {
		n := s.GetScale()
		out.Spec.Replicas = &n
	}
	if s.Deploy == nil {
		return
	}
	m.uncarried("services.*.deploy.", *s.Deploy, at("deploy")...)
	if r := s.Deploy.Resources.Limits; r != nil {
		if out.Spec.NanoCPUs == 0 {
			out.Spec.NanoCPUs = nano(float32(r.NanoCPUs))
		}
		if out.MemLimit == 0 {
			out.MemLimit = int64(r.MemoryBytes)
		}
		if out.Spec.PidsLimit == nil && r.Pids != 0 {
			n := r.Pids
			out.Spec.PidsLimit = &n
		}
	}
	if r := s.Deploy.Resources.Reservations; r != nil {
		if out.Spec.MemReservation == 0 {
			out.Spec.MemReservation = int64(r.MemoryBytes)
		}
		if r.NanoCPUs != 0 {
			m.note("has no effect on one engine: it can't reserve processors", at("deploy", "resources", "reservations", "cpus")...)
		}
		for _, d := range r.Devices {
			out.Spec.DeviceRequests = append(out.Spec.DeviceRequests, deviceRequest(d))
		}
		if len(r.GenericResources) > 0 {
			m.note("has no effect on one engine", at("deploy", "resources", "reservations", "generic_resources")...)
		}
	}
}

// restart takes over restart, or what deploy says instead.
func (m *mapper) restart(s types.ServiceConfig, out *compose.Service, at pathOf) {
	policy, times, _ := strings.Cut(s.Restart, ":")
	out.Restart.Policy = policy
	if times != "" {
		n, err := strconv.Atoi(times)
		if err != nil || policy != "on-failure" {
			m.fail(fmt.Sprintf("restart is no, always, unless-stopped, on-failure or on-failure:TIMES, not %q", s.Restart), at("restart")...)
			return
		}
		out.Restart.Max = n
	}
	if s.Restart != "" || s.Deploy == nil || s.Deploy.RestartPolicy == nil {
		return
	}
	p := s.Deploy.RestartPolicy
	switch p.Condition {
	case "none":
		out.Restart.Policy = "no"
	case "on-failure":
		out.Restart.Policy = "on-failure"
		if p.MaxAttempts != nil {
			out.Restart.Max = int(*p.MaxAttempts)
		}
	case "any", "":
		out.Restart.Policy = "always"
	}
	if p.Delay != nil || p.Window != nil {
		m.note("delay and window have no effect on one engine", at("deploy", "restart_policy")...)
	}
}
