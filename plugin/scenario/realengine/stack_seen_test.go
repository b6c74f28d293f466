package realengine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/stack-lite/stack-lite/plugin/probe"
)

// patience is how long a stack may take to come to rest, and askFor how long a question
// inside may go without an answer.
const (
	patience = time.Minute
	askFor   = "2s"
)

// record brings the stack up with a tool and takes it down again, and gives all that was
// to be seen meanwhile and afterwards.
func (b *broughtUp) record(program string, up ...string) seen {
	b.t.Helper()
	b.clearStack()
	b.copyFiles()
	all := seen{}
	b.change(program, up...)
	containers := b.atRest()
	b.containers(all, containers)
	b.inside(all, containers)
	b.published(all, containers)
	b.networks(all)
	b.volumes(all, "")
	b.ps(all, program)
	b.change(program, "down")
	b.volumes(all, "after down/")
	b.left(all)
	for _, c := range containers {
		for _, m := range c.Mounts {
			if m.Type != "volume" || !anonymous.MatchString(m.Name) {
				continue
			}
			_, err := b.cli.VolumeInspect(context.Background(), m.Name)
			all.add("after down/volume without a name of "+strings.TrimPrefix(c.Name, "/")+" at "+m.Destination, err == nil)
		}
	}
	for _, c := range containers {
		for _, m := range c.Mounts {
			if m.Type == "volume" && anonymous.MatchString(m.Name) {
				_ = b.cli.VolumeRemove(context.Background(), m.Name, true) // another one may have had it too
			}
		}
	}
	return b.plain(all)
}

// plain replaces what is the test's own.
func (b *broughtUp) plain(all seen) seen {
	r := strings.NewReplacer(b.dir, "$DIR", b.project, "$PROJECT")
	out := seen{}
	for key, value := range all {
		out[r.Replace(key)] = r.Replace(value)
	}
	return out
}

// atRest waits until the health of all is known and those have ended that do, and gives
// the containers in the order of their names.
func (b *broughtUp) atRest() []container.InspectResponse {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	for tick := time.NewTicker(100 * time.Millisecond); ; <-tick.C {
		list, err := b.cli.ContainerList(context.Background(), container.ListOptions{All: true, Filters: b.labelled()})
		if err != nil {
			b.t.Fatal(err)
		}
		var found []container.InspectResponse
		rests := true
		for _, c := range list {
			full, err := b.cli.ContainerInspect(context.Background(), c.ID)
			if err != nil {
				b.t.Fatal(err)
			}
			found = append(found, full)
			_, ends := b.ending(full.Config.Labels["com.docker.compose.service"])
			if full.State.Running && (ends || full.State.Health != nil && full.State.Health.Status == container.Starting) {
				rests = false
			}
		}
		if rests || time.Now().After(deadline) {
			tick.Stop()
			slices.SortFunc(found, func(a, b container.InspectResponse) int { return strings.Compare(a.Name, b.Name) })
			return found
		}
	}
}

// containers takes in how containers are and what the engine says they were asked to be.
func (b *broughtUp) containers(all seen, list []container.InspectResponse) {
	names := map[string]string{}
	first := map[string]container.InspectResponse{}
	for _, c := range list {
		names[c.ID] = c.Name
		if service := c.Config.Labels["com.docker.compose.service"]; first[service].ContainerJSONBase == nil {
			first[service] = c
		}
	}
	for _, c := range list {
		key := "container " + strings.TrimPrefix(c.Name, "/")
		all.add(key+"/state", c.State.Status)
		all.add(key+"/exit code", c.State.ExitCode)
		if c.State.Health != nil {
			all.add(key+"/health", c.State.Health.Status)
		}
		for _, label := range []string{"project", "service", "container-number", "oneoff", "project.working_dir", "project.config_files"} {
			all.add(key+"/label "+label, c.Config.Labels["com.docker.compose."+label])
		}
		for name := range b.model.Services[c.Config.Labels["com.docker.compose.service"]].DependsOn {
			if other := first[name]; other.ContainerJSONBase != nil {
				all.add(key+"/started after "+name, c.State.StartedAt > other.State.StartedAt)
			}
		}
		text, err := json.Marshal(shownOf(b.t, c))
		if err != nil {
			b.t.Fatal(err)
		}
		for id, name := range names {
			text = bytes.ReplaceAll(text, []byte(id), []byte(name))
		}
		var values map[string]any
		if err := json.Unmarshal(text, &values); err != nil {
			b.t.Fatal(err)
		}
		if host, ok := values["HostConfig"].(map[string]any); ok {
			if from, ok := host["VolumesFrom"].([]any); ok {
				for i, v := range from { // it is what is meant without it
					from[i] = strings.TrimSuffix(fmt.Sprint(v), ":rw")
				}
			}
		}
		if config, ok := values["Config"].(map[string]any); ok {
			env := map[string]any{}
			for _, v := range c.Config.Env {
				name, value, _ := strings.Cut(v, "=")
				env[name] = value
			}
			config["Env"] = env
			if id.MatchString(c.Config.Hostname) { // of another, whose network it shares
				delete(config, "Hostname")
			}
		}
		all.add(key, values)
	}
}

// inside asks in each container that runs which names lead where, which ports answer, and
// what there is to be seen.
func (b *broughtUp) inside(all seen, list []container.InspectResponse) {
	names, places, on := b.names(list), map[string]string{}, map[string]string{}
	questions := map[string]string{} // by the question, what it is about
	for _, name := range names {
		questions[probe.AskName(name).String()] = "the name " + name
	}
	for _, c := range list {
		for network, n := range c.NetworkSettings.Networks {
			addr, err := netip.ParseAddr(n.IPAddress)
			if err != nil {
				continue
			}
			place := strings.TrimPrefix(c.Name, "/") + " on " + network
			places[n.IPAddress] = place
			for _, port := range b.model.Services[c.Config.Labels["com.docker.compose.service"]].ports() {
				if number, ok := strings.CutSuffix(port, "/tcp"); ok {
					p, _ := strconv.ParseUint(number, 10, 16)
					q := probe.AskTCP(netip.AddrPortFrom(addr, uint16(p))).String()
					questions[q], on[q] = place+" at port "+number, network
				}
			}
		}
	}
	for _, s := range b.model.Services { // of what shares the network of another
		for _, port := range s.ports() {
			if number, ok := strings.CutSuffix(port, "/tcp"); ok {
				questions["tcp/127.0.0.1:"+number] = "itself at port " + number
			}
		}
	}
	args := []string{"/standin", "ask", askFor}
	for q := range questions {
		args = append(args, q)
	}
	b.quiet.Lock()
	var asking sync.WaitGroup
	answers, found := make([]map[string]probe.Answer, len(list)), make([]map[string]any, len(list))
	for i, c := range list {
		if c.State.Running {
			asking.Go(func() { answers[i], found[i] = b.askIn(c, args, on) })
		}
	}
	asking.Wait()
	b.quiet.Unlock()
	for i, c := range list {
		if !c.State.Running {
			continue
		}
		name := strings.TrimPrefix(c.Name, "/")
		for q, about := range questions {
			a, ok := answers[i][q]
			if !ok {
				b.t.Errorf("from %s: no answer about %s", name, about)
			}
			said := string(a.Result)
			for i, addr := range a.Addresses {
				if place, ok := places[addr]; ok {
					a.Addresses[i] = place
				}
			}
			if len(a.Addresses) > 0 {
				slices.Sort(a.Addresses)
				said = strings.Join(a.Addresses, ", ")
			}
			all.add("from "+name+"/"+about, said)
		}
		if id.MatchString(fmt.Sprint(found[i]["hostname"])) {
			found[i]["hostname"] = "an id"
		}
		all.add("inside "+name, found[i])
	}
}

// id is what a container is called that nobody gave a name.
var id = regexp.MustCompile(`^[0-9a-f]{12}$`)

// askAgain is how often a question is asked that is answered from a network that the asker
// is not on: somebody else's may come or go, and let it pass.
const askAgain = 5

// askIn asks in a container, and looks around there; on says for questions on which
// network the answer is.
func (b *broughtUp) askIn(c container.InspectResponse, args []string, on map[string]string) (map[string]probe.Answer, map[string]any) {
	answers := b.ask(c, args)
	for range askAgain {
		again := slices.Clone(args[:3])
		for q, a := range answers {
			if _, here := c.NetworkSettings.Networks[on[q]]; on[q] != "" && !here && a.Result.Arrived() {
				again = append(again, q)
			}
		}
		if len(again) == 3 || len(c.NetworkSettings.Networks) == 0 || c.HostConfig.NetworkMode.IsHost() {
			break
		}
		maps.Copy(answers, b.ask(c, again))
	}
	look := []string{"/standin", "look"}
	s := b.model.Services[c.Config.Labels["com.docker.compose.service"]]
	for _, f := range s.Secrets {
		look = append(look, f.in("/run/secrets"))
	}
	for _, f := range s.Configs {
		look = append(look, f.in("/"))
	}
	for _, m := range c.Mounts {
		look = append(look, m.Destination)
	}
	var found map[string]any
	if err := json.Unmarshal(b.exec(c.ID, look...), &found); err != nil {
		b.t.Errorf("in %s: %v", c.Name, err)
	}
	if seen, ok := found["mounts"].(map[string]any); ok {
		for at := range seen { // what is mounted below a folder of the host is the host's own
			if slices.ContainsFunc(c.Mounts, func(m container.MountPoint) bool { return strings.HasPrefix(at, m.Destination+"/") }) &&
				!slices.ContainsFunc(c.Mounts, func(m container.MountPoint) bool { return m.Destination == at }) {
				delete(seen, at)
			}
		}
	}
	return answers, found
}

func (b *broughtUp) ask(c container.InspectResponse, args []string) map[string]probe.Answer {
	answers, err := probe.Parse(b.exec(c.ID, args...))
	if err != nil {
		b.t.Errorf("in %s: %v", c.Name, err)
	}
	return answers
}

// in is where a secret or a config is, in the folder where one without a path is.
func (f modelFile) in(dir string) string {
	switch {
	case f.Target == "":
		return path.Join(dir, f.Source)
	case path.IsAbs(f.Target):
		return f.Target
	}
	return path.Join(dir, f.Target)
}

// names are all by which somebody might look for one of the stack.
func (b *broughtUp) names(list []container.InspectResponse) []string {
	var all []string
	for name, s := range b.model.Services {
		all = append(all, name, name+"_1", name+"-1", b.project+"_"+name, b.project+"-"+name, b.project+"_"+name+"_1", b.project+"-"+name+"-1", s.ContainerName, s.Hostname)
		for _, n := range s.Networks {
			if n != nil {
				all = append(all, n.Aliases...)
			}
		}
		for _, l := range s.Links {
			_, alias, _ := strings.Cut(l, ":")
			all = append(all, alias)
		}
		for _, h := range s.ExtraHosts {
			host, _, _ := strings.Cut(h, "=")
			all = append(all, host)
		}
	}
	for _, c := range list {
		all = append(all, strings.TrimPrefix(c.Name, "/"))
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(name string) bool { return name == "" })
}

// exec runs the stand-in in a container and gives what it prints.
func (b *broughtUp) exec(id string, args ...string) []byte {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	x, err := b.cli.ContainerExecCreate(ctx, id, container.ExecOptions{Cmd: args, AttachStdout: true, AttachStderr: true})
	if err != nil {
		b.t.Error(err)
		return nil
	}
	conn, err := b.cli.ContainerExecAttach(ctx, x.ID, container.ExecAttachOptions{})
	if err != nil {
		b.t.Error(err)
		return nil
	}
	defer conn.Close()
	var out, errs bytes.Buffer
	if _, err := stdcopy.StdCopy(&out, &errs, conn.Reader); err != nil || errs.Len() > 0 {
		b.t.Errorf("%v: %v %s", args[:2], err, errs.String())
	}
	return out.Bytes()
}

// published asks the ports that containers have of the host.
func (b *broughtUp) published(all seen, list []container.InspectResponse) {
	for _, c := range list {
		for port, bindings := range c.NetworkSettings.Ports {
			for _, p := range bindings {
				at := p.HostPort
				if !b.fixes(c.Config.Labels["com.docker.compose.service"], at) {
					at = "any"
				}
				host := p.HostIP
				if addr, err := netip.ParseAddr(host); err == nil && addr.IsUnspecified() {
					host = map[bool]string{true: "127.0.0.1", false: "::1"}[addr.Is4()]
				}
				key := fmt.Sprintf("published by %s/%s as %s %s", strings.TrimPrefix(c.Name, "/"), port, p.HostIP, at)
				said, err := askPublished(port.Proto(), net.JoinHostPort(host, p.HostPort))
				if err != nil {
					said = "no answer"
				}
				all.add(key, said)
			}
		}
	}
}

// fixes reports whether the files name a port of the host.
func (b *broughtUp) fixes(service, port string) bool {
	for _, p := range b.model.Services[service].Ports {
		if p.Published == port {
			return true
		}
	}
	return false
}

func askPublished(protocol, address string) (string, error) {
	if protocol == "tcp" {
		asker := &http.Client{Timeout: 5 * time.Second}
		resp, err := asker.Get("http://" + address)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		said, err := io.ReadAll(resp.Body)
		return strings.TrimSpace(string(said)), err
	}
	conn, err := net.Dial(protocol, address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	buf := make([]byte, 64)
	_, wrote := conn.Write([]byte("who"))
	err = errors.Join(wrote, conn.SetDeadline(time.Now().Add(2*time.Second)))
	n, read := conn.Read(buf)
	return string(buf[:n]), errors.Join(err, read)
}

// networks takes in what the stack's networks are. Addresses are compared where the files
// give them.
func (b *broughtUp) networks(all seen) {
	list := b.ownNetworks()
	given := map[string]bool{}
	for _, n := range b.model.Networks {
		given[n.Name] = len(n.IPAM.Config) > 0
	}
	for _, n := range list {
		key := "network " + n.Name
		all.add(key, map[string]any{
			"driver": n.Driver, "scope": n.Scope, "internal": n.Internal, "attachable": n.Attachable, "ipv6": n.EnableIPv6,
			"options": n.Options, "ipam driver": n.IPAM.Driver, "ipam options": n.IPAM.Options, "labels": foreign(n.Labels),
		})
		if given[n.Name] {
			all.add(key+"/addresses", n.IPAM.Config)
		}
	}
}

// ownNetworks are those that either tool made for the stack.
func (b *broughtUp) ownNetworks() []network.Summary {
	list, err := b.cli.NetworkList(context.Background(), network.ListOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	return slices.DeleteFunc(list, func(n network.Summary) bool {
		return !strings.HasPrefix(n.Name, b.project) && n.Labels["com.docker.compose.project"] != b.project && n.Labels["io.stack-lite.project"] != b.project
	})
}

// foreign are the labels that no tool set of its own.
func foreign(labels map[string]string) map[string]string {
	found := map[string]string{}
	for name, value := range labels {
		if !strings.HasPrefix(name, "com.docker.compose.") && !strings.HasPrefix(name, "io.stack-lite.") {
			found[name] = value
		}
	}
	return found
}

func (b *broughtUp) volumes(all seen, when string) {
	list, err := b.cli.VolumeList(context.Background(), volume.ListOptions{Filters: b.labelled()})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, v := range list.Volumes {
		all.add(when+"volume "+v.Name, map[string]any{"driver": v.Driver, "options": v.Options, "labels": foreign(v.Labels)})
	}
}

// ps takes in which containers a tool lists, and how they are.
func (b *broughtUp) ps(all seen, program string) {
	out, err := b.run(program, "ps", "-a", "--format", "json")
	if err != nil {
		b.t.Errorf("ps: %v", err)
	}
	type row struct{ Name, Service, State string }
	var rows []row
	if strings.HasPrefix(out, "[") {
		err = json.Unmarshal([]byte(out), &rows)
	} else {
		for lines := json.NewDecoder(strings.NewReader(out)); lines.More() && err == nil; {
			var r row
			if err = lines.Decode(&r); err == nil {
				rows = append(rows, r)
			}
		}
	}
	if err != nil {
		b.t.Errorf("ps: %v in %s", err, out)
	}
	for _, r := range rows {
		all.add("ps "+r.Name, r.Service+" "+r.State)
	}
}

// left takes in what there is after down, beside volumes.
func (b *broughtUp) left(all seen) {
	containers, err := b.cli.ContainerList(context.Background(), container.ListOptions{All: true, Filters: b.labelled()})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range containers {
		all.add("after down/container"+c.Names[0], c.State)
	}
	for _, n := range b.ownNetworks() {
		all.add("after down/network "+n.Name, "there")
	}
}
