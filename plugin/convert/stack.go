package convert

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// stack writes a project as a stack: a file for docker stack deploy, or what this tool
// gives to a swarm itself.
type stack struct {
	own      *Own // nil: it is for docker stack deploy
	project  *compose.Project
	topology *linking.Topology
	values   map[string]any // what files of today say; nil: the files are others
	keys     keyTable
	notes    []compose.Note
	errs     compose.Errors

	networks, volumes  map[string]any // at the top of the file
	version            string
	mesh, data, silent bool // a service publishes through the mesh; has data on a node; says nothing of restarts
}

// Own says what this tool does where it gives a stack to a swarm itself.
type Own struct {
	Images      map[string]string // by service: the reference by which nodes ask for its image
	Files       map[string]string // by secrets.NAME and configs.NAME: what they are called on the swarm
	Encrypt     bool              // networks are encrypted, whatever files say
	PublishHost bool              // ports for which files say no mode are published on the nodes of tasks
}

// ToStack writes a project, with its links as a topology for swarms has them, as a file of
// version 3 for docker stack deploy. Values are what files of today say, nil for those of
// the first format. Each key that can't be said there is told with its place, after what
// was noted of the files already. What can't be said, and without which more could be
// reached than the files say, is an error, of type compose.Errors.
func ToStack(p *compose.Project, t *linking.Topology, values map[string]any) (compose.Map, []compose.Note, error) {
	return toStack(p, t, values, nil)
}

// ToSwarm is ToStack for what this tool gives to a swarm itself: services are started in
// their order, and networks have names of their own, so that one with other settings can be
// made before the one whose place it takes is removed.
func ToSwarm(p *compose.Project, t *linking.Topology, values map[string]any, own Own) (compose.Map, []compose.Note, error) {
	return toStack(p, t, values, &own)
}

func toStack(p *compose.Project, t *linking.Topology, values map[string]any, own *Own) (compose.Map, []compose.Note, error) {
	k := &stack{
		own: own, project: p, topology: t, values: values, keys: newKeyTable(), version: "3.9",
		networks: map[string]any{}, volumes: map[string]any{},
	}
	for _, n := range p.Notes {
		if !k.meansSomething(n) {
			k.notes = append(k.notes, n)
		}
	}
	k.topNetworks()
	var services compose.Map
	for _, s := range p.Services {
		services = append(services, compose.Entry{Key: s.Name, Value: k.service(s)})
	}
	k.tell("", values, compose.Pos{}, "")
	if len(k.errs) > 0 {
		k.errs.Sort()
		return nil, nil, k.errs
	}
	file := compose.Map{{Key: "version", Value: k.version}, {Key: "services", Value: services}}
	for _, part := range []struct {
		key    string
		values map[string]any
	}{{"networks", k.networks}, {"volumes", k.volumes}, {"secrets", k.files("secrets")}, {"configs", k.files("configs")}} {
		if len(part.values) > 0 {
			file = append(file, compose.Entry{Key: part.key, Value: part.values})
		}
	}
	for _, key := range sorted(values) {
		if strings.HasPrefix(key, "x-") && key != ownKey {
			file = append(file, compose.Entry{Key: key, Value: values[key]})
		}
	}
	k.tellOfAll()
	return file, k.notes, nil
}

// meansSomething reports whether a note tells of a key that has no effect on one engine,
// and has one in a swarm.
func (k *stack) meansSomething(n compose.Note) bool {
	for _, s := range k.project.Services {
		rest, ok := strings.CutPrefix(strings.TrimPrefix(n.Path, "services."), s.Name+".deploy.")
		if !ok {
			continue
		}
		key, _, _ := strings.Cut(rest, ".")
		return k.keys.at(service+"deploy."+key).fate == said && !strings.HasSuffix(rest, "devices")
	}
	return false
}

func (k *stack) note(pos compose.Pos, path, text string) {
	k.notes = append(k.notes, compose.Note{Pos: pos, Path: strings.TrimPrefix(path, "."), Text: text})
}

func (k *stack) fail(pos compose.Pos, path, text string, hints ...string) {
	k.errs = append(k.errs, &compose.Error{Pos: pos, Path: path, Msg: text, Hints: hints})
}

// tellOfAll tells what is true of the file as a whole.
func (k *stack) tellOfAll() {
	all := func(text string) { k.note(compose.Pos{}, "", text) }
	if slices.ContainsFunc(k.topology.Edges, func(e linking.Edge) bool { return e.Kind == linking.LinkEdge }) {
		if k.project.Format == compose.V1 {
			all("links bring no variables (DB_PORT, DB_NAME, ...) and no names of single replicas (db_1) in a swarm: set those that programs read under environment")
		}
		if k.own == nil {
			all("who links to others is not started after them in a stack: programs have to wait for those that they need")
		}
	}
	if k.silent {
		all("services without restart are started again in a swarm where they fail or their node is lost, and stay ended where they end well: write restart: always, or restart: \"no\" for never")
	}
	if k.data {
		tie := "deploy.placement.constraints"
		if k.project.Format == compose.V1 {
			tie = ownKey + ", such as placement: {SERVICE: [node.hostname == NODE]}"
		}
		all("volumes are those of the node that a task runs on, and directories have to be there: tie services with data to a node under " + tie)
	}
	if k.mesh {
		alone := "Write mode: host to publish"
		if k.project.Format == compose.V1 {
			alone = "Write publish_mode: host under " + ownKey + " to publish"
		}
		all("ports are published on every node by the network ingress, which their services share: pings pass there, and connections do not. " + alone + " on the nodes of the tasks alone, without it")
	}
	if k.own == nil {
		all("deploy it with: docker stack deploy -c FILE " + k.project.Name)
	}
}

// said is an object of the files, by keys: of files of the first format there is none.
func (k *stack) said(path ...string) map[string]any {
	v := k.values
	for _, key := range path {
		v = object(v[key])
	}
	return v
}

func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// ownName is the name that files give to something, where it is another than the engine's
// for it by default.
func (k *stack) ownName(name, engine string) string {
	if engine == "" || engine == k.project.Name+"_"+name {
		return ""
	}
	return engine
}

// files are the secrets or configs that services have.
func (k *stack) files(kind string) map[string]any {
	all := map[string]any{}
	for _, s := range k.project.Services {
		if s.Spec == nil {
			continue
		}
		for _, f := range s.Spec.Files {
			if f.Secret != (kind == "secrets") || all[f.Name] != nil {
				continue
			}
			values := k.said(kind, f.Name)
			path := kind + "." + f.Name
			k.tell(kind+".*.", values, f.Pos, path)
			out := map[string]any{}
			if own, _ := values["name"].(string); k.ownName(f.Name, own) != "" {
				out["name"] = own
			}
			if k.own != nil {
				all[f.Name] = map[string]any{"name": k.own.Files[path]}
				continue
			}
			if f.External != "" {
				out["external"] = true
			} else if f.Path != "" {
				out["file"] = f.Path
				if values["labels"] != nil {
					out["labels"] = values["labels"]
				}
			} else {
				out["external"] = true
				word := strings.TrimSuffix(kind, "s")
				name, _ := out["name"].(string)
				if name == "" {
					name = f.Name
				}
				k.note(f.Pos, path, fmt.Sprintf("a stack reads it from a file alone: make it on the swarm, docker %s create %s -", word, name))
			}
			all[f.Name] = out
		}
	}
	return all
}
