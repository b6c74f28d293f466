package desired

import (
	"cmp"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// sharing is what a container shares with others: their volumes, network,
// processes or memory. Containers are named here; ids take the place of names
// when the container is made, because a name may still change.
type sharing struct {
	volumes       []volumesFrom
	net, pid, ipc string // names; empty: none
}

type volumesFrom struct {
	container string
	readOnly  bool
}

// sharingOf works out what the containers of a service share. join gives the name
// of the container that stands for a service and notes that it is needed.
func sharingOf(p *compose.Project, s *compose.Service, join func(service string) string) sharing {
	var j sharing
	for _, v := range s.VolumesFrom {
		from := v.Source
		if v.Service {
			from = join(v.Source)
		}
		j.volumes = append(j.volumes, volumesFrom{container: from, readOnly: v.ReadOnly})
	}
	switch s.Net.Mode {
	case compose.NetService:
		j.net = join(s.Net.Name)
	case compose.NetContainer:
		j.net = s.Net.Name
	}
	j.pid, j.ipc = namespace(p, s.Pid, join), namespace(p, s.Ipc, join)
	return j
}

// namespace is the container that the value of pid or ipc names, which may be
// that of a service; empty: it names none.
func namespace(p *compose.Project, value string, join func(string) string) string {
	kind, name, ok := strings.Cut(value, ":")
	switch {
	case !ok || kind != "container" && kind != "service":
		return ""
	case p.Service(name) != nil:
		return join(name)
	}
	return name
}

// Sharers lists the containers of a project that may share the network, processes or
// memory of others, so that these have to be asked for: of one that does not run a
// list has the network, and the settings of a container say that it may share the
// rest.
func Sharers(s *observed.Snapshot, project string) []*observed.Container {
	var found []*observed.Container
	for _, c := range s.Of(project) {
		kind, _ := c.ForeignNetwork()
		if c.State.Up() && kind == "container" || c.Fingerprint.Has("pid") || c.Fingerprint.Has("ipc") {
			found = append(found, c)
		}
	}
	return found
}

// sharedReplica chooses the replica of a service whose volumes or network a
// container uses: the one that it uses now, else the first. docker-compose 1.x gave
// it the one that was made last.
func (in Inputs) sharedReplica(user string, number int, service string, replicas []int) int {
	for _, c := range in.containers[user] {
		if c.Number != number || c.OneOff {
			continue
		}
		for _, of := range in.containers[service] {
			if slices.Contains(replicas, of.Number) && !of.OneOff && uses(c, of) {
				return of.Number
			}
		}
	}
	return replicas[0]
}

// uses reports whether a container uses the network, or an anonymous volume, of
// another.
func uses(c, of plan.HaveContainer) bool {
	if c.NetworkOf == of.ID {
		return true
	}
	for path, volume := range of.Anonymous {
		if c.Anonymous[path] == volume {
			return true
		}
	}
	return false
}

// VolumesFrom lists the containers whose volumes a container uses, by id or name,
// with ids by name.
func (s ContainerSpec) VolumesFrom(ids map[string]string) []string {
	var list []string
	for _, v := range s.sharing.volumes {
		list = append(list, cmp.Or(ids[v.container], v.container))
	}
	return list
}

// apply makes a container share what s says, with ids by name.
func (s sharing) apply(host *container.HostConfig, ids map[string]string) {
	target := func(name string) string {
		if id, ok := ids[name]; ok {
			name = id
		}
		return name
	}
	for _, v := range s.volumes {
		mode := ":rw"
		if v.readOnly {
			mode = ":ro"
		}
		host.VolumesFrom = append(host.VolumesFrom, target(v.container)+mode)
	}
	if s.net != "" {
		host.NetworkMode = container.NetworkMode("container:" + target(s.net))
	}
	if s.pid != "" {
		host.PidMode = container.PidMode("container:" + target(s.pid))
	}
	if s.ipc != "" {
		host.IpcMode = container.IpcMode("container:" + target(s.ipc))
	}
}
