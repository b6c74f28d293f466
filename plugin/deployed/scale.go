package deployed

import (
	"fmt"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// replicas is how many replicas a service is to have: as many as are asked for, or as files
// of today say each time anew, or as it has; 0 for one that is on each node.
func (w *wanted) replicas(s *compose.Service) int {
	if w.stack.Services[s.Name].everywhere() {
		return 0
	}
	if n, asked := w.Scale[s.Name]; asked {
		return n
	}
	if s.Spec != nil && s.Spec.Replicas != nil {
		return *s.Spec.Replicas
	}
	h := w.there[s.Name]
	switch {
	case h == nil:
		return 1
	case h.Stopped:
		return max(1, h.Held)
	}
	return max(1, h.Replicas)
}

// there are the services of a project as they are, by their names in the files.
func there(s *observed.Swarm, project string) map[string]*observed.Service {
	all := map[string]*observed.Service{}
	for i := range s.Services {
		if of := &s.Services[i]; of.Project == project && !of.OneOff {
			all[of.Service] = of
		}
	}
	return all
}

// checkScale finds the services that can't have as many replicas as are asked for.
func (w *wanted) checkScale() {
	for _, s := range w.Project.Services {
		n, asked := w.Scale[s.Name]
		if !asked {
			continue
		}
		msg := ""
		if n < 0 {
			msg = fmt.Sprintf("can't be scaled to %d", n)
		} else if strings.HasPrefix(modeOf(w.Values, s.Name), global) {
			msg = fmt.Sprintf("can't be scaled to %d: it is on each node", n)
		}
		if msg != "" {
			w.errs = append(w.errs, &compose.Error{Pos: s.Pos, Path: s.Name, Msg: msg})
		}
	}
}

// modeOf is the mode of a service as files of today say it.
func modeOf(values map[string]any, service string) string {
	mode, _ := said(values, "services", service, "deploy")["mode"].(string)
	return mode
}
