package convert

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// deploy is how a service is deployed.
func (t *task) deploy(how published) map[string]any {
	said := object(t.is["deploy"])
	t.stack.tell("services.*.deploy.", said, t.s.At["deploy"], t.s.Name+".deploy")
	out := map[string]any{}
	for _, key := range []string{"mode", "labels", "rollback_config", "endpoint_mode"} {
		if said[key] != nil {
			out[key] = said[key]
		}
	}
	if of := placement(t.project.Swarm, t.s.Name, said); len(of) > 0 {
		out["placement"] = of
	}
	if of := update(t.project.Swarm, said); len(of) > 0 {
		out["update_config"] = of
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

// placement is on which nodes tasks of a service may run, by what it says itself under
// deploy, and what files say of it under our own key.
func placement(of *compose.Swarm, service string, said map[string]any) map[string]any {
	out := maps.Clone(object(said["placement"]))
	if of == nil || len(of.Placement[service]) == 0 {
		return out
	}
	if out == nil {
		out = map[string]any{}
	}
	constraints, _ := out["constraints"].([]any)
	constraints = slices.Clone(constraints)
	for _, c := range of.Placement[service] {
		constraints = append(constraints, c)
	}
	out["constraints"] = constraints
	return out
}

// update is how tasks are replaced: as a service says under deploy, or else as files say
// of all under our own key.
func update(of *compose.Swarm, said map[string]any) map[string]any {
	mode, _ := said["mode"].(string)
	if of == nil || of.Update == nil || strings.HasSuffix(mode, "-job") {
		return object(said["update_config"])
	}
	out, u := map[string]any{}, of.Update
	if u.Parallelism != nil {
		out["parallelism"] = int64(*u.Parallelism)
	}
	if u.Delay != nil {
		out["delay"] = u.Delay.String()
	}
	if u.Order != "" {
		out["order"] = u.Order
	}
	if u.FailureAction != "" {
		out["failure_action"] = u.FailureAction
	}
	if u.Monitor != nil {
		out["monitor"] = u.Monitor.String()
	}
	if u.MaxFailureRatio != nil {
		out["max_failure_ratio"] = *u.MaxFailureRatio
	}
	maps.Copy(out, object(said["update_config"]))
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
			text := fmt.Sprintf("a task is started again %d times, also where it ran for long between", t.s.Restart.Max)
			if t.own == nil || t.project.Format != compose.V1 {
				text += ": write deploy.restart_policy.window"
			}
			t.tell("restart", text)
		}
		return policy
	}
	for _, key := range []string{"mode", "update_config", "rollback_config", "placement", "endpoint_mode"} {
		if v := said[key]; v != nil && (key != "placement" || len(object(v)) > 0) && t.is["restart"] == nil {
			return nil // the file was written for a swarm, which starts tasks again
		}
	}
	if t.is["restart"] != nil {
		return map[string]any{"condition": "none"}
	}
	// To a swarm a task on a node that is lost has failed: with none it would be lost too.
	t.silent = true
	return map[string]any{"condition": "on-failure"}
}
