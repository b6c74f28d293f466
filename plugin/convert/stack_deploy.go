package convert

import (
	"fmt"
	"strconv"

	"github.com/stack-lite/stack-lite/compose"
)

// deploy is how a service is deployed.
func (t *task) deploy(how published) map[string]any {
	said := object(t.is["deploy"])
	t.stack.tell("services.*.deploy.", said, t.s.At["deploy"], t.s.Name+".deploy")
	out := map[string]any{}
	for _, key := range []string{"mode", "labels", "placement", "update_config", "rollback_config", "endpoint_mode"} {
		if said[key] != nil {
			out[key] = said[key]
		}
	}
	if placement := object(out["placement"]); placement != nil && len(placement) == 0 {
		delete(out, "placement")
	}
	if out["endpoint_mode"] == nil && !how.mesh && t.s.Net.Mode != compose.NetHost {
		out["endpoint_mode"] = "dnsrr"
	}
	if t.s.Spec != nil && t.s.Spec.Replicas != nil && said["mode"] != "global" && said["mode"] != "global-job" {
		out["replicas"] = int64(*t.s.Spec.Replicas)
	}
	if resources := t.resources(object(said["resources"])); len(resources) > 0 {
		out["resources"] = resources
	}
	if policy := t.restart(said); policy != nil {
		out["restart_policy"] = policy
	}
	return out
}

// resources are what tasks may use at most, and what is reserved for them.
func (t *task) resources(said map[string]any) map[string]any {
	limits, reserved := map[string]any{}, map[string]any{}
	if n := cpus(t.s); n > 0 {
		limits["cpus"] = strconv.FormatFloat(float64(n)/1e9, 'f', -1, 64)
	}
	if t.s.MemLimit > 0 {
		limits["memory"] = strconv.FormatInt(t.s.MemLimit, 10)
	}
	if spec := t.s.Spec; spec != nil {
		if spec.PidsLimit != nil && *spec.PidsLimit > 0 {
			limits["pids"] = *spec.PidsLimit
		}
		if spec.MemReservation > 0 {
			reserved["memory"] = strconv.FormatInt(spec.MemReservation, 10)
		}
	}
	reservations := object(said["reservations"])
	for _, key := range []string{"cpus", "generic_resources"} {
		switch v := reservations[key].(type) {
		case nil:
		case string:
			reserved[key] = v
		case int64, float64:
			reserved[key] = fmt.Sprint(v)
		default:
			reserved[key] = v
		}
	}
	if reservations["devices"] != nil {
		t.tell("deploy", "resources.reservations.devices is left out: reserve them with generic_resources")
	}
	out := map[string]any{}
	if len(limits) > 0 {
		out["limits"] = limits
	}
	if len(reserved) > 0 {
		out["reservations"] = reserved
	}
	return out
}

// period is that of the quota of a processor's time, where nobody says another.
const period = 100_000

// cpus is how many processors tasks may use, in billionths; 0: all.
func cpus(s *compose.Service) int64 {
	if s.Spec != nil && s.Spec.NanoCPUs > 0 {
		return s.Spec.NanoCPUs
	}
	of := int64(period)
	if s.Spec != nil && s.Spec.CPUPeriod > 0 {
		of = s.Spec.CPUPeriod
	}
	return s.CPUQuota * 1e9 / of
}

// restart says when tasks are started again. A stack does it always, unless it is told.
func (t *task) restart(said map[string]any) map[string]any {
	if policy := object(said["restart_policy"]); policy != nil && t.is["restart"] == nil {
		return policy
	}
	switch t.s.Restart.Policy {
	case "always", "unless-stopped":
		return map[string]any{"condition": "any"}
	case "on-failure":
		policy := map[string]any{"condition": "on-failure"}
		if t.s.Restart.Max > 0 {
			policy["max_attempts"] = int64(t.s.Restart.Max)
			t.tell("restart", fmt.Sprintf("a task is started again %d times, also where it ran for long between: write deploy.restart_policy.window", t.s.Restart.Max))
		}
		return policy
	}
	for _, key := range []string{"mode", "update_config", "rollback_config", "placement", "endpoint_mode"} {
		if v := said[key]; v != nil && (key != "placement" || len(object(v)) > 0) && t.is["restart"] == nil {
			return nil // the file was written for a swarm, which starts tasks again
		}
	}
	t.ends = t.ends || t.is["restart"] == nil
	return map[string]any{"condition": "none"}
}
