package session

import (
	"fmt"
	"path/filepath"

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
	asked := s.Options.Project != "" || project.Name != compose.NormalizeName(filepath.Base(project.Dir))
	if asked {
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
