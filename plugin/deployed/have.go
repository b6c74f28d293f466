package deployed

import (
	"slices"

	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// HaveOf is what there is of a project in a swarm, for the planner to compare. Which images
// the engine has that is talked to is not in it.
func HaveOf(s *observed.Swarm, project string) plan.Have {
	names := map[string]string{}
	have := plan.Have{Manages: true, Files: s.Files}
	for _, n := range s.Networks {
		names[n.ID] = n.Name
		if n.Project == project {
			have.Networks = append(have.Networks, plan.HaveNetwork{Name: n.Name, ID: n.ID, Settings: settingsOf(n.Settings), Externals: n.Externals})
		}
	}
	running, ended := running(s), ended(s)
	for i := range s.Services {
		of := &s.Services[i]
		if of.Project != project {
			continue
		}
		runs := of.Running
		if s.Tasks != nil {
			runs = running[of.ID]
		}
		h := plan.HaveManaged{
			ID: of.ID, Name: of.Name, Service: of.Service, Fingerprint: of.Fingerprint, Replicas: of.Replicas, Everywhere: of.Everywhere,
			Stopped: of.Stopped, Held: of.Held, After: of.After, OneOff: of.OneOff, Settled: settled(of, runs, ended[of.ID]),
		}
		h.Completes, h.Ended = of.Completes, isOver(s, of)
		for _, on := range of.Attached {
			name, known := names[on.Network]
			if !known {
				name = on.Network
			}
			h.Attached = append(h.Attached, name)
		}
		have.Managed = append(have.Managed, h)
	}
	return have
}

// settled reports whether the manager has done what it was asked for last: as many tasks run,
// or have completed, as are to: so many run, and so many have ended, as far as they are known.
func settled(of *observed.Service, running, ended int) bool {
	wanted := of.Replicas
	switch of.Update.State {
	case "", "completed", "rollback_completed":
	case "paused": // to a manager a task that ends soon after a change has failed
		return of.Completes && ended >= wanted
	default:
		return false
	}
	if of.Everywhere || of.Job {
		wanted = max(of.Wanted, of.Replicas)
	}
	return of.Stopped || running+max(of.Completed, ended) >= wanted
}

// running counts, by id of services, the tasks that run and are to. What the manager counts
// itself has also those on nodes that are lost, as they were last heard of.
func running(s *observed.Swarm) map[string]int {
	count := map[string]int{}
	for i := range s.Tasks {
		if t := &s.Tasks[i]; t.Meant() && t.State == "running" {
			count[t.Service]++
		}
	}
	return count
}

// ended counts, by id of services, the replicas that have ended by themselves and are not
// started again.
func ended(s *observed.Swarm) map[string]int {
	count := map[string]int{}
	type replica struct{ service, name string }
	seen := map[replica]bool{} // the first task of each is the newest
	for i := range s.Tasks {
		t := &s.Tasks[i]
		if of := (replica{t.Service, t.Name}); !seen[of] {
			seen[of] = true
			if t.State == "complete" {
				count[t.Service]++
			}
		}
	}
	return count
}

// isOver reports whether all tasks of a service have ended by themselves, and none comes
// after them. Without a look at tasks that is not known.
func isOver(s *observed.Swarm, of *observed.Service) bool {
	ended := 0
	for i := range s.Tasks {
		switch t := &s.Tasks[i]; {
		case t.Service != of.ID:
		case !t.Over() || t.Meant() && t.State != "complete":
			return false
		case t.State == "complete" || t.State == "failed" || t.State == "rejected":
			ended++
		}
	}
	return ended > 0
}

// What a command asked for that holds until another asks otherwise.
const (
	askedEncrypt     = "encrypt"
	askedPublishHost = "publish-host"
)

// asked is what a command asked for, as a label has it.
func (o Options) asked() string {
	var words []string
	if o.Encrypt {
		words = append(words, askedEncrypt)
	}
	if o.PublishHost {
		words = append(words, askedPublishHost)
	}
	return labels.ListText(words)
}

// Asked is what a command asked for when the services of a project were made or changed
// last, so that one which says nothing of it leaves it so.
func Asked(s *observed.Swarm, project string) Options {
	var o Options
	for _, of := range s.Services {
		if of.Project != project || of.OneOff {
			continue
		}
		words := labels.ParseList(of.Labels[labels.Asked])
		o.Encrypt = o.Encrypt || slices.Contains(words, askedEncrypt)
		o.PublishHost = o.PublishHost || slices.Contains(words, askedPublishHost)
	}
	return o
}
