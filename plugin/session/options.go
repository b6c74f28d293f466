package session

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/deployed"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/profile"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Options are what a user can choose for all commands. A command may change its
// copy before it opens a session; after that nothing does.
type Options struct {
	FileNames     []string // default names of files, most wanted first; nil: those of compose
	Files         []string
	Strict        bool // files mean what docker-compose took them for, or nothing
	Directories   bool // a word in volumes is a directory, where one lies beside the file
	WithoutFronts bool // the project is what the files say, and not what comes of it
	Dockerfiles   bool // where the files are read with their build directories, Dockerfiles have to be there too
	Project       string
	ProjectDir    string
	EnvFile       string
	Profiles      []string // of the files, that are active; nil: as COMPOSE_PROFILES says
	Adopt         bool     // containers without labels that have the names of the project's are its own

	Progress  string // a kind of view.NewProgress
	Color     string // auto, never or always
	Level     view.Level
	QuietPull bool // how far pulls are is not shown

	Isolation string // link or project; empty: as the files say, or as is usual in their format
	LinkEnv   string // none, ports or full; empty: as STACKLITE_LINK_ENV says
	Discovery string // on, project, off or names; empty: as STACKLITE_DISCOVERY says
	Pool      string // a range of addresses; empty: as STACKLITE_POOL says
	Builder   string // a way to build images; empty: as STACKLITE_BUILDER says
	Habits    image.Habits

	// Profile notes what the command waits for; nil: nobody does.
	Profile *profile.Recorder

	// Swarm says that the project is to be in a swarm, or on one engine; nil: as
	// STACKLITE_SWARM or the files say, or where it is. Deploy is how it is to be there.
	Swarm  *bool
	Deploy Deploy

	Parallel   int // how many things are done at once; 0: as COMPOSE_PARALLEL_LIMIT says
	DryRun     bool
	PlanFormat string // how DryRun prints a plan: see view.PrintPlan

	// EngineWords leaves errors of the engine in its own words.
	EngineWords bool

	// Note prints something that is neither a result nor an error; nil: as
	// view.PrintNotes does.
	Note func(o view.Options, text string)

	// Again are the flags that the command of a hint needs, and Typed is the verb
	// that was typed with its own flags and arguments.
	Again, Typed []string

	// Show makes what shows how plans of a session are carried out, as the kind
	// says; nil: as view.NewProgress does.
	Show func(s *Session, kind string) (view.Progress, error)

	// Planned, unless it is nil, is called with each plan of Converge before it
	// is carried out. It may call the plan's tasks by other names.
	Planned func(view.Options, Planned)
}

// Deploy is how services are to be in a swarm, where a command says so.
type Deploy struct {
	Encrypt     *bool           // networks are encrypted; nil: as they are, or as the files say
	PublishMode string          // ingress or host; empty likewise
	PushTo      string          // a registry for images that are built; empty: that from which they run
	Update      *compose.Update // nil: as the files say
}

// over is what a command says, over what one before has said.
func (d Deploy) over(before deployed.Options) deployed.Options {
	if d.Encrypt != nil {
		before.Encrypt = *d.Encrypt
	}
	if d.PublishMode != "" {
		before.PublishHost = d.PublishMode == compose.PublishHost
	}
	before.Update = d.Update
	return before
}

// desired reads what links are to mean from options and variables, and from the files: in
// those of the specification all services that name no network reach each other unless
// the files say otherwise, and links bring no variables, as in docker compose.
func (o Options) desired(version string, vars map[string]string, p *compose.Project) (desired.Options, error) {
	out := desired.Options{Version: version}
	isolation, linkEnv := "link", "ports"
	if p != nil && p.Format == compose.Spec {
		isolation, linkEnv = "project", "none"
	}
	if p != nil {
		isolation = cmp.Or(p.Isolation, isolation)
	}
	var err error
	if out.Isolation, err = parseIsolation(cmp.Or(o.Isolation, isolation)); err != nil {
		return out, err
	}
	if out.LinkEnv, err = parseLinkEnv(cmp.Or(o.LinkEnv, vars["STACKLITE_LINK_ENV"], linkEnv)); err != nil {
		return out, err
	}
	out.Discovery, err = parseDiscovery(cmp.Or(o.Discovery, vars["STACKLITE_DISCOVERY"]))
	return out, err
}

func parseIsolation(s string) (linking.Isolation, error) {
	switch s {
	case "", "link":
		return linking.ByLinks, nil
	case "project":
		return linking.ByProject, nil
	}
	return 0, exit.Usage{Msg: fmt.Sprintf("--isolation must be link or project, not %q", s)}
}

func parseLinkEnv(s string) (linking.EnvMode, error) {
	switch s {
	case "", "ports":
		return linking.EnvPorts, nil
	case "full":
		return linking.EnvFull, nil
	case "none":
		return linking.EnvNone, nil
	}
	return 0, exit.Usage{Msg: fmt.Sprintf("--link-env must be none, ports or full, not %q", s)}
}

// parseDiscovery reads how far discovery proxies look.
func parseDiscovery(s string) (desired.Discovery, error) {
	switch s {
	case "", "on":
		return desired.Discovery{}, nil
	case "project":
		return desired.Discovery{Within: true}, nil
	case "off":
		return desired.Discovery{Off: true}, nil
	}
	patterns, mistake, ok := linking.ParseProjects(s)
	if !ok {
		return desired.Discovery{}, exit.Usage{
			Msg:    fmt.Sprintf("--discovery %s: %q is not a project name", s, mistake),
			Advice: []string{"write on, project or off alone, or names such as proxy,shop*"},
		}
	}
	return desired.Discovery{Among: patterns}, nil
}

// defaultParallel is how many things are done at once where nothing else is
// said.
const defaultParallel = 16

// parseParallel reads how many things are done at once from an option, 0 where
// it was not given, or else from COMPOSE_PARALLEL_LIMIT. docker-compose took no
// limit below 2; one of 1 is good for the option.
func parseParallel(option int, limit string) (int, error) {
	switch {
	case option != 0:
		return max(1, option), nil
	case limit == "":
		return defaultParallel, nil
	}
	n, err := strconv.Atoi(strings.TrimSpace(limit))
	switch {
	case err != nil:
		return 0, exit.Usage{Msg: fmt.Sprintf("COMPOSE_PARALLEL_LIMIT must be an integer (found: %q)", limit), Kind: exit.KindParallelLimit, Words: []string{limit}}
	case n < 2:
		return 0, exit.Usage{Msg: "COMPOSE_PARALLEL_LIMIT can not be less than 2", Advice: []string{"for one thing at a time: --parallel 1"}, Kind: exit.KindParallelMinimum, Words: []string{limit}}
	}
	return n, nil
}

// ignoresOrphans reports whether nothing is to be said of containers whose
// service the files no longer have, as COMPOSE_IGNORE_ORPHANS asks; to remove
// them at the same time is a contradiction.
func ignoresOrphans(vars map[string]string, remove bool) (bool, error) {
	switch strings.ToLower(vars["COMPOSE_IGNORE_ORPHANS"]) {
	case "", "0", "false":
		return false, nil
	}
	if remove {
		return false, exit.Usage{Msg: "COMPOSE_IGNORE_ORPHANS and --remove-orphans cannot be combined", Advice: []string{"to remove them this once: COMPOSE_IGNORE_ORPHANS=0"}, Kind: exit.KindOrphans}
	}
	return true, nil
}

// parsePool reads a range that subnets are taken from; the zero value where none
// is named.
func parsePool(s string) (netip.Prefix, error) {
	if s == "" {
		return netip.Prefix{}, nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil || !p.Addr().Is4() {
		return p, exit.Usage{Msg: "--pool " + s + " is not a range of IPv4 addresses",
			Advice: []string{"write it like 10.100.0.0/16"}}
	}
	return p, nil
}
