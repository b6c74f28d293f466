package swarm

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/filters"
	types "github.com/docker/docker/api/types/swarm"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// Routes are the calls that a manager answers. Whether the engine is one is asked
// first: the swarm, or why there is none.
func Routes(managed func() (*Swarm, error)) api.Routes {
	calls := map[string]func(*Swarm, http.ResponseWriter, *http.Request) error{
		"GET /swarm":                 getSwarm,
		"GET /swarm/unlockkey":       getUnlockKey,
		"GET /nodes":                 getNodes,
		"GET /nodes/{id}":            with(nodesOf, getNode),
		"POST /nodes/{id}/update":    with(nodesOf, postNodeUpdate),
		"DELETE /nodes/{id}":         with(nodesOf, deleteNode),
		"GET /services":              getServices,
		"POST /services/create":      postService,
		"GET /services/{id}":         with(servicesOf, getService),
		"POST /services/{id}/update": with(servicesOf, postServiceUpdate),
		"DELETE /services/{id}":      with(servicesOf, deleteService),
		"GET /tasks":                 getTasks,
		"GET /tasks/{id}":            getTask,
	}
	for _, k := range []fileKind{secrets, configs} {
		all, one := "/"+k.name+"s", "/"+k.name+"s/{id}"
		calls["GET "+all], calls["POST "+all+"/create"] = k.list, k.create
		calls["GET "+one], calls["POST "+one+"/update"], calls["DELETE "+one] = with(k.kept, k.get), with(k.kept, k.update), with(k.kept, k.remove)
	}
	known := api.Routes{Atomic: map[string]api.Handler{}}
	for pattern, call := range calls {
		known.Atomic[pattern] = func(w http.ResponseWriter, r *http.Request) error {
			s, err := managed()
			if err != nil {
				return err
			}
			return call(s, w, r)
		}
	}
	return known
}

// with makes a call of one about the object that the {id} of its path refers to.
func with[T any](kept func(*Swarm) *shelf[T], call func(*Swarm, *T, http.ResponseWriter, *http.Request) error) func(*Swarm, http.ResponseWriter, *http.Request) error {
	return func(s *Swarm, w http.ResponseWriter, r *http.Request) error {
		x, err := kept(s).find(r.PathValue("id"))
		if err != nil {
			return err
		}
		return call(s, x, w, r)
	}
}

func nodesOf(s *Swarm) *shelf[node]       { return &s.nodes }
func servicesOf(s *Swarm) *shelf[service] { return &s.services }

func getSwarm(s *Swarm, w http.ResponseWriter, _ *http.Request) error {
	return api.WriteJSON(w, http.StatusOK, s.info)
}

func getUnlockKey(_ *Swarm, w http.ResponseWriter, _ *http.Request) error {
	return api.WriteJSON(w, http.StatusOK, types.UnlockRequest{})
}

// What the manager refuses comes with the words of the protocol in which it speaks.

func invalid(format string, a ...any) error {
	return api.BadRequest("rpc error: code = InvalidArgument desc = "+format, a...)
}

func precondition(format string, a ...any) error {
	return api.BadRequest("rpc error: code = FailedPrecondition desc = "+format, a...)
}

func exists(format string, a ...any) error {
	return api.Conflict("rpc error: code = AlreadyExists desc = "+format, a...)
}

func unknown(format string, a ...any) error {
	return api.Errorf(http.StatusInternalServerError, "rpc error: code = Unknown desc = "+format, a...)
}

// readVersion reads which version of an object a change is of.
func readVersion(r *http.Request, kind string) (uint64, error) {
	text := r.URL.Query().Get("version")
	version, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, api.BadRequest("invalid %s version '%s': %v", kind, text, err)
	}
	return version, nil
}

// errSequence refuses a change of another version than the last.
var errSequence = unknown("update out of sequence")

// listFilters are the filters of a call that asks for a list.
type listFilters struct{ filters.Args }

// filters reads the filters of a call; those that are not known are refused.
func (s *Swarm) filters(r *http.Request, known ...string) (listFilters, error) {
	args, err := filters.FromJSON(r.FormValue("filters"))
	if err != nil {
		return listFilters{}, api.BadRequest("%v", err)
	}
	for _, key := range args.Keys() {
		if !slices.Contains(known, key) {
			return listFilters{}, s.setup.RefuseFilter(key)
		}
	}
	return listFilters{args}, nil
}

// prefix reports whether a value begins with one that is wanted.
func (f listFilters) prefix(field, value string) bool {
	return !f.Contains(field) || slices.ContainsFunc(f.Get(field), func(want string) bool {
		return strings.HasPrefix(value, want)
	})
}
