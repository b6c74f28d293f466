package session

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// newClaim says which containers of other tools are the project's. Where the files
// can't be read project is nil, and name and the directory that options name, or
// the current one, are what is known of it.
func newClaim(vars map[string]string, o Options, name string, project *compose.Project) observed.Claim {
	claim := observed.Claim{Project: name, Adopt: o.Adopt}
	dir := cmp.Or(o.ProjectDir, ".")
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	if project != nil {
		dir = project.Dir
		claim.Services = ServiceNames(project)
		claim.After = startOrder(project)
	}
	claim.Where = func(made string) observed.Where { return where(made, dir) }
	raw := name
	for _, given := range []string{o.Project, vars["COMPOSE_PROJECT_NAME"], vars["FIG_PROJECT_NAME"], filepath.Base(dir)} {
		if compose.NormalizeName(given) == name {
			raw = given
			break
		}
	}
	lower := strings.ToLower(raw)
	if whole := keep(lower, "-_"); whole != name {
		claim.Labelled = []string{whole}
	}
	if bare := keep(lower, ""); bare != name {
		claim.Before = bare
	}
	if fig := keep(raw, ""); fig != name && fig != claim.Before {
		claim.Names = []string{fig}
	}
	return claim
}

// keep leaves letters, digits and others in a name, as docker-compose and Fig did,
// each release with others.
func keep(name, others string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(others, r) {
			return r
		}
		return -1
	}, name)
}

// startOrder gives the services that one is started after. It is worked out when
// somebody asks.
func startOrder(project *compose.Project) func(string) []string {
	resolved := sync.OnceValue(func() *linking.Topology {
		t, err := linking.Resolve(project, linking.Options{})
		if err != nil {
			return nil // the verb says so, if it needs the links
		}
		return t
	})
	return func(service string) []string {
		if t := resolved(); t != nil && t.Service(service) != nil {
			return t.Service(service).After
		}
		return nil
	}
}

// where says what a directory that a container was made from is to the directory
// of a project.
func where(made, now string) observed.Where {
	if made == now {
		return observed.Here
	}
	a, err := os.Stat(made)
	if err != nil {
		if os.IsNotExist(err) {
			return observed.Nowhere
		}
		return observed.Elsewhere
	}
	if b, err := os.Stat(now); err == nil && os.SameFile(a, b) {
		return observed.Here
	}
	return observed.Elsewhere
}

// notedOnce says something once, however often a command looks.
func notedOnce(s *Session, text string) {
	if unsaid(s, text) {
		s.Note(text)
	}
}

// unsaid reports whether something was not noted yet, and takes it for noted.
func unsaid(s *Session, text string) bool {
	if s.noted[text] {
		return false
	}
	if s.noted == nil {
		s.noted = map[string]bool{}
	}
	s.noted[text] = true
	return true
}

// meant reports whether services that are meant have one among them; nil: all are.
func meant(services []string, service string) bool {
	return services == nil || service == "" || slices.Contains(services, service)
}

// NoteClaimed notes, of containers of services, which of them are taken for the
// project's though their labels say too little, and which are not though they have
// its name. These are returned, but for copies, which planning notes.
func NoteClaimed(s *Session, list []observed.Container, services []string) []observed.Refusal {
	var old, moved []string
	for _, c := range list {
		switch {
		case c.Project != s.Name || c.Compose == nil || !meant(services, c.Service):
		case c.Dir == "":
			old = append(old, c.Name)
		case s.Claim.Where(c.Dir) == observed.Nowhere:
			moved = append(moved, c.Name)
		}
	}
	if len(old) > 0 {
		notedOnce(s, "taken for this stack's by the name of the project alone, for docker-compose before 1.25 did not say from which directory: "+strings.Join(old, ", "))
	}
	if len(moved) > 0 {
		notedOnce(s, "taken for this stack's, made from a directory that no longer exists: "+strings.Join(moved, ", "))
	}
	refused := slices.DeleteFunc(s.Claim.Refused(list), func(r observed.Refusal) bool {
		return r.Reason == observed.IsCopy || !meant(services, r.Service)
	})
	for _, group := range grouped(refused) {
		why, advice := because(group), adviceFor(s, group[0])
		switch {
		case advice == "":
		case s.Options.Note != nil: // the old tools have no hints
			why += "; " + advice
		case !slices.Contains(s.environment.later, advice):
			s.environment.later = append(s.environment.later, advice)
		}
		notedOnce(s, "not this stack's, left alone: "+names(group)+" ("+why+")")
	}
	return refused
}

// grouped puts refusals of one reason together.
func grouped(refused []observed.Refusal) [][]observed.Refusal {
	var groups [][]observed.Refusal
	for _, r := range observed.ByReason(refused) {
		n := len(groups) - 1
		if n >= 0 && groups[n][0].Reason == r.Reason && groups[n][0].Dir == r.Dir {
			groups[n] = append(groups[n], r)
			continue
		}
		groups = append(groups, []observed.Refusal{r})
	}
	return groups
}

func names(group []observed.Refusal) string {
	var names []string
	for _, r := range group {
		names = append(names, r.Container.Name)
	}
	return strings.Join(names, ", ")
}

// because says why containers are not the project's.
func because(group []observed.Refusal) string {
	switch r := group[0]; r.Reason {
	case observed.OfCompose2:
		return "made by docker compose " + r.Container.Compose2.Version
	case observed.FromElsewhere:
		return "made from another directory"
	case observed.FromNowhere:
		return "made from " + r.Dir + ", which no longer exists"
	case observed.WithoutAnyLabel:
		return "no label says whose"
	}
	return "made neither by Stack Lite nor by docker-compose 1.x"
}

// adviceFor says what to do about a container that is not the project's; empty:
// nothing is known.
func adviceFor(s *Session, r observed.Refusal) string {
	switch r.Reason {
	case observed.OfCompose2:
		return "for these: docker compose -p " + r.Container.Owner + " ps"
	case observed.FromElsewhere:
		return "for these first: cd " + view.ShellWord(r.Dir)
	case observed.FromNowhere:
		return "if that directory was moved here: " + adopting(s)
	case observed.WithoutAnyLabel:
		if s.Claim.Adopt {
			return "--adopt goes by the services of the files, which can't be read"
		}
		return "if Fig or docker run made them for this stack: " + adopting(s)
	}
	return ""
}

// adopting is the command that was typed, with --adopt.
func adopting(s *Session) string {
	words := s.Options.Typed
	if len(words) == 0 {
		words = []string{"ps"}
	}
	return "docker stacklite --adopt " + strings.Join(words, " ")
}

// advice is that of several refusals, each once.
func advice(s *Session, refused []observed.Refusal) []string {
	var list []string
	for _, group := range grouped(refused) {
		if a := adviceFor(s, group[0]); a != "" && !slices.Contains(list, a) {
			list = append(list, a)
		}
	}
	return list
}

// nothingOurs is the error where all that there is to act on is not the project's.
func nothingOurs(s *Session, refused []observed.Refusal) error {
	return exit.Failure{Msg: "nothing was done: no container of project " + s.Name + " is this stack's", Advice: advice(s, refused)}
}

// NameTaken is a conflict with a container of the project's name, with what to do
// about it.
type NameTaken struct {
	*plan.Conflict
	Advice []string
}

// Unwrap gives the conflict.
func (n *NameTaken) Unwrap() error { return n.Conflict }

// Hints says what to do.
func (n *NameTaken) Hints() []string { return n.Advice }

// nameTaken adds to a conflict what to do about the container that has the name.
func nameTaken(s *Session, err error, refused []observed.Refusal) error {
	var conflict *plan.Conflict
	if !errors.As(err, &conflict) {
		return err
	}
	for _, r := range refused {
		if a := adviceFor(s, r); r.Container.Name == conflict.Name && a != "" {
			return &NameTaken{conflict, []string{a}}
		}
	}
	return err
}

// noteLinked notes which containers run on and can neither be started again nor
// have anything run in them: a link of the default bridge leads from them to one
// that the plan stops or removes.
func noteLinked(s *Session, p *plan.Plan, list []observed.Container) {
	stopped, removed := map[string]bool{}, map[string]bool{} // by id
	for _, step := range p.Steps {
		switch a := step.Action.(type) {
		case plan.StopContainer:
			stopped[a.Container] = true
		case plan.KillContainer:
			stopped[a.Container] = a.Signal == "KILL" || a.Signal == "SIGKILL" || a.Signal == "9"
		case plan.RemoveContainer:
			removed[a.Container] = true
		}
	}
	for _, c := range list {
		if !stopped[c.ID] && !removed[c.ID] {
			continue
		}
		var consumers []string
		for _, other := range list {
			if slices.Contains(c.LinkedBy, other.Name) && other.State.Up() && !stopped[other.ID] {
				consumers = append(consumers, other.Name)
			}
		}
		until := "until " + c.Name + " runs again"
		if removed[c.ID] {
			until = "without " + c.Name
		}
		if len(consumers) > 0 {
			notedOnce(s, until+" no command can be run in what has a link to it, nor can that be restarted: "+strings.Join(consumers, ", "))
		}
	}
}
