package session

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// sameFolder refuses to take the stack of another folder for this one's because
// the two folders have one name. A name that was asked for is no accident.
func (s *Session) sameFolder(have plan.Have) error {
	project := s.Project
	asked := s.Options.Project != "" || project.Name != compose.NormalizeName(filepath.Base(project.Dir))
	if asked {
		return nil
	}
	for _, c := range have.Containers {
		if c.Dir != "" && !sameDir(c.Dir, project.Dir) {
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

// sameDir reports whether a stack made from one directory may be that of
// another: they are one, or the first no longer exists, so that it was moved.
func sameDir(made, now string) bool {
	a, err := os.Stat(made)
	if err != nil {
		return os.IsNotExist(err)
	}
	b, err := os.Stat(now)
	return err == nil && os.SameFile(a, b)
}
