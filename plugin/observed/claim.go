package observed

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// ComposeLabels are what docker-compose 1.x says of a container that it made, in
// its labels (compose-v1.md 3.5). docker compose, which came after it, says the
// same of its own.
type ComposeLabels struct {
	Version string // of docker-compose: 1.29.2
	Service string
	Number  int // of the replica, from 1; 0 for a one-off container
	OneOff  bool
	Dir     string   // the project directory; empty: releases before 1.25 did not say
	Files   []string // likewise, absolute
}

// Claim says which containers that this tool did not make are a project's all the
// same, so that it takes them over: those that docker-compose 1.x made from the
// same directory, and where Adopt says so those that have no labels and the name
// of a replica, as Fig made them. Those of docker compose, of another directory
// and of other names never are.
//
// The zero value claims nothing.
type Claim struct {
	Project  string
	Labelled []string // what docker-compose from 1.21 on calls it in labels, where that is another name
	Before   string   // what releases before 1.21 called it, where that is another name

	// Where says what a directory that a container was made from is to the
	// project; nil: no directory is its own.
	Where func(dir string) Where

	// After gives the services that one is started after, by the files; nil: not
	// known.
	After func(service string) []string

	Adopt    bool
	Names    []string // for Adopt: what names of containers begin with besides Project
	Services []string // of the files, for Adopt; nil: they can't be read
}

// Where is what a directory is to a project.
type Where int

// The places.
const (
	Elsewhere Where = iota // another directory
	Here                   // the project's own
	Nowhere                // there is no such directory
)

// Reason is why a container that has the name of a project is not the project's.
type Reason int

// The reasons.
const (
	None            Reason = iota // it is the project's, or has another name
	IsCopy                        // its labels were written for another container
	OfCompose2                    // docker compose made it
	OfAnother                     // its labels say that it is the project's, but not that docker-compose 1.x made it
	FromElsewhere                 // docker-compose 1.x made it from another directory
	FromNowhere                   // docker-compose 1.x made it from a directory that no longer exists
	WithoutAnyLabel               // only its name speaks for it
)

// Refusal is a container that has the name of a project and is not the project's.
type Refusal struct {
	Container *Container
	Service   string // of which it would be a container; empty: not known
	Dir       string // from which it was made; empty: not known
	Reason    Reason
}

// TakeAll gives those of some containers to the project that are the project's.
// The links that they have say, better than the files, which is started after
// which.
func (cl Claim) TakeAll(list []Container) {
	byName := map[string]*Container{}
	for i := range list {
		if c := &list[i]; cl.Take(c) {
			byName[c.Name] = c
		}
	}
	type pair struct{ first, then string }
	linked := map[pair]bool{}
	for _, c := range byName {
		for _, consumer := range c.LinkedBy {
			if by := byName[consumer]; by != nil && by.Service != c.Service {
				linked[pair{c.Service, by.Service}] = true
				by.After = append(by.After, c.Service)
			}
		}
	}
	for _, c := range byName {
		c.After = slices.DeleteFunc(c.After, func(service string) bool {
			return linked[pair{c.Service, service}] && !linked[pair{service, c.Service}]
		})
		slices.Sort(c.After)
		c.After = slices.Compact(c.After)
	}
}

// Take gives a container to the project, if it is the project's.
func (cl Claim) Take(c *Container) bool {
	taken, why := cl.judge(c)
	if taken == nil || why != None {
		return false
	}
	c.Project, c.MadeBy = cl.Project, "another tool"
	if c.Compose != nil {
		c.MadeBy = "docker-compose " + taken.Version
	}
	c.Service, c.Number, c.OneOff, c.Dir = taken.Service, taken.Number, taken.OneOff, taken.Dir
	c.Files = taken.Files
	if cl.After != nil {
		c.After = slices.Clone(cl.After(c.Service))
	}
	return true
}

// Refuses says why a container that has the name of the project is not the
// project's; ok is false for all others.
func (cl Claim) Refuses(c *Container) (r Refusal, ok bool) {
	labels, why := cl.judge(c)
	if why == None {
		return Refusal{}, false
	}
	r = Refusal{Container: c, Reason: why}
	if labels != nil {
		r.Service, r.Dir = labels.Service, labels.Dir
	}
	return r, true
}

// Refused lists the containers that have the name of the project and are not the
// project's.
func (cl Claim) Refused(list []Container) []Refusal {
	var refused []Refusal
	for i := range list {
		if r, ok := cl.Refuses(&list[i]); ok {
			refused = append(refused, r)
		}
	}
	return refused
}

// Concerns reports whether a container of such a name and with such a project and
// version in its labels may be the project's, or has to be told apart from those
// that are.
func (cl Claim) Concerns(name, project, version string) bool {
	if project != "" {
		return cl.calls(project, version)
	}
	_, ok := cl.replicaNamed(name)
	return ok
}

// Anywhere claims the containers of a project whatever directory they were made
// from.
func Anywhere(project string) Claim {
	return Claim{Project: project, Where: func(string) Where { return Here }}
}

// Filter is the one project that labels may name; empty: several, or none.
func (cl Claim) Filter() string {
	if cl.Adopt || cl.Before != "" || len(cl.Labelled) > 0 {
		return ""
	}
	return cl.Project
}

// judge finds out which container of the project one is, and why it is not; nil
// and None: it has another name.
func (cl Claim) judge(c *Container) (*ComposeLabels, Reason) {
	switch {
	case cl.Project == "" || c.Project != "":
		return nil, None
	case c.CopyOf != "":
		if cl.calls(c.Owner, "") {
			return &ComposeLabels{Service: c.CopyOf}, IsCopy
		}
	case c.Compose != nil:
		if cl.calls(c.Owner, c.Compose.Version) {
			return c.Compose, cl.from(c.Compose.Dir)
		}
	case c.Compose2 != nil:
		if cl.calls(c.Owner, "") {
			return c.Compose2, OfCompose2
		}
	case c.Owner != "":
		if cl.calls(c.Owner, "") {
			return nil, OfAnother
		}
	default:
		labels, ok := cl.replicaNamed(c.Name)
		if ok && (!cl.Adopt || cl.Services == nil) {
			return labels, WithoutAnyLabel
		}
		return labels, None
	}
	return nil, None
}

// from says why the project does not have what was made from a directory. Before
// 1.25 docker-compose went by the name alone.
func (cl Claim) from(dir string) Reason {
	where := Elsewhere
	if cl.Where != nil && dir != "" {
		where = cl.Where(dir)
	}
	switch {
	case dir == "" || where == Here || where == Nowhere && cl.Adopt:
		return None
	case where == Nowhere:
		return FromNowhere
	}
	return FromElsewhere
}

// calls reports whether a label may call the project so; version is that of the
// docker-compose which wrote it.
func (cl Claim) calls(project, version string) bool {
	return project == cl.Project || slices.Contains(cl.Labelled, project) ||
		project == cl.Before && project != "" && before121(version)
}

// before121 reports whether a docker-compose leaves - and _ out of names.
func before121(version string) bool {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(minor)
	return major == "1" && err == nil && n < 21
}

// replicaNamed reads the name of a container without labels: that of a replica,
// PROJECT_SERVICE_NUMBER, or of a one-off container, PROJECT_SERVICE_run_NUMBER.
func (cl Claim) replicaNamed(name string) (*ComposeLabels, bool) {
	for _, project := range slices.Concat([]string{cl.Project, cl.Before}, cl.Names) {
		rest, ok := strings.CutPrefix(name, project+"_")
		if !ok || project == "" {
			continue
		}
		last := strings.LastIndexByte(rest, '_')
		if last <= 0 {
			continue
		}
		service, digits := rest[:last], rest[last+1:]
		number, err := strconv.Atoi(digits)
		if err != nil || number < 1 || digits != strconv.Itoa(number) {
			continue
		}
		of, run := strings.CutSuffix(service, "_run")
		switch {
		case cl.has(service):
			return &ComposeLabels{Service: service, Number: number}, true
		case run && cl.has(of):
			return &ComposeLabels{Service: of, OneOff: true}, true
		}
	}
	return nil, false
}

// has reports whether the files have a service, or may have it.
func (cl Claim) has(service string) bool {
	return service != "" && (cl.Services == nil || slices.Contains(cl.Services, service))
}

// ByReason puts refusals into the order of their reasons, then of names.
func ByReason(list []Refusal) []Refusal {
	return slices.SortedFunc(slices.Values(list), func(a, b Refusal) int {
		return cmp.Or(cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Dir, b.Dir), cmp.Compare(a.Container.Name, b.Container.Name))
	})
}
