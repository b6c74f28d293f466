package deployed

import (
	"fmt"
	"slices"
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
	if h := w.have(s.Name); h != nil && h.Stopped {
		return max(1, h.Held)
	} else if h != nil {
		return max(1, h.Replicas)
	}
	return 1
}

// have is a service as it is; nil: it is not there.
func (w *wanted) have(service string) *observed.Service {
	i := slices.IndexFunc(w.Have.Services, func(s observed.Service) bool {
		return s.Project == w.Project.Name && s.Service == service && !s.OneOff
	})
	if i < 0 {
		return nil
	}
	return &w.Have.Services[i]
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
