package observed

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ComposeLabels are what docker-compose 1.x says of a container that it made, in
// its labels (compose-v1.md 3.5).
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
	OldNames []string // what earlier releases of docker-compose and Fig called the same project

	// SameDir reports whether a directory that a container was made from is that of
	// the project; nil: no directory is.
	SameDir func(dir string) bool

	Adopt    bool
	Services []string            // of the files, for Adopt
	After    map[string][]string // the services that one is started after, by service
}

// Take gives a container to the project, if it is the project's.
func (cl Claim) Take(c *Container) {
	switch {
	case c.Project != "" || c.CopyOf != "":
	case c.Compose != nil:
		l := c.Compose
		if cl.named(c.Owner) && (l.Dir == "" || cl.SameDir != nil && cl.SameDir(l.Dir)) {
			cl.give(c, "docker-compose "+l.Version, l.Service, l.Number, l.OneOff)
			c.Dir, c.Files = l.Dir, l.Files
		}
	case cl.Adopt && c.Owner == "":
		if service, number, oneOff, ok := cl.replicaNamed(c.Name); ok {
			cl.give(c, "another tool", service, number, oneOff)
		}
	}
}

func (cl Claim) give(c *Container, by, service string, number int, oneOff bool) {
	c.Project, c.MadeBy, c.Service, c.Number, c.OneOff = cl.Project, by, service, number, oneOff
	c.After = cl.After[service]
}

// named reports whether a name is one of the project's.
func (cl Claim) named(project string) bool {
	return project != "" && (project == cl.Project || slices.Contains(cl.OldNames, project))
}

// defaultName takes PROJECT_SERVICE_NUMBER and PROJECT_SERVICE_run_NUMBER apart,
// of which the project has been cut off.
var defaultName = regexp.MustCompile(`^(.+?)_(run_)?([0-9]+)$`)

// replicaNamed reads the name of a container without labels.
func (cl Claim) replicaNamed(name string) (service string, number int, oneOff, ok bool) {
	for _, project := range append([]string{cl.Project}, cl.OldNames...) {
		rest, has := strings.CutPrefix(name, project+"_")
		parts := defaultName.FindStringSubmatch(rest)
		if !has || parts == nil || !slices.Contains(cl.Services, parts[1]) {
			continue
		}
		if parts[2] != "" {
			return parts[1], 0, true, true
		}
		number, _ = strconv.Atoi(parts[3])
		return parts[1], number, false, number > 0
	}
	return "", 0, false, false
}
