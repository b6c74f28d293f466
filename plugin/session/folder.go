package session

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// sameFolder refuses to take the stack of another folder for this one's because
// the two folders have one name. Those that other tools made are the project's
// only where Session.Claim has found that out already. A name that was asked for is no accident.
func (s *Session) sameFolder(have plan.Have) error {
	project := s.Project
	if !unnamed(s) {
		return nil
	}
	for _, c := range have.Containers {
		if c.MadeBy == "" && c.Dir != "" && where(c.Dir, project.Dir) == observed.Elsewhere {
			return exit.Failure{
				Msg: fmt.Sprintf("a stack named %s exists already; it was made from %s, and this is %s", project.Name, c.Dir, project.Dir),
				Advice: []string{
					fmt.Sprintf("to give this one another name, add: -p %s2", project.Name),
					fmt.Sprintf("if the folder was moved, add: -p %s", project.Name),
				},
			}
		}
	}
	return nil
}

// unnamed reports whether the project has its name from its folder, not from who
// uses it.
func unnamed(s *Session) bool {
	return s.Options.Project == "" && s.Project != nil && s.Project.Name == compose.NormalizeName(filepath.Base(s.Project.Dir))
}

// WorkingDir is the working directory as the kernel knows it, and docker-compose
// did: a folder that is entered through a symbolic link is the same as by its own
// path, also for what is relative to it.
func WorkingDir() (string, error) {
	dir, err := os.Getwd()
	if real, found := filepath.EvalSymlinks(dir); err == nil && found == nil {
		dir = real
	}
	return dir, err
}

// nameHere is the name of the stack that was made from the folder of a project under
// the name of a symbolic link that leads there, or of the folder itself where the
// link is named now; empty: there is none, or one of the project's own name, or more.
func nameHere(s *Session, list []observed.Container) string {
	if !unnamed(s) || s.vars["COMPOSE_PROJECT_NAME"] != "" || s.vars["FIG_PROJECT_NAME"] != "" {
		return ""
	}
	name := ""
	for _, c := range list {
		owner := cmp.Or(c.Project, c.Owner)
		if owner == s.Name {
			return ""
		}
		dir := c.Dir
		if c.Compose != nil {
			dir = cmp.Or(dir, c.Compose.Dir)
		}
		if dir == "" || c.Compose2 != nil || owner != compose.NormalizeName(filepath.Base(dir)) || where(dir, s.Project.Dir) != observed.Here {
			continue
		}
		if name != "" && name != owner {
			return ""
		}
		name = owner
	}
	return name
}

// rename gives the project the name of the stack that was made from its folder.
func rename(s *Session, name string) {
	notedOnce(s, fmt.Sprintf("the stack of this folder is called %s, by the path that it was made from; for another one add: -p %s", name, s.Name))
	s.Project.Name, s.Name = name, name
	if s.files != nil {
		s.files.Name = name
	}
	s.Claim = newClaim(s.vars, s.Options, name, s.Project)
}

// samePlace reports whether two paths lead to the same place, also where nothing is
// there yet.
func samePlace(a, b string) bool {
	if x, err := os.Stat(a); err == nil {
		y, err := os.Stat(b)
		return err == nil && os.SameFile(x, y)
	}
	return resolved(a) == resolved(b)
}

// resolved is a path without symbolic links, as far as there is anything on it.
func resolved(path string) string {
	var rest []string
	for dir := filepath.Clean(path); ; dir = filepath.Dir(dir) {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			slices.Reverse(rest)
			return filepath.Join(real, strings.Join(rest, string(filepath.Separator)))
		}
		if dir == filepath.Dir(dir) {
			return path
		}
		rest = append(rest, filepath.Base(dir))
	}
}
